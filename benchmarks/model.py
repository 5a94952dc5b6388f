"""How fast the day transformer embeds and trains, for more channels and for more missing, beside the machine's ceiling.

    python benchmarks/model.py [--quick] [--threads 2]

Synthetic days that are off body for one stretch, in all channels alike. GFLOP are counted from the tokens that are
really kept (matrix products and attention only; a step backward counts twice), so a model that computed what it
never saw would show as a low share of the ceiling. Windows a second should grow as less was seen.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from machine import Ceilings, ceilings, threads
from measure import Timing, best_of, show
from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Size
from sennight.backbones.day_transformer.config import DECODERS, ENCODERS, Tower
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.pretrain.loop import Trainer, take_step
from sennight.pretrain.recipes import Recipe
from sennight.record import CHANNELS, MINUTES_PER_DAY, WindowBatch, hide

SIZES = (Size.XXS, Size.XS, Size.S)
WIDTHS = (1, 26)
MISSING = (0.0, 0.4, 0.8)
GFLOP_A_ROUND = 40.0  # about a quarter of a second on two cores: long enough to measure, short enough for all cells
LARGEST_BATCH, SMALLEST_BATCH = 64, 2
BACKWARD = 2  # a step backward costs two forward
SEED = 0


@dataclass(frozen=True, kw_only=True)
class Case:
    """One cell of the table."""

    size: Size
    channels: int
    missing: float


def windows(n: int, case: Case) -> WindowBatch:
    """Synthetic days, not seen for one stretch (round midnight, if it falls so) of `missing` of the day."""
    rng = np.random.default_rng(SEED)
    shape = (n, MINUTES_PER_DAY, case.channels)
    off = (np.arange(MINUTES_PER_DAY) - rng.integers(0, MINUTES_PER_DAY, n)[:, None]) % MINUTES_PER_DAY
    seen = np.broadcast_to((off >= case.missing * MINUTES_PER_DAY)[:, :, None], shape).copy()
    return WindowBatch(
        people=tuple(f"synthetic-{i}" for i in range(n)),
        ordinal=tuple(range(n)),
        weekday=rng.integers(0, 7, n).astype(np.int16),
        day_of_year=np.ones(n, dtype=np.int16),
        values=np.where(seen, rng.normal(size=shape), 0).astype(np.float32),
        seen=seen,
        channels=tuple(CHANNELS)[: case.channels],
    )


def build(case: Case) -> DayTransformer:
    """A model of this size with random weights."""
    torch.manual_seed(SEED)
    names = tuple(CHANNELS)[: case.channels]
    scales = (ChannelScale(channel=n, transform=ChannelScale.default_transform(n), mean=0.0, sd=1.0) for n in names)
    return DayTransformerConfig(scales=tuple(scales), size=case.size).build()


def tower_flop(tower: Tower, lengths: np.ndarray) -> float:
    """Floating-point operations of a stack of blocks over windows of so many tokens each."""
    a_token = 2 * (4 * tower.width**2 + 2 * tower.width * tower.mlp)
    return float(tower.layers * (a_token * lengths.sum() + 4 * tower.width * (lengths.astype(np.float64) ** 2).sum()))


def embed_flop(model: DayTransformer, batch: WindowBatch) -> float:
    """Floating-point operations of embedding a batch."""
    tower, minutes = ENCODERS[model.config.size], model.config.patch_minutes
    lengths = model.tokens(batch).present.flatten(1).sum(dim=1).numpy()
    return tower_flop(tower, lengths) + 2.0 * minutes * tower.width * float(lengths.sum())


def train_flop(model: DayTransformer, batch: WindowBatch) -> float:
    """Floating-point operations of one step, forward and back, with the very tokens that its first step hides."""
    size, minutes = model.config.size, model.config.patch_minutes
    encoder, decoder = ENCODERS[size], DECODERS[size]
    hidden = hide(model.tokens(batch).present.numpy(), rng=np.random.default_rng([SEED, 0]))
    kept = hidden.kept.sum(axis=(1, 2))
    both = kept + hidden.hidden.sum(axis=(1, 2))
    ends = 2.0 * minutes * (encoder.width * kept.sum() + decoder.width * (both - kept).sum())
    bridge = 2.0 * encoder.width * decoder.width * kept.sum()
    return (1 + BACKWARD) * (tower_flop(encoder, kept) + tower_flop(decoder, both) + float(ends + bridge))


def batch_for(case: Case, flop: Callable[[DayTransformer, WindowBatch], float], *, quick: bool) -> WindowBatch:
    """As many windows as about `GFLOP_A_ROUND` of work."""
    if quick:
        return windows(SMALLEST_BATCH, case)
    a_window = flop(build(case), windows(SMALLEST_BATCH, case)) / SMALLEST_BATCH / 1e9
    return windows(int(np.clip(GFLOP_A_ROUND / a_window, SMALLEST_BATCH, LARGEST_BATCH)), case)


def embedding(case: Case, *, quick: bool) -> tuple[WindowBatch, float, Timing]:
    """Embed a batch: the batch, its operations, the time."""
    batch, model = batch_for(case, embed_flop, quick=quick), build(case)
    return batch, embed_flop(model, batch), best_of(lambda: model.encode_windows(batch), rounds=1 if quick else 3)


def training(case: Case, *, quick: bool) -> tuple[WindowBatch, float, Timing]:
    """Take first steps on a batch: the batch, the operations of one, its time."""
    batch, model = batch_for(case, train_flop, quick=quick), build(case)
    trainer = Trainer(model, Recipe(name="benchmark", size=case.size), seed=SEED)
    model.train()
    return batch, train_flop(model, batch), best_of(lambda: take_step(trainer, batch), rounds=1 if quick else 3)


def cells(case: Case, machine: Ceilings, *, n_threads: int, quick: bool) -> list[str]:
    """Windows a second embedded and trained, each with GFLOP a window, GFLOP/s and its share of the ceiling."""
    found = [case.size.value, str(case.channels), f"{case.missing:.0%}"]
    for batch, flop, timing in (embedding(case, quick=quick), training(case, quick=quick)):
        rate = flop / timing.wall_s / 1e9
        share = rate / machine.matmul["fp32", n_threads]
        found += [
            f"{len(batch) / timing.wall_s:,.1f}", f"{flop / len(batch) / 1e9:.3f}", f"{rate:,.1f}", f"{share:.0%}",
        ]  # fmt: skip
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny, to see that it runs; the figures mean nothing")
    parser.add_argument("--threads", type=int, default=2, choices=(1, 2))
    options = parser.parse_args(arguments)
    machine = ceilings(quick=options.quick)
    print(machine)
    sizes, widths = (SIZES[:1], (1, 2)) if options.quick else (SIZES, WIDTHS)
    with threads(options.threads):
        rows = [
            cells(Case(size=s, channels=c, missing=m), machine, n_threads=options.threads, quick=options.quick)
            for s in sizes
            for c in widths
            for m in MISSING
        ]
    show(
        f"day transformer, days in patches of 20 minutes, fp32, threads: {options.threads}; windows = person-days",
        [
            "size", "channels", "missing",
            "embedded/s", "GFLOP each", "GFLOP/s", "of ceiling",
            "trained/s", "GFLOP each", "GFLOP/s", "of ceiling",
        ],
        rows,
    )  # fmt: skip


if __name__ == "__main__":
    main()
