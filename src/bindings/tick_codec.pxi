# Codec in Python: one decoder and one encoder.
cdef dict KINDS = {
    "opus": <int>CodecKind.opus,
    "pcmu": <int>CodecKind.pcmu,
    "pcma": <int>CodecKind.pcma,
    "g722": <int>CodecKind.g722,
    "l16": <int>CodecKind.l16,
}
cdef dict APPLICATIONS = {
    "voip": <int>OpusApplication.voip,
    "audio": <int>OpusApplication.audio,
    "low_delay": <int>OpusApplication.low_delay,
}
cdef size_t MAX_OPUS_BYTES = 6 * 1276  # 120 ms in frames of 20 ms, RFC 6716 section 3.4
cdef int32_t MAX_LOST_SAMPLES = 5760  # 120 ms at 48 kHz


def codecs() -> tuple:
    """Return the names of the codecs of this build, the preferred one first."""
    cdef size_t i
    cdef span[const_CodecKind] kinds = core_available()
    return tuple([core_name(kinds[i]).decode() for i in range(kinds.size())])


def opus_version():
    """Return the version text of libopus, or None in a build without it."""
    cdef const char* text = core_opus_version()
    return None if text is NULL else text.decode()


cdef CodecKind kind_of(str kind) except *:
    if kind not in codecs():
        raise UnsupportedCodecError(f"no codec {kind!r} in this build; there are {', '.join(codecs())}")
    return <CodecKind><int>KINDS[kind]


cdef bint read_codec(object codec, int32_t sample_rate_hz, CodecConfig* config) except -1:
    """Fill `config` from a name or a Codec; False for any other object, which wrap_codec() takes."""
    if isinstance(codec, Codec):
        config[0] = (<Codec>codec).config
        return True
    if not isinstance(codec, str):
        return False
    config.kind = kind_of(codec)
    config.sample_rate_hz = core_native_rate_hz(config.kind, sample_rate_hz)
    return True


cdef cnp.ndarray samples_of(object pcm, int32_t channels, bint writable):
    """`pcm` itself, if it is an array of whole samples."""
    if not isinstance(pcm, cnp.ndarray):
        raise TypeError(f"samples must be an int16 array, not {type(pcm).__name__}")
    cdef cnp.ndarray array = <cnp.ndarray>pcm
    if cnp.PyArray_TYPE(array) != cnp.NPY_INT16 or not cnp.PyArray_ISCARRAY_RO(array):
        raise TypeError("array must be C-contiguous int16")
    if writable and not cnp.PyArray_ISWRITEABLE(array):
        raise TypeError("array must be writeable")
    if array.ndim == 1 and channels == 1 or array.ndim == 2 and array.shape[1] == channels:
        return array
    raise ShapeMismatchError(f"array has shape {pcm.shape}, not (samples{f', {channels}' if channels > 1 else ','})")


cdef cnp.ndarray new_pcm(size_t samples, int32_t channels):
    cdef cnp.npy_intp[2] shape = [<cnp.npy_intp>samples, channels]
    return cnp.PyArray_EMPTY(1 if channels == 1 else 2, shape, cnp.NPY_INT16, 0)


cdef span[int16_t] span_of(cnp.ndarray pcm) noexcept:
    return span[int16_t](<int16_t*>cnp.PyArray_DATA(pcm), <size_t>cnp.PyArray_SIZE(pcm))


@cython.final
@cython.freelist(4)
cdef class _Borrowed:
    """Bytes of any buffer, given back when this object goes."""

    cdef Py_buffer view
    cdef span[const_uint8_t] data

    def __cinit__(self, source):
        PyObject_GetBuffer(source, &self.view, PyBUF_SIMPLE)
        self.data = span[const_uint8_t](<const uint8_t*>self.view.buf, <size_t>self.view.len)

    def __dealloc__(self):
        PyBuffer_Release(&self.view)


