"""One canvas of a compositor, and what one participant sees of it."""


cdef CompositorOutput output_of(_CanvasMemory memory, size_t index, int capacity, str format, ColourSpace space):
    cdef CompositorOutput output = CompositorOutput.__new__(CompositorOutput)
    output.memory, output.index, output.capacity = memory, index, capacity
    output.core, output.format, output.space = &memory.core, format, space
    cdef int width = output.width, height = output.height
    cdef CorePlane luma = output.core.canvas(index)[0]
    output.picture = output.plane(luma, (height * 3 // 2, width))
    output.canvas = (output.plane(luma, (height, width)), *output.planes_of_chroma(width // 2, height // 2))
    return output


cdef list list_of(span[const_CanvasRect] damage):
    cdef size_t index
    return [(damage[index].x, damage[index].y, damage[index].width, damage[index].height)
            for index in range(damage.size())]


@cython.final
cdef class CompositorOutput:
    """A further canvas of a `Compositor`, drawn by its compose(); Compositor.add_output gives it.

    Attributes
    ----------
    canvas : tuple of ndarray of uint8
        (y, u, v) or (y, uv), as `Compositor.canvas`; read-only, the same memory for good.
    picture : ndarray of uint8
        The same memory as one array of shape (height * 3 / 2, width).
    format : str
        "i420" or "nv12", as the compositor was told.
    """

    def __init__(self):
        raise TypeError("Compositor.add_output gives canvases")

    cdef tuple planes_of_chroma(self, int width, int height):
        if self.format == "nv12":
            return (self.plane(self.core.output(self.index).pairs(), (height, width, 2)),)
        return (self.plane(self.core.canvas(self.index)[1], (height, width)),
                self.plane(self.core.canvas(self.index)[2], (height, width)))

    cdef object plane(self, CorePlane plane, tuple shape):
        return view_of(self.memory, plane.pixels, shape, cnp.NPY_UINT8, False)

    @property
    def colour(self) -> str:
        """What Y, Cb and Cr of the canvas are: "bt601" or "bt709"."""
        return "bt709" if self.space.matrix == ColourMatrix.bt709 else "bt601"

    @property
    def full_range(self) -> bool:
        """Whether they are 0..255."""
        return self.space.is_full_range

    @property
    def width(self) -> int:
        """Of the canvas, in pixels."""
        return self.core.size(self.index).width

    @property
    def height(self) -> int:
        """Of the canvas, in pixels."""
        return self.core.size(self.index).height

    @property
    def damage(self):
        """What was drawn by the last compose(), as it returns of the first canvas: a new list."""
        return list_of(self.core.output(self.index).damage())

    def set_layout(self, layout):
        """Place tiles, as `Compositor.set_layout` does."""
        self.place(layout)

    def set_overlays(self, overlays):
        """Place overlays, as `Compositor.set_overlays` does."""
        self.cover(overlays)

    def shows(self, int source):
        """Return whether the layout has a tile of a source, as `Compositor.shows` does."""
        return self.core.output(self.index).shows(source)

    def view(self, *, int exclude):
        """Return what one participant shall see, as `Compositor.view` does."""
        if not self.core.has(exclude):
            raise OutOfRangeError(f"there is no source {exclude}")
        cdef CanvasView view = CanvasView.__new__(CanvasView)
        view.output, view.excluded = self, exclude
        return view

    cdef int place(self, object layout) except -1:
        self.require_idle()
        if isinstance(layout, Layout):
            sources = [source for source in range(self.capacity) if self.core.has(source)]
            layout = layout.tiles(self.width, self.height, sources)
        cdef vector[CoreTile] tiles
        for tile in layout:
            tiles.push_back(core_tile(tile))
        return check_memory(
            self.core.set_layout(span[const_CoreTile](tiles.data(), tiles.size()), self.index),
            "tiles must be on the canvas and even, of known sources, their borders and corners even and small enough")

    cdef int cover(self, object overlays) except -1:
        self.require_idle()
        cdef vector[CorePlacedOverlay] placed
        fill_overlays(placed, overlays)
        return check_memory(
            self.core.set_overlays(span[const_CorePlacedOverlay](placed.data(), placed.size()), self.index),
            "overlays must stand at even places")

    cdef int require_idle(self) except -1:
        if self.core.is_viewing():
            raise RuntimeError("a view of this canvas is open")
        if self.core.is_drawing():
            raise RuntimeError("bands of this canvas are being drawn")
        return 0


@cython.final
cdef class CanvasView:
    """The canvas while one source is taken off it; Compositor.view gives it."""

    def __init__(self):
        raise TypeError("Compositor.view gives views")

    def __enter__(self):
        self.output.require_idle()
        check(self.output.core.begin_view(self.excluded, self.output.index), f"there is no source {self.excluded}")
        self.is_open = True
        return self.output.canvas

    def __exit__(self, *_):
        if self.is_open:
            self.output.core.end_view()
        self.is_open = False
