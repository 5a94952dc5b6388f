"""Recipes: named pretraining runs, each a function whose docstring has the command, the cost and the result."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from enum import StrEnum

from sennight.backbones.day_transformer import Attention, DatePart, Layout, Pool, Precision, Size, VectorFrom
from sennight.errors import InputError


class OptimizerName(StrEnum):
    """ADAMW for all weights; MUON for the matrices inside blocks, with AdamW for the rest."""

    ADAMW = "adamw"
    MUON = "muon"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides a pretraining run beside the data and the seed."""

    name: str
    size: Size = Size.XS
    layout: Layout = Layout.CHANNEL
    patch_minutes: int = 20
    channels: tuple[str, ...] = ()
    """What is learned from, of what the store has; empty: every signal it has."""
    window_days: int = 1
    date_parts: tuple[DatePart, ...] = (DatePart.MINUTE_OF_HOUR, DatePart.HOUR_OF_DAY, DatePart.DAY_OF_WEEK)
    pool: Pool = Pool.MEAN_SD
    vector: int = 0
    """Width of the day vector, made of the day's distribution; 0: the pooled tokens describe a window."""
    vector_from: VectorFrom = VectorFrom.DISTRIBUTION
    attention: Attention = Attention.WINDOW
    aim_weight: float = 1.0
    """Of reconstruction, for filling, forecasting and daily metrics."""
    person_weight: float = 0.0
    """Of same person, other day, for embeddings; above 0 a batch holds two windows of each of `batch / 2` people.

    A day vector of a week learns from two halves of the week, its days dealt at random, for most people have one.
    """
    other_day_weight: float = 0.0
    """Of guessing the distribution of the person's other day from the day vector."""
    blank_share: float = 0.2
    """Numbers of a distribution that are held back while people are told apart."""
    aim_windows: int = 1_000_000
    """At most so many windows of a batch are reconstructed."""
    keep_tokens: int = 40
    temperature: float = 0.1
    steps: int = 1000
    batch: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    warmup_share: float = 0.05
    clip_norm: float = 1.0
    optimizer: OptimizerName = OptimizerName.ADAMW
    ema_decay: float = 0.0
    """Above 0 a running average of the weights is validated and released: .999 averages about the last 1,000 steps."""
    patience: int = 0
    """Stop after so many validations without a better one and release the best; 0: train to the end."""
    precision: Precision = Precision.AUTO
    """bf16 halves the time of a step where the processor multiplies in it; weights and losses stay fp32."""
    min_seen_share: float = 0.2
    """Windows with less seen are left out of pretraining (second-hand, SensorFM line)."""
    validate_every: int = 100
    validate_windows: int = 256
    save_every: int = 100

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch < 1 or self.validate_every < 1 or self.save_every < 1:
            raise InputError("steps, batch, validate_every and save_every must be at least 1")
        if min(self.aim_weight, self.person_weight) < 0 or self.aim_weight + self.person_weight == 0:
            raise InputError("aim_weight and person_weight are at least 0, and not both 0")
        if self.other_day_weight and not (self.vector and self.person_weight):
            raise InputError("other_day_weight needs a day vector (vector=512) and pairs of days (person_weight)")
        if not 0 <= self.blank_share < 1:
            raise InputError("blank_share lies in [0, 1)")
        if self.person_weight and (self.batch < 4 or self.batch % 2):
            raise InputError("batch must be even and at least 4 to hold pairs of windows")
        if not 0 <= self.ema_decay < 1 or self.patience < 0:
            raise InputError("ema_decay lies in [0, 1), patience is at least 0")
        if not 0 <= self.min_seen_share < 1:
            raise InputError("min_seen_share lies in [0, 1)")

    def with_settings(self, settings: dict[str, str]) -> "Recipe":
        """The recipe with `key=value` overrides. Raises: InputError naming the nearest key."""
        changed: dict[str, object] = {}
        kinds = {f.name: f.type for f in fields(self)}
        for key, text in settings.items():
            if key not in kinds or key in ("name", "channels", "date_parts"):
                near = get_close_matches(key, kinds, n=1)
                raise InputError(f"a recipe has no setting '{key}'", todo=f"Did you mean '{near[0]}'?" if near else "")
            old = getattr(self, key)
            try:
                changed[key] = type(old)(text)
            except ValueError as error:
                choices = f"one of {', '.join(type(old))}" if isinstance(old, StrEnum) else type(old).__name__
                raise InputError(f"setting {key}={text}: expected {choices}") from error
        return replace(self, **changed)  # type: ignore[arg-type]


