"""Leaderboard: result folders and files of others become one page, with few-shot curves and the wrist suite below."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sennight.evaluate.leaderboard import board, read_entries
from sennight.evaluate.learning_curve import CurveResult, MeanPoint, Need
from sennight.evaluate.report.board_page import Sheet, write_board
from sennight.evaluate.report.plain import NONE, count, number
from sennight.evaluate.rows import RowResult

METRICS = {"auc": "AUC", "pearson_r": "r"}


def leaderboard_page(
    entries: Sequence[str], out: Path, *, split: str = "", few_shot: Path | None = None, wrist: Path | None = None
) -> Path:
    """Rank `[NAME=]FOLDER` words on one page. A name stands before each of its feature sets.

    `few_shot` is a folder of `sennight few-shot`, `wrist` one of `sennight wrist`: each gives tables of its own, of its
    own people. Raises: InputError, StoreError if an entry is absent, damaged, or of another split.
    """
    rows = []
    for text in entries:
        name, equals, path = text.partition("=")
        found = read_entries(Path(path if equals else text))
        rows += [replace(e, name=f"{name}: {e.name}") for e in found] if equals else found
    more: list[Sheet] = []
    if few_shot is not None:
        more += efficiency_sheets(CurveResult.load(few_shot))
    if wrist is not None:
        more.append(wrist_sheet(RowResult.load(wrist)))
    return write_board(board(rows, split=split), out, more=more)


def efficiency_sheets(result: CurveResult) -> list[Sheet]:
    """Mean figures by labelled people, and how many each question needs to reach the reference with everybody's."""
    plan, sheets = result.plan, []
    for metric, name in METRICS.items():
        points = [m for m in result.means if m.metric == metric]
        if not points:
            continue
        held = {(m.features, m.shots): m for m in points}
        sizes = [*sorted({m.shots for m in points if m.shots is not None}), None]
        body = [
            ("all" if size is None else count(size), count(held[plan.features[0], size].n_tasks),
             *(_mean(held.get((f, size))) for f in plan.features))
            for size in sizes if (plan.features[0], size) in held
        ]  # fmt: skip
        title = f"Label efficiency: mean {name} by labelled people of each answer (of an amount, twice as many in all)"
        sheets.append((title, ("People", "Questions", *plan.features), body))
    compared = [f for f in plan.features if f != plan.reference]
    needs = [
        (t.name.replace("_", " "), *(_need(result.need(t.name, f)) for f in (plan.reference, *compared)))
        for t in plan.tasks
    ]
    title = f"Label efficiency: labelled people needed to reach {plan.reference} with everybody's labels"
    return [*sheets, (title, ("Question", plan.reference, *compared), needs)]


def wrist_sheet(result: RowResult) -> Sheet:
    """The second suite: every question and feature set, over all rows and within people."""
    body = []
    for s in result.scores:
        inside = NONE if s.within is None else _interval(*s.within[:3])
        body.append(
            (s.task.replace("_", " "), s.features, METRICS[s.metric], _interval(s.value, s.low, s.high), inside,
             count(s.n_rows), count(s.n_people))
        )  # fmt: skip
    head = ("Question", "Features", "Measure", "Over all rows", "Within people", "Rows", "People")
    return ("24-hour wrist suite: other people, devices and questions, not ranked above", head, body)


def _mean(point: MeanPoint | None) -> str:
    return NONE if point is None else _interval(point.value, point.low, point.high)


def _interval(value: float, low: float, high: float) -> str:
    return f"{number(value, 3)} [{number(low, 3)}, {number(high, 3)}]"


def _need(need: Need) -> str:
    if need.more_than is not None:
        return f"more than {count(need.more_than)}"
    if need.at_most is not None:
        return f"at most {count(need.at_most)}"
    return NONE if need.people is None else count(round(need.people))
