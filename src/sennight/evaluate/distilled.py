"""Distilling judged: teacher, student, the student without a teacher, and the leaky control, on the same unseen people.

What must hold (docs/decisions/0014): the student keeps nine tenths of the teacher's AUC, answers at least 26 times
faster, is about as well calibrated, and no group of people pays for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from time import thread_time
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float64, Int16
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sennight.errors import InputError
from sennight.evaluate import metrics
from sennight.evaluate.bench import Asked, Embeddings, Ready, ask, note_of, one_a_fold, squeeze_all, stack
from sennight.evaluate.calibration import expected_error
from sennight.evaluate.rescore import MIN_IN_CLASS, rescore
from sennight.evaluate.result import BenchPlan, BenchResult
from sennight.heads import to_json
from sennight.heads.distill import DistilledConfig, teach, teacher_labels
from sennight.record import Facts, folds
from sennight.tasks import AGE, SEX, TASKS, Task, TaskKind

TEACHER, STUDENT, ALONE, LEAKY = "teacher", "student", "student_alone", "student_leaky"
ROLES = (TEACHER, STUDENT, ALONE, LEAKY)
KEPT_SHARE = 0.9  # of the teacher's AUC; arXiv 2605.18702 (second-hand)
TIMES_FASTER = 26.0  # idem
MOST_ERROR_MORE = 0.02  # expected calibration error beyond the teacher's
MOST_GAP_MORE = 0.05  # AUC between groups beyond the teacher's; the gap that a card names (reliability N-08)
MIN_GROUP = 50  # people
AGE_BANDS = (0.0, 40.0, 60.0, 200.0)  # years
TIMED_ROWS = 1_000
REPEATS = 3


@dataclass(frozen=True, kw_only=True)
class TaskKept:
    """One question: AUC of all four, what is kept, error of calibration, largest gap between groups.

    `labels_auc` is how well the labels the student learned from foretell the truth among training people: out of fold
    it is what the teacher knows; in fold it is what it remembers.
    """

    task: str
    auc: Mapping[str, float]
    kept: float
    ece: Mapping[str, float]
    gap: Mapping[str, float | None]
    labels_auc: float
    leaky_labels_auc: float


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One thing that must hold: what was measured, what is asked, and whether it does; None where not assessed."""

    name: str
    measured: float | None
    asked: float
    holds: bool | None


