"""The wall shows the legs of a conference: who is there, who speaks, who is muted."""

import subprocess
import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import mixminus
from mixminus import Compositor, Conference, Leg, Wall, layouts
from mixminus.errors import UnknownLegError
from tests.support.cascade import Site, voice
from tests.support.compose import Planes, flat

WIDTH, HEIGHT = 640, 360
RED = (173, 42, 26)  # what highlight() has, when nothing else is said
MS = 1_000_000


class Room:
    """A conference of silent legs; the chair says who speaks."""

    def __init__(self, legs: int, **settings: Any) -> None:
        self.conference = Conference(capacity=32, threads=1, seed=1)
        self.legs = [self.enter(f"Gia Viễn {n}") for n in range(legs)]
        self.wall = Wall(self.conference, Compositor(WIDTH, HEIGHT, capacity=8), **settings)
        self.time_ns = 0

    def enter(self, name: str) -> Leg:
        return self.conference.add_leg(codec="l16", payload_type=96, name=name)

    def let_speak(self, leg: Leg) -> None:
        self.conference.give_floor(leg)
        self.draw()

    def draw(self) -> list[tuple[int, int, int, int]]:
        self.time_ns += 40 * MS
        self.conference.tick(self.time_ns)
        return self.wall.compose(self.time_ns)

    def luma(self, x: int, y: int) -> int:
        return int(self.wall.compositor.canvas[0][y, x])


def picture(luma: int) -> Planes:
    return flat(64, 36, (luma, 128, 128))


def push_all(room: Room) -> None:
    for index, leg in enumerate(room.legs):
        room.wall.push(leg, *picture(60 + 20 * index))


def test_the_active_speaker_comes_into_the_large_cell_and_has_a_frame() -> None:
    room = Room(4, layout="1+5", labels=False)
    push_all(room)
    room.let_speak(room.legs[0])
    assert room.luma(200, 120) == 60
    room.let_speak(room.legs[2])
    assert room.luma(200, 120) == 100
    assert room.luma(2, 120) == RED[0]
    assert room.luma(520, 200) == 60  # where he came from; nobody else has moved
    assert room.luma(520, 60) == 80
    assert room.draw() == []
    room.conference.withdraw_floor()
    room.draw()
    assert room.luma(2, 120) == 100  # still there, without a frame


def test_names_and_muted_microphones_are_written_on_tiles() -> None:
    room = Room(2, layout="2x1")
    push_all(room)
    room.draw()
    caption = slice(HEIGHT - 40, HEIGHT), slice(0, 200)
    named = room.wall.compositor.canvas[0][caption].copy()
    assert np.ptp(named) > 100
    assert room.luma(160, 60) == 60
    room.legs[0].set_muted(True)
    room.draw()
    assert not np.array_equal(room.wall.compositor.canvas[0][caption], named)
    room.legs[0].set_muted(False)
    room.draw()
    np.testing.assert_array_equal(room.wall.compositor.canvas[0][caption], named)


def test_a_poor_line_is_seen_while_it_is_poor() -> None:
    room = Room(1)
    site = Site(room.legs[0], voice(9.0, seed=1))
    looks = []
    for tick in range(450):
        if not 100 < tick < 200 or tick % 3:  # a third is lost for two seconds
            site.send(tick, tick * 20 * MS)
        room.conference.tick((tick + 1) * 20 * MS)
        room.wall.compose((tick + 1) * 20 * MS)
        site.take()
        looks.append(room.wall.compositor.canvas[0][HEIGHT - 40 :, :200].tobytes())
    assert looks[90] == looks[-1]
    assert looks[210] != looks[90]
    changes = sum(before != after for before, after in pairwise(looks))
    assert changes == 3  # he has the floor, the line becomes poor, and good again


def test_who_has_no_picture_is_an_avatar() -> None:
    room = Room(2, layout="2x1")
    room.wall.push(room.legs[0], *picture(60))
    room.draw()
    assert np.ptp(room.wall.compositor.canvas[0][60:300, 330:630]) > 20
    room.wall.set_video_muted(room.legs[0], True)
    room.draw()
    assert np.ptp(room.wall.compositor.canvas[0][60:300, 10:310]) > 20
    room.wall.set_video_muted(room.legs[0], False)
    room.draw()
    assert room.luma(160, 150) == 60


def test_who_leaves_goes_away_and_the_others_share_the_canvas() -> None:
    room = Room(3, labels=False)
    push_all(room)
    room.let_speak(room.legs[0])
    gone = room.legs.pop(0)
    room.conference.remove_leg(gone)
    room.draw()
    assert room.wall.sources.keys() == set(room.legs)
    assert len(room.wall.compositor.sources) == 2
    seen = set(np.unique(room.wall.compositor.canvas[0]).tolist())
    assert {80, 100} <= seen
    assert not {60, RED[0]} & seen
    with pytest.raises(UnknownLegError):
        room.wall.push(gone, *picture(60))
    newcomer = room.enter("late")
    room.wall.push(newcomer, *picture(200))  # he may push before the next picture
    room.draw()
    assert 200 in room.wall.compositor.canvas[0]


def test_legs_for_whom_there_is_no_source_wait_for_one() -> None:
    room = Room(9, labels=False)
    room.draw()
    assert len(room.wall.sources) == 8
    room.conference.remove_leg(room.legs[0])
    room.draw()
    assert room.wall.sources.keys() == set(room.legs[1:])


def test_nobody_sees_himself_in_his_view() -> None:
    room = Room(2, layout="2x1", labels=False)
    push_all(room)
    room.draw()
    with room.wall.view(room.legs[0]) as (y, _, _):
        assert (y[180, 160], y[180, 480]) == (16, 80)
    assert room.luma(160, 180) == 60


def test_trunks_are_not_shown() -> None:
    room = Room(1, labels=False)
    room.conference.add_leg(codec="l16", payload_type=96, role="trunk")
    room.draw()
    assert room.wall.sources.keys() == set(room.legs)


def test_layouts_follow_the_number_of_legs() -> None:
    asked = []

    def choose(count: int) -> layouts.Layout:
        asked.append(count)
        return layouts.grid(count, 1)

    room = Room(2, layout=choose, labels=False)
    room.draw()
    room.legs.append(room.enter("late"))
    room.draw()
    assert asked[-1] == 3
    with pytest.raises(ValueError, match="spiral"):
        room.wall.set_layout("spiral")


def test_a_wall_without_labels_needs_no_pillow() -> None:
    code = (
        "import sys; sys.modules['PIL'] = None\n"
        "import mixminus as mm\n"
        "mm.Wall(mm.Conference(), mm.Compositor(64, 64), labels=False).compose(0)\n"
        "try: mm.Wall(mm.Conference(), mm.Compositor(64, 64))\n"
        "except ImportError as error: print(error)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'mixminus[labels]'" in ran.stdout
    assert "Wall" in mixminus.__all__
