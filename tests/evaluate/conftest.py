"""Synthetic cohorts with known truths, shared by the tests of the ruler."""

from collections.abc import Callable

import numpy as np
import pytest

from sennight.record import Embedding, Facts
from sennight.tasks import Domain, Task, TaskKind
from sennight.tasks.task import fact


def embed(people: tuple[str, ...], values: np.ndarray, name: str = "synthetic") -> Embedding:
    days = np.full(len(people), 5, dtype=np.int32)
    return Embedding(people=people, values=values.astype(np.float32), backbone=name, days_used=days)


def known(people: tuple[str, ...], **columns: np.ndarray) -> Facts:
    values = {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}
    return Facts.from_wide(people=people, values=values, units=dict.fromkeys(values, "1"), source="synthetic")


def ask(name: str, kind: TaskKind = TaskKind.YES_NO, **changes: object) -> Task:
    parts: dict = {
        "name": name,
        "question": f"What about {name} in this person?",
        "domain": Domain.LIFESTYLE,
        "kind": kind,
        "metric": "auc" if kind is TaskKind.YES_NO else "pearson_r",
        "label": fact(name),
        "needs": (name,),
        "source": "made up for tests",
    }
    return Task(**{**parts, **changes})


@pytest.fixture(scope="session")
def make() -> tuple[Callable, Callable, Callable]:
    """`embed`, `known` and `ask`: an embedding, facts, and a task."""
    return embed, known, ask
