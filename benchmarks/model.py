"""How fast the day transformer embeds and trains: sizes, layouts, channels, missing, beside the machine's ceiling.

    python benchmarks/model.py [--quick] [--threads 2] [--precision auto]

Synthetic days that are off body for one stretch, in all channels alike. GFLOP are counted from the tokens that are
really kept (matrix products and attention only; a step backward counts twice), so a model that computed what it
never saw would show as a low share of the ceiling. Windows a second should grow as less was seen. Below the table
stand the bars: weeks of 26 channels, 40 % missing, joint tokens of 10 minutes, a tower of 15 million parameters
(no released size), which should embed 10 and train 3 a second on two cores; and the peak memory of all this.
"""

import argparse
import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch

from machine import Ceilings, ceilings, threads
from measure import Timing, best_of, show
from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Precision, Size
from sennight.backbones.day_transformer.config import ENCODERS, JOINT_INPUTS, Tower
from sennight.backbones.day_transformer.cost import step_flop, tower_flop
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.day_transformer.precision import fast_fp32, precision_on
from sennight.pretrain.loop import held_memory, take_step
from sennight.pretrain.objectives import hide_cells
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.trainer import Trainer
from sennight.record import CHANNELS, MINUTES_PER_DAY, WindowBatch

SIZES = (Size.XXS, Size.XS, Size.S, Size.B)
WIDTHS = (1, 26)
MISSING = (0.0, 0.4, 0.8)
PATCH_MINUTES = {Layout.CHANNEL: 20, Layout.JOINT: 10}
FIFTEEN_MILLION = Tower(384, 1536, 6, 8)
BARS = {"embedded": 10.0, "trained": 3.0}  # person-weeks a second on two cores
BAR_WEEKS = 8
GFLOP_A_ROUND = 40.0  # about a quarter of a second on two cores: long enough to measure, short enough for all cells
LARGEST_BATCH, SMALLEST_BATCH = 64, 2
SEED = 0


@dataclass(frozen=True, kw_only=True)
class Case:
    """One cell of the table."""

    size: Size
    channels: int
    missing: float
    layout: Layout = Layout.CHANNEL
    days: int = 1
    precision: Precision = Precision.FP32


def windows(n: int, case: Case) -> WindowBatch:
    """Synthetic windows, each day not seen for one stretch (round midnight, if it falls so) of `missing` of it."""
    rng = np.random.default_rng(SEED)
    minutes = MINUTES_PER_DAY * case.days
    shape = (n, minutes, case.channels)
    off = (np.arange(minutes) - rng.integers(0, MINUTES_PER_DAY, n)[:, None]) % MINUTES_PER_DAY
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
    model = DayTransformerConfig(
        scales=tuple(scales),
        size=case.size,
        layout=case.layout,
        patch_minutes=PATCH_MINUTES[case.layout],
        window_days=case.days,
    ).build()
    model.precision = case.precision
    return model


def token_inputs(model: DayTransformer) -> int:
    """Numbers that the first layer takes in of a token."""
    return model.config.cells * (JOINT_INPUTS if model.config.layout is Layout.JOINT else 1)


def embed_flop(model: DayTransformer, batch: WindowBatch) -> float:
    """Floating-point operations of embedding a batch."""
    tower = ENCODERS[model.config.size]
    lengths = model.tokens(batch).present.flatten(1).sum(dim=1).numpy()
    return tower_flop(tower, lengths) + 2.0 * token_inputs(model) * tower.width * float(lengths.sum())


def train_flop(model: DayTransformer, batch: WindowBatch) -> float:
    """Floating-point operations of one step, forward and back, with the very tokens that its first step hides."""
    hidden = hide_cells(model, model.tokens(batch), np.random.default_rng([SEED, 0]))
    wanted = hidden.cells.any(dim=3)
    return step_flop(
        model.config.size,
        inputs=token_inputs(model),
        outputs=model.config.cells,
        kept=hidden.kept.sum(dim=(1, 2)).numpy(),
        decoded=(hidden.kept | wanted).sum(dim=(1, 2)).numpy(),
        rebuilt=int(wanted.sum()),
    )


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
    trainer = Trainer(model, Recipe(name="benchmark", size=case.size, precision=case.precision), seed=SEED)
    model.train()
    return batch, train_flop(model, batch), best_of(lambda: take_step(trainer, batch), rounds=1 if quick else 3)


