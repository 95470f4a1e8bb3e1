# Python objects as codecs of the core.
cdef extern from "bindings/python_codec.hpp" namespace "mixminus::bindings":
    cdef cppclass PythonMethods:
        int32_t (*duration)(object, span[const_uint8_t]) except? -1
        int32_t (*decode)(object, span[const_uint8_t], span[int16_t]) except? -1
        int32_t (*has_fec)(object, span[const_uint8_t]) except? -1
        int32_t (*decode_fec)(object, span[const_uint8_t], span[int16_t]) except? -1
        int32_t (*conceal)(object, span[int16_t]) except? -1
        int32_t (*encode)(object, span[const_int16_t], span[uint8_t]) except? -1
        int32_t (*reset_decoder)(object) except? -1
        int32_t (*expect_loss)(object, int32_t) except? -1
        PyObject* malformed

    cdef cppclass PythonCodecShape:
        int32_t sample_rate_hz
        int32_t rtp_clock_hz
        int32_t channels

    void end_all_visits "mixminus::bindings::PythonVisit::end_all"() noexcept

    cdef cppclass PythonCodec(CoreCodec):
        PythonCodec(const PythonCodecShape&, const PythonMethods&, object) noexcept


@atexit.register
def _end_visits():
    end_all_visits()


cdef class _Guest:
    """A Python object with the methods of Codec."""

    cdef object codec
    cdef int32_t channels

    cdef int32_t write(self, object samples, span[int16_t] pcm) except? -1:
        cdef cnp.ndarray array = samples_of(samples, self.channels, False)
        if <size_t>cnp.PyArray_SIZE(array) > pcm.size():
            raise ShapeMismatchError(f"{cnp.PyArray_SIZE(array)} samples where {pcm.size()} fit")
        memcpy(pcm.data(), cnp.PyArray_DATA(array), <size_t>cnp.PyArray_NBYTES(array))
        return <int32_t>array.shape[0]

    cdef int32_t fill(self, object samples, span[int16_t] pcm) except? -1:
        cdef int32_t written = self.write(samples, pcm)
        if <size_t>written * <size_t>self.channels != pcm.size():
            raise ShapeMismatchError(f"{written} samples instead of {self.samples_in(pcm.size())}")
        return written

    cdef size_t samples_in(self, size_t values) noexcept:
        return values // <size_t>self.channels


cdef bytes copy_of(span[const_uint8_t] payload):
    return PyBytes_FromStringAndSize(<const char*>payload.data(), <Py_ssize_t>payload.size())


cdef int32_t guest_duration(object guest, span[const_uint8_t] payload) except? -1:
    return <int32_t>in_range((<_Guest>guest).codec.duration(copy_of(payload)), 1, 65535, "duration")


cdef int32_t guest_decode(object guest, span[const_uint8_t] payload, span[int16_t] pcm) except? -1:
    return (<_Guest>guest).write((<_Guest>guest).codec.decode(copy_of(payload)), pcm)


cdef int32_t guest_has_fec(object guest, span[const_uint8_t] next_payload) except? -1:
    return bool((<_Guest>guest).codec.has_fec(copy_of(next_payload)))


cdef int32_t guest_decode_fec(object guest, span[const_uint8_t] next_payload, span[int16_t] pcm) except? -1:
    cdef _Guest self = <_Guest>guest
    return self.fill(self.codec.decode_fec(copy_of(next_payload), self.samples_in(pcm.size())), pcm)


cdef int32_t guest_conceal(object guest, span[int16_t] pcm) except? -1:
    cdef _Guest self = <_Guest>guest
    return self.fill(self.codec.conceal(self.samples_in(pcm.size())), pcm)


cdef int32_t guest_encode(object guest, span[const_int16_t] pcm, span[uint8_t] payload) except? -1:
    cdef _Guest self = <_Guest>guest
    cdef cnp.ndarray frame = new_pcm(self.samples_in(pcm.size()), self.channels)
    cdef _Borrowed encoded
    memcpy(cnp.PyArray_DATA(frame), pcm.data(), pcm.size() * sizeof(int16_t))
    encoded = _Borrowed(self.codec.encode(frame))
    if encoded.data.size() > payload.size():
        raise ShapeMismatchError(f"payload of {encoded.data.size()} bytes where {payload.size()} fit")
    memcpy(payload.data(), encoded.data.data(), encoded.data.size())
    return <int32_t>encoded.data.size()


cdef int32_t guest_reset_decoder(object guest) except? -1:
    (<_Guest>guest).codec.reset_decoder()
    return 0


cdef int32_t guest_expect_loss(object guest, int32_t percent) except? -1:
    (<_Guest>guest).codec.expect_loss(percent)
    return 0


cdef PythonMethods methods_of(object codec) except *:
    cdef PythonMethods methods
    methods.duration, methods.decode, methods.encode = guest_duration, guest_decode, guest_encode
    if hasattr(codec, "has_fec"):
        methods.has_fec = guest_has_fec
    if hasattr(codec, "decode_fec"):
        methods.decode_fec = guest_decode_fec
    if hasattr(codec, "conceal"):
        methods.conceal = guest_conceal
    if hasattr(codec, "reset_decoder"):
        methods.reset_decoder = guest_reset_decoder
    if hasattr(codec, "expect_loss"):
        methods.expect_loss = guest_expect_loss
    methods.malformed = <PyObject*>MalformedError
    return methods


cdef unique_ptr[CoreCodec] wrap_codec(object codec) except *:
    """Make a codec of the core out of any object with the methods of Codec."""
    cdef PythonCodecShape shape
    cdef unique_ptr[CoreCodec] wrapped
    cdef _Guest guest = _Guest()
    for name in ("sample_rate_hz", "rtp_clock_hz", "channels", "duration", "decode", "encode"):
        if not hasattr(codec, name):
            raise TypeError(f"codec must be a name, a Codec or an object like it; {type(codec).__name__} has no {name}")
    shape.sample_rate_hz = <int32_t>in_range(codec.sample_rate_hz, 8000, 48000, "sample_rate_hz")
    shape.rtp_clock_hz = <int32_t>in_range(codec.rtp_clock_hz, 8000, 90000, "rtp_clock_hz")
    shape.channels = <int32_t>in_range(codec.channels, 1, 2, "channels")
    guest.codec, guest.channels = codec, shape.channels
    wrapped.reset(new PythonCodec(shape, methods_of(codec), guest))
    return move(wrapped)
