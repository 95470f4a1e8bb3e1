"""How Python memory and a Status cross the border."""

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from libc.string cimport memset

from mixminus.errors import (
    CapacityError,
    MalformedError,
    NotConfiguredError,
    OutOfRangeError,
    ShapeMismatchError,
    UnknownLegError,
    UnsupportedCodecError,
)

cdef dict EXCEPTIONS = {
    <int>Status.not_configured: NotConfiguredError,
    <int>Status.out_of_range: OutOfRangeError,
    <int>Status.shape_mismatch: ShapeMismatchError,
    <int>Status.capacity_reached: CapacityError,
    <int>Status.unsupported_codec: UnsupportedCodecError,
    <int>Status.unknown_leg: UnknownLegError,
    <int>Status.malformed: MalformedError,
}


cdef int check(Status status, str message) except -1:
    """Raise the exception of `status`: the map of mixminus/errors.py, in one place."""
    if status == Status.ok:
        return 0
    raise EXCEPTIONS[<int>status](message)


cdef void* borrow(object source, Py_buffer* view, int dtype, Py_ssize_t size_bytes, bint writable) except NULL:
    """Address of `source`'s memory: an array's by its C fields, any other buffer's by its protocol.

    Give `view` to PyBuffer_Release when the memory is no longer used. For an array that does
    nothing, and the caller keeps the array alive.
    """
    cdef cnp.ndarray array
    memset(view, 0, sizeof(Py_buffer))
    if isinstance(source, cnp.ndarray):
        array = <cnp.ndarray>source
        # CARRAY: C-contiguous, aligned and in native byte order, which PyArray_TYPE does not tell
        if cnp.PyArray_TYPE(array) != dtype or not cnp.PyArray_ISCARRAY_RO(array):
            raise TypeError("array must be C-contiguous and of the documented dtype")
        if writable and not cnp.PyArray_ISWRITEABLE(array):
            raise TypeError("array must be writeable")
        if cnp.PyArray_NBYTES(array) != size_bytes:
            raise ShapeMismatchError(f"array holds {array.nbytes} bytes, not {size_bytes}")
        return cnp.PyArray_DATA(array)
    PyObject_GetBuffer(source, view, PyBUF_WRITABLE if writable else PyBUF_SIMPLE)
    if view.len == size_bytes and <size_t>view.buf % <size_t>cnp.PyArray_DescrFromType(dtype).alignment == 0:
        return view.buf
    found_bytes = view.len
    PyBuffer_Release(view)
    if found_bytes == size_bytes:
        raise TypeError("buffer must be aligned")
    raise ShapeMismatchError(f"buffer holds {found_bytes} bytes, not {size_bytes}")


cdef int64_t in_range(value, int64_t low, int64_t high, str name) except? -1:
    cdef int64_t number = value
    if number < low or number > high:
        raise OutOfRangeError(f"{name} must be in {low}..{high}, not {number}")
    return number
