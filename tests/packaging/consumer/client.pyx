from mixminus._tick cimport Mixer


def ticks(Mixer mixer not None, int count):
    """Mix without the GIL, as a Cython server would."""
    cdef int mixes = 0
    with nogil:
        for _ in range(count):
            mixes = mixer.tick_core()
    return mixes
