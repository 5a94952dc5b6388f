"""Distill: a store and an embedding become a judged student: bench of teacher and student, bars, a page of tables."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sennight.errors import InputError
from sennight.evaluate.distilled import DistillResult, distill
from sennight.heads.distill import DistilledConfig
from sennight.stages.embedded import load_embeddings
from sennight.stages.evaluated import RESULT
from sennight.stages.who import people_who_count
from sennight.store import Store
from sennight.tasks import TASKS, Task, TaskKind
from sennight.tasks.task import nearest

DISTILLED = "distilled.json"


@dataclass(frozen=True, kw_only=True)
class DistillReport:
    """The result, and where its bench lies."""

    result: DistillResult
    bench: Path


def distill_store(
    store: Path,
    embedding: Path,
    out: Path,
    *,
    config: DistilledConfig,
    names: Sequence[str] = (),
    k: int = 5,
    seed: int = 0,
    replicates: int = 1_000,
    jobs: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> DistillReport:
    """Judge a student on the people of a store who count; `names` picks questions, none all.

    Raises: StoreError, InputError if an artifact is absent or does not fit, or a question is not known.
    """
    opened = Store.open(store)
    people = people_who_count(opened)
    if not people:
        raise InputError("nobody in this store has enough valid days to be judged", where=str(store))
    result = distill(
        embedding=load_embeddings(embedding), facts=opened.facts, people=people, config=config,
        tasks=chosen_tasks(names), k=k, seed=seed, replicates=replicates, jobs=jobs, progress=progress,
    )  # fmt: skip
    result.bench.save(out / RESULT)
    (out / DISTILLED).write_text(json.dumps(result.to_json(), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return DistillReport(result=result, bench=out / RESULT)


def chosen_tasks(names: Sequence[str]) -> tuple[Task, ...]:
    """Yes/no questions by name, all of them where none is named. Raises: InputError naming the nearest."""
    known = {t.name: t for t in TASKS if t.kind is TaskKind.YES_NO}
    for name in names:
        if name not in known:
            todo = f"{nearest(name, list(known))}See `sennight list tasks`."
            raise InputError(f"there is no yes/no question '{name}'", todo=todo)
    return tuple(known[n] for n in names) if names else tuple(known.values())
