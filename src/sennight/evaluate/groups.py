"""Groups: how well answers hold for women and men, ages, ethnicities, and people who wear little, from predictions.

A group with fewer than 50 people, or fewer than 20 in its rarer answer, is not assessed. A gap is the best group's AUC
minus the worst's within one grouping; above .05 it is named wherever the model is described. What the population would
show is estimated by the survey's design, where facts hold one. Nothing is fitted here.
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
from sennight.evaluate.rescore import MIN_IN_CLASS, Answered, Measured, answered_rows, measure
from sennight.evaluate.result import BenchPlan, BenchResult, TaskNote
from sennight.evaluate.score import Score
from sennight.evaluate.survey import Design, Estimate, strata_numbers, weighted_auc, weighted_mean
from sennight.record import Facts
from sennight.tasks import AGE, SEX

MIN_PEOPLE = 50
GAP = 0.05  # AUC; a larger one is named in the card
AGE_BANDS = ((0.0, 20.0, "under 20"), (20.0, 40.0, "20 to 39"), (40.0, 60.0, "40 to 59"), (60.0, 200.0, "60 and over"))
ETHNICITY = "race_eth"
ETHNICITIES = {
    1: "Mexican American", 2: "other Hispanic", 3: "non-Hispanic white", 4: "non-Hispanic black", 5: "other or several",
}  # fmt: skip
WEIGHT, PSU, STRATUM = "wtmec2yr", "sdmvpsu", "sdmvstra"
QUARTERS = ("least worn quarter", "second quarter", "third quarter", "most worn quarter")
GROUPS_FILE, MEMBERS_FILE = "groups.json", "members.parquet"
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class GroupScore:
    """One task, feature set and group: its score and others, or why there is none."""

    task: str
    features: str
    by: str
    group: str
    n_people: int
    n_events: int | None
    score: Score | None = None
    others: tuple[Score, ...] = ()
    not_assessed: str = ""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """The best group's AUC minus the worst's, with the 95 % interval of that difference.

    The interval does not know that best and worst were picked by looking, so a small gap tends to be overstated.
    """

    task: str
    features: str
    by: str
    best: str
    worst: str
    difference: float
    low: float
    high: float

    @property
    def named(self) -> bool:
        """Is it so large that the card must name it?"""
        return self.difference > GAP


@dataclass(frozen=True, kw_only=True)
class PopulationFigure:
    """One figure of the population by the survey's design: `what` is "answer" (mean or share) or "auc"."""

    task: str
    what: str
    features: str
    estimate: Estimate
    unweighted: float


