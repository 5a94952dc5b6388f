"""The bench: one head, many feature sets, many questions, the same people and folds for all.

People are split before anything is fitted, once for all tasks. The stage of a head that needs no labels is fitted once
a fold and feature set, on that fold's training people. Every number is then computed from the predictions alone, by
`rescore`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from jaxtyping import Float32, Float64, Int16
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sennight.errors import InputError, TaskError
from sennight.evaluate import controls
from sennight.evaluate.rescore import MIN_IN_CLASS, rescore
from sennight.evaluate.result import Average, BenchPlan, BenchResult, Lead, NotAssessed, TaskNote
from sennight.heads import HeadConfig, LinearConfig, Squeeze, to_json
from sennight.record import Embedding, Facts, folds
from sennight.tasks import AGE, SEX, TASKS, Task, TaskKind

__all__ = [
    "Average", "BenchPlan", "BenchResult", "Embeddings", "Lead", "NotAssessed", "Progress", "TaskNote", "evaluate",
    "rescore",
]  # fmt: skip

MIN_WITH_AMOUNT = 50  # people; with fewer, a correlation of .3 cannot be told from 0

Progress = Callable[[int, int], None]  # done, of how many
Embeddings = Embedding | Sequence[Embedding]  # of one backbone, or one a fold


@dataclass(frozen=True, kw_only=True)
class FeatureSet:
    """What is fed to the head: an embedding (or nothing), age and sex beside it or not, labels as they are or dealt."""

    name: str
    embedding: str | None
    beside: bool = False
    shuffled: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A task that can be assessed, with its answers over all people (NaN where not known)."""

    task: Task
    y: Float64[np.ndarray, " person"]


def evaluate(
    *,
    embeddings: Mapping[str, Embeddings],
    facts: Facts,
    people: tuple[str, ...],
    tasks: Sequence[Task] = TASKS,
    head: HeadConfig | None = None,
    k: int = 5,
    seed: int = 0,
    replicates: int = 1_000,
    jobs: int = 2,
    progress: Progress | None = None,
    reference: str = "engineered",
    control_names: Sequence[str] = controls.CONTROLS,
) -> BenchResult:
    """Hold feature sets against each other on the same people, folds and bootstrap draws.

    `embeddings` maps names to vectors of at least these `people`; a list of k holds one embedding a fold of
    `record.folds(people, k=k, seed=seed)`, made by a backbone that was not pretrained on that fold's people. The one
    named `reference` and those in `control_names` are what the others, the models, are compared with. Age and sex
    alone, age and sex beside each model and beside the reference, and shuffled labels of the first model are added
    here. A task with fewer than 20 people in its rarer class, or fewer than 50 with an amount, is not assessed.
    Raises: InputError if a person has no embedding or is listed twice, no embedding is given, or a list is not of k.
    """
    fold = folds(people, k=k, seed=seed)
    by_fold = {name: _by_fold(e, k=k, name=name) for name, e in embeddings.items()}
    sets, notes = _feature_sets(tuple(embeddings), facts, reference=reference, control_names=control_names)
    asked, not_assessed = _ask(tasks, facts, people)
    head = LinearConfig() if head is None else head
    with threadpool_limits(limits=1):
        ready = _squeeze_all(by_fold, people, fold, head, jobs=jobs)
        beside = _beside(asked, facts, people) if any(s.beside for s in sets) else {}
        jobs_of = [(a, s) for a in asked for s in sets]
        answers = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(
            delayed(_answer)(a, s, ready=ready, beside=beside, fold=fold, head=head, seed=seed) for a, s in jobs_of
        )
        frames = []
        for done, ((a, s), (y, p)) in enumerate(zip(jobs_of, answers, strict=True), start=1):
            frames.append(_frame(a.task.name, s.name, people=people, fold=fold, y=y, p=p))
            if progress:
                progress(done, len(jobs_of))
    plan = BenchPlan(
        tasks=tuple(_note(a.task) for a in asked),
        features=tuple(s.name for s in sets),
        pairs=_pairs(tuple(embeddings), sets, reference=reference, control_names=control_names),
        reference=reference,
        head=to_json(head),
        k=k,
        seed=seed,
        replicates=replicates,
        n_people=len(people),
        backbones={name: ", ".join(dict.fromkeys(e.backbone for e in of)) for name, of in by_fold.items()},
        not_assessed=not_assessed,
        notes=notes,
    )
    return rescore(_stack(frames, plan), plan, jobs=jobs)


