"""Compositor: pictures of many sources on one canvas."""

from cpython.buffer cimport PyBUF_FORMAT, PyBUF_STRIDES

from mixminus.layouts import Layout, Tile

cdef dict TILE_FITS = {"fit": <int>TileFit.fit, "crop": <int>TileFit.crop, "stretch": <int>TileFit.stretch}


cdef class _CanvasMemory:
    pass


@cython.freelist(16)
cdef class _HeldPlanes:
    def __dealloc__(self):
        for index in range(<Py_ssize_t>self.count):
            PyBuffer_Release(&self.buffers[index])

    cdef CorePlaneView take(self, object plane, str name) except *:
        """Hold a buffer of rows of pixels."""
        cdef Py_buffer* buffer = &self.buffers[self.count]
        PyObject_GetBuffer(plane, buffer, PyBUF_STRIDES | PyBUF_FORMAT)
        self.count += 1
        if buffer.itemsize != 1 or (buffer.format != NULL and buffer.format[0] != c"B"):
            raise TypeError(f"{name} must hold bytes without a sign")
        if buffer.ndim != 2:
            raise ShapeMismatchError(f"{name} must have shape (height, width)")
        cdef Py_ssize_t rows = buffer.shape[0], columns = buffer.shape[1]
        if columns > 1 and buffer.strides[1] != 1:
            raise ShapeMismatchError(f"pixels of a row of {name} must lie side by side")
        if rows > 1 and buffer.strides[0] < columns:
            raise ShapeMismatchError(f"rows of {name} must follow each other and not overlap")
        cdef CorePlaneView view
        view.pixels = <const uint8_t*>buffer.buf
        view.stride_bytes = buffer.strides[0] if rows > 1 else columns
        return view

    cdef int require(self, int index, Py_ssize_t rows, Py_ssize_t columns, str name) except -1:
        if self.buffers[index].shape[0] != rows or self.buffers[index].shape[1] != columns:
            raise ShapeMismatchError(f"{name} must have shape ({rows}, {columns})")
        return 0


cdef int set_colour(CoreColour& core, object colour) except -1:
    """Copy (Y, Cb, Cr)."""
    first, second, third = colour
    core[0] = in_range(first, 0, 255, "Y")
    core[1] = in_range(second, 0, 255, "Cb")
    core[2] = in_range(third, 0, 255, "Cr")
    return 0


