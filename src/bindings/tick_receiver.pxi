"""AudioReceiver: packets of one sender in, frames out."""

from mixminus.stats import AudioReceiverStats, PathStats

cdef tuple PLAYOUTS = ("silence", "speech", "comfort_noise", "concealment")
cdef double NS = 1e-9


cdef class AudioReceiver:
    """Turn the RTP packets of one sender into an unbroken stream of samples.

    Reorders, conceals losses, recovers from redundancy, and adapts its delay to the network.

    Parameters
    ----------
    codec : str or codec object
        ``"opus"``, ``"pcmu"``, ``"pcma"``, ``"g722"`` or ``"l16"``, a :class:`Codec`, whose settings are
        taken, or an object like one, which then belongs to this receiver alone.
    sample_rate_hz : int
        Of the frames that come out: 8000, 12000, 16000, 24000, 32000, 44100 or 48000; that of an L16 codec too.
    frame_ms : int
        What one `pull` gives: 5, 10, 20, 40 or 60, whatever the packets hold.
    payload_type : int, optional
        Default: that of RFC 3551, or 111 for Opus.
    red_payload_type : int, optional
        Of redundant audio (RFC 2198), another one than `payload_type`, which the blocks in it have.
    min_delay_ms, max_delay_ms : int
        Bounds of the adaptive delay, relative to the fastest packets; at most 2000.
    ms_per_percent : float
        Delay in ms that 1 % of concealment is worth, 1..10000: a higher one waits longer for late packets.
    channels : int
        Of the codec; two are mixed down to one.
    audio_level_id : int
        Of the header extension that says how loud a packet is (RFC 6464), 1..255; 0: none.

    Raises
    ------
    OutOfRangeError
        A setting outside its interval.
    UnsupportedCodecError
        No such codec in this build, or not at this rate.

    Notes
    -----
    After construction nothing allocates but the arrays of `pull` without `out`. Bad packets are
    counted in `stats`, never raised. The core reads no clock: the same packets and times give the
    same samples.
    """

    def __init__(self, codec="opus", int sample_rate_hz=48000, int frame_ms=20, *, payload_type=None,
                 red_payload_type=None, int min_delay_ms=0, int max_delay_ms=1000, float ms_per_percent=116.0,
                 int channels=1, int audio_level_id=0):
        cdef CoreReceiverConfig config
        config.payload_type = -1 if payload_type is None else payload_type
        config.red_payload_type = -1 if red_payload_type is None else red_payload_type
        config.sample_rate_hz = sample_rate_hz
        config.frame_ms = frame_ms
        config.min_delay_ms = min_delay_ms
        config.max_delay_ms = max_delay_ms
        config.ms_per_percent = ms_per_percent
        config.audio_level_id = audio_level_id
        config.codec.channels = channels
        if read_codec(codec, sample_rate_hz, &config.codec):
            check(self.core.configure(config), f"no receiver of {codec!r} can be made so")
        else:
            check(self.core.configure(config, wrap_codec(codec)), f"no receiver of {codec!r} can be made so")
        self.frame_samples = self.core.frame_samples()

    def insert(self, packet, int64_t arrival_ns, int path=0):
        """Take one RTP packet.

        Parameters
        ----------
        packet : bytes or buffer
            The whole datagram. What is no RTP is counted and dropped.
        arrival_ns : int
            When it came, on the clock of `pull`'s `now_ns`.
        path : int
            The way by which it came, 0..3, where copies of one stream come by several (RFC 7198): the first
            copy is used, and ``stats().paths`` tells what each way brought.

        Raises
        ------
        OutOfRangeError
            No such path.
        """
        cdef Py_buffer view
        if not 0 <= path < <int>kMaxPaths:
            raise OutOfRangeError(f"path {path} of {kMaxPaths}")
        if PyBytes_CheckExact(packet):
            self.receive(<const uint8_t*>PyBytes_AS_STRING(packet), PyBytes_GET_SIZE(packet), arrival_ns, path)
            return
        PyObject_GetBuffer(packet, &view, PyBUF_SIMPLE)
        self.receive(<const uint8_t*>view.buf, view.len, arrival_ns, path)
        PyBuffer_Release(&view)

    cdef void receive(self, const uint8_t* datagram, size_t size, int64_t arrival_ns, size_t path) noexcept nogil:
        self.core.insert(span[const_uint8_t](datagram, size), arrival_ns, path)

    def take_nacks(self, int64_t now_ns):
        """Return the sequence numbers to ask the sender for now, ascending (``rtp.build_rtcp`` makes the NACK).

        Each is asked for when nothing suggests that it is only late, again after a round trip and some, and no
        more when its time has passed. What then comes is inserted like any packet.

        Parameters
        ----------
        now_ns : int
            On the clock of `insert`.

        Returns
        -------
        list of int
            At most 64.
        """
        cdef uint16_t[64] numbers
        cdef size_t i, count = self.core.take_nacks(now_ns, span[uint16_t](numbers, <size_t>64))
        return [numbers[i] for i in range(count)]

    def set_round_trip_ns(self, int64_t round_trip_ns):
        """Say how long a question takes to be answered, as reports tell it; without, 100 ms are reckoned with."""
        self.core.set_round_trip_ns(round_trip_ns)

    def set_min_delay_ms(self, int min_delay_ms):
        """Raise or lower the least delay while it runs, so that sound waits for later pictures.

        Playout goes there as it follows the network: in pauses at once, in a voice by its periods.

        Parameters
        ----------
        min_delay_ms : int
            0..`max_delay_ms`.

        Raises
        ------
        OutOfRangeError
            Outside these bounds.
        """
        check(self.core.set_min_delay_ms(min_delay_ms), f"min_delay_ms {min_delay_ms} is outside 0..max_delay_ms")

    def receive_report(self, report, int64_t arrival_ns):
        """Take what the sender reports of this stream (RFC 3550 section 6.4.1).

        Parameters
        ----------
        report : rtp.SenderInfo
            Its NTP and RTP timestamps tie the stream to the sender's wall clock.
        arrival_ns : int
            When it came.
        """
        cdef SenderInfo info
        info.ntp, info.rtp_timestamp = report.ntp, report.rtp_timestamp
        self.core.receive(info, arrival_ns)

    def playout_ntp(self, int64_t now_ns):
        """Return when the sender captured what is played at `now_ns`, or None while that is not known.

        Parameters
        ----------
        now_ns : int
            On the clock of `pull`.

        Returns
        -------
        int or None
            An NTP timestamp of the sender's clock, 64 bits, as in ``rtp.SenderInfo`` (W3C
            ``estimatedPlayoutTimestamp``).
        """
        cdef uint64_t ntp = 0
        return ntp if self.core.playout_ntp(now_ns, ntp) else None

    def pull(self, int64_t now_ns, out=None):
        """Return the next frame.

        Parameters
        ----------
        now_ns : int
            When its first sample is played; call it every `frame_ms`.
        out : int16 array, shape (frame_samples,), optional
            Written and returned when given. Without it a new array is made: convenient, but not
            for a tick.

        Raises
        ------
        TypeError
            `out` is no writeable C-contiguous int16 array.
        ShapeMismatchError
            `out` does not hold exactly one frame.
        """
        cdef Py_buffer view
        cdef int16_t* memory
        if out is None:
            out = cnp.PyArray_EMPTY(1, &self.frame_samples, cnp.NPY_INT16, 0)
        memory = <int16_t*>borrow(out, &view, cnp.NPY_INT16, self.frame_samples * 2, True)
        with nogil:
            self.playout = <int>self.core.pull(now_ns, span[int16_t](memory, self.frame_samples))
        self.shift_samples = self.core.take_shift_samples()
        PyBuffer_Release(&view)
        return out

    def skip(self, int64_t now_ns):
        """Let one frame pass without decoding it; the next `pull` fades in.

        Delay and `stats` go on as if it had been played, by the levels that the packets claim.

        Parameters
        ----------
        now_ns : int
            As for `pull`, of which it takes the place.
        """
        with nogil:
            self.playout = <int>self.core.skip(now_ns)
        self.shift_samples = self.core.take_shift_samples()

    @property
    def last_playout(self):
        """What the last `pull` gave, or the last `skip` would have given: silence, speech, comfort_noise or concealment."""
        return PLAYOUTS[self.playout]

    @property
    def last_shift_samples(self):
        """Samples by which the last `pull` moved on the sender's time line: positive where something was put in.

        Waiting and time-scaling put in and take out; their sum over all pulls is the change of the delay. An echo
        canceller that hears its far end through this stream has to shift its filter by as much.
        """
        return self.shift_samples

    def stats(self):
        """Return an `AudioReceiverStats` of now."""
        return AudioReceiverStats(**inbound_fields(self.core.statistics()))


