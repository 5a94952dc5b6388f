"""The wrist suite as Markdown, and as a sheet of the leaderboard."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sennight.printing.lines import clean, count, number

if TYPE_CHECKING:
    from sennight.evaluate.rows import RowResult, RowScore

METRICS = {"auc": "AUC", "pearson_r": "r"}
HEAD = ("question", "features", "", "over all rows", "within people", "MAE", "rows", "yes", "people")


def wrist_markdown(result: "RowResult", *, title: str, made_by: str) -> str:
    """One table, and what each question is."""
    plan = result.plan
    lines = [
        f"# {clean(title)}",
        "",
        f"Heads that saw nobody of a row's unit (people, or couples), {plan['k']} folds, seed {plan['seed']};",
        f"brackets: 95 %, units drawn again ({count(plan['replicates'])} draws). *Within people* ranks rows of one",
        "person only, so nobody's own level helps. Research figures; not a diagnosis.",
        "",
        f"Made by `{clean(made_by)}`; every figure is computed again from stored predictions when it is read.",
        "",
        *_table(HEAD, rows(result)),
        "",
        "## The questions",
        "",
    ]
    for task in result.tasks:
        note = f"; {task['note']}" if task["note"] else ""
        lines.append(f"- `{clean(task['name'])}`, a {clean(task['unit'])} a row: {clean(task['question'])} "
                     f"{clean(task['source'])}{clean(note)}.")  # fmt: skip
    lines += [f"- `{clean(name)}`: {clean(why)}" for name, why in result.not_asked.items()]
    return "\n".join(lines) + "\n"


def rows(result: "RowResult") -> list[tuple[str, ...]]:
    """A line a question and feature set."""
    return [_row(score) for score in result.scores]


def _row(s: "RowScore") -> tuple[str, ...]:
    inside = "-" if s.within is None else _interval(*s.within[:3])
    error = "-" if s.mae is None else number(s.mae, 2)
    events = "-" if s.n_events is None else count(s.n_events)
    figure = _interval(s.value, s.low, s.high)
    head = (clean(s.task), clean(s.features), METRICS[s.metric], figure, inside, error)
    return (*head, count(s.n_rows), events, count(s.n_people))


def _interval(value: float, low: float, high: float) -> str:
    return f"{number(value, 3)} [{number(low, 3)}, {number(high, 3)}]"


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *("| " + " | ".join(r) + " |" for r in body)]
