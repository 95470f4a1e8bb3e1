# Codec in Python, and Python objects as codecs of the core.
cdef dict KINDS = {
    "opus": <int>CodecKind.opus, "pcmu": <int>CodecKind.pcmu, "pcma": <int>CodecKind.pcma,
    "g722": <int>CodecKind.g722, "l16": <int>CodecKind.l16,
}
cdef dict APPLICATIONS = {
    "voip": <int>OpusApplication.voip, "audio": <int>OpusApplication.audio,
    "low_delay": <int>OpusApplication.low_delay,
}
cdef size_t MAX_PAYLOAD_BYTES = 23040  # L16 stereo, 120 ms at 48 kHz
cdef size_t MAX_DECODED_SAMPLES = 11520  # 120 ms of it


def codecs() -> tuple:
    """Return the names of the codecs of this build, the preferred one first."""
    return tuple(kind for kind in KINDS if is_built(kind))


def opus_version():
    """Return the version text of libopus, or None in a build without it."""
    cdef const char* text = core_opus_version()
    return None if text is NULL else text.decode()


cdef bint is_built(str kind) except -1:
    cdef CodecConfig config
    cdef unique_ptr[CoreCodec] codec
    config.kind = <CodecKind><int>KINDS[kind]
    config.sample_rate_hz = native_rate_hz(config.kind, 48000)
    return make_codec(config, codec) == Status.ok


cdef CodecKind kind_of(str kind) except *:
    if kind not in KINDS or not is_built(kind):
        raise UnsupportedCodecError(f"no codec {kind!r} in this build; there are {', '.join(codecs())}")
    return <CodecKind><int>KINDS[kind]


