"""The shelf of tasks: health questions that facts can answer. The list is explicit; order is the order of reports."""

from sennight.errors import TaskError
from sennight.tasks.cardiovascular import CARDIOVASCULAR
from sennight.tasks.demographic import DEMOGRAPHIC
from sennight.tasks.lifestyle import LIFESTYLE
from sennight.tasks.mental import MENTAL
from sennight.tasks.metabolic import METABOLIC
from sennight.tasks.sleep import SLEEP
from sennight.tasks.task import ADULTS, AGE, EVERYBODY, SEX, Domain, Metric, Task, TaskKind, Who, nearest

TASKS: tuple[Task, ...] = (*CARDIOVASCULAR, *METABOLIC, *SLEEP, *MENTAL, *LIFESTYLE, *DEMOGRAPHIC)

__all__ = ["ADULTS", "AGE", "EVERYBODY", "SEX", "TASKS", "Domain", "Metric", "Task", "TaskKind", "Who", "task"]


def task(name: str) -> Task:
    """Look a task up by name.

    >>> task("hypertension").metric
    'auc'

    Raises: TaskError naming the nearest known task.
    """
    for known in TASKS:
        if known.name == name:
            return known
    hint = nearest(name, [t.name for t in TASKS])
    raise TaskError(f"there is no task '{name}'", todo=f"{hint}`sennight list tasks` shows all.")
