# Mixer in Python: its memory is there from the start, then each tick is one call.
cdef dict ROLES = {
    "talker": <int>MixRole.talker,
    "listener": <int>MixRole.listener,
    "tap": <int>MixRole.tap,
}


cdef MixRole role_named(object name) except *:
    try:
        return <MixRole><int>ROLES[name]
    except (KeyError, TypeError):
        raise OutOfRangeError(f"role must be one of {', '.join(ROLES)}, not {name!r}") from None


cdef object view_of(_MixerMemory memory, const void* first, tuple shape, int dtype, bint writable):
    """Array over memory that `memory` owns and keeps alive."""
    cdef cnp.npy_intp dims[2]
    for axis in range(len(shape)):
        dims[axis] = shape[axis]
    cdef cnp.ndarray array = cnp.PyArray_SimpleNewFromData(<int>len(shape), dims, dtype, <void*>first)
    cnp.set_array_base(array, memory)
    if not writable:
        array.flags.writeable = False
    return array


cdef class _MixerMemory:
    pass


cdef class Mixer:
    """What each leg of a conference hears: the sum of all heard legs but itself.

    Parameters
    ----------
    sample_rate_hz : int
        8000..48000; a frame must be whole samples.
    frame_ms : int
        10, 20, 40 or 60: one tick.
    capacity : int
        Slots, 1..4096.
    loudest : int
        How many talkers are in the mix at a time, 0..4096; 0 is all of them.

    Raises
    ------
    OutOfRangeError
        A parameter is outside its interval.

    Notes
    -----
    The media-mixing mixer of RFC 7667 section 3.6.1. The heard legs are summed once in int32 and each
    is taken away again from its own mix: O(legs). All others share mix 0, so a server encodes once per
    distinct mix. Only the result saturates to int16; at 0 dB and not overloaded it is the exact sum.

    Every change of what is heard (gain, mute, role, place among the loudest, joining, leaving) fades
    along a raised cosine of 20 ms, except before the first tick. While it fades out a leg is still
    heard and has its own mix: nobody ever hears himself.

    With ``loudest`` > 0 the legs of the highest smoothed level after gain are in the mix. A leg enters
    in the frame in which it becomes loud, if it is above -50 dBov and a place is free or a member of at
    least 0.5 s is 3 dB weaker; a member stays until a louder leg takes its place.

    One object belongs to one thread at a time; distinct objects are independent.

    Examples
    --------
    >>> mixer = Mixer(sample_rate_hz=48000, frame_ms=20, capacity=3)
    >>> slots = [mixer.add() for _ in range(3)]
    >>> mixer.frames[slots[0]] = spoken  # int16, shape (960,)
    >>> mixer.tick()  # every 20 ms
    4
    >>> heard_by_second = mixer.mixes[mixer.mix_of[slots[1]]]
    """

    def __cinit__(self, int sample_rate_hz=48000, int frame_ms=20, int capacity=256, int loudest=0):
        cdef MixConfig config
        config.sample_rate_hz, config.frame_ms = sample_rate_hz, frame_ms
        config.capacity, config.loudest = capacity, loudest
        self.memory = _MixerMemory()
        self.core = &self.memory.core
        check(
            self.core.configure(config),
            "sample_rate_hz must be in 8000..48000 with whole samples in a frame, frame_ms 10, 20, 40 or 60, "
            "capacity in 1..4096, loudest in 0..4096",
        )
        cdef int samples = self.core.frame_samples()
        self.frames_view = view_of(
            self.memory, self.core.frames().data(), (capacity, samples), cnp.NPY_INT16, True
        )
        self.mixes_view = view_of(
            self.memory, self.core.mixes().data(), (capacity + 1, samples), cnp.NPY_INT16, False
        )
        self.mix_of_view = view_of(self.memory, self.core.mix_of().data(), (capacity,), cnp.NPY_INT32, False)
        self.levels_view = view_of(self.memory, self.core.levels_dbov().data(), (capacity,), cnp.NPY_FLOAT32, False)

    @property
    def sample_rate_hz(self) -> int:
        """Samples per second of every frame and mix."""
        return self.core.config().sample_rate_hz

    @property
    def frame_ms(self) -> int:
        """Duration of one tick."""
        return self.core.config().frame_ms

    @property
    def capacity(self) -> int:
        """Slots."""
        return self.core.config().capacity

    @property
    def loudest(self) -> int:
        """How many talkers are in the mix at a time; 0 is all of them."""
        return self.core.config().loudest

    @property
    def frames(self):
        """What the legs say: writeable int16, shape (capacity, frame_samples).

        Write each leg's row before each tick; a row that is not written is mixed again as it is.
        """
        return self.frames_view

    @property
    def mixes(self):
        """Distinct mixes: read-only int16, shape (capacity + 1, frame_samples); tick() fills the first ones."""
        return self.mixes_view

    @property
    def mix_of(self):
        """Row of ``mixes`` that a slot hears: read-only int32, shape (capacity,); -1 where the slot is empty."""
        return self.mix_of_view

    @property
    def levels_dbov(self):
        """RMS level of each slot's last frame before gain: read-only float32, shape (capacity,), -127..0 dBov."""
        return self.levels_view

    @property
    def heard(self):
        """Slots in the last mix, ascending: a new int32 array.

        Contains legs that are fading out, so for 20 ms there may be more than ``loudest``.
        """
        cdef span[const_int32_t] slots = self.core.heard()
        return view_of(self.memory, slots.data(), (slots.size(),), cnp.NPY_INT32, False).copy()

    def add(self, role="talker", float gain_db=0.0):
        """Give a new leg a slot.

        Parameters
        ----------
        role : str
            ``"talker"`` speaks and hears; ``"listener"`` and ``"tap"`` (for recording) only hear.
        gain_db : float
            Up to 20; below -60 the leg is not heard.

        Returns
        -------
        int
            The lowest free slot: the leg's row of ``frames`` and index of ``mix_of``.

        Raises
        ------
        CapacityError
            Every slot is taken.
        OutOfRangeError
            Unknown role, or ``gain_db`` above 20 or not a number.
        """
        cdef int32_t slot = -1
        cdef Status status = self.core.add(role_named(role), gain_db, slot)
        if status == Status.capacity_reached:
            check(status, f"all {self.capacity} slots are taken")
        check(status, f"gain_db must be at most 20, not {gain_db}")
        return slot

    def remove(self, int slot):
        """Free a slot instead of writing its next frame: its row becomes silent, its voice fades out.

        Raises
        ------
        UnknownLegError
            The slot is empty.
        """
        self.check_slot(self.core.remove(slot), slot)

    def set_gain_db(self, int slot, float gain_db):
        """Amplify a leg before it is mixed.

        Raises
        ------
        OutOfRangeError
            Above 20 or not a number. Below -60 the leg is not heard.
        UnknownLegError
            The slot is empty.
        """
        cdef Status status = self.core.set_gain_db(slot, gain_db)
        if status == Status.out_of_range:
            check(status, f"gain_db must be at most 20, not {gain_db}")
        self.check_slot(status, slot)

    def set_muted(self, int slot, bint is_muted):
        """Take a leg out of the mix, or back into it; it goes on hearing.

        Raises
        ------
        UnknownLegError
            The slot is empty.
        """
        self.check_slot(self.core.set_muted(slot, is_muted), slot)

    def set_role(self, int slot, role):
        """Make a leg a talker, a listener or a tap, as in add().

        Raises
        ------
        OutOfRangeError
            Unknown role.
        UnknownLegError
            The slot is empty.
        """
        self.check_slot(self.core.set_role(slot, role_named(role)), slot)

    def tick(self):
        """Mix one frame of ``frames`` into ``mixes``. Other threads may run meanwhile.

        Returns
        -------
        int
            Number of distinct mixes: ``mixes[:n]`` are valid until the next tick.
        """
        cdef int32_t count
        with nogil:
            count = self.tick_core()
        return count

    cdef int32_t tick_core(self) noexcept nogil:
        return self.core.tick()

    cdef int check_slot(self, Status status, int32_t slot) except -1:
        return check(status, f"slot {slot} is empty")
