"""How a benchmark measures and prints: the best of a few rounds, in one plain table.

Other work on a machine can only slow a round down, so the fastest round is the nearest to the truth. Figures of
two runs are compared as shares of what the machine could do in the same run, never as they are.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Seconds of the fastest round by the wall clock, and of the processor (all threads) of the cheapest one."""

    wall_s: float
    cpu_s: float


def best_of(work: Callable[[], object], *, rounds: int = ROUNDS, warm_up: bool = True) -> Timing:
    """Do the work once to warm up, then a few rounds."""
    if warm_up:
        work()
    found = []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - wall, time.process_time() - cpu))
    # A round can be shorter than a tick of the processor's clock.
    return Timing(wall_s=min(w for w, _ in found), cpu_s=max(min(c for _, c in found), 1e-6))


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, all others to the right."""
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    print(f"\n{title}")
    for row in (columns, ["-" * width for width in widths], *rows):
        first, *others = (text.rjust(width) for text, width in zip(row, widths, strict=True))
        print("  ".join([first.strip().ljust(widths[0]), *others]).rstrip())
