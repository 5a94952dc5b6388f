"""Shift: heads that learned at home, asked about people of another cohort and device; what travels and what does not.

Four figures a question and feature set. `home`: people of the home cohort out of fold. `away`: people of the other
cohort, by a head that learned from everybody at home. `pairs`: of two people of one group there (a couple) with
different answers, how often the yes is ranked higher. `there`: heads that learned among those people themselves, out of
fold by group, which tells a head that does not travel from features that hold nothing there. Every figure is made from
the stored predictions.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
from jaxtyping import Bool, Float64, Int16

from sennight.errors import StoreError
from sennight.evaluate import controls, uncertainty
from sennight.evaluate.metrics import auc_over_folds, pearson_over_folds
from sennight.evaluate.together import drawn_together, folds_of_units, numbered, within
from sennight.heads import HeadConfig
from sennight.record import Embedding, Facts, folds
from sennight.tasks import Task, TaskKind

MIN_IN_CLASS = 8  # people of the rarer answer there; with fewer an interval holds everything
MIN_WITH_AMOUNT = 20
RESULT, PREDICTIONS = "shift.json", "predictions.parquet"
FORMAT = 1
Where = Literal["home", "away", "there"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A question at home and its answer there; `asked` says which fact stands for it if that is another one."""

    task: Task
    home: Float64[np.ndarray, " person"]
    away: Float64[np.ndarray, " other"]
    asked: str = ""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value with its 95 % interval, people and (of yes/no) those who said yes."""

    value: float
    low: float
    high: float
    n_people: int
    n_events: int | None


@dataclass(frozen=True, kw_only=True)
class ShiftRow:
    """One question and feature set; `lost` is away minus home. What could not be asked is None."""

    task: str
    asked: str
    features: str
    metric: str
    home: Figure
    away: Figure
    lost: tuple[float, float, float]
    there: Figure | None = None
    pairs: Figure | None = None

    @property
    def travelled(self) -> bool:
        """Is the whole interval there above chance?"""
        return self.away.low > (0.5 if self.metric == "auc" else 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class ShiftResult:
    """All rows, who they are about, and the predictions they are made from. `told_apart`: AUC of guessing the cohort.

    `plan` holds seed, folds and bootstrap draws; `notes` what a reader must know (channels, hours, mapping).
    """

    rows: tuple[ShiftRow, ...]
    not_asked: Mapping[str, str]
    told_apart: Mapping[str, float]
    plan: Mapping[str, int]
    notes: tuple[str, ...]
    predictions: pl.DataFrame = field(default_factory=pl.DataFrame)

    def to_json(self) -> dict[str, Any]:
        """Plain data; nobody's answers."""
        plain = {"rows": [asdict(r) for r in self.rows], "not_asked": dict(self.not_asked), "notes": list(self.notes)}
        return {"format": FORMAT, **plain, "told_apart": dict(self.told_apart), "plan": dict(self.plan)}

    def save(self, folder: Path) -> None:
        """Write the figures and what they are made from."""
        folder.mkdir(parents=True, exist_ok=True)
        self.predictions.write_parquet(folder / PREDICTIONS, compression="zstd", statistics=False)
        text = json.dumps(self.to_json(), indent=1, allow_nan=False)
        (folder / RESULT).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "ShiftResult":
        """Read it back, every figure computed again. Raises: StoreError if it is damaged or a figure differs."""
        try:
            stored = json.loads((folder / RESULT).read_text(encoding="utf-8"))
            predictions = pl.read_parquet(folder / PREDICTIONS)
            rows = summarise(predictions, stored["plan"])
            result = cls(
                rows=rows, not_asked=stored["not_asked"], told_apart=stored["told_apart"], plan=stored["plan"],
                notes=tuple(stored["notes"]), predictions=predictions,
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
            raise StoreError("there is no shift result here, or it is damaged", where=str(folder)) from error
        if json.loads(json.dumps(result.to_json())) != stored:
            raise StoreError("a figure here is not what its predictions give", where=str(folder / RESULT))
        return result


def shift(
    *,
    home: Mapping[str, Embedding],
    away: Mapping[str, Embedding],
    home_facts: Facts,
    away_facts: Facts,
    questions: Sequence[Question],
    home_people: tuple[str, ...],
    away_people: tuple[str, ...],
    group: Float64[np.ndarray, " other"] | None,
    head: HeadConfig,
    notes: Sequence[str] = (),
    k: int = 5,
    seed: int = 0,
    replicates: int = 1_000,
) -> ShiftResult:
    """Ask every question of every feature set of both cohorts, with and without age and sex where both know them.

    `group` numbers those there who belong together; they are drawn and left out together.
    """
    fold = folds(home_people, k=k, seed=seed)
    together = np.arange(len(away_people)) if group is None else numbered(group)
    folds_there = folds_of_units(together, k=k, seed=seed)
    frames, refused = [], {}
    for question in questions:
        why = _too_few(question)
        if why:
            refused[question.task.name] = why
            continue
        for name, x_home, x_away in _feature_sets(
            home, away, home_facts, away_facts, home_people, away_people, question.task
        ):
            made = _answers(question, x_home, x_away, fold, folds_there, head)
            for where, p in made.items():
                y, people = (question.home, home_people) if where == "home" else (question.away, away_people)
                known = np.isfinite(y) & np.isfinite(p)
                # There a fold may hold five people, within whom no metric means anything: all are ranked together.
                in_fold = fold if where == "home" else np.zeros(len(y), dtype=np.int16)
                unit = np.arange(len(y)) if where == "home" else together
                n = int(known.sum())
                frames.append(
                    pl.DataFrame(
                        {
                            "where": [where] * n, "task": [question.task.name] * n, "asked": [question.asked] * n,
                            "metric": [question.task.metric] * n, "features": [name] * n,
                            "person": [people[i] for i in np.flatnonzero(known)],
                            "fold": in_fold[known].astype(np.int16), "unit": unit[known].astype(np.int64),
                            "y": y[known], "p": p[known],
                        }
                    )
                )  # fmt: skip
    predictions = pl.concat(frames) if frames else pl.DataFrame()
    plan = {"seed": seed, "k": k, "replicates": replicates, "home": len(home_people), "away": len(away_people),
            "grouped": int(group is not None)}  # fmt: skip
    apart = {n: told_apart(home[n].rows(home_people), away[n].rows(away_people), head, seed=seed) for n in home}
    return ShiftResult(
        rows=summarise(predictions, plan), not_asked=refused, told_apart=apart, plan=plan, notes=tuple(notes),
        predictions=predictions,
    )  # fmt: skip


def told_apart(home: np.ndarray, away: np.ndarray, head: HeadConfig, *, seed: int = 0, most: int = 500) -> float:
    """AUC, out of fold, of a head that guesses from a vector which cohort somebody is of; .5 if they look alike."""
    rng = np.random.default_rng([seed, 41])
    some = home[np.sort(rng.permutation(len(home))[:most])]
    x = np.concatenate([some, away]).astype(np.float32)
    y = np.concatenate([np.zeros(len(some)), np.ones(len(away))])
    fold = (rng.permutation(len(y)) % 5).astype(np.int16)
    p = np.zeros(len(y))
    for f in range(5):
        fitted = head.build().fit(x[fold != f], y[fold != f], kind=TaskKind.YES_NO)
        p[fold == f] = fitted.predict(x[fold == f])
    return round(float(auc_over_folds(y, p, fold)), 3)


def summarise(predictions: pl.DataFrame, plan: Mapping[str, int]) -> tuple[ShiftRow, ...]:
    """All rows from stored predictions."""
    rows = []
    if not len(predictions):
        return ()
    for (task, features), part in predictions.partition_by(
        "task", "features", as_dict=True, maintain_order=True
    ).items():
        metric, asked = str(part["metric"][0]), str(part["asked"][0])
        tables = {str(w[0]): t for w, t in part.partition_by("where", as_dict=True, maintain_order=True).items()}
        figures = {where: _figure(table, metric, plan) for where, table in tables.items()}
        (home, drawn_home), (away, drawn_away) = figures["home"], figures["away"]
        gap = away.value - home.value
        low, high = uncertainty.interval(drawn_away - drawn_home, gap)
        there = figures.get("there")
        rows.append(
            ShiftRow(
                task=str(task), asked=asked, features=str(features), metric=metric, home=home, away=away,
                lost=(gap, low, high), there=there[0] if there else None,
                pairs=_pairs(tables["away"], plan) if plan["grouped"] and metric == "auc" else None,
            )
        )  # fmt: skip
    return tuple(rows)


def _figure(table: pl.DataFrame, metric: str, plan: Mapping[str, int]) -> tuple[Figure, uncertainty.Replicates]:
    y, p = (table[c].to_numpy().astype(np.float64) for c in ("y", "p"))
    fold, unit = table["fold"].to_numpy().astype(np.int16), table["unit"].to_numpy().astype(np.int64)
    weights = drawn_together(unit, fold, replicates=plan["replicates"], seed=plan["seed"])
    yes_no = metric == "auc"
    over_folds = auc_over_folds if yes_no else pearson_over_folds
    drawn = (uncertainty.auc_replicates if yes_no else uncertainty.pearson_replicates)(y, p, fold, weights)
    value = float(over_folds(y, p, fold))
    low, high = uncertainty.interval(drawn, value)
    n_yes = int((y == 1).sum()) if yes_no else None
    return Figure(value=value, low=low, high=high, n_people=len(y), n_events=n_yes), drawn


def _pairs(table: pl.DataFrame, plan: Mapping[str, int]) -> Figure | None:
    """Pairs of one unit with different answers: how often the yes is ranked higher."""
    y, p = (table[c].to_numpy().astype(np.float64) for c in ("y", "p"))
    found = within("auc", y, p, numbered(table["unit"].to_numpy().astype(np.float64)), plan)
    return found and Figure(value=found[0], low=found[1], high=found[2], n_people=found[3], n_events=None)


def _too_few(question: Question) -> str:
    known = question.away[np.isfinite(question.away)]
    if question.task.kind is TaskKind.YES_NO:
        fewer = int(min((known == 1).sum(), (known == 0).sum()))
        return f"{fewer} people in the rarer answer of {len(known)}" if fewer < MIN_IN_CLASS else ""
    if len(known) < MIN_WITH_AMOUNT or np.ptp(known) == 0:
        return f"{len(known)} people with an amount"
    return ""


def _feature_sets(
    home: Mapping[str, Embedding],
    away: Mapping[str, Embedding],
    home_facts: Facts,
    away_facts: Facts,
    home_people: tuple[str, ...],
    away_people: tuple[str, ...],
    task: Task,
) -> list[tuple[str, tuple[np.ndarray, np.ndarray | None], tuple[np.ndarray, np.ndarray | None]]]:
    """Name, then rows and what stands beside them, at home and away."""
    sets: list[Any] = [(n, (home[n].rows(home_people), None), (away[n].rows(away_people), None)) for n in home]
    if all(fact in away_facts.columns for fact in ("age_years", "sex_female")):
        beside = [
            controls.demographics(f, p, leave_out=task.own_demographic)
            for f, p in ((home_facts, home_people), (away_facts, away_people))
        ]
        if beside[0].shape[1] == beside[1].shape[1]:
            empty = [np.zeros((len(b), 0), dtype=np.float32) for b in beside]
            sets.append((controls.AGE_SEX, (empty[0], beside[0]), (empty[1], beside[1])))
            sets += [
                (
                    controls.with_age_sex(n),
                    (home[n].rows(home_people), beside[0]),
                    (away[n].rows(away_people), beside[1]),
                )
                for n in home
            ]
    return sets


def _answers(
    question: Question,
    home: tuple[np.ndarray, np.ndarray | None],
    away: tuple[np.ndarray, np.ndarray | None],
    fold: Int16[np.ndarray, " person"],
    folds_there: Int16[np.ndarray, " other"],
    head: HeadConfig,
) -> dict[Where, Float64[np.ndarray, " _"]]:
    """Predictions at home out of fold, there by everybody at home, and there out of fold by those there."""
    kind = question.task.kind
    everybody = np.isfinite(question.home)
    fitted = _fit(head, home, question.home, everybody, kind)
    return {
        "home": _out_of_fold(head, home, question.home, fold, kind),
        "away": fitted.predict(away[0], beside=away[1]),
        "there": _out_of_fold(head, away, question.away, folds_there, kind),
    }


def _out_of_fold(
    head: HeadConfig, x: tuple[np.ndarray, np.ndarray | None], y: np.ndarray, fold: np.ndarray, kind: TaskKind
) -> Float64[np.ndarray, " _"]:
    known, p = np.isfinite(y), np.full(len(y), np.nan)
    for f in np.unique(fold):
        test = known & (fold == f)
        if test.any() and (known & (fold != f)).any():
            fitted = _fit(head, x, y, known & (fold != f), kind)
            p[test] = fitted.predict(x[0][test], beside=None if x[1] is None else x[1][test])
    return p


def _fit(
    head: HeadConfig,
    x: tuple[np.ndarray, np.ndarray | None],
    y: np.ndarray,
    rows: Bool[np.ndarray, " _"],
    kind: TaskKind,
) -> Any:
    return head.build().fit(x[0][rows], y[rows], kind=kind, beside=None if x[1] is None else x[1][rows])
