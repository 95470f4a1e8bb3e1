# Conference and Leg in Python: packets in, one tick, packets out.
from mixminus.stats import LegStats, TalkerId as TalkerName, TrunkStats


@cython.nonecheck(True)  # Leg.__new__() makes one without a conference
cdef class Leg:
    """One site of a conference. Made by :meth:`Conference.add_leg`.

    After :meth:`Conference.remove_leg` packets for it are counted in ``Conference.packets_for_nobody``,
    :meth:`take_packet` gives None, and whatever is configured or inspected raises ``UnknownLegError``.

    Attributes
    ----------
    name : str
        As given to ``add_leg``.
    ssrc : int
        Of the stream that is sent to the site.
    slot : int
        Row in the mixer; unique among the legs that are in the conference.
    """

    def __init__(self):
        raise TypeError("legs are made by Conference.add_leg()")

    def receive(self, packet, int64_t arrival_ns, int path=0):
        """Take an RTP or RTCP packet from the site (RFC 3550, told apart by RFC 5761). Never raises for its content.

        Parameters
        ----------
        packet : bytes-like
            One whole datagram.
        arrival_ns : int
            When it came, on the clock of ``tick(now_ns)``.
        path : int
            The way by which it came, 0..3, where the site sends copies by several (RFC 7198): the first copy is
            used, and ``stats().paths`` tells what each way brought.

        Raises
        ------
        OutOfRangeError
            No such path.
        """
        cdef Py_buffer view
        if not 0 <= path < <int>kMaxPaths:
            raise OutOfRangeError(f"path {path} of {kMaxPaths}")
        if type(packet) is bytes:
            self.conference.core.receive(
                self.id, span[const_uint8_t](<const uint8_t*>PyBytes_AS_STRING(packet), <size_t>PyBytes_GET_SIZE(packet)),
                arrival_ns, path)
            return
        PyObject_GetBuffer(packet, &view, PyBUF_SIMPLE)
        self.conference.core.receive(
            self.id, span[const_uint8_t](<const uint8_t*>view.buf, <size_t>view.len), arrival_ns, path)
        PyBuffer_Release(&view)

    def take_packet(self):
        """Return the oldest RTP packet that is to be sent to the site, as bytes, or None."""
        cdef span[const_uint8_t] packet = self.conference.core.packet(self.id)
        if packet.size() == 0:
            return None
        result = PyBytes_FromStringAndSize(<const char*>packet.data(), <Py_ssize_t>packet.size())
        self.conference.core.take_packet(self.id)
        return result

    def take_report(self):
        """Return the RTCP compound packet that is due (RFC 3550 section 6), as bytes, or None."""
        cdef span[const_uint8_t] report = self.conference.core.report(self.id)
        if report.size() == 0:
            return None
        result = PyBytes_FromStringAndSize(<const char*>report.data(), <Py_ssize_t>report.size())
        self.conference.core.take_report(self.id)
        return result

    def set_gain_db(self, float gain_db):
        """Set how loud the site is mixed: at most 20 dB; below -60 it is not heard."""
        check(self.conference.core.set_gain_db(self.id, gain_db), "the leg has left, or gain_db is above 20")

    def set_muted(self, bint is_muted):
        """Take the site out of the mix, or let it in again."""
        check(self.conference.core.set_muted(self.id, is_muted), "the leg has left the conference")

    @property
    def is_muted(self) -> bool:
        """Whether it is kept out of the mix by :meth:`set_muted` or ``Conference.mute_all_but``."""
        return self.conference.core.is_muted(self.id)

    def set_role(self, str role not None):
        """Make it a "talker", "listener", "announcer" or "tap", unless it is a trunk or follows another leg."""
        cdef Status status = self.conference.core.set_role(self.id, role_named(role))
        if status == Status.out_of_range:
            check(status, "a trunk remains a trunk, others do not become one, and who follows a leg remains a tap")
        check(status, "the leg has left the conference")

    def set_speaks_to(self, groups):
        """Let it be heard by other groups, 0..31: it fades out, and in again over there."""
        check(self.conference.core.set_speaks_to(self.id, groups_of(groups)), "the leg has left the conference")

    def set_hears(self, groups):
        """Let it hear other groups, 0..31; its mix is cross-faded.

        Raises
        ------
        CapacityError
            More different sets of groups are heard than the conference has ``audiences``.
        """
        cdef Status status = self.conference.core.set_hears(self.id, groups_of(groups))
        if status == Status.capacity_reached:
            check(status, f"all {self.conference.core.config().audiences} audiences are taken")
        check(status, "the leg has left the conference")

    def set_priority(self, int priority):
        """Let it take places in the mix from legs of lower priority (a chair)."""
        check(self.conference.core.set_priority(self.id, priority), "the leg has left the conference")

    @property
    def talker(self):
        """Who this is in all conferences that trunks join: :class:`mixminus.TalkerId`."""
        return TalkerName(self.conference.core.config().id, self.id.generation)

    def trunk_stats(self):
        """Return :class:`mixminus.TrunkStats` of a trunk that carries talkers; None of any other leg."""
        cdef const Trunk* trunk = self.conference.core.trunk(self.id)
        if trunk == NULL:
            if not self.conference.core.has(self.id):
                raise UnknownLegError("the leg has left the conference")
            return None
        cdef const TrunkStatistics* counted = &trunk.statistics()
        cdef bint is_alive = trunk.is_alive(self.conference.last_tick_ns)
        return TrunkStats(
            neighbour=trunk.neighbour().conference if is_alive else None,
            packets_looped=counted.packets_looped,
            packets_too_far=counted.packets_too_far,
            packets_without_origin=counted.packets_without_origin,
            packets_without_lane=counted.packets_without_lane,
            duplicates=counted.duplicates,
            hellos_received=counted.hellos_received,
        )

    @property
    def has_said_bye(self) -> bool:
        """Whether an RTCP BYE came from the site (RFC 3550 section 6.6)."""
        cdef LegStatistics statistics
        return self.conference.core.statistics(self.id, statistics) == Status.ok and statistics.has_said_bye

    @property
    def is_in_conference(self) -> bool:
        """False once it has been removed."""
        return self.conference.core.has(self.id)

    def stats(self):
        """Return :class:`mixminus.LegStats`: both directions, with the names of W3C webrtc-stats."""
        cdef LegStatistics statistics
        check(self.conference.core.statistics(self.id, statistics), "the leg has left the conference")
        return leg_stats(statistics)

    def __repr__(self) -> str:
        return f"<mixminus.Leg {self.name!r} slot {self.slot} ssrc {self.ssrc:#010x}>"

