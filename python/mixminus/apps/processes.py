"""The conferences of a province in several processes, joined over loopback UDP, in real time."""

from __future__ import annotations

import multiprocessing
import socket
import time
from typing import TYPE_CHECKING, Any

from mixminus.apps.errors import CommandError
from mixminus.apps.holding import Plan, hold, names_of, sites_of
from mixminus.apps.outcome import Outcome, merge
from mixminus.apps.topology import trunk_pairs

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["hold_in_processes", "shares"]

Ends = dict[tuple[str, str], int]  # port of each trunk end, as (conference, far conference)

SETTLE_NS = 500_000_000  # from the last process being ready to the first frame
PATIENCE_S = 120.0


def shares(names: list[str], processes: int) -> list[list[str]]:
    """Deal conferences out to processes, the largest first; nobody gets none."""
    count = min(processes, len(names))
    return [names[first::count] for first in range(count)]


def hold_in_processes(plan: Plan, processes: int) -> Outcome:
    """Hold the conferences of ``plan`` in that many processes.

    Raises
    ------
    CommandError
        One of them has died.
    """
    parts = shares(names_of(sites_of(plan)), processes)
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    workers: list[Any] = []
    for part in parts:
        near, far = context.Pipe()
        worker = context.Process(target=_work, args=(plan, part, far), daemon=True)
        worker.start()
        far.close()
        pipes.append(near)
        workers.append(worker)
    try:
        ports: Ends = {}
        for pipe in pipes:
            ports |= _answer(pipe)
        for pipe in pipes:
            pipe.send(ports)
        for pipe in pipes:
            _answer(pipe)  # it has imported all that it needs
        start_ns = time.monotonic_ns() + SETTLE_NS
        for pipe in pipes:
            pipe.send(start_ns)
        return merge([_answer(pipe, plan.seconds) for pipe in pipes])
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def _answer(pipe: Connection, seconds: float = 0.0) -> Any:
    try:
        if pipe.poll(seconds + PATIENCE_S):
            return pipe.recv()
    except EOFError:
        pass
    raise CommandError("a process of the demo has died")


def _work(plan: Plan, here: list[str], pipe: Connection) -> None:
    """Hold one share; the other end of ``pipe`` is in `hold_in_processes`."""
    leaving = [
        end
        for pair in trunk_pairs(names_of(sites_of(plan)))
        for end in (pair, pair[::-1])
        if end[0] in here and end[1] not in here
    ]
    sockets = {end: socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for end in leaving}
    for sock in sockets.values():
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
    pipe.send({end: sock.getsockname()[1] for end, sock in sockets.items()})
    ports: Ends = pipe.recv()
    for end, sock in sockets.items():
        sock.connect(("127.0.0.1", ports[end[::-1]]))

    def start() -> int:
        pipe.send(None)
        return int(pipe.recv())

    pipe.send(hold(plan, here, sockets, start))
