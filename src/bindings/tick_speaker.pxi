# Who speaks: VoiceActivity tells speech from noise, ActiveSpeaker who has the floor.
cdef class VoiceActivity:
    """Is what a leg sends speech, or a cough, a door, a keyboard, a humming hall?

    Parameters
    ----------
    sample_rate_hz : int
        8000..48000; a frame must be whole samples.
    frame_ms : int
        10, 20, 40 or 60.

    Raises
    ------
    OutOfRangeError
        A parameter is outside its interval.

    Notes
    -----
    Speech is periodic at 60 to 400 Hz, keeps its pitch from one frame to the next, and rises above what
    is always there. Periodicity is a normalised cross-correlation [1]_ below 2 kHz.

    .. [1] D. Talkin, "A robust algorithm for pitch tracking (RAPT)", in Speech Coding and Synthesis, 1995.
    """

    def __init__(self, int sample_rate_hz=48000, int frame_ms=20):
        check(self.core.configure(sample_rate_hz, frame_ms),
              "sample_rate_hz must be in 8000..48000 with whole samples in a frame, frame_ms 10, 20, 40 or 60")
        self.sample_rate_hz, self.frame_ms = sample_rate_hz, frame_ms

    def update(self, cnp.ndarray frame not None):
        """Take in one frame.

        Parameters
        ----------
        frame : ndarray of int16, shape (frame_samples,), C-contiguous

        Returns
        -------
        tuple of float
            RMS level in dBov (-127..0), level of the noise in dBov, and probability of speech (0..1).

        Raises
        ------
        ShapeMismatchError
            Not one frame.
        TypeError
            Not int16, or the samples of a leg do not lie side by side.
        """
        cdef size_t samples = <size_t>(self.sample_rate_hz * self.frame_ms // 1000)
        require_int16(frame)
        if cnp.PyArray_NDIM(frame) != 1 or <size_t>cnp.PyArray_SIZE(frame) != samples:
            raise ShapeMismatchError(f"frame must have shape ({samples},)")
        cdef CoreVoice voice = self.core.update(span[const_int16_t](<const int16_t*>cnp.PyArray_DATA(frame), samples))
        return voice.level_dbov, voice.noise_dbov, voice.speech_probability


cdef int require_int16(cnp.ndarray array) except -1:
    cdef int axes = cnp.PyArray_NDIM(array)
    if cnp.PyArray_TYPE(array) != cnp.NPY_INT16 or not cnp.PyArray_ISBEHAVED_RO(array):
        raise TypeError("samples must be int16")
    if axes > 0 and cnp.PyArray_DIM(array, axes - 1) > 1 and cnp.PyArray_STRIDE(array, axes - 1) != 2:
        raise TypeError("the samples of a leg must lie side by side")
    return 0


cdef class ActiveSpeaker:
    """Who has the floor: the dominant speaker of a conference and the ranking behind him.

    Parameters
    ----------
    capacity : int
        Legs, 1..4096.
    frame_ms : int
        10, 20, 40 or 60.
    min_hold_ms : int
        Nobody loses the floor sooner, 0..60000.

    Raises
    ------
    OutOfRangeError
        A parameter is outside its interval.

    Notes
    -----
    The question of [1]_: has a new turn begun, or was it a cough or a nod? It is asked of voiced speech
    instead of levels, so a door, a keyboard or a humming hall does not take the floor. Whoever speaks
    while the holder goes on must do so clearly longer; when the holder is silent, the less is needed the
    longer the silence lasts.

    .. [1] I. Volfin, I. Cohen, "Dominant speaker identification for multipoint videoconferencing",
       Computer Speech & Language 27(4), 2013.

    Examples
    --------
    >>> speaker = ActiveSpeaker(capacity=16, frame_ms=20)
    >>> speaker.update(frames)  # int16, shape (legs, samples), every 20 ms
    3
    """

    def __init__(self, int capacity=256, int frame_ms=20, *, int min_hold_ms=0):
        cdef SpeakerConfig config
        config.capacity, config.frame_ms, config.min_hold_ms = capacity, frame_ms, min_hold_ms
        check(self.core.configure(config),
              "capacity must be in 1..4096, frame_ms 10, 20, 40 or 60, min_hold_ms in 0..60000")
        self.capacity, self.frame_ms, self.min_hold_ms = capacity, frame_ms, min_hold_ms
        self.activities.resize(<size_t>capacity)
        self.voices.resize(<size_t>capacity)
        self.told.assign(<size_t>capacity, 0)

    def update(self, cnp.ndarray frames not None):
        """Take in one frame of each leg. Other threads may run meanwhile.

        Parameters
        ----------
        frames : ndarray of int16, shape (legs, samples)
            Up to `capacity` legs; the sample rate is samples / frame_ms and stays what it was at first.

        Returns
        -------
        int
            Slot of the dominant speaker; -1 until somebody has spoken.

        Raises
        ------
        ShapeMismatchError
            More legs than `capacity`, no 8 to 48 kHz, or another rate than before.
        TypeError
            Not int16, or the samples of a leg do not lie side by side.
        """
        require_int16(frames)
        if cnp.PyArray_NDIM(frames) != 2 or cnp.PyArray_DIM(frames, 0) > self.capacity:
            raise ShapeMismatchError(f"frames must have shape (legs, samples) with at most {self.capacity} legs")
        cdef size_t legs = <size_t>cnp.PyArray_DIM(frames, 0)
        cdef size_t samples = <size_t>cnp.PyArray_DIM(frames, 1)
        self.use_rate(<int>samples)
        cdef Py_ssize_t row_bytes = cnp.PyArray_STRIDE(frames, 0)
        cdef const char* first = <const char*>cnp.PyArray_DATA(frames)
        cdef int32_t dominant
        with nogil:
            dominant = self.update_core(first, legs, row_bytes, samples)
        return dominant

    cdef int use_rate(self, int samples) except -1:
        cdef int rate_hz = samples * 1000 // self.frame_ms
        if self.sample_rate_hz == 0 and 8000 <= rate_hz <= 48000 and rate_hz * self.frame_ms % 1000 == 0:
            for slot in range(self.capacity):
                check(self.activities[slot].configure(rate_hz, self.frame_ms), "no such rate")
            self.sample_rate_hz = rate_hz
        if self.sample_rate_hz * self.frame_ms // 1000 != samples:
            raise ShapeMismatchError(f"{samples} samples in {self.frame_ms} ms are not 8 to 48 kHz, or not as before")
        return 0

    cdef int32_t update_core(self, const char* frames, size_t legs, Py_ssize_t row_bytes,
                             size_t samples) noexcept nogil:
        cdef size_t slot
        for slot in range(self.voices.size()):
            if self.told[slot]:
                self.told[slot] = 0
            elif slot < legs:
                self.voices[slot] = self.activities[slot].update(
                    span[const_int16_t](<const int16_t*>(frames + <Py_ssize_t>slot * row_bytes), samples))
            else:
                self.voices[slot] = CoreVoice()
        return self.core.update(span[const_CoreVoice](self.voices.data(), self.voices.size()))

    @property
    def dominant(self) -> int:
        """Slot that has the floor; -1 until somebody has spoken."""
        return self.core.dominant()

    @property
    def ranking(self):
        """Slots of those who have spoken in the last seconds, the dominant one first: a list of int."""
        cdef span[const_int32_t] slots = self.core.ranking()
        return [slots[i] for i in range(slots.size())]

    @property
    def confidence(self) -> float:
        """Share of the speech of the last seconds that is the dominant one's, 0..1; 0 in silence."""
        return self.core.confidence()

    def set_floor(self, int slot):
        """Give the floor by hand (a chair's decision) until clear_floor().

        Raises
        ------
        UnknownLegError
            No such slot.
        """
        check(self.core.set_floor(slot), f"there is no slot {slot}")

    def clear_floor(self):
        """Let the voices decide again, from who has the floor now."""
        self.core.clear_floor()

    def set_remote(self, int slot, float level_dbov, bint is_voice=True):
        """Say what another bridge says of a leg (RFC 6464, RFC 6465); counts instead of its next frame.

        Parameters
        ----------
        slot : int
        level_dbov : float
            -127..0; not a number is silence.
        is_voice : bool
            The V bit of RFC 6464.

        Raises
        ------
        UnknownLegError
            No such slot.
        """
        if not 0 <= slot < self.capacity:
            check(Status.unknown_leg, f"there is no slot {slot}")
        cdef CoreVoice voice
        voice.level_dbov = level_dbov
        voice.speech_probability = 1.0 if is_voice and level_dbov > -50.0 else 0.0
        self.voices[slot] = voice
        self.told[slot] = 1

    def reset(self, int slot):
        """Make a slot as new, because another leg has it.

        Raises
        ------
        UnknownLegError
            No such slot.
        """
        check(self.core.reset(slot), f"there is no slot {slot}")
        if self.sample_rate_hz:
            check(self.activities[slot].configure(self.sample_rate_hz, self.frame_ms), "no such rate")
