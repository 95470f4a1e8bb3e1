"""VideoReceiver: packets of one sender in, access units out."""

from mixminus.stats import VideoReceiverStats

cdef dict VIDEO_KINDS = {"h264": <int>VideoKind.h264, "vp8": <int>VideoKind.vp8, "h265": <int>VideoKind.h265}


@cython.final
cdef class VideoFrame:
    """One access unit that can be decoded: all that it refers to was given before it.

    Attributes
    ----------
    data : bytes
        NAL units behind start codes of four bytes (Annex B) of H.264 and H.265; a frame of VP8.
    rtp_timestamp : int
        32 bits.
    is_key_frame : bool
        Decoding can begin here.
    is_after_loss : bool
        Frames before it were left out.
    release_ns : int
        When it was to be shown, on the clock of `arrival_ns`; after a wait that is in the past.
    """

    def __init__(self):
        raise TypeError("VideoReceiver.pull gives frames")

    @property
    def playout_ntp(self):
        """When it was captured, by the clock of the sender's reports, 64-bit NTP; None before the first report."""
        return self.ntp or None


cdef VideoFrame frame_of(const CoreVideoFrame& core):
    cdef VideoFrame frame = VideoFrame.__new__(VideoFrame)
    frame.data = PyBytes_FromStringAndSize(<const char*>core.data.data(), core.data.size())
    frame.rtp_timestamp = core.rtp_timestamp
    frame.is_key_frame = core.is_key_frame
    frame.is_after_loss = core.is_after_loss
    frame.release_ns = core.release_ns
    frame.ntp = core.playout_ntp
    return frame


