"""How much longer the slowest ticks of a conference take than the middle one; exit 1 above --limit.

Run it on an idle machine: what the operating system takes away counts as well.
"""

import argparse
import gc
import time

import numpy as np

from benches.bench_conference import LEGS, Talk


def main() -> int:
    """Time ticks one by one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ticks", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--limit", type=float, default=3.0, help="p99.9 over median")
    args = parser.parse_args()
    talk = Talk(args.threads)
    times_us = np.empty(args.ticks)
    gc.disable()
    for index in range(-100, args.ticks):
        talk.receive()
        start_ns = time.perf_counter_ns()
        talk.tick()
        if index >= 0:
            times_us[index] = (time.perf_counter_ns() - start_ns) / 1e3
    median_us, tail_us = np.percentile(times_us, [50, 99.9])
    print(
        f"{LEGS} legs, {args.threads} threads: median {median_us:.0f} us, p99.9 {tail_us:.0f} us, ",
        end="",
    )
    print(f"ratio {tail_us / median_us:.2f}, longest {times_us.max():.0f} us")
    return 1 if tail_us > args.limit * median_us else 0


if __name__ == "__main__":
    raise SystemExit(main())
