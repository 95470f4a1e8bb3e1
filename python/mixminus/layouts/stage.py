"""Stage: who stands in which cell of a layout while speakers change, as calmly as possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mixminus.layouts.tile import NOBODY, Layout

__all__ = ["Stage", "promote", "roll_call"]


class Stage:
    """Who stands where: the active speaker in a large cell, everybody else where he was.

    A speaker changes places with one other, nobody else moves. Where there are several large cells, he takes that of
    whoever there has not spoken for longest, so two who talk to each other both stay. In a grid, where all are equally
    large, only one who was not seen at all comes in. Of more sources than cells those are seen who spoke last, then
    those who were seen, then the first.

    Parameters
    ----------
    layout : Layout

    Examples
    --------
    >>> stage = Stage(named("1+7"))
    >>> sources = stage.show(compositor.sources, active=speaker)
    >>> compositor.set_layout(stage.layout.tiles(1920, 1080, sources))
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._cells = [NOBODY] * len(layout.cells)
        self._pins: dict[int, int] = {}
        self._spoke: dict[int, int] = {}
        self._turn = 0

    @property
    def layout(self) -> Layout:
        """The cells; another layout keeps whoever has a cell in both, and applies at the next `show`."""
        return self._layout

    @layout.setter
    def layout(self, layout: Layout) -> None:
        self._layout = layout
        self._cells = (self._cells + [NOBODY] * len(layout.cells))[: len(layout.cells)]

    def pin(self, source: int, cell: int = 0) -> None:
        """Let a source stand in one cell, whoever speaks; while he is away, others may have it.

        Raises
        ------
        ValueError
            There is no such cell.
        """
        if not 0 <= cell < len(self._layout.cells):
            raise ValueError(f"there is no cell {cell}")
        self._pins = {other: taken for other, taken in self._pins.items() if taken != cell}
        self._pins[source] = cell

    def unpin(self, source: int) -> None:
        """Let him move again; nothing happens if he was not pinned."""
        self._pins.pop(source, None)

    def show(self, sources: Iterable[int], active: int | None = None) -> list[int]:
        """Return the source of each cell, `NOBODY` in those that are free.

        Parameters
        ----------
        sources : iterable of int
            Who is there, the most important first.
        active : int, optional
            Who speaks. One who is not there is nobody, and without a speaker nobody moves.
        """
        present = list(dict.fromkeys(sources))
        # numbers of sources are used again, so nothing is remembered of who has left
        self._spoke = {source: turn for source, turn in self._spoke.items() if source in present}
        if active in present:
            self._turn += 1
            self._spoke[active] = self._turn
        self._seat(present)
        if active in present and active not in self._pinned(present):
            self._bring_forward(active, present)
        return list(self._cells)

    def _pinned(self, present: Sequence[int]) -> dict[int, int]:
        pins = self._pins.items()
        return {who: cell for who, cell in pins if who in present and cell < len(self._cells)}

    def _seat(self, present: Sequence[int]) -> None:
        """Decide who is seen; whoever was and still is keeps his cell."""
        pins = self._pinned(present)
        seen = set(self._cells)
        ranked = sorted(
            present,
            key=lambda who: (who in pins, self._spoke.get(who, 0), who in seen),
            reverse=True,
        )
        chosen = set(ranked[: len(self._cells)])
        self._cells = [who if who in chosen else NOBODY for who in self._cells]
        for who, cell in pins.items():
            self._place(who, cell)
        waiting = (who for who in present if who in chosen and who not in self._cells)
        self._cells = [next(waiting, NOBODY) if who == NOBODY else who for who in self._cells]

    def _place(self, who: int, cell: int) -> None:
        """Let two change places; one who was not seen takes the cell, and who had it is seated again."""
        if who in self._cells:
            self._cells[self._cells.index(who)] = self._cells[cell]
        self._cells[cell] = who

    def _bring_forward(self, active: int, present: Sequence[int]) -> None:
        taken = self._pinned(present).values()
        large = [cell for cell in self._layout.large_cells if cell not in taken]
        if large and self._cells.index(active) not in large:
            self._place(active, min(large, key=lambda cell: self._spoke.get(self._cells[cell], 0)))


def promote(sources: Iterable[int], active: int | None, previous: Sequence[int] = ()) -> list[int]:
    """Return an order with the active speaker first and everybody else where he was.

    Parameters
    ----------
    sources : iterable of int
        Who is there.
    active : int, optional
        Who speaks; he changes places with the first.
    previous : sequence of int
        What was returned the last time. The place of one who left goes to one who came, or to the last.
    """
    present = list(dict.fromkeys(sources))
    newcomers = [who for who in present if who not in previous]
    order = [who if who in present else NOBODY for who in dict.fromkeys(previous)]
    order += [NOBODY] * (len(present) - len(order))
    overhang = [who for who in order[len(present) :] if who != NOBODY]
    waiting = iter(newcomers + overhang)
    order = [next(waiting) if who == NOBODY else who for who in order[: len(present)]]
    if active in present:
        place = order.index(active)
        order[0], order[place] = order[place], order[0]
    return order


def roll_call(sources: Sequence[int], page: int, cells: int) -> list[int]:
    """Return the sources of one page of many, in their order; a last page is filled up with `NOBODY`.

    Parameters
    ----------
    sources : sequence of int
    page : int
        From 0. After the last page comes the first again, so a counter will do.
    cells : int
        On a page: ``len(layout.cells)``.

    Raises
    ------
    ValueError
        There are no cells.
    """
    if cells < 1:
        raise ValueError("a page has at least one cell")
    pages = max(1, -(-len(sources) // cells))
    first = page % pages * cells
    shown = list(sources[first : first + cells])
    return shown + [NOBODY] * (cells - len(shown))
