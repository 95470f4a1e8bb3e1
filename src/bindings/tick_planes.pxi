"""Planes of pictures: buffers of the caller that are held, and what they must be."""

from cpython.buffer cimport PyBUF_FORMAT, PyBUF_STRIDES

cdef dict PIXEL_FORMATS = {"i420": <int>PixelFormat.i420, "nv12": <int>PixelFormat.nv12,
                           "p010": <int>PixelFormat.p010, "bgra": <int>PixelFormat.bgra}
cdef dict COLOUR_MATRICES = {"bt601": <int>ColourMatrix.bt601, "bt709": <int>ColourMatrix.bt709}
cdef dict ROTATIONS = {0: 0, 90: 1, 180: 2, 270: 3}

cdef PixelKind ONE_BYTE = PixelKind(1, 1, False)


cdef int one_of(dict names, object name, str what) except -1:
    try:
        return names[name]
    except (KeyError, TypeError):
        raise OutOfRangeError(f"{what} must be one of {', '.join(map(repr, names))}, not {name!r}") from None


@cython.freelist(16)
cdef class _HeldPlanes:
    def __dealloc__(self):
        for index in range(<Py_ssize_t>self.count):
            PyBuffer_Release(&self.buffers[index])

    cdef CorePlaneView take(self, object plane, str name, PixelKind kind=ONE_BYTE) except *:
        """Hold a buffer of rows of pixels."""
        cdef Py_buffer* buffer = &self.buffers[self.count]
        PyObject_GetBuffer(plane, buffer, PyBUF_STRIDES | PyBUF_FORMAT)
        self.count += 1
        require_kind(buffer, name, kind)
        cdef Py_ssize_t rows = buffer.shape[0], row_bytes = buffer.shape[1] * buffer.itemsize
        if buffer.ndim == 3:
            row_bytes *= buffer.shape[2]
        if rows > 1 and buffer.strides[0] < row_bytes:
            raise ShapeMismatchError(f"rows of {name} must follow each other and not overlap")
        cdef CorePlaneView view
        view.pixels = <const uint8_t*>buffer.buf
        view.stride_bytes = buffer.strides[0] if rows > 1 else row_bytes
        return view

    cdef int require(self, int index, Py_ssize_t rows, Py_ssize_t columns, str name) except -1:
        if self.buffers[index].shape[0] != rows or self.buffers[index].shape[1] != columns:
            raise ShapeMismatchError(f"{name} must have shape ({rows}, {columns})")
        return 0


cdef int require_kind(Py_buffer* buffer, str name, PixelKind kind) except -1:
    """Refuse what is not rows of pixels side by side, each of some numbers without a sign."""
    cdef const char* code = buffer.format
    if code != NULL and code[0] in (c"<", c"=", c"^"):  # all but the order of the other machines
        code += 1
    if buffer.itemsize != kind.bytes or (code != NULL and code[0] != (c"B" if kind.bytes == 1 else c"H")):
        raise TypeError(f"{name} must hold {8 * kind.bytes}-bit integers without a sign")
    cdef cbool is_flat = buffer.ndim == 2 and (kind.numbers == 1 or kind.is_flat)
    cdef cbool is_deep = buffer.ndim == 3 and kind.numbers > 1 and buffer.shape[2] == kind.numbers
    if not is_flat and not is_deep:
        raise ShapeMismatchError(f"{name} must have shape (height, width{f', {kind.numbers}' if kind.numbers > 1 else ''})")
    cdef Py_ssize_t step = buffer.itemsize, axis = buffer.ndim - 1
    while axis > 0:
        if buffer.shape[axis] > 1 and buffer.strides[axis] != step:
            raise ShapeMismatchError(f"pixels of a row of {name} must lie side by side")
        step *= buffer.shape[axis]
        axis -= 1
    return 0