def _by_fold(embeddings: Embeddings, *, k: int, name: str) -> list[Embedding]:
    """One embedding a fold, the same one k times where one backbone made all."""
    if isinstance(embeddings, Embedding):
        return [embeddings] * k
    if len(embeddings) != k:
        raise InputError(
            f"'{name}' has {len(embeddings)} embeddings for {k} folds", todo="Give one, or one a fold in order."
        )
    return list(embeddings)


def _models(names: Sequence[str], *, reference: str, control_names: Sequence[str]) -> list[str]:
    return [n for n in names if n != reference and n not in control_names]


def _feature_sets(
    names: Sequence[str], facts: Facts, *, reference: str, control_names: Sequence[str]
) -> tuple[list[FeatureSet], tuple[str, ...]]:
    """All feature sets in the order of reports, and what a reader should know of them."""
    if not names:
        raise InputError("there is no embedding to evaluate", todo="Embed a store first.")
    own = {controls.AGE_SEX, *map(controls.with_age_sex, names), *map(controls.shuffled, names)}
    if own & set(names):
        raise InputError(f"'{min(own & set(names))}' is a name the bench gives itself", todo="Rename the embedding.")
    notes = []
    models = _models(names, reference=reference, control_names=control_names)
    sets = [FeatureSet(name=n, embedding=n) for n in names]
    if AGE in facts.columns and SEX in facts.columns:
        sets.append(FeatureSet(name=controls.AGE_SEX, embedding=None, beside=True))
        companions = [n for n in names if n in models or n == reference]
        sets += [FeatureSet(name=controls.with_age_sex(n), embedding=n, beside=True) for n in companions]
    else:
        notes.append(f"Age and sex are not compared: the facts lack {AGE} or {SEX}.")
    first = (models or list(names))[0]
    sets.append(FeatureSet(name=controls.shuffled(first), embedding=first, shuffled=True))
    if reference not in names:
        notes.append(f"There is no reference: no embedding is named '{reference}'.")
    return sets, tuple(notes)