cdef class ReceiverBank:
    """Many receivers, with one crossing into the core for all of them.

    Parameters
    ----------
    receivers : iterable of AudioReceiver
        Of one frame size; no one twice. They stay usable by themselves, from one thread at a time.

    Raises
    ------
    TypeError
        Something else than an `AudioReceiver`.
    ShapeMismatchError
        Frames of different sizes.
    ValueError
        One receiver twice.
    """

    def __init__(self, receivers):
        cdef AudioReceiver receiver
        self.receivers = tuple(receivers)
        if len(set(self.receivers)) != len(self.receivers):
            raise ValueError("a receiver is in the bank twice")
        self.cores.clear()
        self.cores.reserve(len(self.receivers))
        self.playouts.assign(len(self.receivers), 0)
        for each in self.receivers:
            if not isinstance(each, AudioReceiver):
                raise TypeError(f"{each!r} is no AudioReceiver")
            receiver = each
            if not self.cores.empty() and receiver.frame_samples != self.frame_samples:
                raise ShapeMismatchError("all receivers of a bank have frames of one size")
            self.frame_samples = receiver.frame_samples
            self.cores.push_back(&receiver.core)

    def __len__(self):
        return len(self.receivers)

    def insert_many(self, indices, packets, arrivals_ns, int path=0):
        """Take packets, each for the receiver of its index.

        Parameters
        ----------
        indices : sequence of int
            Into `receivers`.
        packets : sequence of bytes or buffers
            Whole datagrams.
        arrivals_ns : sequence of int
            When each came.
        path : int
            By which all of them came, see `AudioReceiver.insert`.

        Raises
        ------
        ShapeMismatchError
            The three are not of one length; nothing was taken.
        IndexError
            No such receiver; the packets before this one were taken.
        """
        cdef Py_ssize_t i, count = len(packets), index
        if len(indices) != count or len(arrivals_ns) != count:
            raise ShapeMismatchError("as many indices and times as packets")
        for i in range(count):
            index = indices[i]
            if not 0 <= index < <Py_ssize_t>self.cores.size():
                raise IndexError(f"no receiver {index} in a bank of {self.cores.size()}")
            (<AudioReceiver>self.receivers[index]).insert(packets[i], arrivals_ns[i], path)

    def pull_many(self, int64_t now_ns, out=None):
        """Return the next frame of every receiver, shape (len(bank), frame_samples).

        Parameters
        ----------
        now_ns : int
            When their first samples are played.
        out : int16 array of that shape, optional
            Written and returned when given.

        Raises
        ------
        TypeError
            `out` is no writeable C-contiguous int16 array.
        ShapeMismatchError
            `out` is of another size.
        """
        cdef cnp.npy_intp[2] shape
        cdef Py_buffer view
        cdef int16_t* memory
        cdef AudioReceiver receiver
        cdef size_t i
        shape[0], shape[1] = len(self.receivers), self.frame_samples
        if out is None:
            out = cnp.PyArray_EMPTY(2, shape, cnp.NPY_INT16, 0)
        memory = <int16_t*>borrow(out, &view, cnp.NPY_INT16, shape[0] * shape[1] * 2, True)
        with nogil:
            for i in range(self.cores.size()):
                self.playouts[i] = <int>self.cores[i].pull(
                    now_ns, span[int16_t](memory + i * self.frame_samples, self.frame_samples))
        for i in range(self.cores.size()):
            receiver = <AudioReceiver>self.receivers[i]
            receiver.playout = self.playouts[i]
            receiver.shift_samples = receiver.core.take_shift_samples()
        PyBuffer_Release(&view)
        return out


