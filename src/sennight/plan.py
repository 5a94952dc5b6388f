"""Plan: what a cohort of any size will need before it is there: store, loader, operations, time, memory, money.

Counts follow from the model and the cohort; rates are either measured by us or assumed, and each says which. Nothing
here knows a cluster; it multiplies, so that a person can see what multiplies what, and change it.
"""

import json
import statistics
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from sennight.backbones.day_transformer import Layout, Size
from sennight.backbones.day_transformer.config import ENCODERS, JOINT_INPUTS
from sennight.backbones.day_transformer.cost import step_flop, weights
from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY

HIDDEN_SHARE = (0.8 + 0.5 + 0.5) / 3  # of seen tokens, the mean over the three ways of AIM to hide
BYTES_A_WEIGHT = 16  # fp32 weight, gradient and the two moments of AdamW
HOURS_A_DAY, SECONDS_AN_HOUR = 24, 3600


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """Who is recorded. `seen` is the share of cells that hold a measurement."""

    people: int
    days: int
    channels: int
    seen: float = 0.6

    def __post_init__(self) -> None:
        if min(self.people, self.days, self.channels) < 1:
            raise InputError("a plan needs at least one person, one day and one channel")
        if not 0 < self.seen <= 1:
            raise InputError(f"seen={self.seen}: a share above 0 and at most 1")

    @property
    def person_days(self) -> int:
        """All days of all people."""
        return self.people * self.days

    @property
    def cells(self) -> int:
        """Minutes times channels."""
        return self.person_days * MINUTES_PER_DAY * self.channels


@dataclass(frozen=True, kw_only=True)
class Training:
    """What is trained and how: one window is a day."""

    size: Size = Size.B
    layout: Layout = Layout.CHANNEL
    patch_minutes: int = 20
    batch: int = 4_096
    epochs: float = 1.0
    gpus: int = 8

    def __post_init__(self) -> None:
        if min(self.batch, self.gpus, self.patch_minutes) < 1 or self.epochs <= 0:
            raise InputError("a plan needs a batch, GPUs and epochs above 0")
        if MINUTES_PER_DAY % self.patch_minutes:
            raise InputError(f"patch_minutes={self.patch_minutes} does not divide {MINUTES_PER_DAY}")


