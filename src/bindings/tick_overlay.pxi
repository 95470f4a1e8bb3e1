"""Overlay: what is drawn over tiles and canvases."""

from mixminus.colours import yuva_of


@cython.final
cdef class Overlay:
    """A picture with an alpha for each pixel: a label, an icon, a logo. It never changes, so any number may share it.

    Parameters
    ----------
    y, u, v : buffers of uint8
        Planes of shapes (height, width) and twice (height / 2, width / 2); both even, 2..16384. They are copied.
    alpha : buffer of uint8
        Of shape (height, width), 0: transparent, 255: opaque. Colours are blended with the mean of four.

    Raises
    ------
    OutOfRangeError
        A side is odd, or not in 2..16384.
    TypeError
        Not buffers of bytes.
    ShapeMismatchError
        Planes do not belong together, or rows do not lie in memory as said.
    MemoryError
        There is not so much.

    Notes
    -----
    ``(canvas * (255 - alpha) + pixel * alpha) / 255`` to the nearest, the same bytes on every processor.
    """

    def __cinit__(self, y, u, v, alpha):
        cdef _HeldPlanes held = _HeldPlanes(), held_alpha = _HeldPlanes()
        cdef CorePicture picture
        three_planes(held, y, u, v, picture)
        cdef CorePlaneView core_alpha = held_alpha.take(alpha, "alpha")
        held_alpha.require(0, held.buffers[0].shape[0], held.buffers[0].shape[1], "alpha")
        check_memory(make_overlay(picture, core_alpha, self.core), "an overlay must have even sides, 2..16384")

    @classmethod
    def from_rgba(cls, rgba, *, colour="bt709", full_range=False):
        """Return an overlay of straight (not premultiplied) red, green, blue and alpha.

        Parameters
        ----------
        rgba : ndarray of uint8
            Of shape (height, width, 4), both even.
        colour : str
            The matrix of the canvas: ``"bt709"`` (ITU-R BT.709) or ``"bt601"`` (ITU-R BT.601).
        full_range : bool
            Whether its samples are 0..255 rather than 16..235 and 16..240.

        Raises
        ------
        ShapeMismatchError
            Another shape, or a side is odd.
        OutOfRangeError
            Another matrix.
        TypeError
            Not bytes.
        """
        return cls(*yuva_of(rgba, colour, full_range))

    @property
    def width(self) -> int:
        """In pixels."""
        return self.core.get().size().width

    @property
    def height(self) -> int:
        """In pixels."""
        return self.core.get().size().height


cdef int check_memory(Status status, str message) except -1:
    if status == Status.capacity_reached:
        raise MemoryError("no memory for pictures")
    return check(status, message)


cdef CorePlacedOverlay core_placed(object placed) except *:
    overlay, x, y = placed
    if not isinstance(overlay, Overlay):
        raise TypeError("overlays must be tuples of an Overlay, x and y")
    cdef CorePlacedOverlay core
    core.overlay = (<Overlay>overlay).core
    core.x, core.y = x, y
    return core


cdef int fill_overlays(vector[CorePlacedOverlay]& core, object overlays) except -1:
    for placed in overlays:
        core.push_back(core_placed(placed))
    return 0