@dataclass(frozen=True, kw_only=True, eq=False)
class DistillResult:
    """The bench of the four, a row a question, the bars, and microseconds a person."""

    bench: BenchResult
    tasks: tuple[TaskKept, ...]
    bars: tuple[Bar, ...]
    teacher_us: float
    student_us: float

    def to_json(self) -> dict[str, Any]:
        """Everything but the bench, which has files of its own."""
        return {
            "format": "sennight distilling 1", "tasks": [asdict(t) for t in self.tasks],
            "bars": [asdict(b) for b in self.bars], "teacher_us": self.teacher_us, "student_us": self.student_us,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Answered:
    """Out-of-fold answers of all four, how good the labels were, and seconds for so many rows."""

    said: dict[str, Float64[np.ndarray, " person"]]
    labels_auc: float
    leaky_labels_auc: float
    teacher_s: float
    student_s: float
    rows: int


def distill(
    *,
    embedding: Embeddings,
    facts: Facts,
    people: tuple[str, ...],
    config: DistilledConfig | None = None,
    tasks: Sequence[Task] = TASKS,
    k: int = 5,
    seed: int = 0,
    replicates: int = 1_000,
    jobs: int = 2,
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], float] = thread_time,
) -> DistillResult:
    """Teach a student on every yes/no question and hold it against its teacher on people neither has seen.

    `clock` measures answering; that of the thread's own processor time is not upset by what else a machine does.
    Raises: InputError if no yes/no question can be asked.
    """
    config = DistilledConfig() if config is None else config
    fold = folds(people, k=k, seed=seed)
    asked, refused = ask([t for t in tasks if t.kind is TaskKind.YES_NO], facts, people)
    if not asked:
        raise InputError("no yes/no question has enough people", todo="Distilling is judged on yes/no questions.")
    by_fold = {"x": one_a_fold(embedding, k=k, name="the embedding")}
    with threadpool_limits(limits=1):
        ready = squeeze_all(by_fold, people, fold, config, jobs=jobs)
        made = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(
            delayed(_answer)(a, ready, fold, config, clock) for a in asked
        )
        answered = []
        for done, one in enumerate(made, start=1):
            answered.append(one)
            if progress:
                progress(done, len(asked))
    plan = BenchPlan(
        tasks=tuple(note_of(a.task) for a in asked), features=ROLES,
        pairs=((STUDENT, TEACHER), (STUDENT, ALONE), (LEAKY, STUDENT)), reference=TEACHER, head=to_json(config), k=k,
        seed=seed, replicates=replicates, n_people=len(people), backbones={"x": by_fold["x"][0].backbone},
        not_assessed=refused,
    )  # fmt: skip
    frames = [
        _frame(a, role, one.said[role], people=people, fold=fold)
        for a, one in zip(asked, answered, strict=True)
        for role in ROLES
    ]
    bench = rescore(stack(frames, plan), plan, jobs=jobs)
    rows = tuple(_kept(bench, a, one, facts=facts, people=people) for a, one in zip(asked, answered, strict=True))
    n = sum(one.rows for one in answered)
    teacher_us, student_us = (1e6 * sum(getattr(one, f"{who}_s") for one in answered) / n for who in (TEACHER, STUDENT))
    bars = _bars(rows, teacher_us, student_us)
    return DistillResult(bench=bench, tasks=rows, bars=bars, teacher_us=teacher_us, student_us=student_us)


def _answer(
    asked: Asked, ready: Ready, fold: Int16[np.ndarray, " person"], config: DistilledConfig, clock: Callable[[], float]
) -> Answered:
    """One question, fold by fold: all four learn from the same people and answer for the same others."""
    y, kind = asked.y, asked.task.kind
    known = np.isfinite(y)
    said = {role: np.full(len(y), np.nan) for role in ROLES}
    agree: dict[str, list[float]] = {"out_of_fold": [], "in_fold": []}
    seconds = {TEACHER: 0.0, STUDENT: 0.0}
    rows = 0
    for f, x in enumerate(ready["x"]):
        train, test = known & (fold != f), known & (fold == f)
        if not train.any() or not test.any():
            continue
        z, truth = x[train], y[train]
        teacher = config.teacher.build().fit(z, truth, kind=kind)
        honest, leaky = teacher_labels(config, z, truth, kind=kind), teacher.predict(z)
        heads = {
            TEACHER: teacher,
            STUDENT: teach(config, z, truth, honest, kind=kind),
            ALONE: teach(replace(config, mix=0.0), z, truth, honest, kind=kind),
            LEAKY: teach(config, z, truth, leaky, kind=kind),
        }
        agree["out_of_fold"].append(metrics.auc(truth, honest))
        agree["in_fold"].append(metrics.auc(truth, leaky))
        for role, head in heads.items():
            said[role][test] = head.predict(x[test])
        timed = x[np.resize(np.flatnonzero(test), TIMED_ROWS)]
        rows += TIMED_ROWS
        for role in seconds:
            seconds[role] += min(_seconds(heads[role].predict, timed, clock) for _ in range(REPEATS))
    mean = {labels: float(np.nanmean(each)) if each else float("nan") for labels, each in agree.items()}
    return Answered(
        said=said, labels_auc=mean["out_of_fold"], leaky_labels_auc=mean["in_fold"], teacher_s=seconds[TEACHER],
        student_s=seconds[STUDENT], rows=max(1, rows),
    )  # fmt: skip


def _seconds(predict: Callable[[Any], Any], rows: Any, clock: Callable[[], float]) -> float:
    begin = clock()
    predict(rows)
    return clock() - begin


