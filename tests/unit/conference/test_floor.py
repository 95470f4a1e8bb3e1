"""Who has the floor in one conference, what a chair does, and who hears which group."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from mixminus import Conference, TalkerId
from tests.support.cascade import RATE_HZ, Cascade, Site, voice
from tests.support.sender import FRAME_NS, Sender, l16

SECOND = 50  # ticks


class Room(Cascade):
    """One conference and its sites."""

    def __init__(self, **settings: Any) -> None:
        defaults = dict[str, Any](capacity=16, threads=1, seed=1, conference_id=1)
        self.conference = Conference(**defaults | settings)
        super().__init__([self.conference])

    def enter(self, says: NDArray[np.int16] | None = None, **settings: Any) -> Site:
        leg = self.conference.add_leg(codec="l16", payload_type=96, **settings)
        site = Site(leg) if says is None else Site(leg, says)
        self.sites.append(site)
        return site


def door(seconds: float, every_s: float = 1.0) -> NDArray[np.int16]:
    """Return a door that is slammed again and again."""
    rng = np.random.default_rng(0)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    slam = np.exp(-((t % every_s) / 0.06))
    return np.round(12_000 * slam * rng.standard_normal(len(t)) / 3).astype(np.int16)


def hum(seconds: float, peak: float = 300.0) -> NDArray[np.int16]:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.round(peak * (np.sin(628 * t) + 0.5 * np.sin(1256 * t)) / 1.5).astype(np.int16)


def test_who_speaks_has_the_floor_and_who_slams_a_door_does_not() -> None:
    room = Room()
    talker, slammer = room.enter(voice(4.0, seed=1)), room.enter(door(4.0))
    assert room.conference.active_speaker is None
    room.run(3 * SECOND)
    assert room.conference.active_speaker is talker.leg
    assert room.conference.active_talker == talker.leg.talker == TalkerId(1, 1)
    assert room.conference.ranking[0] is talker.leg
    room.conference.remove_leg(talker.leg)
    room.sites.remove(talker)
    assert slammer.leg.is_in_conference
    room.run(5)
    assert room.conference.active_speaker is not talker.leg


def test_the_floor_goes_over_with_the_turn() -> None:
    room = Room()
    first = room.enter(voice(3.0, seed=1))
    second = room.enter(np.concatenate([np.zeros(3 * RATE_HZ, np.int16), voice(3.0, seed=2)]))
    room.run(round(2.9 * SECOND))
    assert room.conference.active_speaker is first.leg
    room.run(SECOND)
    assert room.conference.active_speaker is second.leg


def test_a_humming_hall_is_not_mixed_but_its_speech_is() -> None:
    room = Room(loudest=3)
    speech = hum(12.0)
    speech[8 * RATE_HZ : 10 * RATE_HZ] += voice(2.0, seed=1)
    hall, listener = room.enter(speech), room.enter()
    room.run(6 * SECOND)
    assert room.conference.heard == []
    room.run(3 * SECOND)
    assert room.conference.heard == [hall.leg.talker]
    quiet, loud = (listener.pcm()[s * RATE_HZ :][: RATE_HZ // 2] for s in (5, 8))
    assert not quiet.any()
    assert np.abs(loud).max() > 2000


def test_without_the_gate_the_hall_is_heard() -> None:
    room = Room(loudest=3, noise_gate=False)
    hall = room.enter(hum(6.0))
    room.run(6 * SECOND)
    assert room.conference.heard == [hall.leg.talker]


def test_a_steady_tone_that_is_loud_stays_in_the_mix() -> None:
    room = Room(loudest=3)
    line_check = room.enter(hum(8.0, peak=6000))
    room.run(8 * SECOND)
    assert room.conference.heard == [line_check.leg.talker]


def test_in_a_lecture_all_hear_one() -> None:
    room = Room()
    lecturer, other = room.enter(voice(6.0, seed=1)), room.enter(voice(6.0, seed=2))
    listener = room.enter()
    room.conference.lecture(lecturer.leg)
    room.run(SECOND)
    assert room.conference.heard == [lecturer.leg.talker]
    assert room.conference.lecturer == lecturer.leg.talker
    assert np.array_equal(listener.pcm()[-9600:], other.pcm()[-9600:])
    room.conference.lecture(None)
    room.run(SECOND)
    assert sorted(room.conference.heard) == [lecturer.leg.talker, other.leg.talker]


def test_who_is_given_the_floor_is_heard_though_muted_and_although_four_are_louder() -> None:
    room = Room(loudest=3)
    loud = [room.enter(voice(8.0, seed=n, level=9000)) for n in range(4)]
    shy = room.enter(voice(8.0, seed=9, level=800))
    shy.leg.set_muted(True)
    room.run(SECOND)
    assert shy.leg.talker not in room.conference.heard
    room.conference.give_floor(shy.leg)
    room.run(5)
    assert shy.leg.talker in room.conference.heard
    assert room.conference.active_speaker is shy.leg
    room.conference.withdraw_floor()
    room.run(SECOND)
    assert shy.leg.talker not in room.conference.heard
    assert room.conference.active_speaker in [site.leg for site in loud]


def test_all_but_some_are_muted() -> None:
    room = Room()
    sites = [room.enter(voice(4.0, seed=n)) for n in range(3)]
    room.conference.mute_all_but(sites[0].leg, sites[2].leg)
    room.run(SECOND)
    assert room.conference.talkers == [sites[0].leg, sites[2].leg]
    assert [site.leg.is_muted for site in sites] == [False, True, False]
    room.conference.mute_all_but()
    room.run(5)
    assert room.conference.talkers == []
    sites[0].leg.set_muted(False)
    assert [site.leg.is_muted for site in sites] == [False, True, True]
    room.conference.remove_leg(sites[1].leg)
    assert not sites[1].leg.is_muted


def test_who_is_no_leg_of_this_conference_is_not_taken() -> None:
    room, other = Room(), Room()
    site, stranger = room.enter(), other.enter()
    for bad, error in ((None, TypeError), (5, TypeError), (stranger.leg, mixminus.UnknownLegError)):
        with pytest.raises(error):
            room.conference.mute_all_but(bad)  # type: ignore[arg-type]
        with pytest.raises(error):
            room.conference.set_exception(site.leg, bad, 0.0)  # type: ignore[arg-type]
    with pytest.raises(mixminus.UnknownLegError):
        room.enter(role="tap", follows=stranger.leg)


def test_a_priority_takes_a_place() -> None:
    room = Room(loudest=2)
    loud = [room.enter(voice(4.0, seed=n, level=9000)) for n in range(2)]
    chair = room.enter(voice(4.0, seed=5, level=1500))
    room.run(SECOND)
    assert chair.leg not in room.conference.talkers
    chair.leg.set_priority(1)
    room.run(3)
    assert chair.leg in room.conference.talkers
    assert len([site for site in loud if site.leg in room.conference.talkers]) == 1


def test_a_side_room_shares_an_encode_of_its_own() -> None:
    room = Room(loudest=2)
    plenum, aside = (
        room.enter(voice(4.0, seed=1)),
        room.enter(voice(4.0, seed=2), speaks_to=1, hears=1),
    )
    listeners = [[room.enter(role="listener", hears=group) for _ in range(3)] for group in (0, 1)]
    room.run(2 * SECOND)
    assert room.conference.encodes == 4  # two talkers' mixes, one for each room
    for talker, those in ((plenum, listeners[0]), (aside, listeners[1])):
        for listener in those:
            heard = listener.pcm()[RATE_HZ:]
            assert any(
                np.array_equal(heard, talker.says[RATE_HZ - lag :][: len(heard)])
                for lag in range(0, 4800, 60)
            )
    listeners[0][0].leg.set_hears((0, 1))
    room.run(SECOND)
    both = room.conference.mix_of(listeners[0][0].leg)
    assert both not in {room.conference.mix_of(those[2].leg) for those in listeners}


def test_a_side_room_is_decoded_however_loud_the_plenum_is() -> None:
    """With levels (RFC 6464) the places of one room keep nobody of another from being decoded."""
    room = Room(loudest=1, capacity=16)
    conf = room.conference
    aside = conf.add_leg(codec="l16", payload_type=96, speaks_to=1, hears=1, audio_level_id=1)
    legs = [conf.add_leg(codec="l16", payload_type=96, audio_level_id=1) for _ in range(10)]
    senders = {leg: Sender(ssrc=leg.slot + 1) for leg in (aside, *legs)}
    levels = [1500] + [9000] * 6 + [1200] * 4
    says = {leg: voice(1.0, seed=n, level=levels[n]) for n, leg in enumerate(senders)}
    for index in range(SECOND):
        for leg, sender in senders.items():
            frame = says[leg][index * 960 : (index + 1) * 960]
            level_dbov = round(mixminus.level_dbov(frame))
            leg.receive(sender.packet(l16(frame), level_dbov=level_dbov), index * FRAME_NS + 1)
        conf.tick((index + 1) * FRAME_NS)
    assert aside in conf.talkers
    assert aside.stats().is_decoded
    assert conf.decodes < len(senders)


def test_too_many_sets_of_groups_are_refused() -> None:
    room = Room(audiences=2)
    room.enter(hears=1)
    listener = room.enter(hears=2, role="listener")
    with pytest.raises(mixminus.CapacityError, match="audiences"):
        listener.leg.set_hears(3)
    with pytest.raises(mixminus.CapacityError, match="audiences"):
        room.enter(hears=4, role="listener")


def test_an_announcer_is_heard_by_all_and_is_sent_nothing() -> None:
    room = Room(loudest=1)
    room.enter(voice(4.0, seed=1, level=9000))
    announcer = room.enter(voice(4.0, seed=2, level=500), role="announcer")
    room.run(SECOND)
    assert announcer.leg in room.conference.talkers
    assert announcer.heard == []
    assert room.conference.mix_of(announcer.leg) == -1


def test_a_tap_that_follows_records_one_leg() -> None:
    room = Room()
    talker, other = room.enter(voice(3.0, seed=1)), room.enter(voice(3.0, seed=2))
    tap = room.enter(role="tap", follows=talker.leg)
    room.run(2 * SECOND)
    heard = tap.pcm()[RATE_HZ:]
    assert any(
        np.array_equal(heard, talker.says[RATE_HZ - lag :][: len(heard)]) for lag in range(2400)
    )
    with pytest.raises(mixminus.OutOfRangeError):
        room.enter(follows=other.leg)
    room.conference.remove_leg(tap.leg)
    with pytest.raises(mixminus.UnknownLegError):
        room.enter(role="tap", follows=tap.leg)


def test_an_exception_for_one_listener() -> None:
    room = Room(look_ahead_ms=0)
    talker, one, other = room.enter(voice(3.0, seed=1)), room.enter(), room.enter()
    room.conference.set_exception(one.leg, talker.leg, -100.0)
    room.run(SECOND)
    assert not one.pcm()[9600:].any()
    assert other.pcm()[9600:].any()
    room.conference.clear_exception(one.leg, talker.leg)
    room.run(SECOND)
    assert np.array_equal(one.pcm()[-9600:], other.pcm()[-9600:])
    with pytest.raises(mixminus.UnknownLegError):
        room.conference.clear_exception(one.leg, talker.leg)


def test_a_quiet_and_a_loud_site_are_brought_to_one_loudness() -> None:
    def heard_db(level: float, level_dbov: float | None) -> float:
        room = Room(level_dbov=level_dbov)
        room.enter(voice(8.0, seed=1, level=level))
        listener = room.enter()
        room.run(8 * SECOND)
        return float(10 * np.log10(np.mean(listener.pcm()[6 * RATE_HZ :].astype(float) ** 2)))

    as_they_come = heard_db(12_000, None) - heard_db(2_400, None)
    assert as_they_come == pytest.approx(14, abs=0.5)
    assert abs(heard_db(12_000, -26.0) - heard_db(2_400, -26.0)) < 2.5


@pytest.mark.parametrize(
    "bad",
    [
        {"level_dbov": 1.0},
        {"look_ahead_ms": 7},
        {"audiences": 0},
        {"rank": 256},
        {"trunk_lanes": 17},
        {"min_hold_ms": -1},
        {"conference_id": -1},
    ],
)
def test_settings_out_of_range_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        Conference(**bad)


@pytest.mark.parametrize("look_ahead_ms", [0, 5, 10])
def test_the_look_ahead_is_the_delay_of_the_mix(look_ahead_ms: int) -> None:
    room = Room(look_ahead_ms=look_ahead_ms)
    talker, listener = room.enter(voice(2.0, seed=1)), room.enter()
    room.run(SECOND)
    heard = listener.pcm()[24_000:]
    lags = [
        lag
        for lag in range(4800)
        if np.array_equal(heard, talker.says[24_000 - lag :][: len(heard)])
    ]
    assert [lag % 480 for lag in lags] == [look_ahead_ms * 48 % 480]


@pytest.mark.parametrize("who", [None, 5, "chair", (1,), (1, 2, 3), (1, 0), (-1, 2), (1, 1 << 32)])
def test_who_must_be_somebody(who: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Conference(capacity=2).give_floor(who)  # type: ignore[arg-type]


def test_the_floor_may_be_given_to_somebody_who_is_not_there() -> None:
    room = Room()
    talker = room.enter(voice(2.0, seed=1))
    room.conference.give_floor(TalkerId(99, 5))
    room.run(SECOND)
    assert room.conference.active_talker == (99, 5)
    assert room.conference.active_speaker is None
    assert room.conference.talkers == [talker.leg]