cdef int set_colour(CoreColour& core, object colour) except -1:
    """Copy (Y, Cb, Cr)."""
    first, second, third = colour
    core[0] = in_range(first, 0, 255, "Y")
    core[1] = in_range(second, 0, 255, "Cb")
    core[2] = in_range(third, 0, 255, "Cr")
    return 0


cdef _HeldPlanes held_picture(object y, object u, object v, CorePicture& picture):
    cdef _HeldPlanes held = _HeldPlanes()
    take_planes(held, y, u, v, picture)
    return held


cdef int take_planes(_HeldPlanes held, object y, object u, object v, CorePicture& picture) except -1:
    if picture.format == PixelFormat.i420:
        return whole_picture(held, y, picture) if u is None and v is None else three_planes(held, y, u, v, picture)
    if v is not None or (u is not None) == (picture.format == PixelFormat.bgra):
        raise ShapeMismatchError("'nv12' and 'p010' have two planes, 'bgra' has one")
    if picture.format == PixelFormat.bgra:
        return one_plane(held, y, picture)
    return two_planes(held, y, u, picture, 2 if picture.format == PixelFormat.p010 else 1)


cdef int one_plane(_HeldPlanes held, object bgra, CorePicture& picture) except -1:
    picture.planes[0] = held.take(bgra, "a picture of 'bgra'", PixelKind(1, 4, False))
    cdef Py_ssize_t rows = held.buffers[0].shape[0], columns = held.buffers[0].shape[1]
    if rows % 2 or columns % 2:
        raise ShapeMismatchError("a picture of 'bgra' must have even sides")
    return set_size(picture, rows, columns)


cdef int two_planes(_HeldPlanes held, object y, object uv, CorePicture& picture, int bytes) except -1:
    picture.planes[0] = held.take(y, "y", PixelKind(bytes, 1, False))
    picture.planes[1] = held.take(uv, "uv", PixelKind(bytes, 2, True))
    cdef Py_ssize_t rows = held.buffers[0].shape[0], columns = held.buffers[0].shape[1]
    cdef Py_ssize_t numbers = 2 if held.buffers[1].ndim == 2 else 1
    held.require(1, (rows + 1) // 2, (columns + 1) // 2 * numbers, "uv")
    return set_size(picture, rows, columns)


cdef int three_planes(_HeldPlanes held, object y, object u, object v, CorePicture& picture) except -1:
    picture.planes[0] = held.take(y, "y")
    picture.planes[1] = held.take(u, "u")
    picture.planes[2] = held.take(v, "v")
    cdef Py_ssize_t rows = held.buffers[0].shape[0], columns = held.buffers[0].shape[1]
    held.require(1, (rows + 1) // 2, (columns + 1) // 2, "u")
    held.require(2, (rows + 1) // 2, (columns + 1) // 2, "v")
    return set_size(picture, rows, columns)


cdef int whole_picture(_HeldPlanes held, object planes, CorePicture& picture) except -1:
    cdef CorePlaneView luma = held.take(planes, "y")
    cdef Py_ssize_t columns = held.buffers[0].shape[1], rows = held.buffers[0].shape[0] // 3 * 2
    if held.buffers[0].shape[0] % 3 or columns % 2 or luma.stride_bytes != columns:
        raise ShapeMismatchError("a whole picture must be contiguous, of shape (height * 3 // 2, width), both even")
    picture.planes[0] = luma
    picture.planes[1].pixels = luma.pixels + rows * columns
    picture.planes[2].pixels = luma.pixels + rows * columns // 4 * 5
    picture.planes[1].stride_bytes = picture.planes[2].stride_bytes = columns // 2
    return set_size(picture, rows, columns)


cdef int set_size(CorePicture& picture, Py_ssize_t rows, Py_ssize_t columns) except -1:
    picture.size.width = <int32_t>min(columns, <Py_ssize_t>1 << 20)  # too many all the same
    picture.size.height = <int32_t>min(rows, <Py_ssize_t>1 << 20)
    return 0