@cython.final
cdef class VideoReceiver:
    """Turn the RTP packets of one sender into frames that can be decoded, each when its delay is over.

    Parameters
    ----------
    codec : str
        ``"h264"`` (RFC 6184: single NAL units, STAP-A, FU-A), ``"vp8"`` (RFC 7741) or ``"h265"`` (RFC 7798,
        without decoding order numbers).
    payload_type : int
        0..127. Packets of another type in the same stream only explain their sequence numbers.
    rtp_clock_hz : int
        1000..192000.
    min_delay_ms, max_delay_ms : int
        Bounds of the adaptive delay, relative to the fastest frames; at most 2000. No missing packet is
        waited for longer than `max_delay_ms`.
    ms_per_percent : float
        Delay in ms that 1 % of standing still is worth, 1..10000: a higher one waits longer for late frames.
    capacity_packets : int
        That may wait: a power of two, 64..16384.

    Raises
    ------
    OutOfRangeError
        A setting outside its interval.
    UnsupportedCodecError
        No such codec.

    Notes
    -----
    The core keeps one memory from construction on; Python objects are made only for what is returned. Bad
    packets are counted in `stats`, never raised. The core reads no clock: the same packets and times give
    the same frames.
    """

    def __init__(self, codec="h264", *, int payload_type=96, int rtp_clock_hz=90000, int min_delay_ms=0,
                 int max_delay_ms=1000, float ms_per_percent=100.0, int capacity_packets=1024):
        cdef CoreVideoConfig config
        if codec not in VIDEO_KINDS:
            raise UnsupportedCodecError(f"no pictures of {codec!r}, only of {', '.join(VIDEO_KINDS)}")
        config.kind = <VideoKind><int>VIDEO_KINDS[codec]
        config.payload_type = payload_type
        config.rtp_clock_hz = rtp_clock_hz
        config.min_delay_ms = min_delay_ms
        config.max_delay_ms = max_delay_ms
        config.ms_per_percent = ms_per_percent
        config.capacity_packets = capacity_packets
        check(self.core.configure(config), "a setting of the video receiver is out of range")

    @property
    def remote_ssrc(self):
        """Of the stream that is followed; 0 before the first packet."""
        return self.core.remote_ssrc()

    def insert(self, packet, int64_t arrival_ns):
        """Take one RTP packet, the first or a second time that it is sent.

        Parameters
        ----------
        packet : bytes or buffer
            The whole datagram. What is no RTP is counted and dropped.
        arrival_ns : int
            When it came, on the clock of `pull`'s `now_ns`.
        """
        cdef Py_buffer view
        PyObject_GetBuffer(packet, &view, PyBUF_SIMPLE)
        self.core.insert(span[const_uint8_t](<const uint8_t*>view.buf, view.len), arrival_ns)
        PyBuffer_Release(&view)

    def insert_retransmission(self, packet, int64_t arrival_ns):
        """Take one RTP packet of the retransmission stream (RFC 4588), whatever its SSRC and payload type.

        Parameters
        ----------
        packet : bytes or buffer
            The whole datagram; its payload begins with the original sequence number.
        arrival_ns : int
            As for `insert`.
        """
        cdef Py_buffer view
        PyObject_GetBuffer(packet, &view, PyBUF_SIMPLE)
        self.core.insert_retransmission(span[const_uint8_t](<const uint8_t*>view.buf, view.len), arrival_ns)
        PyBuffer_Release(&view)

    def pull(self, int64_t now_ns):
        """Return the next `VideoFrame` whose time has come, or None; call it until it returns None.

        Parameters
        ----------
        now_ns : int
            On the clock of `insert`'s `arrival_ns`.
        """
        cdef CoreVideoFrame frame
        cdef cbool is_there
        with nogil:
            is_there = self.core.pull(now_ns, frame)
        return frame_of(frame) if is_there else None

    def take_nacks(self, int64_t now_ns):
        """Return the sequence numbers to ask for now, for an `rtp.Nack` (RFC 4585 section 6.2.1).

        Each is given at once, or when what the network overtakes should have come, and again after a round
        trip and some while it may come in time. While nobody calls this, nothing that is lost is waited for.

        Parameters
        ----------
        now_ns : int
            On the clock of `insert`'s `arrival_ns`.
        """
        cdef uint16_t[256] numbers
        cdef size_t i, count = self.core.take_nacks(now_ns, span[uint16_t](numbers, 256))
        return [numbers[i] for i in range(count)]

    def take_key_frame_request(self, int64_t now_ns):
        """Return whether to ask for a key frame now, by PLI (RFC 4585) or FIR (RFC 5104).

        True once when nothing can be decoded without, again a round trip and 200 ms later if none came.

        Parameters
        ----------
        now_ns : int
            On the clock of `insert`'s `arrival_ns`.
        """
        return self.core.take_key_frame_request(now_ns)

    def set_round_trip_ns(self, int64_t round_trip_ns):
        """Say how long a question takes to be answered; without, 100 ms are reckoned with."""
        self.core.set_round_trip_ns(round_trip_ns)

    def set_min_delay_ms(self, int min_delay_ms):
        """Change the lower bound of the delay, for lip sync: 0..`max_delay_ms`, else OutOfRangeError."""
        check(self.core.set_min_delay_ms(min_delay_ms), f"min_delay_ms {min_delay_ms} is outside 0..max_delay_ms")

    def receive_report(self, report, int64_t arrival_ns):
        """Take the sender's report of this stream (RFC 3550 section 6.4.1); frames then have a `playout_ntp`.

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

    def stats(self):
        """Return a `VideoReceiverStats` of now."""
        cdef CoreVideoStatistics now = self.core.statistics()
        return VideoReceiverStats(
            packets_received=now.packets_received,
            packets_lost=now.packets_lost,
            packets_discarded=now.packets_discarded,
            bytes_received=now.bytes_received,
            retransmitted_packets_received=now.retransmitted_packets_received,
            jitter=now.jitter_ns * NS,
            frames_received=now.frames_received,
            frames_dropped=now.frames_dropped,
            key_frames_received=now.key_frames_received,
            nack_count=now.nack_count,
            pli_count=now.pli_count,
            jitter_buffer_delay=now.jitter_buffer_delay_s,
            jitter_buffer_target_delay=now.jitter_buffer_target_delay_s,
            jitter_buffer_emitted_count=now.jitter_buffer_emitted_count,
            freeze_count=now.freeze_count,
            total_freezes_duration=now.total_freezes_duration_s,
            packets_duplicated=now.packets_duplicated,
            packets_malformed=now.packets_malformed,
            packets_of_other_payload_type=now.packets_of_other_payload_type,
            stream_changes=now.stream_changes,
            target_delay=now.target_delay_ns * NS,
        )