cdef dict LEG_PROBLEMS = {
    <int>Status.capacity_reached: "the conference is full (a trunk needs a slot, and one for each lane), all audiences "
                                  "are taken, or there is no memory",
    <int>Status.unknown_leg: "the leg that it is to follow has left",
    <int>Status.unsupported_codec: "the codec is not possible with this rate, channel count or settings",
    <int>Status.out_of_range: "payload_type must be given for l16, no payload type be in 64..95 (RFC 5761) or that of "
                              "red_payload_type, gain_db be at most 20, delays be 0..2000 ms and "
                              "min_delay_ms at most max_delay_ms, ms_per_percent 1..10000, audio_level_id and mixer_level_id 0..255, cname "
                              "have 1..255 bytes, and only a tap follow, and no trunk that carries talkers; echo is "
                              "cancelled at 8, 16, 32 or 48 kHz, with echo_tail_ms 50..500, and not of such a trunk",
}


cdef object talker_name(TalkerId talker):
    return TalkerName(talker.conference, talker.number) if talker.is_somebody() else None


cdef object leg_stats(const LegStatistics& now):
    cdef int64_t round_trip_ns = now.remote.round_trip_time_ns
    echo = echo_stats(now.echo) if now.cancels_echo else None
    return LegStats(
        **inbound_fields(now.inbound),
        packets_sent=now.packets_sent,
        bytes_sent=now.bytes_sent,
        packets_overwritten=now.packets_overwritten,
        encode_failures=now.encode_failures,
        remote_packets_lost=now.remote.packets_lost,
        fraction_lost=now.remote.fraction_lost,
        remote_jitter=now.remote.jitter,
        round_trip_time=None if round_trip_ns < 0 else round_trip_ns * NS,
        reports_received=now.remote.reports_received,
        reports_malformed=now.remote.reports_malformed,
        level_dbov=now.level_dbov,
        is_decoded=now.is_decoded,
        frames_not_decoded=now.frames_not_decoded,
        levels_overstated=now.levels_overstated,
        levels_understated=now.levels_understated,
        is_heard=now.is_heard,
        echo_return_loss=None if echo is None else echo.echo_return_loss,
        echo_return_loss_enhancement=None if echo is None else echo.echo_return_loss_enhancement,
        echo=echo,
    )


