"""What a bench gives back: scores, paired differences, averages, and the predictions they were computed from.

Nothing here computes a number: `sennight.evaluate.rescore` makes a `BenchResult` from predictions and a plan, and a
saved result can be made again from its own `predictions.parquet`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from sennight.errors import StoreError
from sennight.evaluate.score import Comparison, Score
from sennight.parquet import tried

PREDICTION_COLUMNS = ("task", "features", "person", "fold", "y", "p")
FORMAT_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class TaskNote:
    """What a report needs to know of a task without the task's label function. `kind` and `metric` are plain words.

    `thresholds` are amounts at which a yes/no reading of an amount is also scored.
    """

    name: str
    question: str
    domain: str
    kind: str
    metric: str
    who: str
    source: str
    note: str = ""
    thresholds: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NotAssessed:
    """A task that was asked but has too few people to be measured, and why."""

    task: str
    reason: str
    n_people: int
    n_events: int | None = None


@dataclass(frozen=True, kw_only=True)
class Average:
    """Mean of one metric ("auc" or "pearson_r") over the tasks measured by it, with its 95 % interval."""

    features: str
    metric: str
    value: float
    low: float
    high: float
    n_tasks: int


@dataclass(frozen=True, kw_only=True)
class Lead:
    """`features` against `baseline` over tasks: mean paired difference and in how many tasks it is ahead.

    `metric` is "auc", "pearson_r", or "all" (wins over both kinds of task; the mean difference then mixes the
    two metrics). `clear_wins` and `clear_losses` count the tasks with a Holm-adjusted p below 0.05.
    """

    features: str
    baseline: str
    metric: str
    difference: float
    low: float
    high: float
    wins: int
    wins_low: float
    wins_high: float
    clear_wins: int
    clear_losses: int
    n_tasks: int


@dataclass(frozen=True, kw_only=True)
class BenchPlan:
    """Everything a result depends on beside its predictions.

    `pairs` lists (features, baseline) that are compared; `backbones` maps a feature set to the fingerprint of what
    made it; `head` is the head's configuration as plain data, its type under the key "head".
    """

    tasks: tuple[TaskNote, ...]
    features: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    reference: str
    head: Mapping[str, Any]
    k: int
    seed: int
    replicates: int
    n_people: int
    backbones: Mapping[str, str] = field(default_factory=dict)
    not_assessed: tuple[NotAssessed, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def head_name(self) -> str:
        """The head's short name, such as "linear"."""
        return str(self.head["head"])


@dataclass(frozen=True, kw_only=True, eq=False)
class BenchResult:
    """Measured answers. `predictions` has the columns task, features, person, fold, y, p, out of fold.

    `scores` holds one `Score` a task and feature set in the task's own metric; `secondary` the others
    ("average_precision", "brier", "calibration_slope", "calibration_intercept", "ece", "mae", "rmse", "r2",
    "auc_at_10", ...); `comparisons` one paired difference a task and pair of feature sets.
    """

    plan: BenchPlan
    scores: tuple[Score, ...]
    secondary: tuple[Score, ...]
    comparisons: tuple[Comparison, ...]
    averages: tuple[Average, ...]
    leads: tuple[Lead, ...]
    predictions: pl.DataFrame

    def score(self, task: str, features: str) -> Score | None:
        """The main score of one task and feature set, None where it was not assessed."""
        return next((s for s in self.scores if s.task == task and s.features == features), None)

    def other_scores(self, task: str, features: str) -> dict[str, Score]:
        """Metric -> secondary score of one task and feature set."""
        return {s.metric: s for s in self.secondary if s.task == task and s.features == features}

    def comparison(self, task: str, features: str, baseline: str) -> Comparison | None:
        """The paired difference of two feature sets in one task, None where it was not assessed."""
        wanted = (task, features, baseline)
        return next((c for c in self.comparisons if (c.task, c.features, c.baseline) == wanted), None)

    def to_json(self) -> dict[str, Any]:
        """Plan and numbers as plain data, without the predictions."""
        numbers = ("scores", "secondary", "comparisons", "averages", "leads")
        parts: dict[str, Any] = {name: [asdict(row) for row in getattr(self, name)] for name in numbers}
        return {"format": FORMAT_VERSION, "plan": asdict(self.plan), **parts}

    def save(self, folder: Path) -> None:
        """Write `predictions.parquet` and `result.json` into a folder, which is made if absent."""
        folder.mkdir(parents=True, exist_ok=True)
        self.predictions.write_parquet(folder / "predictions.parquet", compression="zstd", statistics=False)
        text = json.dumps(self.to_json(), indent=1, allow_nan=False)
        (folder / "result.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "BenchResult":
        """Read a saved result. Raises: StoreError if a file is absent, damaged or of another version."""
        stored = _stored(folder)
        try:
            return cls._from_stored(stored, pl.read_parquet(tried(folder / "predictions.parquet")))
        except (pl.exceptions.PolarsError, KeyError, TypeError, ValueError, OSError) as error:
            todo = "Run `sennight evaluate` again."
            raise StoreError("this result is damaged", where=str(folder), todo=todo) from error

    @classmethod
    def _from_stored(cls, stored: Mapping[str, Any], predictions: pl.DataFrame) -> "BenchResult":
        return cls(
            plan=_plan_from(stored["plan"]),
            scores=tuple(Score(**row) for row in stored["scores"]),
            secondary=tuple(Score(**row) for row in stored["secondary"]),
            comparisons=tuple(Comparison(**row) for row in stored["comparisons"]),
            averages=tuple(Average(**row) for row in stored["averages"]),
            leads=tuple(Lead(**row) for row in stored["leads"]),
            predictions=predictions,
        )


def _stored(folder: Path) -> dict[str, Any]:
    for name in ("result.json", "predictions.parquet"):
        if not (folder / name).is_file():
            raise StoreError(f"no {name} here", where=str(folder), todo="Run `sennight evaluate` first.")
    try:
        stored = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        version = stored["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError("result.json is damaged", where=str(folder), todo="Run `sennight evaluate` again.") from error
    if version != FORMAT_VERSION:
        todo = "Run `sennight evaluate` again."
        raise StoreError(f"a result of format {version}, not {FORMAT_VERSION}", where=str(folder), todo=todo)
    return dict(stored)


def _plan_from(stored: Mapping[str, Any]) -> BenchPlan:
    rebuilt = {
        "tasks": tuple(TaskNote(**{**t, "thresholds": tuple(t["thresholds"])}) for t in stored["tasks"]),
        "features": tuple(stored["features"]),
        "pairs": tuple((a, b) for a, b in stored["pairs"]),
        "not_assessed": tuple(NotAssessed(**row) for row in stored["not_assessed"]),
        "notes": tuple(stored["notes"]),
    }
    return BenchPlan(**{**stored, **rebuilt})