@cython.final
cdef class Compositor:
    """Pictures of many sources on one canvas in I420, of which only what has changed is drawn again.

    Parameters
    ----------
    width, height : int
        Of the canvas in pixels, even, 2..16384.
    capacity : int
        Sources, 1..4096.
    background : tuple of int
        (Y, Cb, Cr) where no picture is, 0..255 each.
    hold_ms : int
        How long a source that sends nothing keeps its last picture; then it is background. 0: for ever.

    Attributes
    ----------
    canvas : tuple of ndarray of uint8
        (y, u, v) of shapes (height, width) and twice (height / 2, width / 2); read-only, the same memory for good.

    Raises
    ------
    OutOfRangeError
        A parameter is outside its interval.
    MemoryError
        There is not so much; set_layout() and push() say so too.

    Notes
    -----
    Pictures become smaller by exact area, larger by bilinear interpolation: weights of 8 bits for rows and 14 for
    columns, one rounding. Of pictures that is 57 dB or more against the same in floats (PSNR), and the same bytes on
    every processor.

    Tiles of one source, part and size are scaled once. Drawing takes no memory and reads no clock; `push` of another
    size of picture than before makes tables. One object belongs to one thread at a time.

    Examples
    --------
    >>> compositor = Compositor(1920, 1080, capacity=16)
    >>> sources = [compositor.add_source() for _ in range(16)]
    >>> compositor.set_layout(mixminus.layouts.grid(4, 4))
    >>> compositor.push(sources[0], y, u, v)
    >>> if compositor.compose(now_ns):  # every 40 ms
    ...     encode(compositor.canvas)
    """

    def __cinit__(self, int width=1920, int height=1080, int capacity=170, *, background=(16, 128, 128),
                  int64_t hold_ms=0):
        cdef CompositorConfig config
        config.width, config.height, config.capacity = width, height, capacity
        config.hold_ns = in_range(hold_ms, 0, 3_600_000, "hold_ms") * 1_000_000
        set_colour(config.background, background)
        self.memory = _CanvasMemory()
        self.core = &self.memory.core
        self.check_core(self.core.configure(config), "width and height must be even, 2..16384, capacity in 1..4096")
        self.capacity = capacity
        self.held = [None] * capacity
        self.canvas = (self.plane(0, height, width), self.plane(1, height // 2, width // 2),
                       self.plane(2, height // 2, width // 2))

    cdef object plane(self, size_t index, int rows, int columns):
        return view_of(self.memory, self.core.canvas()[index].pixels, (rows, columns), cnp.NPY_UINT8, False)

    cdef int check_core(self, Status status, str message) except -1:
        if status == Status.capacity_reached:
            raise MemoryError("no memory for pictures")
        return check(status, message)

    @property
    def width(self) -> int:
        """Of the canvas, in pixels."""
        return self.core.size().width

    @property
    def height(self) -> int:
        """Of the canvas, in pixels."""
        return self.core.size().height

    def add_source(self):
        """Return the number of a new source, the lowest that is free.

        Raises
        ------
        CapacityError
            All are taken.
        """
        cdef int32_t source = 0
        check(self.core.add_source(source), f"all {self.capacity} sources are taken")
        return source

    def remove_source(self, int source):
        """Forget a source; its tiles are background until the next layout.

        Raises
        ------
        OutOfRangeError
            There is no such source.
        """
        self.require_no_view()
        check(self.core.remove_source(source), f"there is no source {source}")
        self.held[source] = None

    def set_layout(self, layout):
        """Place tiles; the canvas is drawn anew by the next compose().

        Parameters
        ----------
        layout : Layout or iterable of Tile
            Of a `Layout` the cells are filled with the sources that there are, in order. Later tiles lie above
            earlier ones.

        Raises
        ------
        OutOfRangeError
            A tile is outside the canvas, has an odd side or place, an unknown source or a border that leaves nothing,
            or there are more than 4096. The layout before stays.
        """
        self.require_no_view()
        if isinstance(layout, Layout):
            layout = layout.tiles(self.width, self.height, self.sources)
        cdef vector[CoreTile] tiles
        for tile in layout:
            tiles.push_back(core_tile(tile))
        self.check_core(self.core.set_layout(span[const_CoreTile](tiles.data(), tiles.size())),
                        "tiles must be on the canvas and even, of known sources, their borders even and thinner")

    @property
    def sources(self):
        """Numbers of all sources, ascending: a new list."""
        return [source for source in range(self.capacity) if self.core.has(source)]

    def push(self, int source, y, u=None, v=None):
        """Give the picture that a source shows until its next one.

        Parameters
        ----------
        source : int
        y, u, v : buffers of uint8
            Planes of shapes (height, width) and twice ((height + 1) // 2, (width + 1) // 2); rows may be further
            apart than they are wide. Or `y` alone, of shape (height * 3 // 2, width), both even. Nothing is copied:
            the memory is held, and must stay as it is, until the next picture of the source is pushed.

        Raises
        ------
        OutOfRangeError
            There is no such source.
        TypeError
            Not buffers of bytes.
        ShapeMismatchError
            Planes do not belong together, or rows do not lie in memory as said.
        """
        cdef CorePicture picture
        cdef _HeldPlanes held = _HeldPlanes()
        if not self.core.has(source):
            raise OutOfRangeError(f"there is no source {source}")
        if u is None and v is None:
            whole_picture(held, y, picture)
        else:
            three_planes(held, y, u, v, picture)
        self.check_core(self.core.push(source, picture), "a picture must have 1..16384 rows and columns")
        self.held[source] = held

    def compose(self, int64_t now_ns):
        """Draw what has changed since the last time.

        Parameters
        ----------
        now_ns : int
            On any clock that only goes forwards; it says how old pictures are.

        Returns
        -------
        list of tuple of int
            (x, y, width, height) of what was drawn, in pixels of the canvas; empty: the canvas is as it was.
        """
        cdef span[const_CanvasRect] damage
        self.require_no_view()
        with nogil:
            damage = self.core.compose(now_ns)
        cdef size_t index
        return [(damage[index].x, damage[index].y, damage[index].width, damage[index].height)
                for index in range(damage.size())]

    def view(self, *, int exclude):
        """Return what one participant shall see: the canvas without himself, for a ``with`` statement.

        Parameters
        ----------
        exclude : int
            The source whose tiles are background inside the statement. It gives ``canvas``, to be encoded in it;
            nothing may be composed, placed or removed in it.

        Raises
        ------
        OutOfRangeError
            There is no such source.
        """
        if not self.core.has(exclude):
            raise OutOfRangeError(f"there is no source {exclude}")
        cdef CanvasView view = CanvasView.__new__(CanvasView)
        view.compositor, view.excluded = self, exclude
        return view

    cdef int require_no_view(self) except -1:
        if self.core.is_viewing():
            raise RuntimeError("a view of this canvas is open")
        return 0


cdef CoreTile core_tile(object tile) except *:
    cdef CoreTile core
    if not isinstance(tile, Tile):
        raise TypeError("a layout must hold tiles")
    if tile.fit not in TILE_FITS:
        raise OutOfRangeError("fit must be 'fit', 'crop' or 'stretch'")
    core.source = tile.source
    core.area.x, core.area.y, core.area.width, core.area.height = tile.x, tile.y, tile.width, tile.height
    core.fit = <TileFit><int>TILE_FITS[tile.fit]
    core.border = tile.border
    set_colour(core.border_colour, tile.border_colour)
    return core


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


@cython.final
cdef class CanvasView:
    """The canvas while one source is taken off it; Compositor.view gives it."""

    def __init__(self):
        raise TypeError("Compositor.view gives views")

    def __enter__(self):
        self.compositor.require_no_view()
        check(self.compositor.core.begin_view(self.excluded), f"there is no source {self.excluded}")
        self.is_open = True
        return self.compositor.canvas

    def __exit__(self, *_):
        if self.is_open:
            self.compositor.core.end_view()
        self.is_open = False
