"""Search: a store, an embedding and a policy become one campaign a question, each with its notebook, and a table.

The sealed people are the first fold of the bench, so an embedding with one file a fold was made for them by a model
that never saw them. A campaign that was stopped goes on where its notebook ends; a finished one is read, not repeated.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sennight.classroom.campaign import Outcome, finish, search, verify
from sennight.classroom.examiner import MIN_SEALED, Examiner
from sennight.classroom.material import SEALED, Material
from sennight.classroom.notebook import Notebook
from sennight.classroom.policies import Policy, policy_named
from sennight.classroom.students import SHARE, Card, Classroom, Student
from sennight.errors import InputError
from sennight.evaluate.bench import Asked, ask, one_a_fold
from sennight.evaluate.controls import shuffle_labels
from sennight.llm import find_profile
from sennight.llm import open as open_client
from sennight.record import folds
from sennight.stages.embedded import load_embeddings
from sennight.stages.who import people_who_count
from sennight.store import Store
from sennight.tasks import TASKS
from sennight.tasks.task import nearest

OUTCOME, NOTEBOOK, CALLS = "outcome.json", "notebook.jsonl", "calls.jsonl"
FOLDS = 5
Tick = Callable[[int, int, str], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a campaign is run. `profiles` name language models, of which each is a student."""

    policy: str = "portfolio+tpe"
    evals: int = 40
    seed: int = 0
    null: bool = False
    profiles: tuple[str, ...] = ()
    r: float = SHARE
    isolated: bool = True


def search_store(
    store: Path, embedding: Path, out: Path, *, names: Sequence[str] = (), plan: Plan | None = None,
    tick: Tick | None = None,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Task -> outcome as plain data. `names` picks questions, none all.

    Raises: StoreError, InputError if an artifact is absent or does not fit, or a question is not known.
    """
    plan = plan or Plan()
    opened = Store.open(store)
    people = people_who_count(opened)
    known = {t.name: t for t in TASKS}
    for name in names:
        if name not in known:
            raise InputError(
                f"there is no question '{name}'",
                todo=f"{nearest(name, list(known))}See `sennight list tasks`.",
            )
    asked, refused = ask([known[n] for n in names] if names else TASKS, opened.facts, people)
    if names and refused:
        raise InputError(f"the question '{refused[0].task}' cannot be asked here: {refused[0].reason}")
    fold = folds(people, k=FOLDS, seed=0)
    x = one_a_fold(load_embeddings(embedding), k=FOLDS, name=str(embedding))[0].rows(people)
    material = Material(x=x, fold=np.where(fold == 0, SEALED, fold - 1).astype(np.int16))
    done = {}
    for one in asked:
        if np.isfinite(one.y[fold == 0]).sum() < MIN_SEALED // FOLDS:
            continue
        done[one.task.name] = _campaign(one, material, out / one.task.name, plan, tick)
    return done


def _examiner(asked: Asked, material: Material, folder: Path, plan: Plan) -> Examiner:
    y = asked.y
    if plan.null:
        y = y.copy()
        learn = material.fold >= 0
        y[learn] = shuffle_labels(y[learn], task=asked.task.name, seed=plan.seed)
    notebook = Notebook(folder / NOTEBOOK)
    return Examiner(material, y, kind=asked.task.kind, notebook=notebook, isolated=plan.isolated)


def _campaign(asked: Asked, material: Material, folder: Path, plan: Plan, tick: Tick | None) -> dict[str, Any]:
    if (folder / OUTCOME).is_file():
        return dict(json.loads((folder / OUTCOME).read_text(encoding="utf-8")))
    examiner = _examiner(asked, material, folder, plan)
    assert examiner.notebook is not None
    policy = _policy(asked, folder, plan)

    def told(n: int, of: int, note: str) -> None:
        if tick:
            tick(n, of, f"{asked.task.name}: {note}")

    search(examiner, policy, examiner.notebook, evals=plan.evals, seed=plan.seed, tick=told)
    outcome: Outcome = finish(examiner, policy, examiner.notebook, evals=plan.evals, seed=plan.seed)
    verify(examiner, examiner.notebook)
    plain = {"task": asked.task.name, "null": plan.null, **outcome.to_json()}
    if isinstance(policy, Classroom):
        plain["students"] = {
            "turns": policy.turned, "r": policy.r, "spent": [s.client.spent.to_json() for s in policy.students],
            "models": [s.client.name for s in policy.students],
        }  # fmt: skip
    (folder / OUTCOME).write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    return dict(json.loads(json.dumps(plain)))


def _policy(asked: Asked, folder: Path, plan: Plan) -> Policy:
    if plan.policy != Classroom.name:
        return policy_named(plan.policy, seed=plan.seed)
    if not plan.profiles:
        raise InputError("a classroom needs a student", todo="Name one: --student PROFILE (see `sennight llm list`).")
    students = [Student(client=open_client(find_profile(p), transcript=folder / CALLS)) for p in plan.profiles]
    card = Card.of(kind=asked.task.kind.value, metric=asked.task.metric, y=asked.y)
    return Classroom(students, card=card, seed=plan.seed, r=plan.r)