cdef class Codec:
    """One decoder and one encoder, for mono or interleaved stereo ``int16``.

    Parameters
    ----------
    kind : str
        "opus" (RFC 6716), "pcmu" and "pcma" (ITU-T G.711), "g722" (ITU-T G.722 at 64 kbit/s) or "l16"
        (RFC 3551 section 4.5.11); :func:`codecs` says which of them this build has.
    sample_rate_hz : int, optional
        Opus: 8000, 12000, 16000, 24000 or 48000; L16: 8000..48000; G.711 is 8000 and G.722 16000. Without it
        the highest.
    channels : int
        1, or 2 for Opus and L16.
    application : str
        Opus only, like all that follow: "audio", "voip" or "low_delay".
    bitrate_bps : int
        6000..510000.
    complexity : int
        0 (cheap) to 10.
    in_band_fec : bool
        Send redundancy for lost packets (RFC 6716 section 2.1.7).
    expected_loss_percent : int
        0..100, how much redundancy is worth.
    dtx : bool
        Send nothing in silence (RFC 6716 section 2.1.9).

    Raises
    ------
    UnsupportedCodecError
        Not in this build, or not at this rate or channel count.
    OutOfRangeError, ValueError
        A setting is outside its interval.

    Notes
    -----
    Given to ``Conference.add_leg`` or ``AudioReceiver`` it lends its settings, not its state. Any Python object with
    ``sample_rate_hz``, ``rtp_clock_hz``, ``channels``, ``duration``, ``decode`` and ``encode`` of the same meaning,
    and if it likes ``decode_fec`` and ``conceal``, is taken as a codec there too. It is called with the GIL held,
    once a frame, which costs microseconds and keeps the threads of a tick waiting for each other. What it
    raises goes to ``sys.unraisablehook`` and counts as a frame that failed.
    """

    def __cinit__(self, str kind not None="opus", *, sample_rate_hz=None, int channels=1, str application="audio",
                  int bitrate_bps=48000, int complexity=4, bint in_band_fec=False, int expected_loss_percent=0,
                  bint dtx=False):
        if application not in APPLICATIONS:
            raise ValueError(f"application must be one of {', '.join(APPLICATIONS)}, not {application!r}")
        self.kind = kind
        self.config.kind = kind_of(kind)
        self.config.sample_rate_hz = native_rate_hz(self.config.kind, 48000) if sample_rate_hz is None else sample_rate_hz
        self.config.channels = channels
        self.config.opus.application = <OpusApplication><int>APPLICATIONS[application]
        self.config.opus.bitrate_bps = bitrate_bps
        self.config.opus.complexity = complexity
        self.config.opus.in_band_fec = in_band_fec
        self.config.opus.expected_loss_percent = expected_loss_percent
        self.config.opus.dtx = dtx
        check(make_codec(self.config, self.core), f"{kind} is not possible with these settings")

    @property
    def sample_rate_hz(self) -> int:
        """Of the samples, Hz."""
        return self.config.sample_rate_hz

    @property
    def rtp_clock_hz(self) -> int:
        """Of RTP timestamps, Hz: 8000 for G.722 (RFC 3551) and 48000 for Opus (RFC 7587) whatever the rate."""
        return self.core.get().rtp_clock_hz()

    @property
    def channels(self) -> int:
        """1 or 2."""
        return self.config.channels

    def encode(self, pcm not None) -> bytes:
        """Return the payload of one frame; empty when nothing needs to be sent (DTX).

        Parameters
        ----------
        pcm : int16 array, shape (samples,) or (samples, channels)
            Opus: 2.5, 5, 10, 20, 40 or 60 ms. C-contiguous.

        Raises
        ------
        TypeError
            Not C-contiguous int16.
        ShapeMismatchError
            No frame that this codec can encode.
        """
        cdef cnp.ndarray samples = self.samples_of(pcm)
        cdef bytes payload = PyBytes_FromStringAndSize(NULL, <Py_ssize_t>MAX_PAYLOAD_BYTES)
        cdef int32_t size = self.core.get().encode(
            span[const_int16_t](<const int16_t*>cnp.PyArray_DATA(samples), <size_t>cnp.PyArray_SIZE(samples)),
            span[uint8_t](<uint8_t*>PyBytes_AS_STRING(payload), MAX_PAYLOAD_BYTES))
        if size < 0:
            raise ShapeMismatchError(f"{self.kind} has no frame of {cnp.PyArray_SIZE(samples) // self.channels} samples")
        return payload[:size]

    cdef cnp.ndarray samples_of(self, object pcm):
        if not isinstance(pcm, cnp.ndarray):
            raise TypeError("array must be C-contiguous and of the documented dtype")
        cdef cnp.ndarray array = <cnp.ndarray>pcm
        if cnp.PyArray_TYPE(array) != cnp.NPY_INT16 or not cnp.PyArray_ISCARRAY_RO(array):
            raise TypeError("array must be C-contiguous and of the documented dtype")
        channels = array.shape[1] if array.ndim == 2 else 1
        if array.ndim not in (1, 2) or (array.ndim == 2 or self.config.channels == 1) and channels != self.config.channels:
            raise ShapeMismatchError(f"array has shape {pcm.shape}, not (samples, {self.config.channels})")
        return array

    def decode(self, payload not None) -> np.ndarray:
        """Return the samples of one payload: int16, shape (samples,) or (samples, 2).

        Raises
        ------
        MalformedError
            No payload of this codec.
        """
        cdef cnp.ndarray pcm = self.room(MAX_DECODED_SAMPLES // <size_t>self.config.channels)
        cdef const uint8_t[::1] data = payload
        return self.decoded(pcm, self.core.get().decode(bytes_of(data), span_of(pcm)))

    def decode_fec(self, next_payload not None, int samples) -> np.ndarray:
        """Return the ``samples`` before ``next_payload`` from the copy in it (Opus in-band FEC).

        Raises
        ------
        MalformedError
            It carries no copy.
        """
        cdef cnp.ndarray pcm = self.room(<size_t>in_range(samples, 1, <int64_t>MAX_DECODED_SAMPLES // 2, "samples"))
        cdef const uint8_t[::1] data = next_payload
        return self.decoded(pcm, self.core.get().decode_fec(bytes_of(data), span_of(pcm)))

    def conceal(self, int samples) -> np.ndarray:
        """Return ``samples`` that bridge a loss, by the codec's own concealment.

        Raises
        ------
        MalformedError
            The codec has none: everything but Opus.
        """
        cdef cnp.ndarray pcm = self.room(<size_t>in_range(samples, 1, <int64_t>MAX_DECODED_SAMPLES // 2, "samples"))
        return self.decoded(pcm, self.core.get().conceal(span_of(pcm)))

    def has_fec(self, next_payload not None) -> bool:
        """Return whether ``next_payload`` carries a copy of the frame before it."""
        cdef const uint8_t[::1] data = next_payload
        return self.core.get().has_fec(bytes_of(data))

    def duration(self, payload not None) -> int:
        """Return the samples per channel that decode() would give.

        Raises
        ------
        MalformedError
            No payload of this codec.
        """
        cdef const uint8_t[::1] data = payload
        cdef int32_t samples = self.core.get().duration(bytes_of(data))
        if samples < 0:
            raise MalformedError(f"no {self.kind} payload")
        return samples

    cdef cnp.ndarray room(self, size_t samples):
        pcm = np.empty((samples, self.config.channels), np.int16)
        return pcm[:, 0] if self.config.channels == 1 else pcm

    cdef object decoded(self, cnp.ndarray pcm, int32_t samples):
        if samples < 0:
            raise MalformedError(f"no {self.kind} payload, or nothing in it to recover from")
        return pcm[:samples]


cdef span[const_uint8_t] bytes_of(const uint8_t[::1] data) noexcept:
    return span[const_uint8_t](&data[0] if data.shape[0] else NULL, <size_t>data.shape[0])


cdef span[int16_t] span_of(cnp.ndarray pcm) noexcept:
    return span[int16_t](<int16_t*>cnp.PyArray_DATA(pcm), <size_t>cnp.PyArray_SIZE(pcm))


# ---- a Python object behind the interface of the core

cdef int32_t failed(object codec, object error):
    hook = sys.unraisablehook
    hook(SimpleNamespace(exc_type=type(error), exc_value=error, exc_traceback=error.__traceback__,
                         err_msg="Exception in a codec", object=codec))
    return kFailed


cdef int32_t copy_pcm(object samples, span[int16_t] pcm) except? -1:
    cdef const int16_t[::1] flat = np.ascontiguousarray(samples).reshape(-1)
    if <size_t>flat.shape[0] > pcm.size():
        raise ShapeMismatchError(f"{flat.shape[0]} samples where {pcm.size()} fit")
    if flat.shape[0]:
        memcpy(pcm.data(), &flat[0], <size_t>flat.shape[0] * sizeof(int16_t))
    return <int32_t>flat.shape[0]


cdef bytes payload_of(span[const_uint8_t] payload):
    return PyBytes_FromStringAndSize(<const char*>payload.data(), <Py_ssize_t>payload.size())


cdef int32_t py_duration(void* context, span[const_uint8_t] payload) noexcept with gil:
    codec = <object>context
    try:
        return codec.duration(payload_of(payload))
    except MalformedError:
        return kFailed
    except Exception as error:
        return failed(codec, error)


cdef int32_t py_decode(void* context, span[const_uint8_t] payload, span[int16_t] pcm) noexcept with gil:
    codec = <object>context
    try:
        return copy_pcm(codec.decode(payload_of(payload)), pcm) // <int32_t>codec.channels
    except MalformedError:
        return kFailed
    except Exception as error:
        return failed(codec, error)


cdef int32_t py_decode_fec(void* context, span[const_uint8_t] next_payload, span[int16_t] pcm) noexcept with gil:
    codec = <object>context
    if not hasattr(codec, "decode_fec"):
        return kFailed
    try:
        return copy_pcm(codec.decode_fec(payload_of(next_payload), pcm.size() // codec.channels), pcm) // <int32_t>codec.channels
    except MalformedError:
        return kFailed
    except Exception as error:
        return failed(codec, error)


cdef int32_t py_conceal(void* context, span[int16_t] pcm) noexcept with gil:
    codec = <object>context
    if not hasattr(codec, "conceal"):
        return kFailed
    try:
        return copy_pcm(codec.conceal(pcm.size() // codec.channels), pcm) // <int32_t>codec.channels
    except MalformedError:
        return kFailed
    except Exception as error:
        return failed(codec, error)


cdef int32_t py_encode(void* context, span[const_int16_t] pcm, span[uint8_t] payload) noexcept with gil:
    codec = <object>context
    cdef bytes encoded
    try:
        samples = np.empty(pcm.size(), np.int16)
        memcpy(cnp.PyArray_DATA(samples), pcm.data(), pcm.size() * sizeof(int16_t))
        encoded = bytes(codec.encode(samples if codec.channels == 1 else samples.reshape(-1, codec.channels)))
        if <size_t>len(encoded) > payload.size():
            raise ShapeMismatchError(f"payload of {len(encoded)} bytes where {payload.size()} fit")
        memcpy(payload.data(), PyBytes_AS_STRING(encoded), <size_t>len(encoded))
        return <int32_t>len(encoded)
    except Exception as error:
        return failed(codec, error)


cdef void py_release(void* context) noexcept with gil:
    Py_DECREF(<object>context)


cdef unique_ptr[CoreCodec] wrap_codec(object codec) except *:
    """Make a codec of the core out of any object with the methods of Codec."""
    cdef CodecCallbacks callbacks
    cdef CodecShape shape
    cdef unique_ptr[CoreCodec] wrapped
    for name in ("sample_rate_hz", "rtp_clock_hz", "channels", "duration", "decode", "encode"):
        if not hasattr(codec, name):
            raise TypeError(f"codec must be a name, a Codec or an object like it; {type(codec).__name__} has no {name}")
    shape.sample_rate_hz = <int32_t>in_range(codec.sample_rate_hz, 8000, 48000, "sample_rate_hz")
    shape.rtp_clock_hz = <int32_t>in_range(codec.rtp_clock_hz, 8000, 90000, "rtp_clock_hz")
    shape.channels = <int32_t>in_range(codec.channels, 1, 2, "channels")
    callbacks.duration, callbacks.decode, callbacks.encode = py_duration, py_decode, py_encode
    callbacks.decode_fec, callbacks.conceal, callbacks.release = py_decode_fec, py_conceal, py_release
    Py_INCREF(codec)
    wrapped.reset(new CallbackCodec(shape, callbacks, <void*>codec))
    return move(wrapped)


cdef bint read_codec(object codec, int32_t sample_rate_hz, CodecConfig* config) except -1:
    """Fill `config` from a name or a Codec; False for any other object, which wrap_codec() takes."""
    if isinstance(codec, Codec):
        config[0] = (<Codec>codec).config
        return True
    if not isinstance(codec, str):
        return False
    config.kind = kind_of(codec)
    config.sample_rate_hz = native_rate_hz(config.kind, sample_rate_hz)
    return True
