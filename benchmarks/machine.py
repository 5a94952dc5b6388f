"""What this machine can do at most: matrix products and copies, with one thread and with two.

    python benchmarks/machine.py [--quick]

Every other benchmark prints these ceilings above its own figures, measured in the same run.
"""

import argparse
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from measure import best_of, show

THREADS = (1, 2)
SIDE = 1_536  # of a square matrix: 9 MB in fp32, beyond the second cache and large enough for full speed
COPY_BYTES = 256 * 2**20  # far beyond any cache
PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}


@dataclass(frozen=True, kw_only=True)
class Ceilings:
    """GFLOP/s of a square matrix product by precision and threads; GB/s of a copy by threads (bytes copied)."""

    matmul: Mapping[tuple[str, int], float]
    copy: Mapping[int, float]

    def __str__(self) -> str:
        def both(rates: list[float]) -> str:
            return " / ".join(f"{rate:,.0f}" for rate in rates)

        products = ", ".join(f"{p} {both([self.matmul[p, n] for n in THREADS])} GFLOP/s" for p in PRECISIONS)
        copies = " / ".join(f"{self.copy[n]:.1f}" for n in THREADS)
        return f"machine, {' / '.join(map(str, THREADS))} threads: matmul {products}; copy {copies} GB/s"


@contextmanager
def threads(n: int) -> Iterator[None]:
    """So many threads of the matrix arithmetic inside the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def ceilings(*, quick: bool = False) -> Ceilings:
    """Measure them: about ten seconds, much less if quick."""
    side, size = (128, 2**20) if quick else (SIDE, COPY_BYTES)
    matmul, copy = {}, {}
    for n in THREADS:
        with threads(n):
            for name, precision in PRECISIONS.items():
                matmul[name, n] = _matmul(side, precision)
            copy[n] = _copy(size)
    return Ceilings(matmul=matmul, copy=copy)


def _matmul(side: int, precision: torch.dtype) -> float:
    a, b = torch.randn(2, side, side).to(precision).unbind()
    out = torch.empty_like(a)
    return 2 * side**3 / best_of(lambda: torch.mm(a, b, out=out), rounds=7).wall_s / 1e9


def _copy(size: int) -> float:
    source = torch.ones(size, dtype=torch.uint8)
    target = torch.empty_like(source)
    return size / best_of(lambda: target.copy_(source), rounds=7).wall_s / 1e9


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny, to see that it runs; the figures mean nothing")
    options = parser.parse_args(arguments)
    found = ceilings(quick=options.quick)
    rows = [[f"{name} matmul, GFLOP/s", *(f"{found.matmul[name, n]:,.0f}" for n in THREADS)] for name in PRECISIONS]
    rows.append(["memory copy, GB/s", *(f"{found.copy[n]:.1f}" for n in THREADS)])
    show(
        f"{platform.machine()}, {os.cpu_count()} cores, torch {torch.__version__}, "
        f"{torch.backends.cpu.get_cpu_capability()}",
        ["ceiling", *(f"{n} threads" if n > 1 else "1 thread" for n in THREADS)],
        rows,
    )


if __name__ == "__main__":
    main()
