"""Rows: questions about minutes, hours and days rather than people, asked of people whom no head has seen.

A row is one minute, hour, day or person with an answer; rows of one person stand in one fold and are drawn together.
Feature sets are learned from by one head; `given` are predictions that need no learning (the last value, a published
rule). Beside the figure over all rows stands the one within people, which a person's own level cannot help.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float64

from sennight.errors import InputError, StoreError
from sennight.evaluate import uncertainty
from sennight.evaluate.metrics import auc, mae, pearson_r
from sennight.evaluate.together import drawn_together, folds_of_units, numbered, within
from sennight.heads import HeadConfig
from sennight.tasks import TaskKind

RESULT, PREDICTIONS = "rows.json", "row_predictions.parquet"
FORMAT = 1
KINDS = {"auc": TaskKind.YES_NO, "pearson_r": TaskKind.AMOUNT}


@dataclass(frozen=True, kw_only=True, eq=False)
class RowTask:
    """One question over rows. `unit` is what a row is; `together` numbers rows not to be parted (people, couples).

    Features may hold NaN: the training rows' mean stands for it, with a column that says so.
    Raises: InputError if parts differ in length, nothing is to be learned, or nobody is left to judge.
    """

    name: str
    question: str
    unit: str
    metric: str
    source: str
    people: tuple[str, ...]
    y: Float64[np.ndarray, " row"]
    features: Mapping[str, Float64[np.ndarray, "row column"]]
    given: Mapping[str, Float64[np.ndarray, " row"]] = field(default_factory=dict)
    together: Float64[np.ndarray, " row"] | None = None
    note: str = ""

    def __post_init__(self) -> None:
        lengths = {len(self.people), len(self.y), *(len(x) for x in (*self.features.values(), *self.given.values()))}
        if len(lengths) != 1:
            raise InputError(f"task '{self.name}': its parts differ in length")
        if self.metric not in KINDS or not np.isfinite(self.y).all():
            raise InputError(f"task '{self.name}': an answer is not finite, or its metric is not known")
        if len(self.y) < 2 or np.ptp(self.y) == 0:
            raise InputError(f"task '{self.name}': everybody has the same answer, or nobody has one")


@dataclass(frozen=True, kw_only=True)
class RowScore:
    """One task and feature set: the figure over all rows, within people (None if no one has two answers), and MAE."""

    task: str
    features: str
    metric: str
    value: float
    low: float
    high: float
    within: tuple[float, float, float, int] | None
    mae: float | None
    n_rows: int
    n_people: int
    n_events: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class RowResult:
    """All scores, what the tasks are, and the predictions they are made from."""

    scores: tuple[RowScore, ...]
    tasks: tuple[Mapping[str, str], ...]
    plan: Mapping[str, int]
    not_asked: Mapping[str, str] = field(default_factory=dict)
    predictions: pl.DataFrame = field(default_factory=pl.DataFrame)

    def to_json(self) -> dict[str, Any]:
        """Plain data; nobody's answers."""
        return {
            "format": FORMAT, "scores": [asdict(s) for s in self.scores], "tasks": [dict(t) for t in self.tasks],
            "plan": dict(self.plan), "not_asked": dict(self.not_asked),
        }  # fmt: skip

    def save(self, folder: Path) -> None:
        """Write scores and predictions."""
        folder.mkdir(parents=True, exist_ok=True)
        self.predictions.write_parquet(folder / PREDICTIONS, compression="zstd", statistics=False)
        (folder / RESULT).write_text(json.dumps(self.to_json(), indent=1, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "RowResult":
        """Read it back, every figure computed again. Raises: StoreError if it is damaged or a figure differs."""
        try:
            stored = json.loads((folder / RESULT).read_text(encoding="utf-8"))
            predictions = pl.read_parquet(folder / PREDICTIONS)
            made = cls(
                scores=score_rows(predictions, stored["plan"]), tasks=tuple(stored["tasks"]), plan=stored["plan"],
                not_asked=stored["not_asked"], predictions=predictions,
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
            raise StoreError("there is no result over rows here, or it is damaged", where=str(folder)) from error
        if json.loads(json.dumps(made.to_json())) != stored:
            raise StoreError("a figure here is not what its predictions give", where=str(folder / RESULT))
        return made


def evaluate_rows(
    tasks: Sequence[RowTask],
    *,
    head: HeadConfig,
    k: int = 5,
    seed: int = 0,
    replicates: int = 500,
    not_asked: Mapping[str, str] | None = None,
) -> RowResult:
    """Predict every row by heads that saw nobody of its unit, and score it."""
    frames = []
    for task in tasks:
        by_person = np.unique(np.array(task.people), return_inverse=True)[1].astype(np.int64)
        together = by_person if task.together is None else numbered(task.together)
        fold = folds_of_units(together, k=k, seed=seed)
        answers: dict[str, np.ndarray] = dict(task.given)
        for name, x in task.features.items():
            if not x.shape[1]:
                continue  # none of its columns was measured in this set
            answers[name] = _out_of_fold(task, x, fold, head)
        for name, p in answers.items():
            n = len(p)
            frames.append(
                pl.DataFrame(
                    {
                        "task": [task.name] * n, "features": [name] * n, "metric": [task.metric] * n,
                        "person": by_person, "unit": together, "fold": fold, "y": task.y, "p": p,
                    }
                )
            )  # fmt: skip
    predictions = pl.concat(frames) if frames else pl.DataFrame()
    plan = {"k": k, "seed": seed, "replicates": replicates}
    about = tuple(
        {"name": t.name, "question": t.question, "unit": t.unit, "source": t.source, "note": t.note} for t in tasks
    )
    return RowResult(
        scores=score_rows(predictions, plan), tasks=about, plan=plan, not_asked=not_asked or {},
        predictions=predictions,
    )  # fmt: skip


def score_rows(predictions: pl.DataFrame, plan: Mapping[str, int]) -> tuple[RowScore, ...]:
    """All scores from stored predictions; rows of all folds are ranked together."""
    if not len(predictions):
        return ()
    made = []
    parts = predictions.partition_by("task", "features", as_dict=True, maintain_order=True)
    for (task, features), part in parts.items():
        y, p = (part[c].to_numpy().astype(np.float64) for c in ("y", "p"))
        person, unit = (part[c].to_numpy().astype(np.int64) for c in ("person", "unit"))
        metric, one = str(part["metric"][0]), np.zeros(len(y), dtype=np.int16)
        weights = drawn_together(unit, one, replicates=plan["replicates"], seed=plan["seed"])
        yes_no = metric == "auc"
        value = auc(y, p) if yes_no else pearson_r(y, p)
        value = (0.5 if yes_no else 0.0) if np.isnan(value) else value
        drawn = (uncertainty.auc_replicates if yes_no else uncertainty.pearson_replicates)(y, p, one, weights)
        low, high = uncertainty.interval(drawn, value)
        inside = within(metric, y, p, person, plan) if len(np.unique(person)) < len(y) else None
        made.append(
            RowScore(
                task=str(task), features=str(features), metric=metric, value=value, low=low, high=high, within=inside,
                mae=None if yes_no else mae(y, p), n_rows=len(y), n_people=len(np.unique(person)),
                n_events=int((y == 1).sum()) if yes_no else None,
            )
        )  # fmt: skip
    return tuple(made)


def _out_of_fold(
    task: RowTask, x: Float64[np.ndarray, "row column"], fold: np.ndarray, head: HeadConfig
) -> Float64[np.ndarray, " row"]:
    p = np.full(len(task.y), float(task.y.mean()))
    for f in np.unique(fold):
        train, test = fold != f, fold == f
        if not train.any() or np.ptp(task.y[train]) == 0:
            continue
        filled = _filled(x, train)
        fitted = head.build().fit(filled[train], task.y[train], kind=KINDS[task.metric])
        p[test] = fitted.predict(filled[test])
    return p


def _filled(x: Float64[np.ndarray, "row column"], train: np.ndarray) -> np.ndarray:
    """Holes filled with the mean of training rows, and a column for each that ever has one."""
    absent = np.isnan(x)
    known = ~absent[train]
    mean = np.where(known, x[train], 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    flags = absent[:, absent.any(axis=0)].astype(np.float64)
    return np.concatenate([np.where(absent, mean, x), flags], axis=1).astype(np.float32)
