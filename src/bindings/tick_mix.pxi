# Mixer in Python: its memory is there from the start, then each tick is one call.
cdef dict ROLES = {
    "talker": <int>MixRole.talker,
    "listener": <int>MixRole.listener,
    "trunk": <int>MixRole.trunk,
    "tap": <int>MixRole.tap,
    "announcer": <int>MixRole.announcer,
}


cdef MixRole role_named(object name) except *:
    try:
        return <MixRole><int>ROLES[name]
    except (KeyError, TypeError):
        raise OutOfRangeError(f"role must be one of {', '.join(ROLES)}, not {name!r}") from None


cdef uint32_t groups_of(object numbers) except? 0:
    """One bit for each group."""
    cdef uint32_t groups = 0
    for number in (numbers,) if isinstance(numbers, int) else numbers:
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 32:
            raise OutOfRangeError(f"a group is a whole number in 0..31, not {number!r}")
        groups |= <uint32_t>1 << <int>number
    return groups


cdef object view_of(object memory, const void* first, tuple shape, int dtype, bint writable):
    """Array over memory that `memory` owns and keeps alive."""
    cdef cnp.npy_intp dims[3]
    for axis in range(len(shape)):
        dims[axis] = shape[axis]
    cdef cnp.ndarray array = cnp.PyArray_SimpleNewFromData(<int>len(shape), dims, dtype, <void*>first)
    cnp.set_array_base(array, memory)
    if not writable:
        array.flags.writeable = False
    return array


cdef class _MixerMemory:
    pass


