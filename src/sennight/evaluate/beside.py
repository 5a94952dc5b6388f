"""Predictions that came from elsewhere (fine-tuned networks) as a result, alone or beside the feature sets of one.

What counts as measurable, and every number, is decided by the same functions as for frozen embeddings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from sennight.errors import InputError
from sennight.evaluate.bench import ask, note_of
from sennight.evaluate.rescore import rescore
from sennight.evaluate.result import BenchPlan, BenchResult, NotAssessed
from sennight.record import Facts
from sennight.tasks import TASKS, Task


def askable(
    tasks: Sequence[Task], facts: Facts, people: Sequence[str]
) -> tuple[tuple[Task, ...], tuple[NotAssessed, ...]]:
    """The tasks with enough people to be measured, and why the others have not."""
    asked, refused = ask(tasks, facts, people)
    return tuple(a.task for a in asked), refused


def result_of(
    predictions: pl.DataFrame,
    facts: Facts,
    people: Sequence[str],
    *,
    head: Mapping[str, Any],
    k: int,
    seed: int,
    tasks: Sequence[Task] = TASKS,
    replicates: int = 1_000,
    jobs: int = 1,
) -> BenchResult:
    """Measured predictions, without any comparison: put them beside others for that."""
    asked, refused = askable(tasks, facts, people)
    names = tuple(dict.fromkeys(predictions["features"].cast(pl.String)))
    plan = BenchPlan(
        tasks=tuple(note_of(task) for task in asked),
        features=names,
        pairs=(),
        reference="",
        head=head,
        k=k,
        seed=seed,
        replicates=replicates,
        n_people=len(people),
        not_assessed=refused,
    )
    return rescore(_typed(predictions, plan), plan, jobs=jobs)


def beside(
    result: BenchResult, others: Sequence[BenchResult], *, tasks: Sequence[str] | None = None, jobs: int = 1
) -> BenchResult:
    """The feature sets of all results in one, each other one compared with every model and baseline of the first.

    `tasks` keeps only these. Raises: InputError if people sit in other folds, a name comes twice, or nothing is left.
    """
    plan = result.plan
    for other in others:
        if (other.plan.k, other.plan.seed) != (plan.k, plan.seed):
            raise InputError("these results were made on different folds", todo="Use the same store, folds and seed.")
    new = [name for other in others for name in other.plan.features]
    if len({*plan.features, *new}) != len(plan.features) + len(new):
        raise InputError("two of these results have a feature set of the same name", todo="Rename one: --name.")
    kept = tuple(note for note in plan.tasks if tasks is None or note.name in tasks)
    if not kept:
        raise InputError("none of these tasks is in the result")
    # What was there is compared with what is new: "is the frozen model ahead of a network trained on the labels?"
    firsts = [f for f in plan.features if f in plan.backbones]
    joined = replace(
        plan,
        tasks=kept,
        features=(*plan.features, *new),
        pairs=(*plan.pairs, *((first, name) for first in firsts for name in new)),
        backbones={**plan.backbones, **{n: b for o in others for n, b in o.plan.backbones.items()}},
        not_assessed=tuple(n for n in plan.not_assessed if tasks is None or n.task in tasks),
    )
    named = {note.name for note in kept}
    frames = [
        r.predictions.with_columns(pl.col("task", "features", "person").cast(pl.String), pl.col("fold").cast(pl.Int8))
        for r in (result, *others)
    ]
    frame = pl.concat([f.filter(pl.col("task").is_in(sorted(named))) for f in frames])
    return rescore(_typed(frame, joined), joined, jobs=jobs)


def _typed(predictions: pl.DataFrame, plan: BenchPlan) -> pl.DataFrame:
    """Names as categories of the plan: a result of 35 tasks then takes megabytes, not tens of them."""
    tasks, features = pl.Enum([t.name for t in plan.tasks]), pl.Enum(plan.features)
    return predictions.with_columns(pl.col("task", "features").cast(pl.String)).with_columns(
        pl.col("task").cast(tasks), pl.col("features").cast(features)
    )
