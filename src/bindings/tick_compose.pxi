"""Compositor: pictures of many sources on one canvas."""

from mixminus.layouts import Layout, Tile
from mixminus.stats import CompositorStats

cdef dict TILE_FITS = {"fit": <int>TileFit.fit, "crop": <int>TileFit.crop, "stretch": <int>TileFit.stretch}
cdef dict FILTERS = {"area": <int>ScaleFilter.area, "sharp": <int>ScaleFilter.sharp}


cdef class _CanvasMemory:
    pass


@cython.final
cdef class Compositor:
    """Pictures of many sources on canvases, of which only what has changed is drawn again.

    Parameters
    ----------
    width, height : int
        Of the canvas in pixels, even, 2..16384.
    capacity : int
        Sources, 1..4096.
    background : tuple of int
        (Y, Cb, Cr) where no picture is, 0..255 each.
    hold_ms : int
        How long a source that sends nothing keeps its last picture. 0: for ever. Then its avatar is seen, after that
        the slate, and where they are missing, background.
    avatar_ms : int
        How long the avatar of such a source is seen. 0: for ever.
    colour : {"bt709", "bt601"}
        Which of ITU-R BT.709 and BT.601 says how Y, Cb and Cr of canvases are made of red, green and blue.
    full_range : bool
        They are 0..255, instead of 16..235 and 16..240.
    format : {"i420", "nv12"}
        Of canvases: three planes, or u and v in turns in one.
    filter : {"area", "sharp"}
        How pictures change their size: "sharp" keeps small print and edges, and takes several times as long.

    Attributes
    ----------
    canvas : tuple of ndarray of uint8
        (y, u, v) of shapes (height, width) and twice (height / 2, width / 2), or (y, uv) with uv of shape
        (height / 2, width / 2, 2); read-only, the same memory for good.
    picture : ndarray of uint8
        The same memory as one array of shape (height * 3 / 2, width).
    format : str
        As given.

    Raises
    ------
    OutOfRangeError
        A parameter is outside its interval.
    MemoryError
        There is not so much; set_layout() and push() say so too.

    Notes
    -----
    Pictures become smaller by exact area, larger by bilinear interpolation: weights of 7 bits for columns and 15 for
    rows, which are rounded to 1/128. Of pictures that is 57 dB or more against the same in floats (PSNR), and the same bytes on
    every processor. The "sharp" filter is Lanczos with three lobes, as much wider as a picture becomes smaller, with
    weights of 14 bits; beside hard edges it overshoots a little.

    A picture of another colour space than the canvas is converted where it is drawn: within 1 of the same in floats.

    Tiles of one source, part and size are scaled once. Drawing takes no memory and reads no clock; `push` of another
    size of picture than before makes tables. One object belongs to one thread at a time, but for `draw`.

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
                  int64_t hold_ms=0, int64_t avatar_ms=0, colour="bt709", cbool full_range=False, format="i420",
                  filter="area"):
        cdef CompositorConfig config
        config.width, config.height, config.capacity = width, height, capacity
        config.hold_ns = in_range(hold_ms, 0, 3_600_000, "hold_ms") * 1_000_000
        config.avatar_ns = in_range(avatar_ms, 0, 3_600_000, "avatar_ms") * 1_000_000
        set_colour(config.background, background)
        config.colour.matrix = <ColourMatrix>one_of(COLOUR_MATRICES, colour, "colour")
        config.colour.is_full_range = full_range
        config.filter = <ScaleFilter>one_of(FILTERS, filter, "filter")
        config.has_pairs = format == "nv12"
        if format not in ("i420", "nv12"):
            raise OutOfRangeError(f"format must be 'i420' or 'nv12', not {format!r}")
        self.memory = _CanvasMemory()
        self.core = &self.memory.core
        check_memory(self.core.configure(config), "width and height must be even, 2..16384, capacity in 1..4096")
        self.background, self.space = config.background, config.colour
        self.capacity = capacity
        self.held, self.avatars = [None] * capacity, [None] * capacity
        self.first = output_of(self.memory, 0, capacity, format, self.space)

    @property
    def canvas(self):
        """Planes, see above."""
        return self.first.canvas

    @property
    def picture(self):
        """All planes in one, see above."""
        return self.first.picture

    @property
    def format(self) -> str:
        """Of canvases."""
        return self.first.format

    @property
    def colour(self) -> str:
        """What Y, Cb and Cr of canvases are: "bt601" or "bt709"."""
        return self.first.colour

    @property
    def full_range(self) -> bool:
        """Whether they are 0..255."""
        return self.first.full_range

    @property
    def width(self) -> int:
        """Of the canvas, in pixels."""
        return self.first.width

    @property
    def height(self) -> int:
        """Of the canvas, in pixels."""
        return self.first.height

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
        self.require_idle()
        check(self.core.remove_source(source), f"there is no source {source}")
        self.held[source] = self.avatars[source] = None

    def add_output(self, int width, int height):
        """Return a further canvas on the same sources, which compose() draws as well; it stays for good.

        Parameters
        ----------
        width, height : int
            In pixels, even, 2..16384.

        Raises
        ------
        OutOfRangeError
            A side is odd or outside.
        CapacityError
            There are 64.
        MemoryError
            There is not so much.
        """
        cdef CanvasSize size
        cdef size_t index = 0
        self.require_idle()
        size.width, size.height = width, height
        if self.core.outputs() == 64:
            raise CapacityError("there are 64 canvases")
        check_memory(self.core.add_output(size, index), "width and height must be even, 2..16384")
        return output_of(self.memory, index, self.capacity, self.format, self.space)

    def set_layout(self, layout):
        """Place tiles; what differs from the layout before is drawn by the next compose().

        Parameters
        ----------
        layout : Layout or iterable of Tile
            Of a `Layout` the cells are filled with the sources that there are, in order. Later tiles lie above
            earlier ones.

        Raises
        ------
        OutOfRangeError
            A tile is outside the canvas, has an odd side or place, an unknown source, a border that leaves nothing, or
            a radius that is odd, above 128 or above half a side, or there are more than 4096. The layout before stays.
        """
        self.first.place(layout)

    def set_overlays(self, overlays):
        """Place overlays on the canvas, above all tiles, instead of those before.

        Parameters
        ----------
        overlays : iterable of (Overlay, int, int)
            With x and y in pixels of the canvas, even; what is outside is cut off. Later ones lie above.

        Raises
        ------
        OutOfRangeError
            A place is odd, or further away than 16384. The overlays before stay.
        """
        self.first.cover(overlays)

    def set_background(self, background):
        """Say what is seen where no picture is, on all canvases.

        Parameters
        ----------
        background : tuple of int, or of buffers of uint8
            (Y, Cb, Cr), 0..255 each; or planes (y, u, v) as for `push`, whose middle is copied. Around a picture that
            is smaller than a canvas the colour is seen.

        Raises
        ------
        OutOfRangeError, TypeError, ShapeMismatchError
            As for `push`.
        """
        cdef CorePicture picture
        cdef _HeldPlanes held
        self.require_idle()
        first, second, third = background
        if isinstance(first, int):
            set_colour(self.background, background)
            check_memory(self.core.set_background(self.background, NULL), "")
            return
        held = _HeldPlanes()
        three_planes(held, first, second, third, picture)
        check_memory(self.core.set_background(self.background, &picture), "a picture must have 1..16384 rows and columns")

    def highlight(self, source, *, colour=(173, 42, 26), int width=6):
        """Draw a frame into the tiles of whoever speaks, on all canvases.

        Parameters
        ----------
        source : int or None
            None: there is no frame.
        colour : tuple of int
            (Y, Cb, Cr), 0..255 each.
        width : int
            In pixels, even, inside the tile.

        Raises
        ------
        OutOfRangeError
            There is no such source, or the width is not even and at least 2.
        """
        cdef CoreHighlight highlight
        self.require_idle()
        highlight.source = -1 if source is None else source
        if source is not None and not self.core.has(source):
            raise OutOfRangeError(f"there is no source {source}")
        set_colour(highlight.colour, colour)
        highlight.width = width
        check(self.core.highlight(highlight), "width must be even, 2..16384")

    @property
    def sources(self):
        """Numbers of all sources, ascending: a new list."""
        return [source for source in range(self.capacity) if self.core.has(source)]

    def push(self, int source, y, u=None, v=None, *, format="i420", rotation=0, colour=None, full_range=None):
        """Give the picture that a source shows until its next one.

        Parameters
        ----------
        source : int
        y, u, v : buffers of uint8
            Planes of shapes (height, width) and twice ((height + 1) // 2, (width + 1) // 2); rows may be further
            apart than they are wide. Or `y` alone, of shape (height * 3 // 2, width), both even. Nothing is copied:
            the memory is held, and must stay as it is, until the next picture of the source is pushed.
        format : {"i420", "nv12", "p010", "bgra"}
            What else there may be: "nv12" has y and, in the place of u, Cb and Cr in turns, of shape
            ((height + 1) // 2, (width + 1) // 2, 2) or with the last two axes as one; "p010" has the same in uint16,
            10 bits in the upper bits, which are rounded to 8; "bgra" has one array of shape (height, width, 4), both
            even, of blue, green, red (0..255) and what is not looked at.
        rotation : {0, 90, 180, 270}
            By how many degrees the picture must be turned clockwise to be upright, as CVO (3GPP TS 26.114) and
            VideoFrame.rotation (W3C WebCodecs) have it.
        colour : {"bt601", "bt709"}, optional
            What y, u and v are made with (ITU-R BT.601, BT.709); otherwise as the canvas.
        full_range : bool, optional
            Their range is 0..255; otherwise as the canvas.

        Raises
        ------
        OutOfRangeError
            There is no such source, format, rotation or colour.
        TypeError
            Not buffers of such integers.
        ShapeMismatchError
            Planes do not belong together, or rows do not lie in memory as said.
        """
        cdef CorePicture picture
        if not self.core.has(source):
            raise OutOfRangeError(f"there is no source {source}")
        picture.format = <PixelFormat>one_of(PIXEL_FORMATS, format, "format")
        picture.rotation = <Rotation>one_of(ROTATIONS, rotation, "rotation")
        picture.colour = self.space
        if colour is not None:
            picture.colour.matrix = <ColourMatrix>one_of(COLOUR_MATRICES, colour, "colour")
        if full_range is not None:
            picture.colour.is_full_range = full_range
        cdef _HeldPlanes held = held_picture(y, u, v, picture)
        self.require_drawn()
        check_memory(self.core.push(source, picture),
                     "a picture must have 1..16384 rows and columns, 16-bit integers must be aligned")
        self.held[source] = held

    def set_avatar(self, int source, y, u=None, v=None):
        """Give the picture that is seen when a source sends nothing any more, or is muted.

        Parameters
        ----------
        source : int
        y, u, v : buffers of uint8, or None
            Held as by `push`. None: there is none.

        Raises
        ------
        OutOfRangeError, TypeError, ShapeMismatchError
            As for `push`.
        """
        cdef CorePicture picture
        cdef CorePicture* given = NULL
        cdef _HeldPlanes held = None
        self.require_drawn()
        if not self.core.has(source):
            raise OutOfRangeError(f"there is no source {source}")
        picture.colour = self.space
        if y is not None:
            held, given = held_picture(y, u, v, picture), &picture
        check_memory(self.core.set_avatar(source, given), "a picture must have 1..16384 rows and columns")
        self.avatars[source] = held

    def set_slate(self, y, u=None, v=None):
        """Give the picture that is seen for a source when its avatar has been seen long enough, or is missing.

        Parameters
        ----------
        y, u, v : buffers of uint8, or None
            Held as by `push`. None: there is none.

        Raises
        ------
        TypeError, ShapeMismatchError
            As for `push`.
        """
        cdef CorePicture picture
        cdef CorePicture* given = NULL
        cdef _HeldPlanes held = None
        self.require_drawn()
        picture.colour = self.space
        if y is not None:
            held, given = held_picture(y, u, v, picture), &picture
        check_memory(self.core.set_slate(given), "a picture must have 1..16384 rows and columns")
        self.slate = held

    def set_muted(self, int source, bint is_muted):
        """Show the avatar of a source, whatever it pushes, until it is not muted any more.

        Raises
        ------
        OutOfRangeError
            There is no such source.
        """
        self.require_drawn()
        check(self.core.set_muted(source, is_muted), f"there is no source {source}")

    def compose(self, int64_t now_ns):
        """Draw what has changed since the last time.

        Parameters
        ----------
        now_ns : int
            On any clock; it says how old pictures are. While it goes backwards, time stands still.

        Returns
        -------
        list of tuple of int
            (x, y, width, height) of what was drawn, in pixels of the canvas; empty: the canvas is as it was.
        """
        cdef span[const_CanvasRect] damage
        self.require_idle()
        with nogil:
            damage = self.core.compose(now_ns)
        return list_of(damage)

    def start(self, int64_t now_ns, int bands):
        """Begin what compose() does, to be done by several threads; the bytes are the same for any number.

        Parameters
        ----------
        now_ns : int
            As for `compose`.
        bands : int
            Of rows, into which canvases are cut, at least 1; one for each thread is best.

        Returns
        -------
        int
            How many times `draw` is to be called, for 0, 1, ...: at most 64. Until `finish` nothing else may be.
        """
        self.require_idle()
        if bands < 1:
            raise OutOfRangeError("bands must be at least 1")
        return self.core.start(now_ns, bands)

    def draw(self, int band):
        """Draw one of the bands, without the GIL; different ones may be drawn at the same time."""
        with nogil:
            self.core.draw(band)

    def finish(self):
        """Return what compose() returns, when all bands are drawn; one that was forgotten is drawn now.

        Raises
        ------
        RuntimeError
            Nothing was started.
        """
        if not self.core.is_drawing():
            raise RuntimeError("start() begins what finish() ends")
        cdef span[const_CanvasRect] damage
        with nogil:
            damage = self.core.finish()
        return list_of(damage)

    def stats(self):
        """Return a `CompositorStats`."""
        cdef CoreCompositorStatistics core = self.core.statistics()
        return CompositorStats(
            pictures_composed=core.pictures_composed,
            tiles_drawn=core.drawn.tiles_drawn,
            tiles_shared=core.drawn.tiles_shared,
            pixels_drawn=core.drawn.pixels_drawn,
            late_sources=core.sources.late,
            frozen_sources=core.sources.frozen,
            avatar_sources=core.sources.avatar,
            slate_sources=core.sources.slate,
        )

    def shows(self, int source):
        """Return whether the layout has a tile of a source.

        Who has none sees the canvas itself, so one encode serves all of them.
        """
        return self.first.shows(source)

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
        return self.first.view(exclude=exclude)

    cdef int require_idle(self) except -1:
        return self.first.require_idle()

    cdef int require_drawn(self) except -1:
        if self.core.is_drawing():
            raise RuntimeError("bands of this canvas are being drawn")
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
    core.radius = tile.radius
    fill_overlays(core.overlays, tile.overlays)
    return core
