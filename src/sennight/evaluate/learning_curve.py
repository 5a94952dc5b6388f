"""Learning curves from stored predictions: values with intervals, and how many labelled people are needed.

A value is the mean over draws, in logit space for AUC and in Fisher's z for r, as the bench averages folds. The
bootstrap draws people inside their folds and, of the draws that were judged on a fold, some again: an interval holds
both kinds of chance. The same draws serve all embeddings, so differences and ratios are paired.

Needed people are read off the curve, made rising first, at the value that `reference` reaches with everybody's labels;
between two sizes by a straight line in the logarithm of people. A curve that starts above it is "at most" its first
size; one that never reaches it is "more than" all there are. Nothing is fitted here.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Bool, Float64, Int64, Integer
from joblib import Parallel, delayed
from scipy.optimize import isotonic_regression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sennight.errors import StoreError
from sennight.evaluate import metrics, uncertainty
from sennight.evaluate.result import NotAssessed, TaskNote
from sennight.evaluate.score import Score
from sennight.evaluate.uncertainty import Draws
from sennight.parquet import tried

ALL = 0  # the size that stands for everybody outside the fold
FORMAT = "sennight learning curves 1"
RESULT, PREDICTIONS, ANSWERS = "few_shot.json", "few_shot_predictions.parquet", "few_shot_answers.parquet"
CHANCE = {"auc": 0.5, "pearson_r": 0.0}

Drawn = Float64[np.ndarray, " replicate"]


@dataclass(frozen=True, kw_only=True)
class CurvePlan:
    """Everything a result depends on beside its predictions. `sizes` and `n_all` are by task."""

    tasks: tuple[TaskNote, ...]
    features: tuple[str, ...]
    reference: str
    head: Mapping[str, Any]
    sizes: Mapping[str, tuple[int, ...]]
    n_all: Mapping[str, int]
    draws: int
    k: int
    seed: int
    replicates: int
    n_people: int
    backbones: Mapping[str, str] = field(default_factory=dict)
    not_assessed: tuple[NotAssessed, ...] = ()

    def labelled(self, task: str, shots: int) -> int:
        """How many labelled people a size stands for."""
        return self.n_all[task] if shots == ALL else 2 * shots


@dataclass(frozen=True, kw_only=True)
class Need:
    """Labelled people that `features` need to reach the full-data reference in one task.

    `people` and its interval are None where censored: `at_most` the smallest size, or `more_than` all there are.
    `ratio` is to what the reference itself needs, in the same replicates; `fewer` the share of replicates below 1.
    `meaningful` is False where the reference with everybody's labels is not above chance.
    """

    task: str
    features: str
    target: float
    people: float | None
    low: float | None
    high: float | None
    at_most: int | None
    more_than: int | None
    ratio: float | None
    ratio_low: float
    ratio_high: float | None
    fewer: float
    meaningful: bool


@dataclass(frozen=True, kw_only=True)
class MeanPoint:
    """The mean of a metric over the tasks that have a size, for one embedding."""

    features: str
    metric: str
    shots: int | None
    value: float
    low: float
    high: float
    n_tasks: int


@dataclass(frozen=True, kw_only=True, eq=False)
class CurveResult:
    """Scores by task, embedding and size (`shots` None: everybody), needs, means; and what they came from."""

    plan: CurvePlan
    scores: tuple[Score, ...]
    needs: tuple[Need, ...]
    means: tuple[MeanPoint, ...]
    predictions: pl.DataFrame
    answers: pl.DataFrame

    def curve(self, task: str, features: str) -> tuple[Score, ...]:
        """The points of one curve, smallest size first, everybody last."""
        of = [s for s in self.scores if s.task == task and s.features == features]
        return tuple(sorted(of, key=lambda s: float("inf") if s.shots is None else s.shots))

    def need(self, task: str, features: str) -> Need:
        """What one embedding needs in one task."""
        return next(n for n in self.needs if n.task == task and n.features == features)

    def to_json(self) -> dict[str, Any]:
        """Plan and numbers as plain data, without the predictions."""
        numbers: dict[str, Any] = {
            name: [asdict(row) for row in getattr(self, name)] for name in ("scores", "needs", "means")
        }
        return {"format": FORMAT, "plan": asdict(self.plan), **numbers}

    def save(self, folder: Path) -> None:
        """Write numbers and predictions into a folder, which is made if absent."""
        folder.mkdir(parents=True, exist_ok=True)
        self.predictions.write_parquet(folder / PREDICTIONS, compression="zstd", statistics=False)
        self.answers.write_parquet(folder / ANSWERS, compression="zstd", statistics=False)
        text = json.dumps(self.to_json(), indent=1, allow_nan=False)
        (folder / RESULT).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "CurveResult":
        """Read a saved result. Raises: StoreError if a file is absent, damaged or of another version."""
        todo = "Run `sennight few-shot` again."
        try:
            stored = json.loads((folder / RESULT).read_text(encoding="utf-8"))
            if stored["format"] != FORMAT:
                raise StoreError("these are no learning curves of this version", where=str(folder), todo=todo)
            return cls(
                plan=_plan_from(stored["plan"]),
                scores=tuple(Score(**row) for row in stored["scores"]),
                needs=tuple(Need(**row) for row in stored["needs"]),
                means=tuple(MeanPoint(**row) for row in stored["means"]),
                predictions=pl.read_parquet(tried(folder / PREDICTIONS)),
                answers=pl.read_parquet(tried(folder / ANSWERS)),
            )
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
            raise StoreError("these learning curves are damaged", where=str(folder), todo=todo) from error


def _plan_from(stored: Mapping[str, Any]) -> CurvePlan:
    rebuilt = {
        "tasks": tuple(TaskNote(**{**t, "thresholds": tuple(t["thresholds"])}) for t in stored["tasks"]),
        "features": tuple(stored["features"]),
        "sizes": {task: tuple(sizes) for task, sizes in stored["sizes"].items()},
        "not_assessed": tuple(NotAssessed(**row) for row in stored["not_assessed"]),
    }
    return CurvePlan(**{**stored, **rebuilt})


@dataclass(frozen=True, kw_only=True, eq=False)
class Cell:
    """One task, embedding and size: the value, and its replicates."""

    score: Score
    drawn: Drawn


Key = tuple[str, str, int]


def rescore_curves(predictions: pl.DataFrame, answers: pl.DataFrame, plan: CurvePlan, *, jobs: int = 2) -> CurveResult:
    """Compute every number again from the predictions. The same predictions and plan give the same numbers."""
    people = answers.select("row", "person", "fold").unique().sort("row")
    place = _by_row(people["row"].to_numpy(), np.arange(len(people), dtype=np.float64)).astype(np.int64)
    weights = Draws.within_folds(
        people["person"].to_list(),
        people["fold"].to_numpy().astype(np.int16),
        replicates=plan.replicates,
        seed=plan.seed,
    ).weights
    again = _again(plan)
    notes = {note.name: note for note in plan.tasks}
    truth = {
        str(task): _by_row(part["row"].to_numpy(), part["y"].to_numpy())
        for (task,), part in answers.partition_by("task", as_dict=True).items()
    }

    def cell(key: Key, part: pl.DataFrame) -> Cell:
        task, features, shots = key
        each = []
        for _, one in sorted(part.partition_by("draw", as_dict=True).items()):
            rows, p = one["row"].to_numpy(), one["p"].to_numpy().astype(np.float64)
            each.append(_one_draw(truth[task][rows], p, weights[place[rows]], metric=notes[task].metric))
        return _cell(each, notes[task], features, plan, shots=shots, again=again[shots == ALL])

    table = predictions.with_columns(pl.col("task", "features").cast(pl.String)).sort("draw", "row")
    parts = {
        (str(t), str(f), int(s)): part
        for (t, f, s), part in table.partition_by("task", "features", "shots", as_dict=True).items()
    }
    keys = [(t.name, f, s) for t in plan.tasks for f in plan.features for s in (*plan.sizes[t.name], ALL)]
    with threadpool_limits(limits=1):
        found = Parallel(n_jobs=jobs, prefer="threads")(delayed(cell)(key, parts[key]) for key in keys)
    cells: dict[Key, Cell] = dict(zip(keys, found, strict=True))
    return CurveResult(
        plan=plan,
        scores=tuple(c.score for c in cells.values()),
        needs=tuple(_need(cells, plan, t, f) for t in plan.tasks for f in plan.features),
        means=_means(cells, plan),
        predictions=predictions,
        answers=answers,
    )


def _by_row(rows: Integer[np.ndarray, " known"], values: Float64[np.ndarray, " known"]) -> Float64[np.ndarray, " row"]:
    """Values by row number, 0 for rows nobody asks for."""
    out = np.zeros(int(rows.max()) + 1 if len(rows) else 0)
    out[rows] = values
    return out


def _again(plan: CurvePlan) -> tuple[Int64[np.ndarray, "_ replicate"], Int64[np.ndarray, "_ replicate"]]:
    """Which draw takes each draw's place in each replicate, from those judged on the same fold; and none for all."""
    rng = np.random.default_rng(plan.seed + 1)
    per_fold = plan.draws // plan.k
    chosen = rng.integers(0, per_fold, size=(plan.draws, plan.replicates))
    by_fold = np.arange(plan.draws)[:, None] % plan.k + plan.k * chosen
    return by_fold, np.tile(np.arange(plan.k)[:, None], (1, plan.replicates))


