"""The tools of `dsp` that a server calls per frame: the resampler and the level meter."""

cdef int32_t CHUNK_MS = 20  # longer blocks are cut: the bits do not depend on it


cdef size_t frame_size(object pcm) except? 0:
    """Samples in a one-dimensional array; TypeError or ShapeMismatchError for anything else."""
    if not isinstance(pcm, cnp.ndarray):
        raise TypeError("pcm must be a numpy array")
    if cnp.PyArray_NDIM(<cnp.ndarray>pcm) != 1:
        raise ShapeMismatchError("pcm must have shape (samples,)")
    return <size_t>cnp.PyArray_SIZE(<cnp.ndarray>pcm)


cdef class Resampler:
    """Convert a mono stream between two sample rates.

    Parameters
    ----------
    input_rate_hz, output_rate_hz : int
        8000, 12000, 16000, 24000, 32000, 44100 or 48000. Equal rates copy.

    Raises
    ------
    OutOfRangeError
        Another rate.

    Notes
    -----
    A polyphase Kaiser-windowed sinc [1]_: flat within 0.1 dB up to 85 % of the lower Nyquist
    frequency, at least 80 dB down from 115 % of it; linear phase; a delay of 17 samples of the lower
    rate. How the stream is cut into blocks does not change a bit of it.

    .. [1] J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function",
       Proc. IEEE ISCAS, 1974.
    """

    def __init__(self, int input_rate_hz, int output_rate_hz):
        cdef int32_t chunk_samples = input_rate_hz // (1000 // CHUNK_MS)
        check(self.core.configure(input_rate_hz, output_rate_hz, max(chunk_samples, 1)),
              "rates must be of 8000, 12000, 16000, 24000, 32000, 44100 and 48000 Hz")
        self.chunk_samples = chunk_samples
        self.input_rate_hz = input_rate_hz
        self.output_rate_hz = output_rate_hz

    @property
    def delay_ms(self):
        """Delay of a signal from input to output, in milliseconds."""
        return self.core.delay_ns() * 1e-6

    def output_samples(self, size_t input_samples):
        """Return how many samples the next block of `input_samples` gives; whole 10 ms give whole 10 ms."""
        return self.core.output_samples(input_samples)

    def process(self, pcm, out=None):
        """Return the next block of the stream at the output rate.

        Parameters
        ----------
        pcm : int16 array, shape (samples,)
            Any number of samples at the input rate.
        out : int16 array, shape (output_samples(samples),), optional
            Written and returned when given; may not overlap `pcm`. Without it a new array is made.

        Raises
        ------
        TypeError
            Not a C-contiguous int16 array. Nothing is converted silently.
        ShapeMismatchError
            More than one dimension, or `out` does not hold exactly the result.
        """
        cdef Py_buffer unused
        cdef size_t samples = frame_size(pcm)
        cdef const int16_t* input = <const int16_t*>borrow(pcm, &unused, cnp.NPY_INT16, samples * 2, False)
        cdef cnp.npy_intp result_samples = self.core.output_samples(samples)
        if out is None:
            out = cnp.PyArray_EMPTY(1, &result_samples, cnp.NPY_INT16, 0)
        else:
            frame_size(out)
        self.run(input, samples, <int16_t*>borrow(out, &unused, cnp.NPY_INT16, result_samples * 2, True))
        return out

    cdef int run(self, const int16_t* input, size_t samples, int16_t* output) except -1:
        cdef size_t count
        cdef size_t result_samples
        while samples > 0:
            count = min(samples, self.chunk_samples)
            result_samples = self.core.output_samples(count)
            check(self.core.process(span[const_int16_t](input, count), span[int16_t](output, result_samples)),
                  "block does not fit")
            input += count
            output += result_samples
            samples -= count
        return 0

    def reset(self):
        """Forget the past of the stream."""
        self.core.reset()


def level_dbov(frame):
    """Return the RMS level of a frame relative to the overload point.

    Parameters
    ----------
    frame : int16 array, shape (samples,)

    Returns
    -------
    float
        dBov (RFC 6464 section 3): 0 is a full-scale square wave, -3.01 a full-scale sine; -127 is silence.

    Raises
    ------
    TypeError
        Not a C-contiguous int16 array.
    ShapeMismatchError
        More than one dimension.
    """
    cdef Py_buffer unused
    cdef size_t samples = frame_size(frame)
    cdef const int16_t* memory = <const int16_t*>borrow(frame, &unused, cnp.NPY_INT16, samples * 2, False)
    return core_level_dbov(span[const_int16_t](memory, samples))


cdef class ComfortNoise:
    """Seeded background noise: what a listener hears while a sender is silent on purpose.

    Parameters
    ----------
    seed : int, default 1
        0..2^32-1. Same seed and same calls, same samples.

    Notes
    -----
    An all-pole model of order 12 driven by Gaussian noise: the synthesis that RFC 3389
    section 3 describes and ITU-T G.711 appendix II uses. Silent until it has heard or been told a model.
    """

    def __init__(self, uint32_t seed=1):
        self.core = CoreComfortNoise(seed)

    def observe(self, frame):
        """Learn level and envelope from background noise: the first frame counts in full, later ones a quarter.

        Parameters
        ----------
        frame : int16 array, shape (samples,)
            Ignored when it holds 12 samples or less.
        """
        cdef Py_buffer unused
        cdef size_t samples = frame_size(frame)
        cdef const int16_t* memory = <const int16_t*>borrow(frame, &unused, cnp.NPY_INT16, samples * 2, False)
        self.core.observe(span[const_int16_t](memory, samples))

    def describe(self, const uint8_t[::1] payload not None):
        """Take a comfort-noise payload (RFC 3389 section 3): level, then at most 12 coefficients.

        Parameters
        ----------
        payload : bytes-like
            Empty ones are ignored.
        """
        cdef size_t size_bytes = payload.shape[0]
        self.core.describe(span[const_uint8_t](&payload[0] if size_bytes else NULL, size_bytes))

    def write_payload(self, int order=12):
        """Return the payload (RFC 3389 section 3) of the present model: `order` + 1 bytes.

        Raises
        ------
        OutOfRangeError
            `order` is not in 0..12.
        """
        cdef uint8_t[13] payload
        if order < 0 or order > 12:
            raise OutOfRangeError("order must be in 0..12")
        return payload[:self.core.write_payload(span[uint8_t](payload, order + 1))]

    def generate(self, out):
        """Fill `out`, an int16 array of shape (samples,), with noise and return it."""
        cdef Py_buffer unused
        cdef size_t samples = frame_size(out)
        cdef int16_t* memory = <int16_t*>borrow(out, &unused, cnp.NPY_INT16, samples * 2, True)
        self.core.generate(span[int16_t](memory, samples))
        return out

    def reset(self):
        """Forget the model and start the noise of the seed again."""
        self.core.reset()
