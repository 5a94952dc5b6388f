"""A task: one health question, who can be asked it, and how its answer follows from facts.

A task knows facts by name only. It reads no file, sees no minutes and fits nothing, so the same question can be asked
of any cohort whose facts carry those names.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float64

from sennight.errors import InputError, TaskError
from sennight.record import Facts

AGE = "age_years"  # the fact that eligibility by age reads
SEX = "sex_female"


class TaskKind(StrEnum):
    """What an answer looks like. YES_NO is 0 or 1, ONE_OF_K a code from 0 on, AMOUNT a number, RANK an order."""

    YES_NO = "yes/no"
    ONE_OF_K = "one of k"
    AMOUNT = "amount"
    RANK = "rank"


class Domain(StrEnum):
    """The six parts of health that tasks are grouped by."""

    CARDIOVASCULAR = "cardiovascular"
    METABOLIC = "metabolic"
    SLEEP = "sleep"
    MENTAL = "mental"
    LIFESTYLE = "lifestyle"
    DEMOGRAPHIC = "demographic"


Metric = Literal["auc", "pearson_r"]
METRIC_OF: dict[TaskKind, Metric] = {
    TaskKind.YES_NO: "auc",
    TaskKind.ONE_OF_K: "auc",
    TaskKind.AMOUNT: "pearson_r",
    TaskKind.RANK: "pearson_r",
}

Label = Callable[[Facts, Sequence[str]], Float64[np.ndarray, " person"]]


OLDEST = 150.0  # years; nobody is older


@dataclass(frozen=True, kw_only=True)
class Who:
    """Who can be asked: people of `age_from` to `age_to` years, both included.

    Where age matters, somebody whose age is not known is not asked. Raises: InputError if the range is empty.
    """

    text: str
    age_from: float = 0.0
    age_to: float = OLDEST

    def __post_init__(self) -> None:
        if not 0 <= self.age_from <= self.age_to:
            raise InputError(f"nobody is {self.age_from:g} to {self.age_to:g} years old")

    @property
    def needs(self) -> tuple[str, ...]:
        """The facts this rule reads."""
        return (AGE,) if self.age_from > 0 or self.age_to < OLDEST else ()

    def eligible(self, facts: Facts, people: Sequence[str]) -> Bool[np.ndarray, " person"]:
        """Which of these people can be asked."""
        if not self.needs:
            return np.ones(len(people), dtype=np.bool_)
        age = facts.vector(AGE, people)
        # Comparisons with NaN are False, so an unknown age is not eligible.
        return (age >= self.age_from) & (age <= self.age_to)


EVERYBODY = Who(text="everybody")
ADULTS = Who(age_from=20.0, text="adults of 20 years and over")
FORTY_AND_OVER = Who(age_from=40.0, text="adults of 40 years and over")
SIX_TO_85 = Who(age_from=6.0, age_to=85.0, text="people of 6 to 85 years")


@dataclass(frozen=True, kw_only=True)
class Task:
    """One question. `label` gives one answer a person, NaN where it is not known, from the facts it `needs`.

    `label` is pure and says nothing about age; `target` adds who can be asked. `own_demographic` names the
    demographic that is this task's answer, which no demographic baseline may then use. `thresholds` are amounts
    at which a yes/no reading ("at least this much") is scored too.
    Raises: InputError if metric and kind disagree, or a part is empty.
    """

    name: str
    question: str
    domain: Domain
    kind: TaskKind
    metric: Metric
    label: Label
    needs: tuple[str, ...]
    source: str
    who: Who = ADULTS
    own_demographic: Literal["age", "sex"] | None = None
    thresholds: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not (self.name.isidentifier() and self.name.islower()):
            raise InputError(f"task '{self.name}': a name is lower-case letters, digits and _")
        if not (self.question.endswith("?") and self.source and self.needs):
            raise InputError(f"task '{self.name}' lacks a question that ends in '?', a source, or the facts it needs")
        if self.metric != METRIC_OF[self.kind]:
            raise InputError(
                f"task '{self.name}' is {self.kind} but measured by {self.metric}",
                todo=f"Measure it by {METRIC_OF[self.kind]}.",
            )
        if self.thresholds and self.kind is not TaskKind.AMOUNT:
            raise InputError(f"task '{self.name}': only an amount has thresholds")

    def target(self, facts: Facts, people: Sequence[str]) -> Float64[np.ndarray, " person"]:
        """The answer of each of these people, NaN where it is not known or the person cannot be asked.

        Raises: TaskError if the facts lack a name the task needs, or a yes/no answer is neither 0 nor 1.
        """
        self.check(facts)
        answers = np.where(self.who.eligible(facts, people), self.label(facts, people), np.nan)
        known = answers[np.isfinite(answers)]
        if self.kind is TaskKind.YES_NO and not bool(np.isin(known, (0.0, 1.0)).all()):
            raise TaskError(
                f"task '{self.name}' is yes/no, but its facts hold other numbers than 0 and 1",
                where=f"facts {', '.join(self.needs)}",
                todo="Recode them to 1 for yes and 0 for no, and leave out what is not known.",
            )
        return np.where(np.isfinite(answers), answers, np.nan)

    def check(self, facts: Facts) -> None:
        """Raises: TaskError naming the facts this task needs and does not find."""
        wanted = dict.fromkeys((*self.needs, *self.who.needs))
        absent = [name for name in wanted if name not in facts.columns]
        if absent:
            raise TaskError(
                f"task '{self.name}' needs facts that are not there: {', '.join(absent)}",
                where=f"facts of {len(facts.people)} people",
                todo=f"Give the reader a facts file with {'these names' if len(absent) > 1 else 'this name'}, "
                "or leave the task out.",
            )


def fact(name: str) -> Label:
    """The label that is a fact as it stands."""

    def label(facts: Facts, people: Sequence[str]) -> Float64[np.ndarray, " person"]:
        return facts.vector(name, people)

    return label


def at_least(name: str, threshold: float) -> Label:
    """The yes/no label "this fact is `threshold` or more"."""

    def label(facts: Facts, people: Sequence[str]) -> Float64[np.ndarray, " person"]:
        amounts = facts.vector(name, people)
        return np.where(np.isnan(amounts), np.nan, (amounts >= threshold).astype(np.float64))

    return label


def logarithm(name: str) -> Label:
    """The label that is the natural logarithm of a fact; an amount of 0 or less has none."""

    def label(facts: Facts, people: Sequence[str]) -> Float64[np.ndarray, " person"]:
        amounts = facts.vector(name, people)
        return np.log(np.where(amounts > 0, amounts, np.nan))

    return label


def nearest(name: str, known: Sequence[str]) -> str:
    """A hint ("Did you mean ...?") for a name that is not known, empty where nothing is near."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"Did you mean '{near[0]}'? " if near else ""
