"""EchoCanceller: a hall's loudspeakers taken out of its microphones."""

from mixminus.stats import EchoCancellerStats


cdef int sample_type(object frame) except -1:
    """NPY_INT16 or NPY_FLOAT32; TypeError for anything else."""
    if isinstance(frame, cnp.ndarray):
        if cnp.PyArray_TYPE(<cnp.ndarray>frame) in (cnp.NPY_INT16, cnp.NPY_FLOAT32):
            return cnp.PyArray_TYPE(<cnp.ndarray>frame)
    raise TypeError("frames must be numpy arrays of int16 or float32")


cdef class EchoCanceller:
    """Take what a room's loudspeakers played out of what its microphones sent back.

    Parameters
    ----------
    sample_rate_hz : int
        8000, 16000, 32000 or 48000.
    tail_length_ms : int
        How much of the room's answer is modelled, 50..500.
    max_delay_ms : int
        Longest way from the far end to its echo, buffers and network included, 0..2500.
    process_noise : float
        How much of the room's energy is expected to change in 10 ms, 0..0.1: more follows faster, less cancels
        deeper.
    suppression_db : float
        The most that is taken from what the filter leaves, 0..60; 0 is the filter alone.
    comfort_noise : bool
        Put the room's own noise where echo was suppressed.

    Raises
    ------
    OutOfRangeError
        A parameter is outside its interval.

    Notes
    -----
    A state-space partitioned-block echo canceller in the frequency domain [1]_: a Kalman filter that knows how
    sure it is of the room, so it neither needs a detector of double talk nor a step size. It finds the delay by
    itself, follows clocks that drift, and passes what has no echo as it came. One object, one thread at a time;
    `process` releases the GIL and allocates nothing but the array that it returns without `out`.

    .. [1] F. Kuech, E. Mabande, G. Enzner, "State-space architecture of the partitioned-block-based acoustic echo
       controller", Proc. IEEE ICASSP, 2014.

    Examples
    --------
    >>> canceller = EchoCanceller(sample_rate_hz=16000)
    >>> clean = canceller.process(microphone, loudspeaker)  # 160 samples each, every 10 ms
    """

    def __init__(self, int sample_rate_hz=16000, *, int tail_length_ms=256, int max_delay_ms=2000,
                 float process_noise=0.0001, float suppression_db=30.0, bint comfort_noise=True):
        cdef EchoConfig config
        config.sample_rate_hz = sample_rate_hz
        config.tail_length_ms = tail_length_ms
        config.max_delay_ms = max_delay_ms
        config.process_noise = process_noise
        config.suppression_db = suppression_db
        config.has_comfort_noise = comfort_noise
        check(self.core.configure(config),
              "sample_rate_hz must be 8000, 16000, 32000 or 48000, tail_length_ms 50..500, max_delay_ms 0..2500, "
              "process_noise 0..0.1, suppression_db 0..60")
        self.sample_rate_hz = sample_rate_hz
        self.frame_samples = sample_rate_hz // 100

    def process(self, near_end, far_end, out=None):
        """Return 10 ms of the near end without the echo of the far end.

        Parameters
        ----------
        near_end : int16 or float32 array, shape (sample_rate_hz // 100,)
            What the microphones gave; floats are in [-1, 1).
        far_end : array of the same shape and dtype
            What the loudspeakers were given in that time.
        out : array of the same shape and dtype, optional
            Written and returned when given; may be `near_end`. Without it a new array is made.

        Returns
        -------
        array of the same shape and dtype
            :attr:`delay_ms` later than `near_end`.

        Raises
        ------
        TypeError
            Not C-contiguous int16 or float32 arrays, or of different dtypes. Nothing is converted silently.
        ShapeMismatchError
            Something that does not hold exactly 10 ms.
        """
        cdef Py_buffer unused
        cdef size_t samples = self.frame_samples
        cdef int dtype = sample_type(near_end)
        cdef Py_ssize_t size_bytes = samples * (2 if dtype == cnp.NPY_INT16 else 4)
        cdef const void* near
        cdef const void* far
        cdef void* result
        cdef Status status
        frame_size(near_end)
        frame_size(far_end)
        near = borrow(near_end, &unused, dtype, size_bytes, False)
        far = borrow(far_end, &unused, dtype, size_bytes, False)
        if out is None:
            out = cnp.PyArray_EMPTY(1, &self.frame_samples, dtype, 0)
        else:
            frame_size(out)
        result = borrow(out, &unused, dtype, size_bytes, True)
        with nogil:
            if dtype == cnp.NPY_INT16:
                status = self.core.process(span[const_int16_t](<const int16_t*>near, samples),
                                           span[const_int16_t](<const int16_t*>far, samples),
                                           span[int16_t](<int16_t*>result, samples))
            else:
                status = self.core.process(span[const_float](<const float*>near, samples),
                                           span[const_float](<const float*>far, samples),
                                           span[float](<float*>result, samples))
        check(status, "frames do not fit")
        return out

    def skip(self, far_end):
        """Let 10 ms pass of which nobody takes the near end.

        Parameters
        ----------
        far_end : int16 array, shape (sample_rate_hz // 100,)
            What the loudspeakers were given all the same.

        Raises
        ------
        TypeError, ShapeMismatchError
            As for :meth:`process`.
        """
        cdef Py_buffer unused
        frame_size(far_end)
        cdef const void* far = borrow(far_end, &unused, cnp.NPY_INT16, self.frame_samples * 2, False)
        check(self.core.skip(span[const_int16_t](<const int16_t*>far, <size_t>self.frame_samples)), "frames do not fit")

    def near_end_shifted(self, int64_t samples):
        """Say that from the next frame on the near end is later than it was.

        Parameters
        ----------
        samples : int
            By how much: positive where samples were put in, negative where some were left out, as
            :attr:`AudioReceiver.last_shift_samples` says.
        """
        self.core.near_end_shifted(samples)

    def set_delay_prior_ms(self, float delay_ms):
        """Say where to look for the echo first.

        Parameters
        ----------
        delay_ms : float
            From far end to echo, in milliseconds, as the round trip and the buffers on the way let expect.
        """
        self.core.set_delay_prior_ms(delay_ms)

    def metrics(self):
        """Return :class:`mixminus.EchoCancellerStats`, since it was made or reset."""
        return echo_stats(self.core.metrics())

    @property
    def delay_ms(self):
        """How much later the output is than `near_end`, in milliseconds."""
        return self.core.delay_samples() * 1000.0 / self.sample_rate_hz

    def reset(self):
        """Forget the room."""
        self.core.reset()


cdef object echo_stats(const EchoMetrics& now):
    return EchoCancellerStats(
        echo_return_loss_enhancement=now.erle_db,
        echo_return_loss=now.erl_db,
        delay_ms=None if now.delay_ms < 0 else now.delay_ms,
        drift_ppm=now.drift_ppm,
        echo_likelihood=now.echo_likelihood,
        has_converged=now.has_converged,
        is_bypassed=now.is_bypassed,
        divergences=now.divergences,
        path_changes=now.path_changes,
        delay_changes=now.delay_changes,
        invalid_samples=now.invalid_samples,
    )
