"""Questions about sleep, all answered by the person, none measured by the device."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from sennight.record import Facts
from sennight.tasks.task import Domain, Task, TaskKind, fact

ABNORMALLY_LONG_H = 12.0  # hours a night or more; PAT, arXiv 2411.15240
ABNORMALLY_SHORT_H = 5.0  # hours a night or less; PAT, arXiv 2411.15240


def sleep_abnormality(facts: Facts, people: Sequence[str]) -> Float64[np.ndarray, " person"]:
    """Yes if told of a sleep disorder or sleeping very long or very short; no only where both answers are known."""
    told = facts.vector("told_sleep_disorder", people)
    hours = facts.vector("sleep_hours_selfreport", people)
    yes = (told == 1) | (hours >= ABNORMALLY_LONG_H) | (hours <= ABNORMALLY_SHORT_H)
    known = yes | ~(np.isnan(told) | np.isnan(hours))
    return np.where(known, yes.astype(np.float64), np.nan)


SLEEP: tuple[Task, ...] = (
    Task(
        name="short_sleep_le6h",
        question="Does the person sleep 6 hours or less on a weeknight, by their own account?",
        domain=Domain.SLEEP,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("short_sleep_le6h"),
        needs=("short_sleep_le6h",),
        source="NHANES 2005-2006, SLQ_D",
    ),
    Task(
        name="sleep_hours_selfreport",
        question="How many hours does the person sleep on a weeknight, by their own account (12 is 12 or more)?",
        domain=Domain.SLEEP,
        kind=TaskKind.AMOUNT,
        metric="pearson_r",
        label=fact("sleep_hours_selfreport"),
        needs=("sleep_hours_selfreport",),
        source="NHANES 2005-2006, SLQ_D",
    ),
    Task(
        name="told_trouble_sleeping",
        question="Did the person ever tell a doctor of trouble sleeping?",
        domain=Domain.SLEEP,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("told_trouble_sleeping"),
        needs=("told_trouble_sleeping",),
        source="NHANES 2005-2006, SLQ_D",
    ),
    Task(
        name="told_sleep_disorder",
        question="Was the person ever told by a doctor of a sleep disorder?",
        domain=Domain.SLEEP,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("told_sleep_disorder"),
        needs=("told_sleep_disorder",),
        source="NHANES 2005-2006, SLQ_D; a task of PAT, arXiv 2411.15240",
    ),
    Task(
        name="sleep_abnormality",
        question="Was the person told of a sleep disorder, or do they sleep 12 hours or more, or 5 hours or less?",
        domain=Domain.SLEEP,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=sleep_abnormality,
        needs=("told_sleep_disorder", "sleep_hours_selfreport"),
        source="NHANES 2005-2006, SLQ_D; a task of PAT, arXiv 2411.15240",
    ),
)