def _pairs(
    names: Sequence[str], sets: Sequence[FeatureSet], *, reference: str, control_names: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Each model against the reference and the controls; each set with age and sex against age and sex alone."""
    models = _models(names, reference=reference, control_names=control_names)
    baselines = [n for n in (reference, *control_names) if n in names]
    against = [(m, b) for m in models for b in baselines]
    gains = [(s.name, controls.AGE_SEX) for s in sets if s.beside and s.embedding]
    gained = {s.embedding: s.name for s in sets if s.beside and s.embedding}
    beside_both = [(gained[m], gained[reference]) for m in models if m in gained and reference in gained]
    return (*against, *gains, *beside_both)


def _ask(tasks: Sequence[Task], facts: Facts, people: Sequence[str]) -> tuple[list[Asked], tuple[NotAssessed, ...]]:
    """Which tasks have enough people, and why the others have not."""
    asked, refused = [], []
    for task in tasks:
        try:
            y = task.target(facts, people)
        except TaskError as error:
            refused.append(NotAssessed(task=task.name, reason=error.what, n_people=0))
            continue
        known = y[np.isfinite(y)]
        n_yes = int((known == 1).sum())
        yes_no = task.kind is TaskKind.YES_NO
        reason = ""
        if task.kind is TaskKind.ONE_OF_K:
            reason = "the bench does not measure questions with k choices"
        elif yes_no and min(n_yes, len(known) - n_yes) < MIN_IN_CLASS:
            reason = f"fewer than {MIN_IN_CLASS} people in the rarer class"
        elif not yes_no and len(known) < MIN_WITH_AMOUNT:
            reason = f"fewer than {MIN_WITH_AMOUNT} people with an amount"
        elif not yes_no and np.ptp(known) == 0:
            reason = "everybody has the same amount"
        if reason:
            n_events = n_yes if yes_no else None
            refused.append(NotAssessed(task=task.name, reason=reason, n_people=len(known), n_events=n_events))
        else:
            asked.append(Asked(task=task, y=y))
    return asked, tuple(refused)


def _note(task: Task) -> TaskNote:
    own = task.own_demographic
    other = {"age": "sex", "sex": "age"}
    return TaskNote(
        name=task.name,
        question=task.question,
        domain=task.domain.value,
        kind=task.kind.value,
        metric=task.metric,
        who=task.who.text,
        source=task.source,
        note=f"{controls.AGE_SEX} is {other[own]} alone here, because {own} is the answer" if own else "",
        thresholds=task.thresholds,
    )


Ready = dict[str | None, list[Float64[np.ndarray, "person _"]]]  # folds may keep different numbers of components


def _squeeze_all(
    by_fold: Mapping[str, Sequence[Embedding]],
    people: tuple[str, ...],
    fold: Int16[np.ndarray, " person"],
    head: HeadConfig,
    *,
    jobs: int,
) -> Ready:
    """Per embedding and fold, everybody's squeezed columns; each squeeze has seen that fold's training people only."""

    def squeezed(x: Float32[np.ndarray, "person width"], f: int) -> Float64[np.ndarray, "person component"]:
        return Squeeze.fit(x[fold != f], components=head.components).apply(x)

    rows = {id(e): e.rows(people) for of in by_fold.values() for e in of}
    n_folds = len(next(iter(by_fold.values())))
    made = Parallel(n_jobs=jobs, prefer="threads")(
        delayed(squeezed)(rows[id(e)], f) for of in by_fold.values() for f, e in enumerate(of)
    )
    ready: Ready = {name: made[i * n_folds : (i + 1) * n_folds] for i, name in enumerate(by_fold)}
    ready[None] = [np.zeros((len(people), 0))] * n_folds
    return ready


Besides = dict[str | None, Float64[np.ndarray, "person _"]]


def _beside(asked: Sequence[Asked], facts: Facts, people: Sequence[str]) -> Besides:
    """Demographic columns by the demographic that a task keeps out."""
    kept_out = {a.task.own_demographic for a in asked}
    return {own: controls.demographics(facts, people, leave_out=own) for own in kept_out}


def _answer(
    asked: Asked,
    features: FeatureSet,
    *,
    ready: Ready,
    beside: Besides,
    fold: Int16[np.ndarray, " person"],
    head: HeadConfig,
    seed: int,
) -> tuple[Float64[np.ndarray, " person"], Float64[np.ndarray, " person"]]:
    """Labels used and out-of-fold predictions over all people, NaN where the label is not known."""
    y = controls.shuffle_labels(asked.y, task=asked.task.name, seed=seed) if features.shuffled else asked.y
    squeezed = replace(head, inputs="squeezed")
    known, p = np.isfinite(y), np.full(len(y), np.nan)
    extra = beside[asked.task.own_demographic] if features.beside else None
    for f, x in enumerate(ready[features.embedding]):
        train, test = known & (fold != f), known & (fold == f)
        if not train.any() or not test.any():
            continue
        fitted = squeezed.build().fit(
            x[train], y[train], kind=asked.task.kind, beside=None if extra is None else extra[train]
        )
        p[test] = fitted.predict(x[test], beside=None if extra is None else extra[test])
    return y, p


def _frame(
    task: str,
    features: str,
    *,
    people: tuple[str, ...],
    fold: Int16[np.ndarray, " person"],
    y: Float64[np.ndarray, " person"],
    p: Float64[np.ndarray, " person"],
) -> pl.DataFrame:
    """Predictions of one task and feature set as rows."""
    rows = np.flatnonzero(np.isfinite(p))
    named = {"task": [task] * len(rows), "features": [features] * len(rows), "person": [people[i] for i in rows]}
    return pl.DataFrame({**named, "fold": fold[rows].astype(np.int8), "y": y[rows], "p": p[rows]})


def _stack(frames: Sequence[pl.DataFrame], plan: BenchPlan) -> pl.DataFrame:
    schema = {"task": pl.String, "features": pl.String, "person": pl.String, "fold": pl.Int8, "y": pl.Float64}
    if not frames:
        return pl.DataFrame(schema={**schema, "p": pl.Float64})
    tasks, features = pl.Enum([t.name for t in plan.tasks]), pl.Enum(plan.features)
    return pl.concat(frames).with_columns(pl.col("task").cast(tasks), pl.col("features").cast(features))
