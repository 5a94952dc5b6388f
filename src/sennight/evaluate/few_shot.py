"""Few-shot: how well a head answers after 5, 10, ... 500 people of each answer, for several embeddings side by side.

Each draw picks its people among the training people of one fold and is judged on that fold, so that ten draws over
five folds judge everybody twice. The people of a draw at a smaller size are among those at the next. All embeddings
learn from the same draws. The last point of each curve is everybody outside the fold, as in the bench. The stage that
needs no labels (standardising, main directions) is fitted on everybody outside the fold at every size.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from jaxtyping import Float64, Int16, Int64
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from sennight.errors import InputError
from sennight.evaluate.bench import Asked, Embeddings, Ready, ask, note_of, one_a_fold, squeeze_all
from sennight.evaluate.learning_curve import ALL, CurvePlan, CurveResult, rescore_curves
from sennight.heads import HeadConfig, LinearConfig, to_json
from sennight.record import Facts, folds
from sennight.tasks import TASKS, Task, TaskKind

SIZES = (5, 10, 25, 50, 100, 250, 500)  # people of each answer; of an amount, twice as many in all
DRAWS = 10
REPLICATES = 500


def few_shot(
    *,
    embeddings: Mapping[str, Embeddings],
    facts: Facts,
    people: tuple[str, ...],
    tasks: Sequence[Task] = TASKS,
    head: HeadConfig | None = None,
    reference: str = "engineered",
    sizes: Sequence[int] = SIZES,
    draws: int = DRAWS,
    k: int = 5,
    seed: int = 0,
    replicates: int = REPLICATES,
    jobs: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> CurveResult:
    """Learning curves of embeddings, and how many labelled people each needs to reach the full-data `reference`.

    A size that a fold has too few people for is left out of its task. Raises: InputError if the reference is not among
    the embeddings, draws are no multiple of folds, or a person has no embedding.
    """
    if reference not in embeddings:
        raise InputError(
            f"no embedding is named '{reference}', which the others are held against",
            todo=f"Name one of {', '.join(embeddings) or 'yours'} with --reference.",
        )
    if draws < k or draws % k:
        raise InputError(f"{draws} draws over {k} folds judge some people more often", todo=f"Draw {k}, {2 * k}, ...")
    if not sizes or sorted(set(sizes)) != list(sizes) or min(sizes) < 1:
        raise InputError("sizes must be numbers of people, each larger than the one before")
    fold = folds(people, k=k, seed=seed)
    by_fold = {name: one_a_fold(e, k=k, name=name) for name, e in embeddings.items()}
    asked, not_assessed = ask(tasks, facts, people)
    head = LinearConfig() if head is None else head
    plan = CurvePlan(
        tasks=tuple(note_of(a.task) for a in asked),
        features=tuple(embeddings),
        reference=reference,
        head=to_json(head),
        sizes={a.task.name: fitting_sizes(a.y, fold, kind=a.task.kind, sizes=sizes) for a in asked},
        n_all={a.task.name: people_outside(a.y, fold) for a in asked},
        draws=draws,
        k=k,
        seed=seed,
        replicates=replicates,
        n_people=len(people),
        backbones={name: ", ".join(dict.fromkeys(e.backbone for e in of)) for name, of in by_fold.items()},
        not_assessed=not_assessed,
    )
    with threadpool_limits(limits=1):
        ready = squeeze_all(by_fold, people, fold, head, jobs=jobs)
        each = [(a, name) for a in asked for name in embeddings]
        made = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(
            delayed(_curve)(a, name, ready=ready, fold=fold, head=head, plan=plan) for a, name in each
        )
        frames = []
        for done, frame in enumerate(made, start=1):
            frames.append(frame)
            if progress:
                progress(done, len(each))
    answers = [_answers(a, people=people, fold=fold) for a in asked]
    return rescore_curves(_stack(frames, plan), _joined(answers), plan, jobs=jobs)


def fitting_sizes(
    y: Float64[np.ndarray, " person"], fold: Int16[np.ndarray, " person"], *, kind: TaskKind, sizes: Sequence[int]
) -> tuple[int, ...]:
    """The sizes that the training people of every fold can give, and still fewer people than there are."""
    most = []
    for f in np.unique(fold):
        known = y[(fold != f) & np.isfinite(y)]
        yes = int((known == 1).sum())
        most.append(min(yes, len(known) - yes) if kind is TaskKind.YES_NO else len(known) // 2)
    return tuple(n for n in sizes if n <= min(most))


def people_outside(y: Float64[np.ndarray, " person"], fold: Int16[np.ndarray, " person"]) -> int:
    """How many people with an answer stand outside a fold, on average."""
    known = np.isfinite(y)
    return round(float(np.mean([(known & (fold != f)).sum() for f in np.unique(fold)])))


def drawn(
    y: Float64[np.ndarray, " person"],
    train: Int64[np.ndarray, " row"],
    *,
    task: str,
    kind: TaskKind,
    draw: int,
    seed: int,
) -> tuple[Int64[np.ndarray, " _"], ...]:
    """Training rows in the order in which they are drawn: no and yes apart, or all together for amounts."""
    digest = hashlib.sha256(f"few_shot:{seed}:{task}:{draw}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    order = train[rng.permutation(len(train))]
    if kind is not TaskKind.YES_NO:
        return (order,)
    return order[y[order] == 0], order[y[order] == 1]


def _curve(
    asked: Asked,
    name: str,
    *,
    ready: Ready,
    fold: Int16[np.ndarray, " person"],
    head: HeadConfig,
    plan: CurvePlan,
) -> pl.DataFrame:
    """Predictions of one task from one embedding: every size and draw, and everybody a fold."""
    task, y = asked.task, asked.y
    squeezed = replace(head, inputs="squeezed") if head.squeezable else head
    known, parts = np.isfinite(y), []

    def judged(rows: Int64[np.ndarray, " row"], f: int, *, shots: int, draw: int) -> pl.DataFrame:
        x, test = ready[name][f], np.flatnonzero(known & (fold == f))
        said = squeezed.build().fit(x[rows], y[rows], kind=task.kind).predict(x[test])
        same = {"shots": np.full(len(test), shots, dtype=np.int32), "draw": np.full(len(test), draw, dtype=np.int16)}
        return pl.DataFrame({**same, "row": test.astype(np.int32), "p": said.astype(np.float32)})

    for draw in range(plan.draws):
        f = draw % plan.k
        train = np.flatnonzero(known & (fold != f))
        order = drawn(y, train, task=task.name, kind=task.kind, draw=draw, seed=plan.seed)
        for n in plan.sizes[task.name]:
            # Two answers give n each; an amount, which has no answers to count, 2 n in all.
            each = n if len(order) == 2 else 2 * n
            parts.append(judged(np.concatenate([rows[:each] for rows in order]), f, shots=n, draw=draw))
    parts += [judged(np.flatnonzero(known & (fold != f)), f, shots=ALL, draw=f) for f in range(plan.k)]
    named = pl.concat(parts)
    return named.with_columns(task=pl.lit(task.name), features=pl.lit(name))


def _answers(asked: Asked, *, people: tuple[str, ...], fold: Int16[np.ndarray, " person"]) -> pl.DataFrame:
    rows = np.flatnonzero(np.isfinite(asked.y))
    return pl.DataFrame(
        {
            "task": [asked.task.name] * len(rows),
            "row": rows.astype(np.int32),
            "person": [people[i] for i in rows],
            "fold": fold[rows].astype(np.int16),
            "y": asked.y[rows],
        }
    )


def _stack(frames: Sequence[pl.DataFrame], plan: CurvePlan) -> pl.DataFrame:
    columns = ["task", "features", "shots", "draw", "row", "p"]
    if not frames:
        kinds = (pl.String, pl.String, pl.Int32, pl.Int16, pl.Int32, pl.Float32)
        return pl.DataFrame(schema=dict(zip(columns, kinds, strict=True)))
    tasks, features = pl.Enum([t.name for t in plan.tasks]), pl.Enum(plan.features)
    return pl.concat(frames).select(pl.col("task").cast(tasks), pl.col("features").cast(features), *columns[2:])


def _joined(answers: Sequence[pl.DataFrame]) -> pl.DataFrame:
    if answers:
        return pl.concat(answers)
    kinds = {"task": pl.String, "row": pl.Int32, "person": pl.String, "fold": pl.Int16, "y": pl.Float64}
    return pl.DataFrame(schema=kinds)
