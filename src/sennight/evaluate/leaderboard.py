"""The leaderboard: models by tasks from result files of one split; mean rank, wins, and a bootstrap of both.

A result of another split is refused: other people or other folds make figures that cannot stand in one column. Results
of others come as files with their scores; where they bring predictions too, their ranks get intervals like ours.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float64
from scipy.stats import rankdata

from sennight.errors import InputError, StoreError
from sennight.evaluate import uncertainty
from sennight.evaluate.rescore import answered_rows
from sennight.evaluate.result import BenchPlan, BenchResult

FORMAT = "sennight leaderboard entry 1"
REPLICATES = 500


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row of the board: a feature set with its score a task, and what made it.

    `config` says which head and backbone, `source` which file; `replicates` holds its scores in every bootstrap draw
    (draw by task, NaN where a task is absent), or nothing where predictions were not given.
    """

    name: str
    split: str
    config: str
    seed: int
    source: str
    scores: Mapping[str, tuple[float, float, float]]
    metrics: Mapping[str, str]
    replicates: Mapping[str, Float64[np.ndarray, " draw"]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An entry's place: mean rank over tasks (1 the best) and tasks won, with 95 % intervals where they are known."""

    name: str
    config: str
    seed: int
    source: str
    mean_rank: float
    rank_low: float | None
    rank_high: float | None
    wins: int
    wins_low: float | None
    wins_high: float | None
    n_tasks: int
    mean_auc: float | None
    mean_r: float | None
    scores: Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True, kw_only=True)
