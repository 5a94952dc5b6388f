"""How fast engineered features are computed from person-days in memory.

    python benchmarks/features.py [--quick] [--batch 256]

Synthetic days, a third of them not seen. One thread: the features are numpy, and a larger job runs a process a core.
The share of the copy ceiling says how far this is from reading its input once.
"""

import argparse
from collections.abc import Sequence

import numpy as np

from machine import ceilings
from measure import best_of, show
from sennight.backbones.handcrafted import FEATURES, HandcraftedConfig
from sennight.record import CHANNELS, MINUTES_PER_DAY, WindowBatch

WIDTHS = (1, 26)
CELL_BYTES = 5  # a value and whether it was seen


def days(n: int, channels: tuple[str, ...], *, seed: int = 0) -> WindowBatch:
    """Synthetic days: a daily wave with noise, off body for eight hours in a row."""
    rng = np.random.default_rng(seed)
    shape = (n, MINUTES_PER_DAY, len(channels))
    wave = 70 + 20 * np.sin(2 * np.pi * np.arange(MINUTES_PER_DAY) / MINUTES_PER_DAY)
    values = (wave[:, None] + rng.normal(0, 5, shape)).astype(np.float32)
    off = (np.arange(MINUTES_PER_DAY) - rng.integers(0, MINUTES_PER_DAY, n)[:, None]) % MINUTES_PER_DAY < 480
    seen = np.broadcast_to(~off[:, :, None], shape).copy()
    return WindowBatch(
        people=tuple(f"synthetic-{i}" for i in range(n)),
        ordinal=tuple(range(n)),
        weekday=np.zeros(n, dtype=np.int16),
        day_of_year=np.ones(n, dtype=np.int16),
        values=np.where(seen, values, np.float32(0)),
        seen=seen,
        channels=channels,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny, to see that it runs; the figures mean nothing")
    parser.add_argument("--batch", type=int, default=256)
    options = parser.parse_args(arguments)
    n = 2 if options.quick else options.batch
    machine = ceilings(quick=options.quick)
    print(machine)
    rows = []
    for width in WIDTHS:
        channels = tuple(CHANNELS)[:width]
        batch, backbone = days(n, channels), HandcraftedConfig(channels=channels).build()
        wall_s = best_of(lambda backbone=backbone, batch=batch: backbone.encode_windows(batch)).wall_s
        rate = n / wall_s
        read = rate * width * MINUTES_PER_DAY * CELL_BYTES / 1e9
        rows.append(
            [str(width), f"{rate:,.0f}", f"{1e3 / rate / width:.3f}", f"{read:.3f}", f"{read / machine.copy[1]:.1%}"]
        )
    show(
        f"engineered features, {len(FEATURES)} a channel and day, batch {n}, one thread",
        ["channels", "person-days/s", "ms a channel and day", "GB/s read", "of copy ceiling"],
        rows,
    )


if __name__ == "__main__":
    main()