def cells(case: Case, machine: Ceilings, *, n_threads: int, quick: bool) -> list[str]:
    """Windows a second embedded and trained, each with GFLOP a window, GFLOP/s and its share of the ceiling."""
    found = [case.size.value, case.layout.value, str(case.channels), f"{case.missing:.0%}"]
    for batch, flop, timing in (embedding(case, quick=quick), training(case, quick=quick)):
        rate = flop / timing.wall_s / 1e9
        share = rate / machine.matmul[case.precision.value, n_threads]
        found += [
            f"{len(batch) / timing.wall_s:,.1f}", f"{flop / len(batch) / 1e9:.3f}", f"{rate:,.1f}", f"{share:.0%}",
        ]  # fmt: skip
    return found


@contextmanager
def tower_of(size: Size, tower: Tower) -> Iterator[None]:
    """This size with another encoder inside the block."""
    before = ENCODERS[size]
    ENCODERS[size] = tower
    try:
        yield
    finally:
        ENCODERS[size] = before


def bars(machine: Ceilings, precision: Precision, *, n_threads: int, quick: bool) -> list[list[str]]:
    """Person-weeks a second of the 15 million model beside what they should be."""
    case = Case(size=Size.S, channels=2 if quick else 26, missing=0.4, layout=Layout.JOINT, days=7, precision=precision)
    rows = []
    with tower_of(Size.S, Tower(64, 128, 1, 1) if quick else FIFTEEN_MILLION):
        model, batch = build(case), windows(2 if quick else BAR_WEEKS, case)
        trainer = Trainer(model, Recipe(name="bar", size=Size.S, precision=precision), seed=SEED)
        works: dict[str, tuple[Callable[[], object], float]] = {
            "embedded": (lambda: model.encode_windows(batch), embed_flop(model, batch)),
            "trained": (lambda: take_step(trainer, batch), train_flop(model, batch)),
        }
        parameters = sum(p.numel() for p in model.parameters()) / 1e6
        for name, (work, flop) in works.items():
            wall_s = best_of(work, rounds=1 if quick else 3).wall_s
            share = flop / wall_s / 1e9 / machine.matmul[precision.value, n_threads]
            rows.append(
                [f"{name}, {parameters:.1f} M", f"{len(batch) / wall_s:.1f}", f"{BARS[name]:.0f}", f"{share:.0%}"]
            )
    return rows


@held_memory()
def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny, to see that it runs; the figures mean nothing")
    parser.add_argument("--bars", action="store_true", help="the bars alone")
    parser.add_argument("--threads", type=int, default=2, choices=(1, 2))
    parser.add_argument("--precision", type=Precision, default=Precision.AUTO, choices=list(Precision))
    options = parser.parse_args(arguments)
    precision = precision_on(torch.device("cpu"), options.precision)
    with fast_fp32():  # as the model multiplies
        machine = ceilings(quick=options.quick)
    print(machine)
    sizes, widths = (SIZES[:1], (1, 2)) if options.quick else (SIZES, WIDTHS)
    with threads(options.threads):
        rows = [
            cells(
                Case(size=s, layout=y, channels=c, missing=m, precision=precision),
                machine, n_threads=options.threads, quick=options.quick,
            )
            for s in sizes for y in Layout for c in widths for m in MISSING
            if not options.bars
        ]  # fmt: skip
        held = bars(machine, precision, n_threads=options.threads, quick=options.quick)
    show(
        f"day transformer, days, tokens of 20 minutes (joint: 10), {precision.value}, threads: {options.threads}",
        [
            "size", "layout", "channels", "missing",
            "embedded/s", "GFLOP each", "GFLOP/s", "of ceiling",
            "trained/s", "GFLOP each", "GFLOP/s", "of ceiling",
        ],
        rows,
    )  # fmt: skip
    show("weeks, 26 channels, 40 % missing, joint", ["what", "a second", "bar on two cores", "of ceiling"], held)
    print(f"\npeak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GiB")


if __name__ == "__main__":
    main()
