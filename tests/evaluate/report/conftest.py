"""A small measured result, made from predictions of known quality, and a report of it."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from sennight.evaluate.report import ReportInput, RunFacts, StageCost
from sennight.evaluate.rescore import rescore
from sennight.evaluate.result import BenchPlan, BenchResult, NotAssessed, TaskNote
from sennight.record import folds

PEOPLE = 160
STRENGTH = {
    "model": 1.6,
    "engineered": 0.6,
    "random_init": 0.4,
    "age_sex": 0.8,
    "age_sex+model": 1.8,
    "shuffled:model": 0.0,
}
PAIRS = (("model", "engineered"), ("model", "random_init"), ("age_sex+model", "age_sex"))


def note(name: str, kind: str, **more: Any) -> TaskNote:
    metric = "auc" if kind == "yes/no" else "pearson_r"
    question = more.pop("question", f"What about {name.replace('_', ' ')} (in some unit)?")
    domain = more.pop("domain", "sleep")
    return TaskNote(
        name=name, question=question, domain=domain, kind=kind, metric=metric, who="adults", source="made up", **more
    )


NOTES = (
    note("short_sleep", "yes/no"),
    note("diabetes", "yes/no", domain="metabolic", note="age_sex is explained here"),
    note("phq9", "amount", domain="mental", thresholds=(1.0, 10.0, 26.0)),
)


def predictions(strength: dict[str, float], notes: tuple[TaskNote, ...], *, seed: int = 0) -> pl.DataFrame:
    """Out-of-fold predictions: the truth times a strength, and noise."""
    rng = np.random.default_rng(seed)
    people = [f"p{i}" for i in range(PEOPLE)]
    fold = folds(people, k=4, seed=0)
    frames = []
    for task in notes:
        truth = rng.normal(size=PEOPLE)
        y = (truth > 0.4).astype(np.float64) if task.metric == "auc" else np.round(10 + 6 * truth).clip(0, 27)
        for features, s in strength.items():
            z = s * truth + rng.normal(size=PEOPLE)
            p = 1 / (1 + np.exp(-(z - 0.5))) if task.metric == "auc" else 10 + 2 * z
            frames.append(
                pl.DataFrame(
                    {
                        "task": [task.name] * PEOPLE,
                        "features": [features] * PEOPLE,
                        "person": people,
                        "fold": fold.astype(np.int8),
                        "y": rng.permutation(y) if features.startswith("shuffled") else y,
                        "p": p,
                    }
                )
            )
    return pl.concat(frames)


def measured(
    strength: dict[str, float] | None = None,
    notes: tuple[TaskNote, ...] = NOTES,
    pairs: tuple[tuple[str, str], ...] = PAIRS,
) -> BenchResult:
    strength = STRENGTH if strength is None else strength
    plan = BenchPlan(
        tasks=notes,
        features=tuple(strength),
        pairs=pairs,
        reference="engineered",
        head={"head": "linear"},
        k=4,
        seed=3,
        replicates=60,
        n_people=PEOPLE,
        backbones={name: f"sha256:{name}" for name in strength if "+" not in name and ":" not in name},
        not_assessed=(NotAssessed(task="rare_thing", reason="fewer than 20 people in the rarer class", n_people=31),),
        notes=("a note of the plan",),
    )
    return rescore(predictions(strength, notes), plan, jobs=1)


@pytest.fixture(scope="session")
def result() -> BenchResult:
    return measured()


@pytest.fixture(scope="session")
def measure() -> Callable[..., BenchResult]:
    return functools.cache(lambda **weaker: measured({**STRENGTH, **weaker}))


@pytest.fixture
def make_note() -> Callable[..., TaskNote]:
    return note


@pytest.fixture
def measure_notes() -> Callable[..., BenchResult]:
    return measured


@pytest.fixture(scope="session")
def report(result: BenchResult) -> Callable[..., ReportInput]:
    """A report of the small result; any part can be given."""

    def make(**parts: Any) -> ReportInput:
        given = {
            "title": "A report",
            "cohort": "Cohort one",
            "synthetic": True,
            "result": result,
            "run": RunFacts(command="sennight demo", version="0.1.0", store="sha256:5704e", overlap_people=7),
            "stages": (StageCost(name="pretrain", seconds=75.0, peak_mb=2048.0),),
            "limits": ("One cohort only.",),
        }
        return ReportInput(**{**given, **parts})

    return make


@pytest.fixture
def wear() -> dict[str, Any]:
    return wear_json()


@pytest.fixture(scope="session")
def same_wear() -> dict[str, Any]:
    return wear_json()


def wear_json() -> dict[str, Any]:
    """What `WearReport.to_json` gives, with a weekday that nobody has."""
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    reasons = ("seen", "off_body", "device_off", "not_measured", "out_of_range", "clock_skipped")
    return {
        "people": 2,
        "people_with_days": 2,
        "person_days": 6,
        "valid_days": 5,
        "valid_day_minutes": 600,
        "samples_out_of_range": 3,
        "minutes": {"heart_rate": dict(zip(reasons, (6000, 2000, 640, 0, 0, 0), strict=True))},
        "days_by_weekday": {day: int(day != "Sunday") for day in days},
        "worn_share_by_weekday_and_hour": {day: [0.0 if day == "Sunday" else 0.5] * 24 for day in days},
        "wear_rules": {"heart_rate": 2},
        "merge_rules": {},
    }