class Board:
    """Everything on the page; `tasks` are those that every entry answered, `partly` those that only some did."""

    split: str
    tasks: tuple[str, ...]
    partly: tuple[str, ...]
    metrics: Mapping[str, str]
    standings: tuple[Standing, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def split_of(predictions: pl.DataFrame) -> str:
    """Hash over who sits in which fold and has which answer to which task: what two results must share.

    Shuffled labels are left out; the order of rows does not matter.
    """
    real = predictions.with_columns(pl.col("task", "features", "person").cast(pl.String))
    real = real.filter(~pl.col("features").str.starts_with("shuffled:"))
    rows = real.select("task", "person", "fold", "y").unique().sort("task", "person")
    digest = hashlib.sha256()
    for task, person, fold, y in rows.iter_rows():
        digest.update(f"{task}|{person}|{fold}|{y:.9g}\n".encode())
    return digest.hexdigest()


def entries_of(result: BenchResult, *, source: str, name: str = "") -> list[Entry]:
    """One entry a feature set of a result, without shuffled labels. `name` stands before each, to tell runs apart."""
    plan = result.plan
    kept = [f for f in plan.features if not f.startswith("shuffled:")]
    split = split_of(result.predictions)
    drawn = _replicates(result.predictions, plan, kept)
    entries = []
    for features in kept:
        scores = {s.task: (s.value, s.low, s.high) for s in result.scores if s.features == features}
        if not scores:
            continue
        made_by = plan.backbones.get(features.removeprefix("age_sex+"), "")
        entries.append(
            Entry(
                name=f"{name}: {features}" if name else features,
                split=split,
                config=f"{plan.head_name} head{_by(made_by)}",
                seed=plan.seed,
                source=source,
                scores=scores,
                metrics={n.name: n.metric for n in plan.tasks},
                replicates=drawn[features],
            )
        )
    return entries


def _by(backbones: str) -> str:
    """The backbone in words; of one a fold the first, and how many more."""
    first, *others = backbones.split(", ")
    if not first:
        return ""
    return f", {first}" + (f" and {len(others)} more, one a fold" if others else "")


def _replicates(predictions: pl.DataFrame, plan: BenchPlan, kept: Sequence[str]) -> dict[str, dict[str, np.ndarray]]:
    """Each feature set's main score of every task in draws that depend on people, folds and seed 0 alone."""
    real = predictions.filter(pl.col("features").cast(pl.String).is_in(list(kept)))
    same_draws = BenchPlan(**{**vars(plan), "seed": 0})
    answered, draws = answered_rows(real, same_draws, replicates=REPLICATES)
    metric = {n.name: n.metric for n in plan.tasks}
    drawn: dict[str, dict[str, np.ndarray]] = {features: {} for features in kept}
    for (task, features), a in answered.items():
        measure = uncertainty.auc_replicates if metric[task] == "auc" else uncertainty.pearson_replicates
        drawn[features][task] = measure(a.y, a.p, a.fold, draws.weights[a.row])
    return drawn


def entry_from_file(path: Path) -> Entry:
    """A result of somebody else: JSON with name, split, config, seed, and scores as task -> [value, low, high].

    Raises: InputError if it is not of that form.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["format"] != FORMAT:
            raise ValueError(stored["format"])
        scores = {}
        for task, row in stored["scores"].items():
            value, low, high = (float(x) for x in row["value_low_high"])
            if not low <= value <= high:
                raise ValueError(task)
            scores[str(task)] = (value, low, high)
        return Entry(
            name=str(stored["name"]), split=str(stored["split"]), config=str(stored["config"]),
            seed=int(stored["seed"]), source=path.name, scores=scores,
            metrics={str(t): str(row["metric"]) for t, row in stored["scores"].items()},
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "this is not an entry of a leaderboard",
            where=str(path),
            todo=f'It is JSON with "format": "{FORMAT}", name, split, config, seed and scores.',
        ) from error


def read_entries(path: Path) -> list[Entry]:
    """Entries of a result folder, of the folder that holds one, or of a file. Raises: InputError, StoreError."""
    if path.is_file():
        return [entry_from_file(path)]
    for folder in (path, path / "result"):
        if (folder / "result.json").is_file():
            return entries_of(BenchResult.load(folder), source=str(path), name="")
    raise StoreError(
        "there is no result here", where=str(path), todo="Give the --out of `sennight evaluate`, or a file."
    )


def board(entries: Sequence[Entry], *, split: str = "") -> Board:
    """Rank entries task by task. `split` is the board's own; the first entry's where it is not given.

    Raises: InputError if an entry is of another split, two have one name, or no task is shared by all.
    """
    if not entries:
        raise InputError("a leaderboard needs at least one entry")
    split = split or entries[0].split
    for entry in entries:
        if entry.split != split:
            raise InputError(
                f"'{entry.name}' is of another split ({entry.split[:12]}, the board's is {split[:12]})",
                where=entry.source,
                todo="Other people or folds cannot stand in one column: evaluate on the same store, folds and seed.",
            )
    names = [e.name for e in entries]
    if len(set(names)) != len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise InputError(f"two entries are called '{twice}'", todo="Name runs apart: NAME=FOLDER.")
    every = dict.fromkeys(task for e in entries for task in e.scores)
    tasks = tuple(t for t in every if all(t in e.scores for e in entries))
    if not tasks:
        raise InputError("no task was answered by every entry")
    metrics = {task: m for e in entries for task, m in e.metrics.items() if task in every}
    values = np.array([[e.scores[t][0] for t in tasks] for e in entries])
    rank, wins = _ranks(values[None])
    drawn = _drawn(entries, tasks)
    of_draws = None if drawn is None else _ranks(drawn)
    rows = [
        _standing(e, i, tasks, metrics, float(rank[0, i]), int(wins[0, i]), of_draws) for i, e in enumerate(entries)
    ]
    ordered = tuple(sorted(rows, key=lambda s: (s.mean_rank, s.name)))
    return Board(
        split=split, tasks=tasks, partly=tuple(t for t in every if t not in tasks), metrics=metrics, standings=ordered
    )


def _ranks(values: Float64[np.ndarray, "draw entry task"]) -> tuple[np.ndarray, np.ndarray]:
    """Mean rank (1 the best, ties share) and tasks won (a shared first place counts for nobody), a draw and entry."""
    ranks = rankdata(-values, axis=1)
    return ranks.mean(axis=2), (ranks == 1).sum(axis=2)


def _drawn(entries: Sequence[Entry], tasks: Sequence[str]) -> Float64[np.ndarray, "draw entry task"] | None:
    """Scores of all entries in the same draws; None if one of them brought no predictions."""
    if not all(all(t in e.replicates for t in tasks) for e in entries):
        return None
    stacked = np.stack([np.stack([e.replicates[t] for t in tasks], axis=1) for e in entries], axis=1)
    return np.where(np.isfinite(stacked), stacked, -np.inf)


def _standing(
    entry: Entry,
    i: int,
    tasks: Sequence[str],
    metrics: Mapping[str, str],
    rank: float,
    wins: int,
    of_draws: tuple[np.ndarray, np.ndarray] | None,
) -> Standing:
    def mean_of(metric: str) -> float | None:
        of = [entry.scores[t][0] for t in tasks if metrics[t] == metric]
        return float(np.mean(of)) if of else None

    rank_low = rank_high = wins_low = wins_high = None
    if of_draws is not None:
        rank_low, rank_high = uncertainty.interval(of_draws[0][:, i], rank)
        wins_low, wins_high = uncertainty.interval(of_draws[1][:, i].astype(np.float64), float(wins))
    return Standing(
        name=entry.name, config=entry.config, seed=entry.seed, source=entry.source, mean_rank=rank, rank_low=rank_low,
        rank_high=rank_high, wins=wins, wins_low=wins_low, wins_high=wins_high, n_tasks=len(tasks),
        mean_auc=mean_of("auc"), mean_r=mean_of("pearson_r"), scores=dict(entry.scores),
    )  # fmt: skip