cdef class Codec:
    """One decoder and one encoder; samples are mono or interleaved stereo ``int16``.

    Parameters
    ----------
    kind : str
        "opus" (RFC 6716), "pcmu" and "pcma" (ITU-T G.711), "g722" (ITU-T G.722 at 64 kbit/s) or "l16"
        (RFC 3551 section 4.5.11); :func:`codecs` says which of them this build has.
    sample_rate_hz : int, optional
        Opus: 8000, 12000, 16000, 24000 or 48000; L16: 8000..48000; G.711 is 8000 and G.722 16000.
        Without it the highest.
    channels : int
        1, or 2 for Opus and L16.
    application : str
        What the Opus encoder is tuned for: "audio", "voip" or "low_delay". This and all that follow are
        of the encoder, and of Opus only.
    bitrate_bps : int
        6000..510000.
    complexity : int
        0 (cheap) to 10.
    in_band_fec : bool
        Send redundancy for lost packets (RFC 6716 section 2.1.7) while loss is expected: with "voip" any,
        with "audio" more than 5 %. It costs three times the CPU of "audio" without.
    expected_loss_percent : int
        0..100, how much redundancy is worth.
    dtx : bool
        Send nothing in silence (RFC 6716 section 2.1.9).

    Raises
    ------
    UnsupportedCodecError
        Not in this build, or not at this rate or channel count.
    OutOfRangeError
        A setting is outside its interval.

    Notes
    -----
    The decoding and the encoding half are independent: two threads may each use one. After construction
    nothing allocates but what the methods return.

    Given to :class:`Conference` or :class:`AudioReceiver` it lends its settings, not its state. Any Python
    object with ``sample_rate_hz``, ``rtp_clock_hz``, ``channels``, ``duration``, ``decode`` and ``encode`` of the
    same meaning, and if it likes ``has_fec``, ``decode_fec``, ``conceal``, ``reset_decoder`` and
    ``expect_loss``, is taken as a codec there too. That is a slow path: each call takes the GIL and copies,
    which costs microseconds, and the threads of a tick wait for each other. A MalformedError of its is
    a payload that failed, and counted as one; whatever else it raises is too, and goes to
    ``sys.unraisablehook`` besides. It must not add or remove legs of the conference that is calling it.

    Examples
    --------
    >>> codec = Codec("opus", bitrate_bps=32000)
    >>> payload = codec.encode(np.zeros(960, np.int16))
    >>> codec.decode(payload).shape
    (960,)
    """

    def __cinit__(self, str kind not None="opus", *, sample_rate_hz=None, int channels=1, str application="audio",
                  int bitrate_bps=48000, int complexity=5, bint in_band_fec=False, int expected_loss_percent=0,
                  bint dtx=False):
        if application not in APPLICATIONS:
            raise OutOfRangeError(f"application must be one of {', '.join(APPLICATIONS)}, not {application!r}")
        self.kind = kind
        self.config.kind = kind_of(kind)
        if sample_rate_hz is None:
            sample_rate_hz = core_native_rate_hz(self.config.kind, 48000)
        self.config.sample_rate_hz = <int32_t>in_range(sample_rate_hz, 8000, 48000, "sample_rate_hz")
        self.config.channels = channels
        self.config.opus.application = <OpusApplication><int>APPLICATIONS[application]
        self.config.opus.bitrate_bps = bitrate_bps
        self.config.opus.complexity = complexity
        self.config.opus.in_band_fec = in_band_fec
        self.config.opus.expected_loss_percent = expected_loss_percent
        self.config.opus.dtx = dtx
        cdef Status status = make_codec(self.config, self.core)
        if status == Status.out_of_range:
            check(status, "bitrate_bps must be in 6000..510000, complexity in 0..10, expected_loss_percent in 0..100")
        check(status, f"no {kind} of {self.config.sample_rate_hz} Hz and {channels} channels; there are {', '.join(codecs())}")

    @property
    def sample_rate_hz(self) -> int:
        """Of the samples."""
        return self.config.sample_rate_hz

    @property
    def rtp_clock_hz(self) -> int:
        """Of RTP timestamps: 8000 for G.722 (RFC 3551) and 48000 for Opus (RFC 7587) whatever the rate."""
        return self.core.get().rtp_clock_hz()

    @property
    def channels(self) -> int:
        """1 or 2."""
        return self.config.channels

    @property
    def payload_type(self):
        """The static one of RFC 3551, or 111, the usual one for Opus; None where there is none."""
        cdef int32_t number = core_default_payload_type(
            self.config.kind, self.config.sample_rate_hz, self.config.channels
        )
        return None if number < 0 else number

    def encode(self, pcm, out=None):
        """Encode one frame.

        Parameters
        ----------
        pcm : int16 array, shape (samples,) or (samples, 2)
            Opus: 2.5, 5, 10, 20, 40, 60, 80, 100 or 120 ms; G.722: an even number. C-contiguous.
        out : uint8 array or writeable buffer, optional
            Written when given: no less than 1276 bytes for 20 ms of Opus, or what the samples need.

        Returns
        -------
        bytes, or int when `out` is given
            The payload, or how many bytes of `out` it is; empty when nothing needs to be sent (DTX).

        Raises
        ------
        TypeError
            `pcm` is no C-contiguous int16 array, or `out` not writeable.
        ShapeMismatchError
            The codec has no such frame, or it does not fit into `out`.
        """
        cdef cnp.ndarray frame = samples_of(pcm, self.config.channels, False)
        cdef Py_buffer view
        cdef bytes payload
        if out is None:
            payload = PyBytes_FromStringAndSize(NULL, max(cnp.PyArray_NBYTES(frame), <Py_ssize_t>MAX_OPUS_BYTES))
            return payload[: self.encode_to(frame, <uint8_t*>PyBytes_AS_STRING(payload), len(payload))]
        PyObject_GetBuffer(out, &view, PyBUF_WRITABLE)
        try:
            return self.encode_to(frame, <uint8_t*>view.buf, view.len)
        finally:
            PyBuffer_Release(&view)

    cdef int32_t encode_to(self, cnp.ndarray frame, uint8_t* payload, size_t room_bytes) except -1:
        cdef span[int16_t] pcm = span_of(frame)
        cdef int32_t size
        with nogil:
            size = self.core.get().encode(
                span[const_int16_t](pcm.data(), pcm.size()), span[uint8_t](payload, room_bytes)
            )
        if size < 0:
            raise ShapeMismatchError(f"{self.kind} has no frame of {frame.shape[0]} samples, or no room for it in out")
        return size

    def duration(self, payload) -> int:
        """Return the samples per channel that decode() would give.

        Raises
        ------
        MalformedError
            No payload of this codec.
        """
        cdef _Borrowed source = _Borrowed(payload)
        cdef int32_t samples = self.core.get().duration(source.data)
        if samples < 0:
            raise MalformedError(f"{len(payload)} bytes that are no {self.kind}")
        return samples

    def decode(self, payload, out=None):
        """Decode one payload.

        Parameters
        ----------
        payload : bytes or buffer
        out : int16 array, shape (room,) or (room, 2), optional
            Written from its beginning when given; ``duration(payload)`` samples at least.

        Returns
        -------
        int16 array of shape (samples,) or (samples, 2), or int when `out` is given
            The samples, or how many per channel were written to `out`.

        Raises
        ------
        MalformedError
            No payload of this codec.
        TypeError
            `out` is no writeable C-contiguous int16 array.
        ShapeMismatchError
            `out` is too small, or has other channels.
        """
        cdef int32_t samples = self.duration(payload)
        cdef cnp.ndarray pcm
        if out is None:
            pcm = new_pcm(<size_t>samples, self.config.channels)
            self.decode_to(payload, pcm)
            return pcm
        pcm = samples_of(out, self.config.channels, True)
        if pcm.shape[0] < samples:
            raise ShapeMismatchError(f"out holds {pcm.shape[0]} samples, not {samples}")
        return self.decode_to(payload, pcm)

    cdef int32_t decode_to(self, object payload, cnp.ndarray pcm) except -1:
        cdef _Borrowed source = _Borrowed(payload)
        cdef span[int16_t] samples = span_of(pcm)
        cdef int32_t written
        with nogil:
            written = self.core.get().decode(source.data, samples)
        if written < 0:
            raise MalformedError(f"{source.data.size()} bytes that are no {self.kind}")
        return written

    def has_fec(self, next_payload) -> bool:
        """Return whether ``next_payload`` carries a copy of the frame before it (Opus in-band FEC)."""
        cdef _Borrowed source = _Borrowed(next_payload)
        return self.core.get().has_fec(source.data)

    def decode_fec(self, next_payload, int samples):
        """Return the ``samples`` before ``next_payload`` from the copy in it, as decode() does.

        Raises
        ------
        MalformedError
            It carries no copy, or is no payload.
        OutOfRangeError
            ``samples`` is no multiple of 2.5 ms in 2.5..120 ms.
        """
        if not self.has_fec(next_payload):
            raise MalformedError(f"no copy of an earlier frame in {len(next_payload)} bytes of {self.kind}")
        cdef _Borrowed source = _Borrowed(next_payload)
        cdef cnp.ndarray pcm = self.room_for(samples)
        return self.filled(pcm, self.core.get().decode_fec(source.data, span_of(pcm)))

    def conceal(self, int samples):
        """Return ``samples`` that bridge a loss by the codec's own concealment, as decode() does.

        Raises
        ------
        OutOfRangeError
            ``samples`` is no multiple of 2.5 ms in 2.5..120 ms, or this is not Opus: no other codec has one.
        """
        cdef cnp.ndarray pcm = self.room_for(samples)
        return self.filled(pcm, self.core.get().conceal(span_of(pcm)))

    cdef cnp.ndarray room_for(self, int samples):
        return new_pcm(<size_t>in_range(samples, 1, MAX_LOST_SAMPLES, "samples"), self.config.channels)

    cdef cnp.ndarray filled(self, cnp.ndarray pcm, int32_t samples):
        if samples < 0:
            raise OutOfRangeError(f"{self.kind} cannot conceal {pcm.shape[0]} samples")
        return pcm

    def reset_decoder(self) -> None:
        """Forget what was decoded before: what comes is another stream."""
        self.core.get().reset_decoder()

    def continue_from(self, Codec other not None) -> bool:
        """Make the encoder go on where ``other``, of the same settings, stands.

        A receiver can then be moved from the stream of ``other`` to this one without a splice. What
        expect_loss() said stays. False, and nothing done, when the settings differ.
        """
        return self.core.get().continue_from(other.core.get()[0])

    def expect_loss(self, int percent) -> None:
        """Tell the encoder what loss receivers report, 0..100 (clamped); Opus spends redundancy on it."""
        self.core.get().expect_loss(percent)
