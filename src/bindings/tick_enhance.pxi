"""What makes a single voice better: the noise suppressor."""


cdef class NoiseSuppressor:
    """Take away what is always there, a fan, a hall, a road, and let speech through.

    Parameters
    ----------
    sample_rate_hz : int, default 48000
        8000, 16000, 32000 or 48000.
    suppression_db : float, default 15
        0..40: how much quieter the noise may become. More of it sounds less natural.

    Raises
    ------
    OutOfRangeError
        Another rate, or a suppression outside its interval.

    Notes
    -----
    Each bin of 50 Hz gets a Wiener gain in windows of 20 ms, with the signal-to-noise ratio of [1]_ after noise
    that is followed by its probability of not being speech [2]_ and by its minima [3]_. The stream is 10 ms late.

    .. [1] Y. Ephraim and D. Malah, "Speech enhancement using a minimum mean-square error short-time spectral
       amplitude estimator", IEEE TASSP 32(6), 1984.
    .. [2] T. Gerkmann and R. C. Hendriks, "Unbiased MMSE-based noise power estimation with low complexity and low
       tracking delay", IEEE TASLP 20(4), 2012.
    .. [3] R. Martin, "Noise power spectral density estimation based on optimal smoothing and minimum statistics",
       IEEE TSAP 9(5), 2001.
    """

    def __init__(self, int sample_rate_hz=48000, float suppression_db=15.0):
        cdef NoiseSuppressorConfig config
        config.sample_rate_hz = sample_rate_hz
        config.suppression_db = suppression_db
        check(self.core.configure(config),
              "sample_rate_hz must be 8000, 16000, 32000 or 48000, suppression_db in 0..40")
        self.sample_rate_hz, self.suppression_db = sample_rate_hz, suppression_db

    @property
    def delay_ms(self):
        """Delay of a signal from input to output, in milliseconds."""
        return 10.0

    @property
    def noise_dbov(self):
        """Level of the noise as estimated, -127..0; -127 before anything was heard."""
        return self.core.noise_dbov()

    @property
    def speech_probability(self):
        """How much of the spectrum of the last frame, up to 8 kHz, is probably speech, 0..1."""
        return self.core.speech_probability()

    def process(self, pcm, out=None):
        """Return the next 10 ms of the stream.

        Parameters
        ----------
        pcm : int16 or float32 array, shape (sample_rate_hz // 100,)
            Full scale of floats is 1; NaN counts as 0, what is beyond 8 as 8.
        out : array like `pcm`, optional
            Written and returned when given; may be `pcm`. Without it a new array is made.

        Raises
        ------
        TypeError
            Not a C-contiguous array of one of these types, or `out` is of the other. Nothing is converted silently.
        ShapeMismatchError
            Not one frame.
        """
        cdef Py_buffer unused
        cdef size_t samples = frame_size(pcm)
        cdef int dtype = cnp.PyArray_TYPE(<cnp.ndarray>pcm)
        cdef cnp.npy_intp size = self.sample_rate_hz // 100
        if dtype != cnp.NPY_INT16 and dtype != cnp.NPY_FLOAT32:
            raise TypeError("pcm must be int16 or float32")
        cdef Py_ssize_t size_bytes = size * (2 if dtype == cnp.NPY_INT16 else 4)
        cdef const void* input = borrow(pcm, &unused, dtype, size_bytes, False)
        if out is None:
            out = cnp.PyArray_EMPTY(1, &size, dtype, 0)
        else:
            frame_size(out)
        cdef void* output = borrow(out, &unused, dtype, size_bytes, True)
        if dtype == cnp.NPY_INT16:
            check(self.core.process(span[const_int16_t](<const int16_t*>input, samples),
                                    span[int16_t](<int16_t*>output, samples)), "frame does not fit")
        else:
            check(self.core.process(span[const_float](<const float*>input, samples),
                                    span[float](<float*>output, samples)), "frame does not fit")
        return out

    def reset(self):
        """Forget the noise and the 10 ms that wait."""
        self.core.reset()