@dataclass(frozen=True, kw_only=True)
class GroupReport:
    """All groups of a result."""

    scores: tuple[GroupScore, ...]
    gaps: tuple[Gap, ...]
    population: tuple[PopulationFigure, ...] = ()
    groupings: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default_factory=tuple)

    def to_json(self) -> dict[str, Any]:
        """Plain data; no person in it."""
        return {"format": FORMAT, **asdict(self)}

    @property
    def named(self) -> tuple[Gap, ...]:
        """Gaps above .05, the largest first."""
        return tuple(sorted((g for g in self.gaps if g.named), key=lambda g: -g.difference))

    def save(self, folder: Path) -> None:
        """Write `groups.json` beside a result."""
        text = json.dumps(self.to_json(), indent=1, allow_nan=False)
        (folder / GROUPS_FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "GroupReport":
        """Read it back. Raises: StoreError if it is absent or damaged."""
        try:
            stored = json.loads((folder / GROUPS_FILE).read_text(encoding="utf-8"))
            return cls(
                scores=tuple(_group_score(row) for row in stored["scores"]),
                gaps=tuple(Gap(**row) for row in stored["gaps"]),
                population=tuple(
                    PopulationFigure(**{**row, "estimate": Estimate(**row["estimate"])}) for row in stored["population"]
                ),
                groupings=tuple(stored["groupings"]),
                notes=tuple(stored["notes"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{GROUPS_FILE} is absent or damaged", where=str(folder), todo="Run `sennight evaluate` again."
            ) from error


def _group_score(row: Mapping[str, Any]) -> GroupScore:
    score = None if row["score"] is None else Score(**row["score"])
    return GroupScore(**{**row, "score": score, "others": tuple(Score(**s) for s in row["others"])})


def members(facts: Facts, people: Sequence[str], *, worn_minutes: Mapping[str, float]) -> pl.DataFrame:
    """Person -> group in each grouping the facts allow, and weight, PSU and stratum of the survey where they are known.

    `worn_minutes` is a person's mean over valid days; its quarters are cut among these people.
    """
    sex, age, ethnicity = (facts.vector(name, people) for name in (SEX, AGE, ETHNICITY))
    table: dict[str, Any] = {"person": list(people)}
    if np.isfinite(sex).any():
        table["sex"] = [None if np.isnan(s) else ("women" if s == 1 else "men") for s in sex]
    if np.isfinite(age).any():
        table["age"] = [_band(a) for a in age]
    if np.isfinite(ethnicity).any():
        table["ethnicity"] = [None if np.isnan(e) else ETHNICITIES.get(int(e)) for e in ethnicity]
    worn = np.array([worn_minutes.get(p, np.nan) for p in people], dtype=np.float64)
    known = worn[np.isfinite(worn)]
    if len(known) and np.ptp(known) > 0:
        edges = np.quantile(known, (0.25, 0.5, 0.75))
        table["wear"] = [None if np.isnan(w) else QUARTERS[int(np.searchsorted(edges, w, "right"))] for w in worn]
    design = {"weight": facts.vector(WEIGHT, people), "psu": facts.vector(PSU, people)}
    design["stratum"] = facts.vector(STRATUM, people)
    if all(np.isfinite(column).any() for column in design.values()):
        table |= design
    return pl.DataFrame(table)


def _band(age: float) -> str | None:
    return next((name for low, high, name in AGE_BANDS if low <= age < high), None)


def assess_groups(
    predictions: pl.DataFrame, plan: BenchPlan, table: pl.DataFrame, *, features: Sequence[str], replicates: int = 500
) -> GroupReport:
    """Score every group in every task, from stored predictions and the table of `members`.

    Raises: InputError if a feature set was not evaluated.
    """
    absent = [f for f in features if f not in plan.features]
    if absent:
        raise InputError(f"'{absent[0]}' was not evaluated", todo="Name feature sets of the result.")
    of_features = predictions.filter(pl.col("features").cast(pl.String).is_in(list(features)))
    answered, draws = answered_rows(of_features, plan, replicates=replicates)
    place = {p: i for i, p in enumerate(table["person"].to_list())}
    at = np.array([place.get(p, -1) for p in draws.people], dtype=np.int64)
    groupings = tuple(c for c in ("sex", "age", "ethnicity", "wear") if c in table.columns)
    labels = {by: np.array([*table[by].to_list(), None], dtype=object)[at] for by in groupings}
    scores, gaps = [], []
    for note in plan.tasks:
        for name in features:
            if (note.name, name) not in answered:
                continue
            for by in groupings:
                rows, found = _grouping(
                    answered[(note.name, name)], note, labels[by], by=by, features=name, plan=plan, draws=draws
                )
                scores += rows
                gaps += _gap(found, note=note, features=name, by=by)
    population, notes = _population(answered, plan, table, at, features=features)
    return GroupReport(scores=tuple(scores), gaps=tuple(gaps), population=population, groupings=groupings, notes=notes)


def _grouping(
    answered: Answered,
    note: TaskNote,
    label: np.ndarray,
    *,
    by: str,
    features: str,
    plan: BenchPlan,
    draws: uncertainty.Draws,
) -> tuple[list[GroupScore], dict[str, Measured]]:
    """The groups of one grouping, and those that were measured."""
    mine = label[answered.row]
    rows, found = [], {}
    for group in sorted({g for g in mine if g is not None}, key=_order):
        inside = mine == group
        part = Answered(
            y=answered.y[inside], p=answered.p[inside], fold=answered.fold[inside], row=answered.row[inside]
        )
        yes_no = note.metric == "auc"
        n, n_yes = len(part.y), int((part.y == 1).sum())
        why = ""
        if n < MIN_PEOPLE:
            why = f"fewer than {MIN_PEOPLE} people"
        elif yes_no and min(n_yes, n - n_yes) < MIN_IN_CLASS:
            why = f"fewer than {MIN_IN_CLASS} people in the rarer class"
        elif not yes_no and np.ptp(part.y) == 0:
            why = "everybody has the same amount"
        head = {"task": note.name, "features": features, "by": by, "group": str(group)}
        count = {"n_people": n, "n_events": n_yes if yes_no else None}
        if why:
            rows.append(GroupScore(**head, **count, not_assessed=why))  # type: ignore[arg-type]
            continue
        measured = measure(part, note, features=features, head=plan.head_name, draws=draws)
        found[str(group)] = measured
        rows.append(GroupScore(**head, **count, score=measured.main, others=measured.others))  # type: ignore[arg-type]
    return rows, found


def _order(group: str) -> tuple[int, str]:
    """Bands and quarters in their own order, names by the alphabet."""
    ordered = [name for _, _, name in AGE_BANDS] + list(QUARTERS)
    return (ordered.index(group) if group in ordered else -1, group)


def _gap(found: Mapping[str, Measured], *, note: TaskNote, features: str, by: str) -> list[Gap]:
    if note.metric != "auc" or len(found) < 2:
        return []
    best, worst = max(found, key=lambda g: found[g].main.value), min(found, key=lambda g: found[g].main.value)
    difference = found[best].main.value - found[worst].main.value
    low, high = uncertainty.interval(found[best].replicates - found[worst].replicates, difference)
    return [
        Gap(task=note.name, features=features, by=by, best=best, worst=worst, difference=difference, low=low, high=high)
    ]


def _population(
    answered: Mapping[tuple[str, str], Answered],
    plan: BenchPlan,
    table: pl.DataFrame,
    at: np.ndarray,
    *,
    features: Sequence[str],
) -> tuple[tuple[PopulationFigure, ...], tuple[str, ...]]:
    """What the survey's design says of the population, where the facts hold a design."""
    if "weight" not in table.columns:
        return (), ("No survey design is known, so nothing here speaks of a population.",)
    columns = [np.append(table[c].to_numpy().astype(np.float64), np.nan)[at] for c in ("weight", "psu", "stratum")]
    usable = np.isfinite(np.stack(columns)).all(axis=0) & (columns[0] > 0)
    weight, psu, stratum = (c[usable] for c in columns)
    try:
        design = Design(weight=weight, psu=strata_numbers(psu), stratum=strata_numbers(stratum))
    except InputError as error:
        return (), (f"No figure of the population: {error.what}.",)
    new_row = np.where(usable, np.cumsum(usable) - 1, -1)
    rows = []
    for note in plan.tasks:
        for i, name in enumerate(features):
            if (note.name, name) in answered:
                rows += _figures(answered[(note.name, name)], note, name, design, new_row, with_answer=i == 0)
    said = (
        "Population figures use the examination weights, strata and PSUs; the weights were not adjusted for who wore "
        "the device long enough, so they speak of the population only as far as those who did resemble those who did "
        "not.",
    )
    return tuple(rows), said


def _figures(
    answered: Answered, note: TaskNote, features: str, design: Design, new_row: np.ndarray, *, with_answer: bool
) -> list[PopulationFigure]:
    """Mean answer (once a task) and AUC of one feature set."""
    place = new_row[answered.row]
    inside = place >= 0
    y, p = (_spread(v[inside], place[inside], len(design.weight)) for v in (answered.y, answered.p))
    rows = []
    if with_answer:
        rows.append(("answer", "", weighted_mean(design, y), float(answered.y.mean())))
    if note.metric == "auc" and 0 < (answered.y[inside] == 1).sum() < inside.sum():
        one_by_one = Design(
            weight=np.ones(len(design.weight)),
            stratum=np.zeros(len(design.weight), dtype=np.int64),
            psu=np.arange(len(design.weight)),
        )
        unweighted = weighted_auc(one_by_one, y, p).value
        rows.append(("auc", features, weighted_auc(design, y, p), unweighted))
    return [
        PopulationFigure(task=note.name, what=what, features=name, estimate=estimate, unweighted=plain)
        for what, name, estimate, plain in rows
    ]


def _spread(values: Float64[np.ndarray, " some"], place: np.ndarray, n: int) -> Float64[np.ndarray, " person"]:
    spread = np.full(n, np.nan)
    spread[place] = values
    return spread


def groups_of(result: BenchResult, table: pl.DataFrame, *, features: Sequence[str] | None = None) -> GroupReport:
    """`assess_groups` of a result: its first model, its reference, and both beside age and sex, those that exist."""
    chosen = features or [f for f in result.plan.features if not f.startswith("shuffled:")]
    return assess_groups(
        result.predictions, result.plan, table, features=chosen, replicates=min(500, result.plan.replicates)
    )