def _frame(
    asked: Asked,
    role: str,
    p: Float64[np.ndarray, " person"],
    *,
    people: tuple[str, ...],
    fold: Int16[np.ndarray, " person"],
) -> pl.DataFrame:
    rows = np.flatnonzero(np.isfinite(p))
    named = {"task": [asked.task.name] * len(rows), "features": [role] * len(rows), "person": [people[i] for i in rows]}
    return pl.DataFrame({**named, "fold": fold[rows].astype(np.int8), "y": asked.y[rows], "p": p[rows]})


def groups_of(facts: Facts, people: Sequence[str]) -> dict[str, np.ndarray]:
    """Who belongs to which sex and age band, of those whose sex and age are known."""
    out: dict[str, np.ndarray] = {}
    if SEX in facts.columns:
        sex = facts.vector(SEX, people)
        out |= {"men": sex == 0, "women": sex == 1}
    if AGE in facts.columns:
        age = facts.vector(AGE, people)
        for low, high in pairwise(AGE_BANDS):
            out[f"{low:g} to {high:g} years"] = (age >= low) & (age < high)
    return out


def largest_gap(
    y: Float64[np.ndarray, " person"], p: Float64[np.ndarray, " person"], groups: Mapping[str, np.ndarray]
) -> float | None:
    """Largest difference of AUC between groups of one kind that are large enough, None where no two are."""
    gaps = []
    for kind in (("men", "women"), tuple(g for g in groups if g.endswith("years"))):
        found = []
        for name in kind:
            at = groups[name] & np.isfinite(p) if name in groups else np.zeros(len(y), dtype=np.bool_)
            n_yes = int((y[at] == 1).sum())
            if at.sum() >= MIN_GROUP and min(n_yes, int(at.sum()) - n_yes) >= MIN_IN_CLASS:
                found.append(metrics.auc(y[at], p[at]))
        if len(found) > 1:
            gaps.append(max(found) - min(found))
    return max(gaps) if gaps else None


def _kept(
    bench: BenchResult,
    asked: Asked,
    answered: Answered,
    *,
    facts: Facts,
    people: tuple[str, ...],
) -> TaskKept:
    scores = {role: bench.score(asked.task.name, role) for role in ROLES}
    auc = {role: score.value for role, score in scores.items() if score}
    groups = groups_of(facts, people)
    at = np.isfinite(answered.said[TEACHER])
    return TaskKept(
        task=asked.task.name, auc=auc, kept=auc[STUDENT] / auc[TEACHER],
        ece={role: expected_error(asked.y[at], answered.said[role][at]) for role in ROLES},
        gap={role: largest_gap(asked.y, answered.said[role], groups) for role in (TEACHER, STUDENT)},
        labels_auc=answered.labels_auc, leaky_labels_auc=answered.leaky_labels_auc,
    )  # fmt: skip


def _bars(rows: Sequence[TaskKept], teacher_us: float, student_us: float) -> tuple[Bar, ...]:
    """The four bars, over all questions together; gaps over those in which groups can be told apart."""
    kept = float(np.mean([r.auc[STUDENT] for r in rows]) / np.mean([r.auc[TEACHER] for r in rows]))
    faster = teacher_us / max(student_us, 1e-9)
    error = float(np.mean([r.ece[STUDENT] - r.ece[TEACHER] for r in rows]))
    more = [
        student - teacher
        for r in rows
        if (student := r.gap[STUDENT]) is not None and (teacher := r.gap[TEACHER]) is not None
    ]
    gap = float(np.mean(more)) if more else None
    return (
        Bar(name="share of the teacher's AUC", measured=kept, asked=KEPT_SHARE, holds=kept >= KEPT_SHARE),
        Bar(name="times faster", measured=faster, asked=TIMES_FASTER, holds=faster >= TIMES_FASTER),
        Bar(name="calibration error more", measured=error, asked=MOST_ERROR_MORE, holds=error <= MOST_ERROR_MORE),
        Bar(
            name="gap between groups more", measured=gap, asked=MOST_GAP_MORE,
            holds=None if gap is None else gap <= MOST_GAP_MORE,
        ),
    )  # fmt: skip
