"""How long a year of one person's minutes takes to fill, beside the machine's own matmul rate.

    python benchmarks/fill_year.py [--threads 2] [--channels 2] [--days 365]

A synthetic person with a tenth of every day missing in one block, an untrained XS day transformer (joint tokens of ten
minutes) and an untrained mixer: the arithmetic is that of trained ones. Bar: under 10 s on two cores.
"""

import argparse
import time

import numpy as np
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size
from sennight.generate.bands import GAP_EDGES, PARTS, SHARE, Bands
from sennight.generate.baselines import Population
from sennight.generate.cues import cue_names
from sennight.generate.fill import Filler, fill
from sennight.generate.lean import Lean
from sennight.generate.mixer import Mixer
from sennight.generate.scales import Scales
from sennight.record import MINUTES_PER_DAY, WindowBatch

MISSING_MIN = 144
CHANNELS = ("heart_rate", "steps", "mets", "energy", "skin_temperature", "spo2")


def person(channels: tuple[str, ...], n: int) -> WindowBatch:
    """One person, n days, one block missing a day."""
    rng = np.random.default_rng(0)
    values = rng.uniform(20, 40, (n, MINUTES_PER_DAY, len(channels))).astype(np.float32)
    seen = np.ones(values.shape, dtype=np.bool_)
    for day in range(n):
        start = int(rng.integers(0, MINUTES_PER_DAY - MISSING_MIN))
        seen[day, start : start + MISSING_MIN] = False
    return WindowBatch(
        people=("a",) * n, ordinal=tuple(range(n)), weekday=(np.arange(n) % 7).astype(np.int16),
        day_of_year=(np.arange(n) % 365 + 1).astype(np.int16),
        values=np.where(seen, values, 0).astype(np.float32), seen=seen, channels=channels,
    )  # fmt: skip


def untrained(channels: tuple[str, ...]) -> Filler:
    """A filler with random weights."""
    torch.manual_seed(0)
    scales = Scales(
        scales=tuple(
            ChannelScale(channel=c, transform=ChannelScale.default_transform(c), mean=3.0, sd=1.0) for c in channels
        )
    )
    c = len(channels)
    config = DayTransformerConfig(scales=scales.scales, size=Size.XS, layout=Layout.JOINT, patch_minutes=10)
    return Filler(
        scales=scales,
        population=Population(mean=np.zeros(c), time_of_day=np.zeros((MINUTES_PER_DAY, c))),
        natural_sd=np.ones(c, dtype=np.float32),
        mixer=Mixer(len(cue_names(channels))).eval(),
        lean=Lean.none(),
        bands=Bands(share=SHARE, shift=np.zeros((len(GAP_EDGES), c, PARTS))),
        model=config.build(),
    )


def matmul_rate() -> float:
    """GFLOP/s of single precision, now."""
    a = torch.rand(1024, 1024)
    begin = time.perf_counter()
    for _ in range(5):
        a @ a
    return 5 * 2 * 1024**3 / (time.perf_counter() - begin) / 1e9


def main() -> None:
    """Time the filling, after a week to warm up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--channels", type=int, default=2, choices=range(1, len(CHANNELS) + 1))
    parser.add_argument("--days", type=int, default=365)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    channels = CHANNELS[: options.channels]
    filler, days = untrained(channels), person(channels, options.days)
    print(f"matmul now: {matmul_rate():.0f} GFLOP/s with {options.threads} threads")
    fill(days.take(np.arange(min(7, options.days))), filler)
    begin, used = time.perf_counter(), time.process_time()
    filled = fill(days, filler)
    wall, processor = time.perf_counter() - begin, time.process_time() - used
    print(f"{options.days} days, {options.channels} channels: {int(filled.filled.sum()):,} minutes filled")
    print(f"wall      {wall:8.2f} s")
    print(f"processor {processor:8.2f} s")


if __name__ == "__main__":
    main()
