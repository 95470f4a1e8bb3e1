# Switchboard in Python: one call reads all datagrams that came, one sends all that are ready.
cdef class Switchboard:
    """Moves datagrams between one UDP socket and the legs of a conference.

    Parameters
    ----------
    socket : socket.socket
        Bound, AF_INET or AF_INET6, SOCK_DGRAM; it stays the caller's. With SO_TIMESTAMPNS set, arrival times
        are the kernel's.
    conference : Conference
        Whose legs the datagrams are for.
    capacity : int
        Most legs, at least the conference's own capacity.

    Notes
    -----
    Linux: recvmmsg and sendmmsg, 64 datagrams a call, never blocking. Symmetric RTP (RFC 4961): an address and
    SSRC is answered where it came from.
    """

    def __cinit__(self, socket not None, Conference conference not None, int capacity=256):
        check(self.core.configure(socket.fileno(), capacity, SystemRandom().getrandbits(64)),
              "capacity must be at least 1 and the socket bound")
        self.conference, self.socket = conference, socket

    def receive(self, int64_t now_ns, int64_t realtime_offset_ns):
        """Read what has arrived and hand it to the legs.

        Parameters
        ----------
        now_ns : int
            Time on the clock of the conference.
        realtime_offset_ns : int
            What to add to CLOCK_REALTIME to get there.

        Returns
        -------
        list of (str, int, int, int)
            Address, port, SSRC and payload type of senders that are not connected and of whom two packets came
            in sequence (RFC 3550 A.1); at most 8, each once.
        """
        cdef Strangers strangers
        cdef size_t i
        with nogil:
            strangers = self.core.receive(self.conference.core, now_ns, realtime_offset_ns)
        return [(address_text(strangers[i].endpoint), strangers[i].endpoint.port, strangers[i].endpoint.ssrc,
                 strangers[i].payload_type) for i in range(strangers.size())]

    def send(self):
        """Send all packets and reports that the legs have ready."""
        with nogil:
            self.core.send(self.conference.core)

    def connect(self, str address not None, int port, uint32_t ssrc, Leg leg not None, int64_t now_ns):
        """Give ``leg`` the datagrams of that address and SSRC from now on, and send it its own there.

        Whichever leg had that source, and whichever source had this leg, is disconnected.

        Raises
        ------
        OutOfRangeError
            The address cannot be reached from this socket, or the port is not in 1..65535.
        UnknownLegError
            The leg is not in the conference of this switchboard.
        """
        cdef Endpoint endpoint = make_endpoint(address, port, ssrc)
        if not self.knows(leg) or not self.conference.core.has(leg.id):
            raise UnknownLegError("the leg is not in the conference of this switchboard")
        check(self.core.connect(endpoint, leg.id, now_ns), f"{address} port {port} cannot be reached from this socket")

    def disconnect(self, Leg leg not None):
        """Forget the address of ``leg``."""
        if self.knows(leg):
            self.core.disconnect(leg.id)

    def last_arrival_ns(self, Leg leg not None) -> int:
        """Return when the last datagram of ``leg`` came, or when it was connected; -1 when it is not."""
        return self.core.last_arrival_ns(leg.id) if self.knows(leg) else -1

    cdef bint knows(self, Leg leg) noexcept:
        # another conference numbers its legs alike
        return leg.conference is self.conference

    def stats(self) -> dict:
        """Return counters of datagrams and system calls."""
        return self.core.statistics()


cdef Endpoint make_endpoint(str address, int port, uint32_t ssrc) except *:
    cdef Endpoint endpoint
    cdef bytes packed = ip_address(address).packed
    if len(packed) == 4:
        packed = b"\0" * 10 + b"\xff\xff" + packed  # RFC 4291 section 2.5.5.2
    memcpy(endpoint.address.data(), PyBytes_AS_STRING(packed), 16)
    endpoint.port = <uint16_t>in_range(port, 1, 0xFFFF, "port")
    endpoint.ssrc = ssrc
    return endpoint


cdef str address_text(Endpoint endpoint):
    address = IPv6Address(endpoint.address.data()[:16])
    return str(address.ipv4_mapped or address)
