"""How fast PAT embeds, trains and pretrains, beside the published Keras figures and the machine's ceilings.

    python benchmarks/pat.py [--quick]

One core, one channel, whole weeks, all minutes seen. Rates are weeks a second of processor time, so that other work
on the machine disturbs them less; still compare only with the ceilings of the same run. The Keras and torch figures
were measured once, on two cores of an AMD Zen 5 whose matrix product reached 211-228 GFLOP/s in fp32 and 377-412 in
bf16.
"""

import argparse
from collections.abc import Sequence

import numpy as np
import torch

from machine import ceilings, threads
from measure import best_of, show
from sennight.backbones.pat import PatConfig, PatSize
from sennight.backbones.pat.config import FEED_FORWARD, SIZES, WIDTH
from sennight.backbones.pat.model import Pat
from sennight.pretrain.pat import draw_kept
from sennight.record import MINUTES_PER_DAY, WindowBatch

WEEKS = {PatSize.S: 16, PatSize.M: 8, PatSize.L: 2}
KERAS = {PatSize.S: (125.0, 41.0), PatSize.M: (31.0, 11.0), PatSize.L: (5.0, 1.7)}  # forward, train
SEED = 0


def weeks(n: int) -> WindowBatch:
    """Synthetic weeks of one channel."""
    values = np.random.default_rng(SEED).exponential(100, (n, 7 * MINUTES_PER_DAY, 1)).astype(np.float32)
    return WindowBatch(
        people=tuple(f"synthetic-{i}" for i in range(n)),
        ordinal=tuple(range(n)),
        weekday=np.zeros(n, dtype=np.int16),
        day_of_year=np.ones(n, dtype=np.int16),
        values=values,
        seen=np.ones(values.shape, dtype=np.bool_),
        channels=("hip_counts",),
    )


def gflop(size: PatSize) -> float:
    """Of one week forward, by the products that are really made: two projections a head, not four."""
    d = SIZES[size]
    n = PatConfig(channels=("hip_counts",), size=size).patches
    attention = 2 * d.heads * WIDTH * (2 * n * WIDTH + 2 * n * n)
    return (d.layers * (attention + 4 * n * WIDTH * FEED_FORWARD) + 2 * n * d.patch_minutes * WIDTH) / 1e9


def train(model: Pat, batch: WindowBatch) -> None:
    """Forward and back through everything that labels reach."""
    model.train()
    model.zero_grad()
    model.features(batch).square().sum().backward()  # type: ignore[no-untyped-call]


def pretrain(model: Pat, batch: WindowBatch) -> None:
    """Forward and back with nine patches of ten hidden."""
    model.train()
    model.zero_grad()
    kept = draw_kept(len(batch), model.config.patches, np.random.default_rng(SEED))
    model.reconstruction_loss(model.patches(batch), kept).loss.backward()  # type: ignore[no-untyped-call]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="PAT-S alone; the figures mean little")
    options = parser.parse_args(arguments)
    torch.set_float32_matmul_precision("medium")
    rows = []
    with threads(1):
        for size in (PatSize.S,) if options.quick else PatSize:
            n, model = WEEKS[size], PatConfig(channels=("hip_counts",), size=size).build()
            batch = weeks(n)
            for name, precision in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
                model.precision = precision
                work = (
                    lambda model=model, batch=batch: model.encode_windows(batch),
                    lambda model=model, batch=batch: train(model, batch),
                    lambda model=model, batch=batch: pretrain(model, batch),
                )
                forward, back, hidden = (n / best_of(job, rounds=1 if options.quick else 3).cpu_s for job in work)
                keras = KERAS[size]
                rows.append([
                    f"PAT-{size.upper()} {name}", f"{forward:.1f}", f"{keras[0]:g}", f"{forward / keras[0]:.2f}",
                    f"{back:.2f}", f"{keras[1]:g}", f"{back / keras[1]:.2f}", f"{hidden:.1f}",
                    f"{forward * gflop(size):,.0f}",
                ])  # fmt: skip
        found = ceilings(quick=options.quick)
    show(
        "PAT, weeks a second of one core",
        ["model", "forward", "Keras", "ratio", "train", "Keras", "ratio", "pretrain", "forward GFLOP/s"],
        rows,
    )
    print(found)


if __name__ == "__main__":
    main()