@dataclass(frozen=True, kw_only=True, eq=False)
class OneDraw:
    """A draw's value and replicates on the scale in which draws are averaged; NaN where a fold has one answer only."""

    value: float
    pairs: float
    drawn: Drawn


def _one_draw(
    y: Float64[np.ndarray, " person"], p: Float64[np.ndarray, " person"], weights: np.ndarray, *, metric: str
) -> OneDraw:
    fold = np.zeros(len(y), dtype=np.int16)
    if metric == "auc":
        pairs = float((y == 1).sum()) * float((y != 1).sum())
        return OneDraw(
            value=metrics.auc(y, p), pairs=pairs, drawn=_logit(uncertainty.auc_replicates(y, p, fold, weights))
        )
    r = metrics.pearson_r(y, p)
    drawn = np.arctanh(np.clip(uncertainty.pearson_replicates(y, p, fold, weights), -1 + 1e-12, 1 - 1e-12))
    return OneDraw(value=r, pairs=1.0, drawn=drawn)


def _logit(aucs: Drawn) -> Drawn:
    return np.log(aucs / (1 - aucs))


def _cell(
    each: list[OneDraw],
    note: TaskNote,
    features: str,
    plan: CurvePlan,
    *,
    shots: int,
    again: Int64[np.ndarray, "draw replicate"],
) -> Cell:
    values, pairs = np.array([one.value for one in each]), np.array([one.pairs for one in each])
    chosen = np.take_along_axis(np.stack([one.drawn for one in each]), again, axis=0)
    there = np.isfinite(chosen)
    mean = np.where(there, chosen, 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    if note.metric == "auc":
        value = float(metrics.logit_average(np.nan_to_num(values, nan=0.5), pairs))
        drawn = 1 / (1 + np.exp(-mean))
    else:
        value, drawn = float(metrics.fisher_average(values)), np.tanh(mean)
    low, high = uncertainty.interval(drawn, value)
    score = Score(
        task=note.name, features=features, head=str(plan.head["head"]), metric=note.metric, value=value, low=low,
        high=high, n_people=plan.labelled(note.name, shots), shots=None if shots == ALL else shots,
    )  # fmt: skip
    return Cell(score=score, drawn=drawn)


def people_needed(
    labelled: Float64[np.ndarray, " size"], values: Float64[np.ndarray, "size replicate"], target: Drawn
) -> Drawn:
    """Labelled people at which each replicate's rising curve reaches its target.

    The first size where it starts above, infinite where it never does.
    """
    rising = np.stack([isotonic_regression(curve).x for curve in values.T], axis=1)
    reached = rising >= target[None, :] - 1e-12
    first = np.where(reached.any(axis=0), reached.argmax(axis=0), -1)
    needed = np.full(values.shape[1], np.inf)
    for r in np.flatnonzero(first >= 0):
        j = int(first[r])
        a, b = rising[max(0, j - 1), r], rising[j, r]
        if j == 0 or b <= target[r]:
            needed[r] = labelled[j]
            continue
        part = (target[r] - a) / (b - a)
        needed[r] = np.exp(np.log(labelled[j - 1]) + part * (np.log(labelled[j]) - np.log(labelled[j - 1])))
    return needed


def _need(cells: Mapping[Key, Cell], plan: CurvePlan, note: TaskNote, features: str) -> Need:
    task, reference = note.name, plan.reference
    sizes = (*plan.sizes[task], ALL)
    labelled = np.array([plan.labelled(task, s) for s in sizes], dtype=np.float64)

    def needed(name: str) -> tuple[Drawn, float]:
        full = cells[(task, reference, ALL)]
        drawn = np.stack([cells[(task, name, s)].drawn for s in sizes])
        point = np.array([[cells[(task, name, s)].score.value] for s in sizes])
        at = people_needed(labelled, point, np.array([full.score.value]))
        return people_needed(labelled, drawn, full.drawn), float(at[0])

    (drawn, value), (own, own_value) = needed(features), needed(reference)
    low, high = np.quantile(drawn, [0.025, 0.975], method="inverted_cdf")
    ratio = drawn / own
    ratio_low, ratio_high = np.quantile(ratio, [0.025, 0.975], method="inverted_cdf")
    full = cells[(task, reference, ALL)].score

    def known(people: float) -> float | None:
        return float(people) if np.isfinite(people) else None

    return Need(
        task=task, features=features, target=full.value, people=known(value), low=known(low), high=known(high),
        at_most=int(labelled[0]) if value <= labelled[0] else None,
        more_than=int(labelled[-1]) if not np.isfinite(value) else None,
        ratio=known(value / own_value), ratio_low=float(min(ratio_low, 1e9)), ratio_high=known(ratio_high),
        fewer=float((ratio < 1).mean()), meaningful=bool(full.low > CHANCE[note.metric]),
    )  # fmt: skip


def _means(cells: Mapping[Key, Cell], plan: CurvePlan) -> tuple[MeanPoint, ...]:
    rows = []
    for metric in CHANCE:
        tasks = [t for t in plan.tasks if t.metric == metric]
        every = sorted({s for t in tasks for s in plan.sizes[t.name]})
        for features in plan.features if tasks else ():
            for shots in (*every, ALL):
                of = [cells[(t.name, features, shots)] for t in tasks if shots in (*plan.sizes[t.name], ALL)]
                value = float(np.mean([c.score.value for c in of]))
                low, high = uncertainty.interval(np.stack([c.drawn for c in of]).mean(axis=0), value)
                rows.append(
                    MeanPoint(
                        features=features,
                        metric=metric,
                        shots=None if shots == ALL else shots,
                        value=value,
                        low=low,
                        high=high,
                        n_tasks=len(of),
                    )
                )
    return tuple(rows)


def ahead(result: CurveResult, features: str) -> Bool[np.ndarray, " task"]:
    """In which tasks with a meaningful reference an embedding needs fewer people than the reference itself."""
    needs = [n for n in result.needs if n.features == features and n.meaningful]
    return np.array([n.ratio is not None and n.ratio < 1 for n in needs], dtype=np.bool_)