@dataclass(frozen=True, kw_only=True)
class Rates:
    """What one unit does. Measured by us: the first two. Assumed: the rest; say your own with --set."""

    bytes_a_cell: float = 0.8
    """Of the store. Synthetic days, half of them noise, pack 5 to 1; counts and steps of NHANES take .69."""
    cells_a_second: float = 266e6
    """A core unpacks: 1,015 person-weeks of 26 channels (benchmarks/store.py)."""
    shard_days: int = 2_048
    tflops: float = 989.0
    """Dense bf16 of one GPU; the data sheet of an H100, not measured by us."""
    utilisation: float = 0.4
    """Share of it that training reaches; the bar of the design, not measured by us."""
    gpu_hour: float = 3.0
    """Price of one GPU for one hour, in your currency."""
    activation_bytes: float = 2.0
    """Of a number kept for the way back (bf16)."""

    def with_settings(self, settings: dict[str, str]) -> "Rates":
        """These rates with `key=value` overrides. Raises: InputError if one is unknown or not above 0."""
        known = {f.name: getattr(self, f.name) for f in fields(self)}
        for key, text in settings.items():
            if key not in known:
                raise InputError(f"a plan has no rate '{key}'", todo=f"It has {', '.join(known)}.")
            try:
                known[key] = type(known[key])(text)
            except ValueError as error:
                raise InputError(f"{key}={text}: expected a number") from error
            if known[key] <= 0:
                raise InputError(f"{key}={text}: a rate is above 0")
        return Rates(**known)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What it comes to; `gpu_*` are of one GPU, times are of training alone."""

    cohort: Cohort
    training: Training
    rates: Rates
    weights: int
    store_bytes: float
    shards: int
    tokens_a_day: float
    flop_a_day: float
    steps: int
    step_s: float
    loader_cores: float
    gpu_days: float
    days: float
    cost: float
    gpu_state_bytes: float
    gpu_activation_bytes: float
    gpu_activation_bytes_checkpointed: float


def plan(cohort: Cohort, training: Training, rates: Rates | None = None) -> Plan:
    """Multiply it out: one model, sharded over all GPUs, each day read once an epoch."""
    rates = rates or Rates()
    patches = MINUTES_PER_DAY // training.patch_minutes
    places = patches * (cohort.channels if training.layout is Layout.CHANNEL else 1)
    seen_tokens = places * cohort.seen
    flop = flop_a_window(training, channels=cohort.channels, seen_tokens=seen_tokens)
    n_weights = weights(
        training.size, layout=training.layout, channels=cohort.channels,
        patch_minutes=training.patch_minutes, patches=patches,
    )  # fmt: skip
    windows = cohort.person_days * training.epochs
    steps = max(1, round(windows / training.batch))
    speed = training.gpus * rates.tflops * 1e12 * rates.utilisation
    step_s = training.batch * flop / speed
    tower = ENCODERS[training.size]
    tokens_a_gpu = training.batch / training.gpus * seen_tokens * (1 - HIDDEN_SHARE)
    kept_a_layer = 12 * tower.width + 2 * tower.mlp  # numbers that a block keeps for the way back, a token
    seconds = steps * step_s
    hours = seconds / SECONDS_AN_HOUR
    return Plan(
        cohort=cohort,
        training=training,
        rates=rates,
        weights=n_weights,
        store_bytes=cohort.cells * rates.bytes_a_cell,
        shards=-(-cohort.person_days // rates.shard_days),
        tokens_a_day=seen_tokens,
        flop_a_day=flop,
        steps=steps,
        step_s=step_s,
        loader_cores=training.batch / step_s * MINUTES_PER_DAY * cohort.channels / rates.cells_a_second,
        gpu_days=hours * training.gpus / HOURS_A_DAY,
        days=hours / HOURS_A_DAY,
        cost=hours * training.gpus * rates.gpu_hour,
        gpu_state_bytes=n_weights * BYTES_A_WEIGHT / training.gpus,
        gpu_activation_bytes=tokens_a_gpu * tower.layers * kept_a_layer * rates.activation_bytes,
        gpu_activation_bytes_checkpointed=tokens_a_gpu
        * (tower.layers * tower.width + kept_a_layer)
        * rates.activation_bytes,
    )


def flop_a_window(training: Training, *, channels: int, seen_tokens: float) -> float:
    """Operations of one window in a step of reconstruction, forward and back, with the mean share hidden."""
    cells = training.patch_minutes * (1 if training.layout is Layout.CHANNEL else channels)
    inputs = cells * (1 if training.layout is Layout.CHANNEL else JOINT_INPUTS)
    return step_flop(
        training.size,
        inputs=inputs,
        outputs=cells,
        kept=np.array([seen_tokens * (1 - HIDDEN_SHARE)]),
        decoded=np.array([seen_tokens]),
        rebuilt=round(seen_tokens * HIDDEN_SHARE),
    )


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A run that was measured, beside what the plan counts for it: operations a step over seconds a step."""

    name: str
    size: Size
    flop_a_step: float
    step_s: float

    @property
    def gflops(self) -> float:
        """Billions of counted operations a second."""
        return self.flop_a_step / self.step_s / 1e9


def measured(run: Path, *, seen: float) -> Measured:
    """Hold a pretraining run of days against the count; `seen` is the share of its store's cells that hold something.

    Raises: InputError if there is no run of reconstruction here.
    """
    try:
        described = json.loads((run / "run.json").read_text())
        lines = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
        recipe = described["recipe"]
        training = Training(
            size=Size(recipe["size"]), layout=Layout(recipe["layout"]), patch_minutes=recipe["patch_minutes"],
            batch=min(recipe["batch"], recipe["aim_windows"]), gpus=1,
        )  # fmt: skip
        seconds = statistics.median(line["seconds"] for line in lines[1:])
    except (OSError, ValueError, KeyError, statistics.StatisticsError) as error:
        raise InputError(
            "there is no pretraining run with a log here", where=str(run), todo="Give a run's --out."
        ) from error
    if not recipe["aim_weight"] or recipe["window_days"] != 1:
        raise InputError("only runs that rebuild days can be held against a plan", where=str(run))
    channels = len(described["channels"])
    tokens = MINUTES_PER_DAY // training.patch_minutes * (channels if training.layout is Layout.CHANNEL else 1)
    flop = training.batch * flop_a_window(training, channels=channels, seen_tokens=tokens * seen)
    return Measured(name=run.name, size=training.size, flop_a_step=flop, step_s=seconds)