cdef class Mixer:
    """What each leg of a conference hears: the sum of all heard legs but itself.

    Parameters
    ----------
    sample_rate_hz : int
        8000..48000; a frame must be whole samples.
    frame_ms : int
        10, 20, 40 or 60: one tick.
    capacity : int
        Slots, 1..4096.
    loudest : int
        How many talkers are in the mix at a time, 0..4096; 0 is all of them. Legs that speak to the same
        groups compete with each other.
    look_ahead_ms : int
        0, 5 or 10: how far the limiter sees, and how much later the mix is heard.
    channels : int
        1, or 2: legs are panned with constant power.
    hold_ms, hysteresis_db, gate_dbov, idle_ms : int, float, float, int
        A member of the loudest keeps its place at least `hold_ms` (0..60000) and is replaced by who is
        `hysteresis_db` (0..40) louder; a leg enters above `gate_dbov` (-127..0) and gives its place back
        when it has been silent for `idle_ms` (0..3600000).
    release_ms : int
        How fast the limiter lets go after a lone peak, 20..5000; slower while peaks are dense.
    level_dbov : float, optional
        Loudness to which each leg is brought slowly, -60..0; by at most 12 dB, 3 dB/s. None: as it comes.
    audiences : int
        How many different sets of groups are heard at a time, 1..64.
    exceptions : int
        Room for that many set_exception(), 0..65536.
    solos : int
        How many heard legs get a mix of themselves alone, 0..4096.

    Attributes
    ----------
    frames : ndarray of int16, shape (capacity, frame_samples)
        What the legs say. Write each leg's row before each tick; one that is not written is mixed as it is.
    mixes : ndarray of int16, shape (rows, frame_samples) or (rows, frame_samples, 2)
        Distinct mixes, read-only; tick() fills the first ones.
    mix_of : ndarray of int32, shape (capacity,)
        Row of ``mixes`` that a slot hears; -1: the slot is empty, or an announcer. Read-only.
    solo_of : ndarray of int32, shape (capacity,)
        Row of ``mixes`` with the slot's own voice as it is in the mix, without the limiter and its delay;
        -1: none. Read-only.
    levels_dbov : ndarray of float32, shape (capacity,)
        RMS level of each slot's last frame before gain, -127..0 dBov. Read-only.

    Raises
    ------
    OutOfRangeError
        A parameter is outside its interval.

    Notes
    -----
    The media-mixing mixer of RFC 7667 section 3.6.1. The heard legs are summed once in int32 for each set
    of groups that somebody hears, and each is taken away again from its own mix: O(legs + groups x
    talkers). All others of a set share one mix, so a server encodes once per distinct mix.

    A look-ahead limiter keeps every mix at or below -1 dBFS by gain alone. While it has nothing to do the
    mix is, at 0 dB, the exact integer sum.

    Every change of what is heard (gain, pan, mute, role, groups, place among the loudest, joining,
    leaving, moving between own and shared mix) fades along a raised cosine of 20 ms, except before the
    first tick. While it fades out a leg is still heard and has its own mix: nobody ever hears himself.

    One object belongs to one thread at a time; distinct objects are independent.

    Examples
    --------
    >>> mixer = Mixer(sample_rate_hz=48000, frame_ms=20, capacity=3)
    >>> slots = [mixer.add() for _ in range(3)]
    >>> mixer.frames[slots[0]] = spoken  # int16, shape (960,)
    >>> mixer.tick()  # every 20 ms
    4
    >>> heard_by_second = mixer.mixes[mixer.mix_of[slots[1]]]
    """

    def __cinit__(self, int sample_rate_hz=48000, int frame_ms=20, int capacity=256, int loudest=0,
                  int look_ahead_ms=5, *, int channels=1, int hold_ms=500, float hysteresis_db=3.0,
                  float gate_dbov=-50.0, int idle_ms=3000, int release_ms=150, level_dbov=None,
                  int audiences=16, int exceptions=64, int solos=0):
        cdef MixConfig config
        config.sample_rate_hz, config.frame_ms, config.capacity = sample_rate_hz, frame_ms, capacity
        config.channels, config.audiences, config.exceptions, config.solos = channels, audiences, exceptions, solos
        config.selection.places, config.selection.gate_dbov = loudest, gate_dbov
        config.selection.hysteresis_db, config.selection.hold_ms = hysteresis_db, hold_ms
        config.selection.idle_ms = idle_ms
        config.limiter.look_ahead_ms, config.limiter.release_ms = look_ahead_ms, release_ms
        config.leveller.is_on = level_dbov is not None
        if level_dbov is not None:
            config.leveller.target_dbov = level_dbov
        self.memory = _MixerMemory()
        self.core = &self.memory.core
        cdef Status status = self.core.configure(config)
        if status == Status.capacity_reached:
            raise MemoryError(f"no memory for a mixer of {capacity} slots")
        check(
            status,
            "sample_rate_hz must be in 8000..48000 with whole samples in a frame, frame_ms 10, 20, 40 or 60, "
            "capacity in 1..4096, loudest in 0..4096, look_ahead_ms 0, 5 or 10, channels 1 or 2, hold_ms in "
            "0..60000, hysteresis_db in 0..40, gate_dbov in -127..0, idle_ms in 0..3600000, release_ms in "
            "20..5000, level_dbov in -60..0, audiences in 1..64, exceptions in 0..65536, solos in 0..4096",
        )
        cdef int samples = self.core.frame_samples()
        cdef tuple mixes = (self.core.rows(), samples) + ((channels,) if channels > 1 else ())
        self.frames = view_of(self.memory, self.core.frames().data(), (capacity, samples), cnp.NPY_INT16, True)
        self.mixes = view_of(self.memory, self.core.mixes().data(), mixes, cnp.NPY_INT16, False)
        self.mix_of = view_of(self.memory, self.core.mix_of().data(), (capacity,), cnp.NPY_INT32, False)
        self.solo_of = view_of(self.memory, self.core.solo_of().data(), (capacity,), cnp.NPY_INT32, False)
        self.levels_dbov = view_of(self.memory, self.core.levels_dbov().data(), (capacity,), cnp.NPY_FLOAT32, False)

    @property
    def sample_rate_hz(self) -> int:
        """Samples per second of every frame and mix."""
        return self.core.config().sample_rate_hz

    @property
    def frame_ms(self) -> int:
        """Duration of one tick."""
        return self.core.config().frame_ms

    @property
    def capacity(self) -> int:
        """Slots."""
        return self.core.config().capacity

    @property
    def loudest(self) -> int:
        """How many talkers are in the mix at a time; 0 is all of them."""
        return self.core.config().selection.places

    @property
    def look_ahead_ms(self) -> int:
        """How much later the mix is heard."""
        return self.core.config().limiter.look_ahead_ms

    @property
    def channels(self) -> int:
        """Of the mixes."""
        return self.core.config().channels

    @property
    def delay_samples(self) -> int:
        """The limiter's look-ahead, by which each mix is later than what it is made of."""
        return self.core.delay_samples()

    @property
    def heard(self):
        """Slots in the last mix, ascending: a new int32 array.

        Contains legs that are fading out, so for 20 ms there may be more than ``loudest``.
        """
        cdef span[const_int32_t] slots = self.core.heard()
        return view_of(self.memory, slots.data(), (slots.size(),), cnp.NPY_INT32, False).copy()

    def add(self, role="talker", float gain_db=0.0, *, float pan=0.0, speaks_to=(0,), hears=(0,), int priority=0,
            via=None, follows=None):
        """Give a new leg a slot.

        Parameters
        ----------
        role : str
            ``"talker"`` speaks and hears; ``"listener"`` and ``"tap"`` (for recording) only hear;
            ``"announcer"`` only speaks, and needs no place among the loudest; ``"trunk"`` is a talker whose
            far side is another conference.
        gain_db : float
            Up to 20; below -60 the leg is not heard.
        pan : float
            -1 (left) .. 1 (right), in a mixer of 2 channels.
        speaks_to, hears : int or iterable of int
            Groups, 0..31: a leg is heard by those who hear one of the groups it speaks to.
        priority : int
            A higher one (a chair) takes a place among the loudest at once from a lower one.
        via : int, optional
            Slot of the trunk through which this talker comes: it is not sent back there.
        follows : int, optional
            For a tap: it records this slot alone, as it came.

        Returns
        -------
        int
            The lowest free slot: the leg's row of ``frames`` and index of ``mix_of``.

        Raises
        ------
        CapacityError
            Every slot is taken, or too many different sets of groups are heard.
        OutOfRangeError
            Unknown role or group, ``gain_db`` above 20, ``pan`` outside -1..1, or ``follows`` without a tap.
        UnknownLegError
            ``via`` or ``follows`` is an empty slot.
        """
        cdef LegSettings settings
        settings.role, settings.gain_db, settings.pan, settings.priority = role_named(role), gain_db, pan, priority
        settings.speaks_to, settings.hears = groups_of(speaks_to), groups_of(hears)
        settings.via = -1 if via is None else via
        settings.follows = -1 if follows is None else follows
        cdef int32_t slot = -1
        cdef Status status = self.core.add(settings, slot)
        if status == Status.capacity_reached:
            check(status, f"all {self.capacity} slots or all audiences are taken")
        if status == Status.unknown_leg:
            check(status, f"via {via} or follows {follows} is an empty slot")
        check(status, f"gain_db must be at most 20, not {gain_db}, pan in -1..1, not {pan}, and only a tap follows")
        return slot

    def remove(self, int slot):
        """Free a slot instead of writing its next frame: its row becomes silent, its voice fades out.

        Raises
        ------
        UnknownLegError
            The slot is empty.
        """
        self.check_slot(self.core.remove(slot), slot)

    def set_gain_db(self, int slot, float gain_db):
        """Amplify a leg before it is mixed.

        Raises
        ------
        OutOfRangeError
            Above 20 or not a number. Below -60 the leg is not heard.
        UnknownLegError
            The slot is empty.
        """
        cdef Status status = self.core.set_gain_db(slot, gain_db)
        if status == Status.out_of_range:
            check(status, f"gain_db must be at most 20, not {gain_db}")
        self.check_slot(status, slot)

    def set_pan(self, int slot, float pan):
        """Move a leg between left (-1) and right (1).

        Raises
        ------
        OutOfRangeError
            Outside -1..1.
        UnknownLegError
            The slot is empty.
        """
        cdef Status status = self.core.set_pan(slot, pan)
        if status == Status.out_of_range:
            check(status, f"pan must be in -1..1, not {pan}")
        self.check_slot(status, slot)

    def set_muted(self, int slot, bint is_muted):
        """Take a leg out of the mix, or back into it; it goes on hearing.

        Raises
        ------
        UnknownLegError
            The slot is empty.
        """
        self.check_slot(self.core.set_muted(slot, is_muted), slot)

    def set_role(self, int slot, role):
        """Make a leg another role, as in add().

        Raises
        ------
        OutOfRangeError
            Unknown role, or a tap that follows a slot.
        UnknownLegError
            The slot is empty.
        """
        cdef Status status = self.core.set_role(slot, role_named(role))
        if status == Status.out_of_range:
            check(status, f"slot {slot} follows another: it remains a tap")
        self.check_slot(status, slot)

    def set_priority(self, int slot, int priority):
        """Let a leg take places among the loudest from legs of lower priority.

        Raises
        ------
        UnknownLegError
            The slot is empty.
        """
        self.check_slot(self.core.set_priority(slot, priority), slot)

    def set_voice(self, int slot, bint has_voice):
        """Say whether a leg's next frame is speech: noise takes no place among the loudest, and gives it back.

        Raises
        ------
        UnknownLegError
            The slot is empty.
        """
        self.check_slot(self.core.set_voice(slot, has_voice), slot)

    def set_speaks_to(self, int slot, groups):
        """Let a leg be heard by other groups: it fades out, and in again over there.

        Raises
        ------
        OutOfRangeError
            A group outside 0..31.
        UnknownLegError
            The slot is empty.
        """
        self.check_slot(self.core.set_speaks_to(slot, groups_of(groups)), slot)

    def set_hears(self, int slot, groups):
        """Let a leg hear other groups; its mix is cross-faded.

        Raises
        ------
        CapacityError
            Too many different sets of groups are heard.
        OutOfRangeError
            A group outside 0..31.
        UnknownLegError
            The slot is empty.
        """
        cdef Status status = self.core.set_hears(slot, groups_of(groups))
        if status == Status.capacity_reached:
            check(status, f"all {self.core.config().audiences} audiences are taken")
        self.check_slot(status, slot)

    def set_exception(self, int listener, int talker, float gain_db):
        """Let one leg hear another with a gain of its own, whatever the groups say.

        Parameters
        ----------
        gain_db : float
            Up to 20, after the talker's own gain; below -60 the talker is not heard.

        Raises
        ------
        CapacityError
            There are ``exceptions`` already.
        OutOfRangeError
            ``gain_db`` above 20, or the talker is the listener or came via it.
        UnknownLegError
            A slot is empty.
        """
        cdef Status status = self.core.set_exception(listener, talker, gain_db)
        if status == Status.capacity_reached:
            check(status, f"there are {self.core.config().exceptions} exceptions already")
        if status == Status.unknown_leg:
            check(status, f"slot {listener} or {talker} is empty")
        check(status, f"gain_db must be at most 20, not {gain_db}, and talker {talker} not of listener {listener}")

    def clear_exception(self, int listener, int talker):
        """Let a leg hear another as everybody does.

        Raises
        ------
        UnknownLegError
            There is no such exception.
        """
        check(self.core.clear_exception(listener, talker), f"slot {listener} has no exception for {talker}")

    def tick(self):
        """Mix one frame of ``frames`` into ``mixes``. Other threads may run meanwhile.

        Returns
        -------
        int
            Number of distinct mixes: ``mixes[:n]`` are valid until the next tick.
        """
        cdef int32_t count
        with nogil:
            count = self.tick_core()
        return count

    cdef int32_t tick_core(self) noexcept nogil:
        return self.core.tick()

    cdef int check_slot(self, Status status, int32_t slot) except -1:
        return check(status, f"slot {slot} is empty")
