"""What is seen of who sends nothing, or is muted; and that time may jump."""

import numpy as np

from mixminus import Compositor, CompositorStats, Tile
from tests.support.compose import BLACK, flat, i420

MS = 1_000_000
LIVE, AVATAR, SLATE = (200, 100, 100), (150, 110, 90), (90, 120, 140)


def shows(compositor: Compositor, now_ms: int) -> int:
    """Return the luma of the middle after a compose()."""
    compositor.compose(now_ms * MS)
    return int(compositor.canvas[0][24, 32])


def with_one(**options: int) -> tuple[Compositor, int]:
    compositor = Compositor(64, 48, capacity=2, **options)  # type: ignore[arg-type]
    source = compositor.add_source()
    compositor.set_layout([Tile(source, 0, 0, 64, 48, "stretch")])
    return compositor, source


def test_live_then_held_then_avatar_then_slate() -> None:
    compositor, source = with_one(hold_ms=200, avatar_ms=300)
    compositor.set_avatar(source, *flat(32, 24, AVATAR))
    compositor.set_slate(*flat(16, 24, SLATE))
    compositor.push(source, *flat(64, 48, LIVE))
    seen = [shows(compositor, now_ms) for now_ms in (0, 200, 201, 500, 501, 10_000)]
    assert seen == [200, 200, 150, 150, 90, 90]
    compositor.push(source, *flat(64, 48, LIVE))
    assert shows(compositor, 10_001) == 200


def test_without_an_avatar_the_slate_comes_at_once_and_without_that_the_background() -> None:
    compositor, source = with_one(hold_ms=200)
    compositor.push(source, *flat(64, 48, LIVE))
    compositor.set_slate(*flat(16, 24, SLATE))
    assert [shows(compositor, now_ms) for now_ms in (0, 201)] == [200, 90]
    compositor.set_slate(None)
    assert shows(compositor, 202) == BLACK[0]


def test_an_avatar_stays_for_ever_unless_said_otherwise() -> None:
    compositor, source = with_one(hold_ms=200)
    compositor.set_slate(*flat(16, 24, SLATE))
    compositor.set_avatar(source, *flat(32, 24, AVATAR))
    assert [shows(compositor, now_ms) for now_ms in (0, 100_000)] == [150, 150]
    compositor.set_avatar(source, *flat(32, 24, LIVE))
    assert shows(compositor, 100_001) == 200
    compositor.set_avatar(source, None)
    assert shows(compositor, 100_002) == 90


def test_who_is_muted_shows_his_avatar_at_once_and_his_picture_when_he_is_not() -> None:
    compositor, source = with_one()
    compositor.set_avatar(source, *flat(32, 24, AVATAR))
    compositor.push(source, *flat(64, 48, LIVE))
    assert shows(compositor, 0) == 200
    compositor.set_muted(source, is_muted=True)
    compositor.push(source, *flat(64, 48, LIVE))
    assert shows(compositor, 1) == 150
    assert compositor.compose(2 * MS) == []
    compositor.set_muted(source, is_muted=False)
    assert shows(compositor, 3) == 200


def test_time_that_jumps_backwards_stands_still() -> None:
    compositor, source = with_one(hold_ms=200)
    compositor.push(source, *flat(64, 48, LIVE))
    seen = [shows(compositor, now_ms) for now_ms in (10_000, 10_100, 0, -(2**40), -(2**40) + 100)]
    assert seen == [200] * 5
    assert shows(compositor, -(2**40) + 101) == BLACK[0]
    for extreme in (2**63 - 1, -(2**63), 2**63 - 1):
        compositor.compose(extreme)
    compositor.push(source, *flat(64, 48, LIVE))
    compositor.compose(-(2**63))
    assert int(compositor.canvas[0][0, 0]) == 200


def test_one_who_stalls_does_not_stall_others() -> None:
    compositor, stalled = with_one(hold_ms=200)
    other = compositor.add_source()
    compositor.set_layout(
        [Tile(stalled, 0, 0, 32, 48, "stretch"), Tile(other, 32, 0, 32, 48, "stretch")]
    )
    compositor.push(stalled, *flat(64, 48, LIVE))
    for tick in range(20):
        compositor.push(other, *flat(64, 48, (tick, 128, 128)))
        compositor.compose(tick * 40 * MS)
        assert (compositor.canvas[0][:, 32:] == tick).all()


def test_stats_count_what_was_drawn_and_who_is_late() -> None:
    compositor, source = with_one(hold_ms=5_000)
    other = compositor.add_source()
    compositor.set_layout([Tile(source, 0, 0, 32, 48), Tile(source, 32, 0, 32, 48)])
    compositor.push(source, *flat(64, 48, LIVE))
    compositor.set_avatar(other, *flat(64, 48, AVATAR))
    compositor.compose(0)
    compositor.compose(40 * MS)
    assert compositor.stats() == CompositorStats(2, 2, 1, 64 * 48, 1, 0, 1, 0)
    compositor.compose(1_000 * MS)
    assert compositor.stats().frozen_sources == 1
    compositor.set_slate(*flat(2, 2))
    compositor.compose(6_000 * MS)
    assert compositor.stats() == CompositorStats(4, 4, 2, 2 * 64 * 48, 0, 0, 1, 1)


def test_pictures_of_avatars_are_scaled_as_others() -> None:
    compositor, source = with_one(hold_ms=1)
    picture = i420(64, 48)
    compositor.set_avatar(source, *picture)
    compositor.compose(0)
    np.testing.assert_array_equal(compositor.canvas[0], picture[0])
