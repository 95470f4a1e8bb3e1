"""Conferences joined by trunks: everybody is heard once, nobody hears himself, all agree who speaks."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from mixminus import Conference, rtp
from mixminus.apps.province import province_sites
from tests.support.cascade import MS, Cascade, Site, chain, voice
from tests.support.sender import FRAME_NS

SECOND = 50  # ticks
VOICE = voice(4.0, seed=1)


def conference(number: int, **settings: Any) -> Conference:
    defaults = dict[str, Any](capacity=40, threads=1, seed=number, conference_id=number)
    return Conference(**defaults | settings)


def lag_of(heard: NDArray[np.int16], said: NDArray[np.int16]) -> int:
    """Return after how many samples ``heard`` holds ``said``."""
    size = 2 * max(len(heard), len(said))
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size))
    return int(np.argmax(np.fft.irfft(spectrum)[: len(heard)]))


def is_heard_once(site: Site, said: NDArray[np.int16]) -> bool:
    """Whether from the second second on the site hears exactly what was said, some time later."""
    heard = site.pcm()
    lag = lag_of(heard, said)
    part = slice(48_000, min(len(said), len(heard) - lag))
    return bool(np.array_equal(heard[lag:][part], said[part]))


def test_a_talker_is_heard_over_four_trunks_to_the_bit() -> None:
    cascade = chain(5)
    sites = [cascade.site(conf) for conf in cascade.conferences]
    sites[4].says = VOICE
    cascade.run(3 * SECOND)
    assert [is_heard_once(site, VOICE) for site in sites] == [True] * 4 + [False]
    assert not sites[4].pcm().any()


def test_each_trunk_adds_at_most_one_frame() -> None:
    cascade = chain(5)
    sites = [cascade.site(conf) for conf in cascade.conferences]
    listener_at_home = cascade.site(cascade.conferences[4])
    sites[4].says = VOICE
    cascade.run(3 * SECOND)
    lags = [lag_of(site.pcm(), VOICE) for site in (listener_at_home, *sites[3::-1])]
    assert all(0 <= b - a <= 960 for a, b in pairwise(lags))


@pytest.mark.parametrize("codec", ["opus", "g722", "pcma"])
def test_a_voice_keeps_its_level_over_trunks(codec: str) -> None:
    if codec not in mixminus.codecs():
        pytest.skip(f"this build has no {codec}")
    conferences = [conference(n) for n in (1, 2, 3)]
    cascade = Cascade(conferences)
    for a, b in pairwise(conferences):
        cascade.join(a, b, codec)
    near, far = cascade.site(conferences[0]), cascade.site(conferences[2])
    near.says = VOICE
    cascade.run(4 * SECOND)
    heard = far.pcm().astype(np.float64)
    lag = lag_of(far.pcm(), VOICE)
    part = slice(48_000, len(heard) - lag)
    said, heard = VOICE[part].astype(np.float64), heard[lag:][part]
    spectra = [np.abs(np.fft.rfft(signal)) ** 2 for signal in (said, heard)]
    voiced = slice(0, round(3_000 * len(said) / 48_000))  # what every codec carries
    change_db = 10 * np.log10(spectra[1][voiced].sum() / spectra[0][voiced].sum())
    assert abs(change_db) < {"opus": 0.3, "g722": 0.3, "pcma": 0.3}[codec]


def test_not_one_bit_of_a_talker_comes_back() -> None:
    def returned(voice_of_talker: NDArray[np.int16]) -> NDArray[np.int16]:
        cascade = chain(4)
        talker = cascade.site(cascade.conferences[3], voice_of_talker)
        cascade.site(cascade.conferences[0], voice(4.0, seed=2))
        cascade.site(cascade.conferences[3], voice(4.0, seed=3))
        cascade.run(3 * SECOND)
        return talker.pcm()

    # the same levels and the same periods, but other bits
    heard = returned(VOICE)
    assert heard.any()
    assert np.array_equal(heard, returned(-VOICE))


def ring(count: int = 3) -> Cascade:
    cascade = Cascade([conference(n + 1) for n in range(count)])
    for n in range(count):
        cascade.join(cascade.conferences[n], cascade.conferences[(n + 1) % count])
    return cascade


def test_in_a_ring_everybody_is_heard_once() -> None:
    cascade = ring()
    sites = [cascade.site(conf) for conf in cascade.conferences]
    sites[0].says = VOICE
    cascade.run(3 * SECOND)
    assert is_heard_once(sites[1], VOICE)
    assert is_heard_once(sites[2], VOICE)
    assert not sites[0].pcm().any()
    counted = [end.trunk_stats() for trunk in cascade.trunks for end in trunk.ends]
    assert sum(stats.duplicates for stats in counted if stats) >= 2


def test_when_the_shorter_way_is_cut_the_longer_one_takes_over() -> None:
    cascade = ring()
    sites = [cascade.site(conf) for conf in cascade.conferences]
    sites[0].says = voice(6.0, seed=1)
    cascade.run(2 * SECOND)
    cascade.trunks[0].is_up = False  # from 0 to 1
    cascade.run(3 * SECOND)
    after = sites[1].pcm()[3 * 48_000 :]
    lag = lag_of(after, sites[0].says[3 * 48_000 :])
    part = slice(0, len(after) - lag)
    assert np.array_equal(after[lag:], sites[0].says[3 * 48_000 :][part])
    assert cascade.conferences[1].heard == [sites[0].leg.talker]


def test_two_trunks_between_the_same_two_are_one() -> None:
    cascade = chain(2)
    cascade.join(cascade.conferences[0], cascade.conferences[1])
    near, far = (cascade.site(conf) for conf in cascade.conferences)
    near.says = VOICE
    cascade.run(3 * SECOND)
    assert is_heard_once(far, VOICE)
    assert not near.pcm().any()


def test_nobody_is_sent_over_more_than_four_trunks() -> None:
    cascade = chain(6)
    sites = [cascade.site(conf) for conf in cascade.conferences]
    sites[0].says = VOICE
    cascade.run(2 * SECOND)
    assert sites[4].pcm().any()
    assert not sites[5].pcm().any()


def test_conferences_of_one_id_do_not_hear_each_other_but_themselves() -> None:
    cascade = Cascade([conference(7, seed=1), conference(7, seed=2)])
    trunk = cascade.join(cascade.conferences[0], cascade.conferences[1])
    talker, at_home, far = (cascade.site(cascade.conferences[n]) for n in (0, 0, 1))
    talker.says = VOICE
    cascade.run(2 * SECOND)
    assert is_heard_once(at_home, VOICE)
    assert not far.pcm().any()
    stats = trunk.ends[1].trunk_stats()
    assert stats is None or stats.packets_looped == 0  # not even sent, once they know each other


def test_all_have_the_same_active_speaker_within_400_ms() -> None:
    cascade = chain(4)
    sites = [cascade.site(conf) for conf in cascade.conferences]
    for turn, site in enumerate((sites[3], sites[0], sites[2])):
        part = voice(3.0, seed=turn)
        site.says = np.concatenate([np.zeros(turn * 3 * 48_000, np.int16), part])
    seen: list[list[object]] = []
    cascade.run(9 * SECOND, lambda: seen.append([c.active_talker for c in cascade.conferences]))
    turns = [site.leg.talker for site in (sites[3], sites[0], sites[2])]
    assert [seen[tick][0] for tick in (140, 290, 440)] == turns
    disagreements = [len(set(talkers)) > 1 for talkers in seen]
    longest = max(len(run) for run in "".join("x "[not d] for d in disagreements).split() or [""])
    assert longest * 20 <= 400
    assert len({c.decider for c in cascade.conferences}) == 1


def test_the_highest_rank_decides_and_the_next_when_it_is_cut_off() -> None:
    cascade = Cascade([conference(1), conference(2, rank=5), conference(3, rank=2)])
    first, second, third = cascade.conferences
    cascade.join(first, second)
    cut = cascade.trunks[0]
    cascade.join(first, third)
    cascade.run(10)
    assert {conf.decider for conf in cascade.conferences} == {2}
    cut.is_up = False
    cascade.run(2 * SECOND)
    assert [conf.decider for conf in cascade.conferences] == [3, 2, 3]


def test_a_ring_forgets_a_decider_who_is_gone() -> None:
    cascade = ring(4)
    outside = conference(9, rank=9)
    cascade.conferences.append(outside)
    cut = cascade.join(cascade.conferences[0], outside)
    cascade.run(10)
    assert {conf.decider for conf in cascade.conferences} == {9}
    cut.is_up = False
    cascade.run(3 * SECOND)
    assert {conf.decider for conf in cascade.conferences[:4]} == {1}


def test_a_conference_goes_on_without_its_trunk_and_merges_without_a_click() -> None:
    cascade = chain(2)
    local = cascade.site(cascade.conferences[1], voice(8.0, seed=5))
    listener = cascade.site(cascade.conferences[1])
    remote = cascade.site(cascade.conferences[0], voice(8.0, seed=6))
    cascade.run(2 * SECOND)
    cascade.trunks[0].is_up = False
    cascade.run(4 * SECOND)
    assert cascade.conferences[1].heard == [local.leg.talker]
    assert cascade.conferences[1].decider == 2
    cascade.trunks[0].is_up = True
    cascade.run(2 * SECOND)
    assert sorted(cascade.conferences[1].heard) == [remote.leg.talker, local.leg.talker]
    steps = np.abs(np.diff(listener.pcm().astype(np.int32), 2))
    usual = np.abs(np.diff(local.says.astype(np.int32), 2)).max()
    usual += np.abs(np.diff(remote.says.astype(np.int32), 2)).max()
    assert steps.max() <= usual


def test_in_a_lecture_only_the_lecturer_is_heard_in_all_conferences() -> None:
    cascade = chain(3)
    sites = [cascade.site(conf, voice(9.0, seed=n)) for n, conf in enumerate(cascade.conferences)]
    lecturer = sites[1].leg.talker
    cascade.run(SECOND)
    cascade.conferences[2].lecture(lecturer)  # whoever is chair, wherever he sits
    cascade.run(SECOND)
    assert [conf.heard for conf in cascade.conferences] == [[lecturer]] * 3
    assert [conf.lecturer for conf in cascade.conferences] == [lecturer] * 3
    called = sites[0].leg
    called.set_muted(True)
    cascade.conferences[2].give_floor(called.talker)
    cascade.run(SECOND)
    for conf in cascade.conferences:
        assert sorted(conf.heard) == sorted([lecturer, called.talker])
        assert conf.active_talker == called.talker
    cascade.conferences[2].withdraw_floor()
    cascade.conferences[2].lecture(None)
    cascade.run(5 * SECOND)
    others = sorted(site.leg.talker for site in sites[1:])
    assert [sorted(conf.heard) for conf in cascade.conferences] == [others] * 3


def test_the_active_speaker_is_a_leg_or_the_trunk_he_comes_through() -> None:
    cascade = chain(2)
    talker = cascade.site(cascade.conferences[0], VOICE)
    near, far = cascade.conferences
    assert near.active_speaker is None
    cascade.run(2 * SECOND)
    assert near.active_speaker is talker.leg
    assert far.active_speaker is cascade.trunks[0].ends[1]
    assert far.talkers == far.ranking == [cascade.trunks[0].ends[1]]


def test_a_trunk_can_be_muted_and_removed() -> None:
    cascade = chain(2)
    talker = cascade.site(cascade.conferences[0], VOICE)
    far = cascade.conferences[1]
    end = cascade.trunks[0].ends[1]
    cascade.run(SECOND)
    assert far.heard == [talker.leg.talker]
    end.set_muted(True)
    cascade.run(5)
    assert far.heard == []
    end.set_muted(False)
    cascade.run(5)
    assert far.heard == [talker.leg.talker]
    far.remove_leg(end)
    cascade.trunks.clear()
    cascade.run(5)
    assert far.heard == []


def test_the_packets_are_the_same_for_any_number_of_threads() -> None:
    def packets(threads: int) -> NDArray[np.int16]:
        cascade = Cascade([conference(n, threads=threads) for n in (1, 2)])
        cascade.join(cascade.conferences[0], cascade.conferences[1], "pcmu")
        sites = [
            cascade.site(conf, voice(1.0, seed=n)) for n in (3, 4) for conf in cascade.conferences
        ]
        cascade.run(SECOND)
        return np.concatenate([site.pcm() for site in sites])

    assert np.array_equal(packets(1), packets(3))


def test_talkers_share_the_encodes_of_all_trunks() -> None:
    hub = conference(1, capacity=60)
    spokes = [conference(n + 2) for n in range(4)]
    cascade = Cascade([hub, *spokes])
    for spoke in spokes:
        cascade.join(hub, spoke)
    for seed in (1, 2):
        cascade.site(hub, voice(2.0, seed=seed))
    cascade.run(SECOND)
    assert len(hub.heard) == 2
    assert hub.encodes == 4  # two legs' own mixes, two talkers for all four trunks


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x80",
        bytes(11),
        rtp.build(rtp.Packet(1, 2, 3, 97, bytes(1920))),
        rtp.build(rtp.Packet(1, 2, 3, 97, bytes(1920), csrcs=(5,))),
        rtp.build(
            rtp.Packet(
                1, 2, 3, 97, bytes(1920), csrcs=(5,), extension_profile=0xBEDE,
                extension=b"\x23\0\0\0\0\x33\0\0\0\1\0\0",  # number 0: nobody
            )
        ),
    ],
    ids=["empty", "short", "no rtp", "no origin", "no element", "nobody"],
)  # fmt: skip
def test_what_does_not_say_whose_voice_it_is_is_counted(packet: bytes) -> None:
    conf = conference(1)
    trunk = conf.add_leg(codec="l16", payload_type=97, role="trunk")
    trunk.receive(packet, 0)
    conf.tick(FRAME_NS)
    stats = trunk.trunk_stats()
    assert stats is not None
    assert stats.packets_without_origin == 1
    assert conf.heard == []


def from_afar(number: int, path: tuple[int, ...], ssrc: int = 1, level_dbov: int = -20) -> bytes:
    body = bytes([0x10, -level_dbov, 0x23]) + number.to_bytes(4, "big")
    body += bytes([0x30 | (4 * len(path) - 1)]) + b"".join(n.to_bytes(4, "big") for n in path)
    return rtp.build(
        rtp.Packet(
            ssrc, 2, 3, 97, bytes(1920), csrcs=(5,), extension_profile=0xBEDE,
            extension=body + bytes(-len(body) % 4),
        )
    )  # fmt: skip


def test_packets_that_were_here_already_or_in_too_many_places_are_counted() -> None:
    conf = conference(1)
    trunk = conf.add_leg(codec="l16", payload_type=97, role="trunk")
    trunk.receive(from_afar(4, (2, 1, 3)), 0)
    trunk.receive(rtp.build(rtp.parse(from_afar(4, (2, 3, 4, 5)))), 0)
    stats = trunk.trunk_stats()
    assert stats is not None
    assert (stats.packets_looped, stats.packets_without_origin) == (1, 0)


def test_more_streams_than_lanes_are_counted_and_old_ones_give_way() -> None:
    conf = conference(1, trunk_lanes=2)
    trunk = conf.add_leg(codec="l16", payload_type=97, role="trunk")
    for ssrc in (1, 2, 3):
        trunk.receive(from_afar(ssrc, (2,), ssrc), 0)
    stats = trunk.trunk_stats()
    assert stats is not None
    assert stats.packets_without_lane == 1
    trunk.receive(from_afar(3, (2,), 3), 3_000 * MS)
    stats = trunk.trunk_stats()
    assert stats is not None
    assert stats.packets_without_lane == 1


def test_levels_that_lie_on_a_trunk_neither_silence_nor_let_in() -> None:
    cascade = chain(2)
    quiet = Conference(capacity=8, threads=1, seed=3, conference_id=3)
    cascade.conferences.append(quiet)
    liar = cascade.join(quiet, cascade.conferences[0])
    cascade.trunks.remove(liar)
    said_in_all = voice(12.0, seed=1)
    talker = cascade.site(quiet, said_in_all)
    listener = cascade.site(cascade.conferences[0])

    def carry() -> None:
        while packet := liar.ends[0].take_packet():
            head = packet.index(b"\xbe\xde") + 4
            said = packet[:head] + bytes([packet[head], 127]) + packet[head + 2 :]
            liar.ends[1].receive(said, cascade.ticks * FRAME_NS + MS)

    cascade.run(10 * SECOND, carry)
    late = slice(9 * 48_000, None)  # a claim of silence is checked every eight seconds
    heard = listener.pcm()[late]
    lag = lag_of(heard, said_in_all[late])
    assert np.array_equal(heard[lag:], said_in_all[late][: len(heard) - lag])
    assert cascade.conferences[0].heard == [talker.leg.talker]
    assert liar.ends[1].stats().levels_understated == 1


def test_a_trunk_needs_a_slot_for_each_lane() -> None:
    conf = conference(1, capacity=7, trunk_lanes=6)
    trunk = conf.add_leg(codec="pcmu", role="trunk")
    with pytest.raises(mixminus.CapacityError):
        conf.add_leg(codec="pcmu")
    conf.remove_leg(trunk)
    conf.add_leg(codec="pcmu")
    with pytest.raises(mixminus.CapacityError):
        conf.add_leg(codec="pcmu", role="trunk")
    assert len(conf.legs) == 1


def test_a_trunk_remains_one() -> None:
    conf = conference(1)
    trunk, site = conf.add_leg(codec="pcmu", role="trunk"), conf.add_leg(codec="pcmu")
    for leg, role in ((trunk, "talker"), (site, "trunk")):
        with pytest.raises(mixminus.OutOfRangeError, match="trunk"):
            leg.set_role(role)
    with pytest.raises(mixminus.OutOfRangeError, match="carries"):
        conf.add_leg(codec="pcmu", role="trunk", carries="pigeons")
    assert site.trunk_stats() is None
    for role in ("tap", "talker"):
        with pytest.raises(mixminus.OutOfRangeError, match="follow"):
            conf.add_leg(codec="pcmu", follows=trunk, role=role)
    assert conf.legs == [trunk, site]


@pytest.mark.parametrize("now_ns", [-(1 << 63), 0, (1 << 63) - 1])
def test_a_clock_that_jumps_leaves_a_trunk_as_it_is(now_ns: int) -> None:
    cascade = chain(2)
    cascade.run(5)
    near = cascade.conferences[0]
    near.tick(now_ns)
    assert cascade.trunks[0].ends[0].trunk_stats() is not None
    cascade.run(2 * SECOND)
    stats = cascade.trunks[0].ends[0].trunk_stats()
    assert stats is not None
    assert stats.neighbour == 2


def test_a_trunk_may_carry_the_mix_to_whatever_is_there() -> None:
    cascade = Cascade([conference(1)])
    (conf,) = cascade.conferences
    trunk = conf.add_leg(
        codec="l16", payload_type=96, role="trunk", carries="mix",
        list_contributors=True, mixer_level_id=5,
    )  # fmt: skip
    far = Site(trunk, voice(2.0, seed=9))
    cascade.sites.append(far)
    talker = cascade.site(conf, VOICE)
    cascade.run(SECOND)
    lag = lag_of(far.pcm(), VOICE[:48_000])
    assert np.array_equal(far.pcm()[lag + 9600 :], VOICE[9600 : len(far.pcm()) - lag])
    assert talker.pcm().any()


def test_the_levels_of_contributors_are_told() -> None:
    conf = conference(1)
    listener = conf.add_leg(
        codec="l16", payload_type=96, role="listener", list_contributors=True, mixer_level_id=5
    )
    cascade = Cascade([conf])
    talker = cascade.site(conf, VOICE)
    packets: list[bytes] = []
    cascade.run(SECOND, lambda: packets.append(listener.take_packet() or b""))
    assert rtp.parse(packets[-1]).csrcs == (talker.leg.ssrc ^ 1,)
    (level,) = rtp.mixer_levels(packets[-1], 5)
    assert level.ssrc == talker.leg.ssrc ^ 1
    assert -60 < level.level_dbov < -10


def test_four_tiers_with_162_sites() -> None:
    """Communes and district rooms in district conferences, those in the province's, that in the centre's."""
    sites = province_sites()
    centre = conference(100, rank=3)
    province = conference(50, rank=2, capacity=90)
    names = sorted({site.district for site in sites if site.district})
    districts = {name: conference(n + 1, capacity=60) for n, name in enumerate(names)}
    cascade = Cascade([centre, province, *districts.values()])
    cascade.join(centre, province)
    for district in districts.values():
        cascade.join(province, district)
    ends = [cascade.site(districts.get(site.district, province)) for site in sites]
    ministry = cascade.site(centre)
    commune = next(end for end, site in zip(ends, sites, strict=True) if site.tier == "commune")
    commune.says = VOICE
    seen: list[set[object]] = []
    cascade.run(
        round(2.5 * SECOND),
        lambda: seen.append({conf.active_talker for conf in cascade.conferences}),
    )
    assert len(ends) == 162
    assert all(is_heard_once(end, VOICE) for end in (*ends, ministry) if end is not commune)
    assert not commune.pcm().any()
    assert seen[-1] == {commune.leg.talker}
    assert sum(len(talkers) > 1 for talkers in seen) * 20 <= 400