cdef dict inbound_fields(CoreReceiverStatistics now):
    return dict(
        packets_received=now.packets_received,
        packets_lost=now.packets_lost,
        packets_discarded=now.packets_discarded,
        bytes_received=now.bytes_received,
        jitter=now.jitter_ns * NS,
        jitter_buffer_delay=now.jitter_buffer_delay_s,
        jitter_buffer_target_delay=now.jitter_buffer_target_delay_s,
        jitter_buffer_minimum_delay=now.jitter_buffer_minimum_delay_s,
        jitter_buffer_emitted_count=now.jitter_buffer_emitted_count,
        total_samples_received=now.total_samples_received,
        concealed_samples=now.concealed_samples,
        silent_concealed_samples=now.silent_concealed_samples,
        concealment_events=now.concealment_events,
        inserted_samples_for_deceleration=now.inserted_samples_for_deceleration,
        removed_samples_for_acceleration=now.removed_samples_for_acceleration,
        interruption_count=now.interruption_count,
        total_interruption_duration=now.total_interruption_duration_s,
        nack_count=now.nack_count,
        fec_packets_received=now.fec_packets_received,
        fec_packets_discarded=now.fec_packets_discarded,
        packets_duplicated=now.packets_duplicated,
        packets_malformed=now.packets_malformed,
        packets_of_other_payload_type=now.packets_of_other_payload_type,
        stream_changes=now.stream_changes,
        target_delay=now.target_delay_ns * NS,
        playout_delay=now.playout_delay_ns * NS,
        clock_drift_ppm=now.clock_drift_ppm,
        burst_density=now.burst_density,
        gap_density=now.gap_density,
        burst_duration=now.burst_duration_ns * NS,
        gap_duration=now.gap_duration_ns * NS,
        paths=paths_of(now),
    )


cdef tuple paths_of(CoreReceiverStatistics& now):
    cdef size_t i, used = kMaxPaths
    while used > 1 and now.paths[used - 1].packets_received == 0:
        used -= 1
    return tuple([
        PathStats(now.paths[i].packets_received, now.paths[i].packets_first, now.paths[i].packets_lost,
                  now.paths[i].jitter_ns * NS)
        for i in range(used)
    ])
