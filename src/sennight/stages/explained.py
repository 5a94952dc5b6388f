"""Explain: a store, a backbone and a question become two pictures and three checks.

The head learns from the vectors of other people; whoever is explained is never among them. An answer is told in
log-odds for yes/no and in the answer's unit for amounts.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import polars as pl

from sennight.backbones.backbone import Backbone, OverDays
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.embed import embed_batches
from sennight.errors import InputError
from sennight.evaluate.report.explanation import draw_days, draw_week
from sennight.explain import (
    Answer,
    Explanation,
    agreement,
    average_attention,
    average_week,
    explain,
    faithfulness,
    shifted,
)
from sennight.heads import LinearConfig
from sennight.record import WindowBatch
from sennight.stages.embedded import EMBED_BATCH, backbones_of, drawn_anew
from sennight.stages.who import people_who_count, valid_rows
from sennight.store import Store
from sennight.tasks import TASKS, Task, TaskKind

LEARN_FROM = 1_000  # people the head learns from; more sharpens a picture little and costs time
DAYS, WEEK, CHECKS = "days.png", "week.png", "explain.json"


@dataclass(frozen=True, kw_only=True)
class ExplainReport:
    """Where the pictures lie, and the checks: medians over the people explained.

    `shifted_r` is the rank correlation with blocks shifted by half a block, `random_r` with random weights (the same
    network, untrained), `top` and `random` how far the answer moves without the top tenth of blocks and random ones.
    """

    task: str
    n_people: int
    days: Path
    week: Path | None
    unit: str
    shifted_r: float
    random_r: float
    top: float
    random: float
    beaten: float

    @property
    def faithful(self) -> bool:
        """Do the top blocks move the answer more than random ones, in most people clearly?"""
        return self.top > self.random and self.beaten > 0.5


def explain_store(
    store: Store,
    backbone: str | Path,
    task_name: str,
    out: Path,
    *,
    person: str = "",
    n_people: int = 12,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> ExplainReport:
    """Explain a question in one person and over some. Raises: InputError if the task or person is not known."""
    task = _task(task_name)
    model = backbones_of(backbone, store)[0]
    answered = _answered(store, task)
    rng = np.random.default_rng([seed, 5])
    order = [answered[i] for i in rng.permutation(len(answered))]
    if person and person not in people_who_count(store):
        raise InputError("this person has too few valid days, or is not in the store", where=str(store.path))
    chosen = list(dict.fromkeys([*([person] if person else []), *order]))[:n_people]
    learners = [p for p in order if p not in chosen][:LEARN_FROM]
    if len(learners) < 20:
        raise InputError(
            f"{len(learners)} people to learn '{task_name}' from are too few", todo="At least 20 are needed."
        )
    answer = _answer(store, model, task, learners)
    blank = _untrained(model, seed)
    blank_answer = _answer(store, blank, task, learners) if blank else None
    made, rows = [], []
    first: WindowBatch | None = None
    for i, name in enumerate(chosen):
        batch = _days_of(store, name)
        first = batch if first is None else first
        told = explain(batch, model, answer)
        made.append(told)
        kept = faithfulness(batch, model, answer, told, rng)
        other = float("nan")
        if blank is not None and blank_answer is not None:
            other = agreement(told, explain(batch, blank, blank_answer))
        rows.append((shifted(batch, model, answer, told), other, kept.top, kept.random, kept.beaten))
        if progress:
            progress(i + 1, len(chosen))
    assert first is not None
    return _report(store, task, out, made, first, np.array(rows))


def _report(
    store: Store, task: Task, out: Path, made: list[Explanation], first: WindowBatch, rows: np.ndarray
) -> ExplainReport:
    out.mkdir(parents=True, exist_ok=True)
    synthetic = store.manifest.provenance.get("reader") == "synthetic"
    unit = "log-odds" if task.kind is TaskKind.YES_NO else "in units"
    known = [np.nanmedian(column) if np.isfinite(column).any() else float("nan") for column in rows.T]
    shifted_r, random_r, top, random, beaten = map(float, known)
    checks = _checks(shifted_r, random_r, top, random, len(made))
    days = draw_days(out / DAYS, made[0], first, question=task.question, unit=unit, checks=checks, synthetic=synthetic)
    week = None
    if any((e.weekday >= 0).any() for e in made):
        effect, count = average_week(made)
        week = draw_week(
            out / WEEK, effect, count, question=task.question, unit=unit, n_people=len(made),
            checks=checks, attention=average_attention(made), synthetic=synthetic,
        )  # fmt: skip
    report = ExplainReport(
        task=task.name, n_people=len(made), days=days, week=week, unit=unit, shifted_r=shifted_r, random_r=random_r,
        top=top, random=random, beaten=beaten,
    )  # fmt: skip
    told = {k: (str(v) if isinstance(v, Path) else v) for k, v in asdict(report).items()}
    told = {k: (None if isinstance(v, float) and not np.isfinite(v) else v) for k, v in told.items()}
    (out / CHECKS).write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return report


def _checks(shifted_r: float, random_r: float, top: float, random: float, n_people: int) -> str:
    """The checks in one line, for the foot of a picture: medians over the people explained."""
    said = [f"top tenth of blocks against any tenth {top / random:.1f}-fold"] if random > 0 else []
    said.append(f"shifted blocks r {shifted_r:.2f}")
    if np.isfinite(random_r):
        said.append(f"random weights r {random_r:.2f} (so much is the days alone, not what was learned)")
    return f"Checks, medians of {n_people:,}: {'; '.join(said)}."


def _task(name: str) -> Task:
    found = next((task for task in TASKS if task.name == name), None)
    if found is None or found.kind not in (TaskKind.YES_NO, TaskKind.AMOUNT):
        raise InputError(f"'{name}' is no question that can be explained", todo="See `sennight list tasks`.")
    return found


def _answered(store: Store, task: Task) -> list[str]:
    """People who count and whose answer is known, in store order."""
    people = people_who_count(store)
    y = task.target(store.facts, people)
    return [p for p, known in zip(people, np.isfinite(y), strict=True) if known]


def _answer(store: Store, model: Backbone, task: Task, learners: list[str]) -> Answer:
    """A linear probe on other people's vectors, as a function of one person's window vectors."""
    rows = store.index[valid_rows(store)].filter(pl.col("person").is_in(learners))["row"].to_numpy().astype(np.int64)
    batches = (store.read(rows[i : i + EMBED_BATCH]) for i in range(0, len(rows), EMBED_BATCH))
    embedding = embed_batches(batches, model)
    y = task.target(store.facts, embedding.people)
    head = LinearConfig().build().fit(embedding.values, y, kind=task.kind)

    def answer(vectors: np.ndarray) -> float:
        # Over a person's windows as `sennight.embed` pools them.
        parts = [vectors.mean(axis=0), *([] if model.over_days is OverDays.MEAN else [vectors.std(axis=0)])]
        p = float(head.predict(np.concatenate(parts)[None].astype(np.float32))[0])
        if task.kind is not TaskKind.YES_NO:
            return p
        p = min(max(p, 1e-9), 1 - 1e-9)
        return float(np.log(p / (1 - p)))

    return answer


def _untrained(model: Backbone, seed: int) -> DayTransformer | None:
    """The same network with fresh random weights; nothing for a backbone without weights."""
    return drawn_anew(model, seed=seed) if isinstance(model, DayTransformer) else None


def _days_of(store: Store, person: str) -> WindowBatch:
    rows = store.index[valid_rows(store)].filter(pl.col("person") == person)["row"].to_numpy().astype(np.int64)
    return store.read(rows[:7])