def demo() -> Recipe:
    """A short run of the released recipe at the smallest size: a quarter of a minute a fold on two cores.

    Command: `sennight pretrain STORE --recipe demo`.
    """
    return Recipe(
        name="demo",
        size=Size.XXS,
        layout=Layout.JOINT,
        vector=128,
        aim_weight=0.1,
        aim_windows=16,
        person_weight=0.3,
        other_day_weight=1.0,
        steps=100,
        batch=96,
        learning_rate=2e-3,
        weight_decay=5e-2,
        validate_every=25,
        validate_windows=64,
        save_every=50,
    )


def nhanes_xs() -> Recipe:
    """The main job on NHANES: XS, AIM alone; cost and result in docs/results/.

    Command: `runs/nhanes.sh`.
    """
    return Recipe(name="nhanes_xs", size=Size.XS, steps=600, batch=128, validate_every=50, save_every=100)


def nhanes_person_xs() -> Recipe:
    """Same person, other day, with a little reconstruction: XS on joint tokens of ten minutes.

    Command: `runs/nhanes_person.sh`, with 500 steps; result in docs/results/ and docs/log.md.
    """
    return Recipe(
        name="nhanes_person_xs",
        size=Size.XS,
        layout=Layout.JOINT,
        patch_minutes=10,
        aim_weight=0.1,
        aim_windows=64,
        person_weight=1.0,
        steps=600,
        batch=384,
        weight_decay=1e-2,
        validate_every=100,
        save_every=100,
    )


def sennight_xs() -> Recipe:
    """The released small model: a day vector that tells people apart and guesses their other day, and reconstruction.

    Command: `runs/release.sh`; on unseen people `runs/nhanes_sennight.sh`, result in docs/results/sennight.md.
    """
    return Recipe(
        name="sennight_xs",
        size=Size.XS,
        layout=Layout.JOINT,
        patch_minutes=10,
        vector=512,
        aim_weight=1.0,
        aim_windows=128,
        person_weight=0.3,
        other_day_weight=1.0,
        steps=1500,
        batch=384,
        weight_decay=5e-2,
        validate_every=250,
        save_every=250,
    )


def sennight_s() -> Recipe:
    """The released larger model: the same with towers eight times as large and a day vector twice as wide.

    Command: `runs/release.sh`.
    """
    return replace(sennight_xs(), name="sennight_s", size=Size.S, vector=1024, aim_windows=64)


def sennight_actigraphy() -> Recipe:
    """The released week model of one channel, as PAT's: counts of a hip or wrist device, seven days at a time.

    Command: `runs/release.sh`; on unseen people `runs/nhanes_sennight.sh`, result in docs/results/sennight.md.
    """
    return Recipe(
        name="sennight_actigraphy",
        size=Size.XS,
        layout=Layout.JOINT,
        channels=("hip_counts",),
        patch_minutes=20,
        window_days=7,
        vector=512,
        aim_weight=1.0,
        aim_windows=32,
        person_weight=0.3,
        other_day_weight=1.0,
        steps=1500,
        batch=384,
        weight_decay=5e-2,
        validate_every=250,
        validate_windows=128,
        save_every=250,
    )


RECIPES: dict[str, Callable[[], Recipe]] = {
    "demo": demo,
    "nhanes_xs": nhanes_xs,
    "nhanes_person_xs": nhanes_person_xs,
    "sennight_xs": sennight_xs,
    "sennight_s": sennight_s,
    "sennight_actigraphy": sennight_actigraphy,
}


def recipe(name: str) -> Recipe:
    """Look a recipe up. Raises: InputError naming the nearest."""
    if name in RECIPES:
        return RECIPES[name]()
    near = get_close_matches(name, RECIPES, n=1)
    raise InputError(
        f"there is no recipe '{name}'", todo=f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(RECIPES)}."
    )
