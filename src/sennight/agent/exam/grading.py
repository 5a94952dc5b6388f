"""Grading: a tool's reply or an answer against gold; right, asked back, or wrong."""

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sennight.agent.evidence import Answer, Evidence, Status
from sennight.agent.exam.spec import Question, When
from sennight.agent.reply import Declined, Reply

REL, ABS = 1e-6, 1e-6


class Mark(StrEnum):
    """What became of one question."""

    RIGHT = "right"
    ASKED_BACK = "asked back"
    WRONG = "wrong"


def window_words(when: When) -> str:
    """A window in the tools' own grammar."""
    match when.sort:
        case "last":
            words = f"last_{when.n}_days"
        case "calendar":
            words = f"calendar:{when.unit}:{when.n}"
        case "between":
            words = f"{when.first}..{when.last}"
        case "since":
            words = f"since:{when.first}"
        case "day":
            words = f"{when.first}"
        case _:
            words = "all"
    if when.weekdays:
        names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        words = f"weekdays:{'+'.join(names[d] for d in when.weekdays)}:{words}"
    return words


def call_of(q: Question) -> tuple[str, Mapping[str, Any]]:
    """The tool call that a typed question asks for."""
    window = {"window": window_words(q.when)}
    match q.kind:
        case "value" | "coverage" | "groups":
            part = {
                k: v for k, v in (("hours", q.hours), ("when", q.state), ("days_when", q.days_when), ("by", q.by)) if v
            }
            agg = {} if q.by == "hour" else {"agg": "days" if q.kind == "coverage" else q.agg}
            return "metric", {"metric": q.metric, **window, **part, **agg}
        case "top":
            return "days", {"metric": q.metric, **window, "which": "top" if q.agg == "highest" else "bottom", "n": q.n}
        case "threshold":
            return "days", {"metric": q.metric, **window, "which": "threshold", "condition": q.condition}
        case "compare":
            assert q.second is not None
            return "compare", {"metric": q.metric, "b": window["window"], "a": window_words(q.second)}
        case "trend":
            return "trend", {"metric": q.metric, **window}
    return "associate", {"x": q.metric, "y": q.other, "lag": q.lag, **window}


def mark_reply(q: Question, reply: Reply, gold: Sequence[tuple[str, float]] | None) -> Mark:
    """A tool's reply against gold; a tool never asks back, so it is right or wrong."""
    if isinstance(reply, Declined):
        return Mark.RIGHT if gold is None or _too_little(q, gold) else Mark.WRONG
    if gold is None:
        return Mark.RIGHT if _says_no_slope(q, reply.evidence) else Mark.WRONG
    return Mark.RIGHT if same(q, reply.evidence, gold) else Mark.WRONG


def mark_answer(q: Question, answer: Answer, gold: Sequence[tuple[str, float]] | None) -> Mark:
    """An answer against gold. For a question without an answer, anything but an answer is right."""
    if answer.status is not Status.ANSWERED:
        return Mark.RIGHT if gold is None else Mark.ASKED_BACK
    if gold is None:
        return Mark.RIGHT if _says_no_slope(q, answer.evidence) else Mark.WRONG
    return Mark.RIGHT if same(q, answer.evidence, gold) else Mark.WRONG


def _too_little(q: Question, gold: Sequence[tuple[str, float]]) -> bool:
    """Gold has no rule of "too few to say" for a spread of one day."""
    return q.agg == "sd" and q.kind == "value" and len(gold) == 0


def _says_no_slope(q: Question, evidence: Sequence[Evidence]) -> bool:
    return q.kind == "trend" and not any(e.statistic == "slope" for e in evidence)


def same(q: Question, evidence: Sequence[Evidence], gold: Sequence[tuple[str, float]]) -> bool:
    """Does the evidence hold every value of gold, in order, about the same things?"""
    if len(evidence) < len(gold):
        return False
    found = list(evidence[: len(gold)])
    if q.kind == "groups":
        found = [e for e in evidence if not isinstance(e.value, str)]
        if len(found) != len(gold):
            return False
        found = sorted(found, key=lambda e: e.about) if q.by == "hour" else found
    if q.kind == "top":
        return all(e.about == about and close(e.value, value) for e, (about, value) in zip(found, gold, strict=True))
    return all(close(e.value, value) for e, (_, value) in zip(found, gold, strict=True))


def close(value: object, truth: float) -> bool:
    """Equal but for the rounding of sums in another order."""
    return isinstance(value, int | float) and math.isclose(float(value), truth, rel_tol=REL, abs_tol=ABS)
