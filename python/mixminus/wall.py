"""Wall: the pictures of a conference's legs on one canvas, with who speaks, who is who and how they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mixminus import layouts
from mixminus.errors import CapacityError, UnknownLegError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mixminus import CanvasView, Compositor, Conference, Leg
    from mixminus.labels.colour import I420
    from mixminus.layouts import Layout

__all__ = ["Wall"]

LARGEST_STAGE = 34  # legs of whom one is shown large; of more, all are alike
POOR_SHARE = 0.05  # of what was heard of a leg lately, made up because nothing came
HEALTH_NS = 2_000_000_000  # that is lately
HIGHLIGHT = (173, 42, 26)  # Y, Cb, Cr
AVATAR_SIZE = (320, 180)


class Wall:
    """Pictures of a conference's legs on one canvas.

    Legs that join get a tile, those that leave give it back. The active speaker has a frame, and
    comes into a large cell where the layout has one; everybody else stays where he was. Names,
    muted microphones and poor lines are written on the tiles.

    Parameters
    ----------
    conference : Conference
        Whose legs are shown, but for trunks.
    compositor : Compositor
        Without sources. Legs for whom it has none left are not shown.
    layout : str, Layout or callable
        ``"auto"``: as fits the number of legs, up to 34 with one large. A name as
        `layouts.named` knows, a layout, or a function from the number of legs to a layout.
    labels : bool
        Write names and signs, and an avatar for who has no picture; needs Pillow
        (``pip install mixminus[labels]``).
    fit : str
        How pictures fill tiles, see `Tile`.
    highlight : tuple of int
        (Y, Cb, Cr) of the frame around the active speaker.

    Raises
    ------
    ImportError, FileNotFoundError
        Pillow is missing, or a font.
    ValueError
        No layout is called that.

    Notes
    -----
    `compose` reads who speaks from the conference, so call it from the thread of the tick, or
    between ticks. While nothing changes it takes tens of microseconds more than that of the
    compositor; who joins costs milliseconds, as his name and avatar are drawn.

    Examples
    --------
    >>> wall = mixminus.Wall(conference, mixminus.Compositor(1280, 720))
    >>> wall.push(leg, y, u, v)  # whenever a picture was decoded
    >>> if wall.compose(now_ns):  # every 40 ms
    ...     encode(wall.compositor.canvas)
    >>> with wall.view(leg) as canvas:  # the leg does not see himself
    ...     encode(canvas)
    """

    def __init__(
        self,
        conference: Conference,
        compositor: Compositor,
        layout: str | Layout | Callable[[int], Layout] = "auto",
        *,
        labels: bool = True,
        fit: str = "crop",
        highlight: tuple[int, int, int] = HIGHLIGHT,
    ) -> None:
        self.conference = conference
        self.compositor = compositor
        self._fit = fit
        self._highlight = highlight
        self._writing = _Writing() if labels else None
        self._legs: list[Leg] = []  # of the conference, when last looked at
        self._sources: dict[Leg, int] = {}
        self._signs: dict[Leg, tuple[str, ...]] = {}
        self._health: dict[Leg, _Health] = {}
        self._turn = 0
        self._active: int | None = None
        self._is_stale = True
        self._arrangement: tuple[object, ...] = ()
        self.set_layout(layout)

    def set_layout(self, layout: str | Layout | Callable[[int], Layout]) -> None:
        """Arrange the legs otherwise from the next picture on; as for the constructor."""
        self._layout_for = _chooser(layout)
        self._stage = layouts.Stage(self._layout_for(max(1, len(self._sources))))
        self._is_stale = True

    @property
    def sources(self) -> dict[Leg, int]:
        """Which source of the compositor each leg is: a new dictionary."""
        return dict(self._sources)

    def push(self, leg: Leg, *planes: Any, **options: Any) -> None:
        """Give the picture of a leg, as `Compositor.push` takes it.

        Raises
        ------
        UnknownLegError
            The leg is not shown: it has left, is a trunk, or there was no source left.
        """
        self.compositor.push(self.source_of(leg), *planes, **options)

    def push_frame(self, leg: Leg, frame: Any) -> None:
        """Give the picture of a leg as a frame of PyAV, see `mixminus.av.push_frame`."""
        from mixminus.av import push_frame  # noqa: PLC0415 - PyAV is not always there

        push_frame(self.compositor, self.source_of(leg), frame)

    def set_video_muted(self, leg: Leg, is_muted: bool) -> None:
        """Show the avatar of a leg instead of its picture, or its picture again."""
        self.compositor.set_muted(self.source_of(leg), is_muted)

    def compose(self, now_ns: int) -> list[tuple[int, int, int, int]]:
        """Draw what has changed in pictures and conference; what `Compositor.compose` returns."""
        self._look_who_is_there()
        self._look_who_speaks()
        self._look_how_they_are(now_ns)
        if self._is_stale:
            self._arrange()
        return self.compositor.compose(now_ns)

    def view(self, leg: Leg) -> CanvasView:
        """Return the canvas without the picture of a leg, see `Compositor.view`."""
        return self.compositor.view(exclude=self.source_of(leg))

    def source_of(self, leg: Leg) -> int:
        """Return which source of the compositor a leg is; errors of `push`."""
        if leg not in self._sources:
            self._look_who_is_there()
        try:
            return self._sources[leg]
        except KeyError:
            raise UnknownLegError(f"{leg!r} is not on the wall") from None

    def _look_who_is_there(self) -> None:
        legs = self.conference.legs
        if legs == self._legs:
            return
        for leg in [leg for leg in self._sources if leg not in legs]:
            self._forget(leg)
        for leg in legs:
            if leg not in self._sources and leg.trunk_stats() is None:
                self._seat(leg)
        self._legs = legs
        self._is_stale = True

    def _seat(self, leg: Leg) -> None:
        try:
            source = self.compositor.add_source()
        except CapacityError:
            return
        self._sources[leg] = source
        self._signs[leg], self._health[leg] = (), _Health()
        if self._writing is not None:
            self.compositor.set_avatar(source, *self._writing.avatar(leg.name))

    def _forget(self, leg: Leg) -> None:
        source = self._sources.pop(leg)
        del self._signs[leg], self._health[leg]
        if source == self._active:
            self._mark(None)
        self.compositor.remove_source(source)

    def _look_who_speaks(self) -> None:
        speaker = self.conference.active_speaker
        source = None if speaker is None else self._sources.get(speaker)
        if source != self._active:
            self._mark(source)

    def _mark(self, source: int | None) -> None:
        self._active = source
        self.compositor.highlight(source, colour=self._highlight)
        self._is_stale = True

    def _look_how_they_are(self, now_ns: int) -> None:
        """Look at one leg for each picture: counters of all would cost more than the pictures."""
        if self._writing is None or not self._legs:
            return
        self._turn = (self._turn + 1) % len(self._legs)
        asked = self._legs[self._turn]
        for leg, health in self._health.items():
            if leg is asked:
                health.observe(leg, now_ns)
            signs = ("muted",) * leg.is_muted + ("quality_poor",) * health.is_poor
            if signs != self._signs[leg]:
                self._signs[leg] = signs
                self._is_stale = True

    def _arrange(self) -> None:
        shown = list(self._sources.values())
        layout = self._layout_for(max(1, len(shown)))
        if layout != self._stage.layout:
            self._stage.layout = layout
        order = self._stage.show(shown, self._active)
        self._is_stale = False
        arrangement = layout, order, dict(self._sources), dict(self._signs)
        if arrangement == self._arrangement:
            return
        self._arrangement = arrangement
        tiles = layout.tiles(self.compositor.width, self.compositor.height, order, self._fit)
        if self._writing is not None:
            legs = {source: leg for leg, source in self._sources.items()}
            tiles = [
                self._writing.captioned(tile, leg.name, self._signs[leg])
                if (leg := legs.get(tile.source)) is not None
                else tile
                for tile in tiles
            ]
        self.compositor.set_layout(tiles)


class _Writing:
    """What is drawn with Pillow."""

    def __init__(self) -> None:
        from mixminus import labels  # noqa: PLC0415 - Pillow is not always there
        from mixminus.captions import captioned  # noqa: PLC0415

        labels.find_font()  # an error now is better than one later
        self.captioned = captioned
        self._draw_avatar = labels.avatar

    def avatar(self, name: str) -> I420:
        return self._draw_avatar(name, *AVATAR_SIZE)


class _Health:
    """Whether what was heard of a leg since it was last looked at was made up."""

    def __init__(self) -> None:
        self.is_poor = False
        self._made_up = 0
        self._heard = 0
        self._next_ns = -(1 << 63)

    def observe(self, leg: Leg, now_ns: int) -> None:
        if now_ns < self._next_ns:
            return
        self._next_ns = now_ns + HEALTH_NS
        stats = leg.stats()
        made_up = stats.concealed_samples - stats.silent_concealed_samples
        heard = stats.total_samples_received
        if heard > self._heard:
            self.is_poor = made_up - self._made_up > POOR_SHARE * (heard - self._heard)
        self._made_up, self._heard = made_up, heard


def _chooser(layout: str | Layout | Callable[[int], Layout]) -> Callable[[int], Layout]:
    if layout == "auto":
        return lambda count: layouts.auto(count, speaker=5 <= count <= LARGEST_STAGE)
    if callable(layout):
        return layout
    fixed = layouts.named(layout) if isinstance(layout, str) else layout
    return lambda _: fixed