cdef class Conference:
    """Packets of many sites in, every site's mixed packets out; one tick every ``frame_ms``.

    Parameters
    ----------
    sample_rate_hz : int
        Rate of the mix: 8000, 16000, 24000, 32000, 44100 or 48000. Legs of other rates are resampled.
    frame_ms : int
        Of a tick and of the packets that go out: 10, 20, 40 or 60.
    capacity : int
        Most legs at a time, 1..4096.
    loudest : int
        Talkers mixed at a time; 0 mixes everybody.
    threads : int
        Threads that share a tick, the caller's included, 1..64. The packets are the same for any number.
    share_encodes : bool
        One encode for all legs that hear the same in the same codec; False encodes for each leg.
    look_ahead_ms : int
        0, 5 or 10: how far the limiter sees, and how much later the mixes are heard.
    level_dbov : float, optional
        Loudness to which each site is brought slowly, -60..0; by at most 12 dB, 3 dB/s. None: as it comes.
    noise_gate : bool
        An open microphone of a humming hall is not mixed while nobody speaks there. What is
        louder than -30 dBov always is. Needs `loudest` above 0.
    audiences : int
        How many different sets of groups are heard at a time, 1..16.
    min_hold_ms : int
        The active speaker stays at least so long, 0..60000.
    conference_id : int, optional
        Among the conferences that trunks join, 32 bit; no two may have the same. Random without it.
    rank : int
        Of those, the highest decides who has the floor, 0..255; among equals the lowest id.
    trunk_lanes : int
        Talkers that each trunk carries at a time, 1..16; more than `loudest`, so that who comes next finds one free.
    seed : int, optional
        Where SSRCs, sequence numbers and timestamps start; without it they are random (RFC 3550 section 5.1).
    unix_offset_ns : int
        What to add to ``now_ns`` to get Unix time, at most 126 years, for the NTP times of reports. With 0 they
        count from the zero of ``now_ns``, which RFC 3550 section 6.4.1 allows.

    Raises
    ------
    OutOfRangeError
        A parameter is outside its interval.

    Notes
    -----
    A point-to-multipoint mixer (RFC 7667 section 3.6.1). ``add_leg`` allocates; ``receive``, ``tick`` and
    ``take_packet`` do not touch the heap of the core. One object, one thread at a time; ``tick`` releases the GIL.

    Examples
    --------
    >>> conference = Conference()
    >>> leg = conference.add_leg(codec="opus", name="UBND thị trấn Me")
    >>> leg.receive(packet, arrival_ns)  # any time before the tick
    >>> conference.tick(now_ns)  # every 20 ms
    >>> packet = leg.take_packet()
    """

    def __cinit__(self, int sample_rate_hz=48000, int frame_ms=20, int capacity=256, int loudest=4, int threads=2, *,
                  bint share_encodes=True, int look_ahead_ms=5, level_dbov=None, bint noise_gate=True, int audiences=4,
                  int min_hold_ms=0, conference_id=None, int rank=0, int trunk_lanes=6, seed=None,
                  int64_t unix_offset_ns=0):
        cdef ConferenceConfig config
        self.random = Random(seed) if seed is not None else SystemRandom()
        config.look_ahead_ms, config.gates_noise, config.audiences = look_ahead_ms, noise_gate, audiences
        config.leveller.is_on = level_dbov is not None
        if level_dbov is not None:
            config.leveller.target_dbov = level_dbov
        config.min_hold_ms, config.rank, config.lanes = min_hold_ms, rank, trunk_lanes
        if conference_id is None:
            conference_id = self.random.getrandbits(32)
        config.id = <uint32_t>in_range(conference_id, 0, 0xFFFFFFFF, "conference_id")
        config.sample_rate_hz = sample_rate_hz
        config.frame_ms = frame_ms
        config.capacity = capacity
        config.loudest = loudest
        config.threads = threads
        config.shares_encodes = share_encodes
        config.unix_offset_ns = unix_offset_ns
        check(self.core.configure(config),
              "sample_rate_hz must be 8000, 16000, 24000, 32000, 44100 or 48000, frame_ms 10, 20, 40 or 60, "
              "capacity 1..4096, loudest 0..4096, threads 1..64, look_ahead_ms 0, 5 or 10, level_dbov -60..0, audiences 1..16, "
              "min_hold_ms 0..60000, rank 0..255, trunk_lanes 1..16, unix_offset_ns within 126 years")
        self.legs_by_slot = {}

    def add_leg(self, codec="opus", str name="", str role="talker", *, ssrc=None, payload_type=None,
                red_payload_type=None, float gain_db=0.0, int min_delay_ms=0, int max_delay_ms=1000,
                float ms_per_percent=116.0, int audio_level_id=0, bint list_contributors=False, int mixer_level_id=0, str cname="mixminus",
                speaks_to=(0,), hears=(0,), int priority=0, Leg follows=None, str carries="talkers",
                bint echo_cancellation=False, int echo_tail_ms=256):
        """Let a site in.

        Parameters
        ----------
        codec : str, Codec or object
            "opus", "pcmu", "pcma", "g722" or "l16"; a :class:`Codec` whose settings are taken; or any object
            with the methods of :class:`Codec` (slow: it is called with the GIL held).
        name : str
            For people; not sent.
        role : str
            "talker", "listener" (hears, is never heard), "tap" (the same, for recording), "announcer" (is heard
            without needing a place, hears nothing) or "trunk" (the far side is another conference).
        ssrc : int, optional
            Of the stream to the site, 32 bit; random without it. The lanes of a trunk have it and those that follow.
        payload_type : int, optional
            Both directions, 0..63 or 96..127 (RFC 5761 section 4); without it RFC 3551's, or 111 for Opus.
        red_payload_type : int, optional
            Accept RFC 2198 redundancy under this number, another one than `payload_type`.
        gain_db : float
            How loud the site is mixed, at most 20; below -60 it is not heard.
        min_delay_ms, max_delay_ms : int
            Bounds of the playout delay of its receiver, 0..2000.
        ms_per_percent : float
            Delay in ms that 1 % of concealment is worth to its receiver, 1..10000.
        audio_level_id : int
            Under which header extension the site says how loud its packets are (RFC 6464, RFC 8285), 1..255. Such
            a leg is decoded only while it may be heard. 0: it does not say, and is decoded always.
        list_contributors : bool
            Put the SSRCs of who is heard into the CSRC list (RFC 3550 section 7.1).
        mixer_level_id : int
            Send their levels as well, under this header extension (RFC 6465), 1..255. 0: do not.
        cname : str
            Canonical name in reports.
        speaks_to, hears : int or iterable of int
            Groups, 0..31: a leg is heard by those who hear one of the groups it speaks to.
        priority : int
            A higher one takes a place in the mix at once from a lower one.
        follows : Leg, optional
            For a tap: it records this leg alone, as it came.
        carries : str
            Of a trunk: "talkers" sends each on a lane of his own, with who he is and where he came from, to another
            ``Conference``: nobody hears himself through it, everybody is heard once, and all have the same active
            speaker. "mix" sends what any leg would hear, to whatever is there.
        echo_cancellation : bool
            Take out of what the site sends what it was sent, for halls whose loudspeakers reach their microphones.
            The site is heard 10 ms later, or some more. At 8000, 16000, 32000 or 48000 Hz; not for a trunk that
            carries talkers.
        echo_tail_ms : int
            How much of the hall's answer is modelled, 50..500, see :class:`EchoCanceller`.

        Returns
        -------
        Leg

        Raises
        ------
        CapacityError
            The conference is full.
        UnsupportedCodecError
            This build, or this rate, has no such codec.
        OutOfRangeError, ValueError
            A parameter is outside its interval.
        """
        cdef LegConfig config
        cdef LegCodecs codecs
        cdef LegId id
        cdef Leg leg
        config.role = role_named(role)
        config.gain_db = gain_db
        config.min_delay_ms = min_delay_ms
        config.max_delay_ms = max_delay_ms
        config.ms_per_percent = ms_per_percent
        config.audio_level_id = audio_level_id
        config.lists_contributors = list_contributors
        config.cname = cname.encode()
        config.speaks_to, config.hears, config.priority = groups_of(speaks_to), groups_of(hears), priority
        config.mixer_level_id = mixer_level_id
        if carries not in ("talkers", "mix"):
            raise OutOfRangeError(f"a trunk carries talkers or mix, not {carries!r}")
        config.carries_talkers = carries == "talkers"
        config.cancels_echo, config.echo_tail_ms = echo_cancellation, echo_tail_ms
        if follows is not None:
            config.follows = self.own(follows)
        if payload_type is not None:
            config.payload_type = <int32_t>in_range(payload_type, 0, 127, "payload_type")
        if red_payload_type is not None:
            config.red_payload_type = <int32_t>in_range(red_payload_type, 0, 127, "red_payload_type")
        config.origin.ssrc = self.random.getrandbits(32) if ssrc is None else <uint32_t>in_range(ssrc, 0, 0xFFFFFFFF, "ssrc")
        config.origin.sequence_number = self.random.getrandbits(15)
        config.origin.rtp_timestamp = self.random.getrandbits(32)
        if not read_codec(codec, self.core.config().sample_rate_hz, &config.codec):
            if payload_type is None:
                raise OutOfRangeError("a codec of your own needs a payload_type, 0..127")
            codecs.decoder, codecs.encoder = wrap_codec(codec), wrap_codec(codec)
            config.codec.sample_rate_hz = codecs.decoder.get().sample_rate_hz()
        cdef Status status = self.core.add_leg(config, move(codecs), id)
        if status != Status.ok:
            check(status, LEG_PROBLEMS.get(<int>status, "the leg cannot be made"))
        leg = Leg.__new__(Leg)
        leg.conference = self
        leg.id = id
        leg.name = name
        leg.ssrc = config.origin.ssrc
        leg.slot = id.slot
        self.legs_by_slot[id.slot] = leg
        return leg

    def remove_leg(self, Leg leg not None):
        """Let a site go. The others hear it fade out. May be called between any two other calls.

        Raises
        ------
        UnknownLegError
            It is not, or no longer, in this conference.
        """
        if leg.conference is not self:
            raise UnknownLegError("the leg is of another conference")
        check(self.core.remove_leg(leg.id), "the leg has left the conference")
        del self.legs_by_slot[leg.slot]

    def tick(self, int64_t now_ns):
        """Decode, mix and encode one frame of every leg.

        Parameters
        ----------
        now_ns : int
            Time of the tick on the clock of ``receive(arrival_ns)``: the next one is ``frame_ms`` later.
        """
        self.last_tick_ns = now_ns
        with nogil:
            self.core.tick(now_ns)

    cdef LegId own(self, Leg leg) except *:
        if leg is None:
            raise TypeError("a leg is needed, not None")
        if leg.conference is not self:
            raise UnknownLegError("the leg is of another conference")
        return leg.id

    cdef TalkerId talker_named(self, who) except *:
        """A leg of this conference, or a TalkerId of any."""
        cdef TalkerId talker
        if isinstance(who, Leg):
            who = who.talker
        if not isinstance(who, tuple) or len(who) != 2:
            raise TypeError(f"who must be a Leg or a TalkerId, not {who!r}")
        talker.conference = <uint32_t>in_range(who[0], 0, 0xFFFFFFFF, "conference")
        talker.number = <uint32_t>in_range(who[1], 1, 0xFFFFFFFF, "number")
        return talker

    cdef object leg_at(self, int32_t slot):
        return self.legs_by_slot.get(self.core.id_at(slot).slot)

    def lecture(self, who):
        """Let only one be heard; and who is given the floor. In all conferences joined by trunks.

        Parameters
        ----------
        who : Leg, TalkerId or None
            None ends the lecture.
        """
        cdef TalkerId nobody
        self.core.lecture(nobody if who is None else self.talker_named(who))

    def give_floor(self, who):
        """Call somebody to speak: he is the active speaker, and is heard even if muted, or in a lecture.

        Holds in all conferences joined by trunks, until :meth:`withdraw_floor`.

        Parameters
        ----------
        who : Leg or TalkerId
            Here or in another conference.
        """
        self.core.give_floor(self.talker_named(who))

    def withdraw_floor(self):
        """Take back what :meth:`give_floor` gave: speech decides again."""
        cdef TalkerId nobody
        self.core.give_floor(nobody)

    def mute_all_but(self, *legs):
        """Mute every leg of this conference except these, which are unmuted."""
        cdef LegIds ids
        for leg in legs:
            ids.push_back(self.own(leg))
        self.core.mute_all_but(LegIdSpan(ids))

    def set_exception(self, Leg listener not None, Leg talker not None, float gain_db):
        """Let one leg hear another with a gain of its own, up to 20 dB; below -60 not at all.

        Raises
        ------
        CapacityError
            There are 64 already.
        OutOfRangeError
            ``gain_db`` above 20, the talker is the listener, or one is a trunk that carries talkers.
        UnknownLegError
            One of them has left.
        """
        check(self.core.set_exception(self.own(listener), self.own(talker), gain_db),
              "a leg has left, gain_db is above 20, the legs are the same or a trunk, or there are 64 exceptions")

    def clear_exception(self, Leg listener not None, Leg talker not None):
        """Let one leg hear another as everybody does.

        Raises
        ------
        UnknownLegError
            There is no such exception.
        """
        check(self.core.clear_exception(self.own(listener), self.own(talker)), "there is no such exception")

    @property
    def active_talker(self):
        """Who has the floor in all conferences joined by trunks: :class:`mixminus.TalkerId`, or None."""
        return talker_name(self.core.floor().speaker)

    @property
    def active_speaker(self):
        """The leg of :attr:`active_talker`, or the trunk through which he comes; None: nobody has it, or no such leg."""
        return self.legs_by_slot.get(self.core.leg_of(self.core.floor().speaker).slot)

    @property
    def lecturer(self):
        """Who alone is heard: :class:`mixminus.TalkerId`, or None."""
        return talker_name(self.core.floor().lecturer)

    @property
    def ranking(self) -> list:
        """Legs that have spoken here, the latest and longest first; a trunk stands for who comes through it."""
        cdef size_t i
        cdef span[const_int32_t] slots = self.core.ranking()
        return list(dict.fromkeys(leg for i in range(slots.size()) if (leg := self.leg_at(slots[i])) is not None))

    @property
    def heard(self) -> list:
        """Who was heard in the last tick, here or through a trunk: a list of :class:`mixminus.TalkerId`."""
        cdef size_t i
        cdef span[const_int32_t] slots = self.core.talkers()
        return [talker_name(self.core.talker_at(slots[i])) for i in range(slots.size())]

    @property
    def conference_id(self) -> int:
        """Its name among the conferences that trunks join."""
        return self.core.config().id

    @property
    def decider(self) -> int:
        """The conference that decides who has the floor."""
        return self.core.decider()

    @property
    def talkers_turned_away(self) -> int:
        """Frames of talkers for whom there was no lane on the trunks."""
        return self.core.talkers_turned_away()

    @property
    def legs(self) -> list:
        """Who is in it, by slot."""
        return [self.legs_by_slot[slot] for slot in sorted(self.legs_by_slot)]

    @property
    def talkers(self) -> list:
        """Legs that were heard in the last tick, by slot; a trunk stands for all who were heard through it."""
        cdef size_t i
        cdef span[const_int32_t] slots = self.core.talkers()
        return list(dict.fromkeys(leg for i in range(slots.size()) if (leg := self.leg_at(slots[i])) is not None))

    @property
    def distinct_mixes(self) -> int:
        """Different mixes of the last tick: one for each talker and one for everybody else."""
        return self.core.distinct_mixes()

    @property
    def decodes(self) -> int:
        """Legs decoded in the last tick: those without levels, and those whose levels may bring them into the mix."""
        return self.core.decodes()

    @property
    def encodes(self) -> int:
        """Encodes of the last tick: distinct mixes times the codecs they are heard in."""
        return self.core.encodes()

    @property
    def packets_for_nobody(self) -> int:
        """Packets given to legs that had left."""
        return self.core.packets_for_nobody()

    def mix_of(self, Leg leg not None) -> int:
        """Return which mix the leg heard in the last tick: legs with the same number heard the same."""
        if leg.conference is not self or not self.core.has(leg.id):
            raise UnknownLegError("the leg has left the conference")
        return self.core.mix_of(leg.id)

    @property
    def sample_rate_hz(self) -> int:
        """Rate of the mix."""
        return self.core.config().sample_rate_hz

    @property
    def frame_ms(self) -> int:
        """Length of a tick."""
        return self.core.config().frame_ms

