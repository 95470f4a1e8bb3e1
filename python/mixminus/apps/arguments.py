"""Kinds of command line arguments, each refused in one clear line."""

from __future__ import annotations

import argparse
import ipaddress
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "host_port",
    "near_host_port",
    "network",
    "number",
    "picture_rate",
    "picture_size",
    "whole_number",
]


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return a type for argparse: an integer in ``lowest``..``highest``."""

    def parse(text: str) -> int:
        if not text.lstrip("-").isdigit() or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number in {lowest}..{highest}")
        return int(text)

    return parse


def number(lowest: float, highest: float) -> Callable[[str], float]:
    """Return a type for argparse: a number in ``lowest``..``highest``."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(f"{text!r} is no number in {lowest:g}..{highest:g}")
        return value

    return parse


def picture_size(text: str) -> tuple[int, int]:
    """Parse ``1280x720``, both even and in 16..8192."""
    sides = text.lower().split("x")
    if len(sides) == 2 and all(side.isdecimal() for side in sides):
        width, height = int(sides[0]), int(sides[1])
        if all(16 <= side <= 8192 and side % 2 == 0 for side in (width, height)):
            return width, height
    raise argparse.ArgumentTypeError(f"{text!r} is no even size such as 1280x720")


def picture_rate(text: str) -> Fraction:
    """Parse pictures a second: ``25``, ``29.97`` or ``30000/1001``, in 1..120."""
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 1 <= rate <= 120 or rate.denominator > 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no picture rate such as 25 or 30000/1001")
    return rate


def host_port(text: str) -> tuple[str, int]:
    """Parse ``HOST:PORT`` with a numeric host, IPv6 in brackets."""
    host, _, port = text.rpartition(":")
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        address = None
    if host == "localhost":
        address = ipaddress.ip_address("127.0.0.1")
    if address is None or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST:PORT such as 127.0.0.1:5004")
    return str(address), int(port)


def near_host_port(text: str) -> tuple[str, int]:
    """Parse ``HOST:PORT`` of this machine or a private network: nobody else gets our packets."""
    host, port = host_port(text)
    if not ipaddress.ip_address(host).is_private or port == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not in this machine or a private network")
    return host, port


def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Parse ``10.0.0.0/8``, one address, or the same of IPv6."""
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no network such as 10.0.0.0/8") from error
