import json
from datetime import date
from typing import Literal

import pytest
from tests.agent.people import flat, person

from sennight.agent.evidence import Call, Evidence
from sennight.agent.person import OpenPerson
from sennight.agent.tools.tool import (
    REPLY_BYTES,
    CannotTell,
    Declined,
    Found,
    Reason,
    Reply,
    Tool,
    WindowWords,
    reply_json,
)
from sennight.agent.window import ALL, Span
from sennight.errors import SennightBug

PERSON = person({"steps": flat(2, 3)})


def one(value: float, about: str = "") -> Evidence:
    return Evidence(
        metric="steps", statistic="total", value=value, unit="steps", about=about, method="sum",
        window=Span(first=date(2024, 3, 4), last=date(2024, 3, 5)), call=Call(tool="total_", arguments={}),
    )  # fmt: skip


def total_(
    person: OpenPerson,
    *,
    window: WindowWords = ALL,
    agg: Literal["sum", "mean"] = "sum",
) -> Reply:
    """Add all steps up."""
    if window != ALL:
        raise CannotTell(Reason.OUTSIDE, "nothing was recorded then", evidence=[one(0.0)])
    return Found(evidence=(one(float(person.minutes["steps"].values.sum())),))


TOTAL = Tool(total_)


def test_a_tool_is_described_by_its_function() -> None:
    assert (TOTAL.name, TOTAL.description) == ("total", "Add all steps up.")
    assert set(TOTAL.schema["properties"]) == {"window", "agg"}
    assert TOTAL.schema["properties"]["window"]["type"] == "string"
    json.dumps(TOTAL.schema)


def test_a_call_checks_arguments_and_gives_evidence() -> None:
    reply = TOTAL.call(PERSON, {"window": "all", "agg": "sum"})
    assert isinstance(reply, Found)
    assert reply.evidence[0].value == 2 * 1440 * 3


@pytest.mark.parametrize(
    "arguments",
    [{"window": "lately"}, {"window": 7}, {"agg": "max"}, {"person": "other"}, {"path": "/etc/passwd"}, {"agg": None}],
)
def test_a_bad_argument_is_declined_and_says_what_is_right(arguments: dict[str, object]) -> None:
    reply = TOTAL.call(PERSON, arguments)
    assert isinstance(reply, Declined)
    assert reply.reason is Reason.BAD_ARGUMENT
    assert reply.said
    assert "window, agg" in reply.todo


def test_a_tool_that_cannot_tell_says_so_with_what_it_knows() -> None:
    reply = TOTAL.call(PERSON, {"window": "today"})
    assert isinstance(reply, Declined)
    assert reply.reason is Reason.OUTSIDE
    assert len(reply.evidence) == 1


def test_a_tool_needs_a_docstring() -> None:
    def silent(person: OpenPerson) -> Reply:
        return Found(evidence=())

    with pytest.raises(SennightBug, match="docstring"):
        Tool(silent)


def test_a_reply_is_short_and_says_what_it_left_off() -> None:
    long = Found(evidence=tuple(one(float(i), about=f"day {i}") for i in range(1_000)))
    text = reply_json(long)
    assert len(text.encode()) <= REPLY_BYTES
    told = json.loads(text)
    assert told["all"]["metric"] == "steps"
    assert told["values"][0]["about"] == "day 0"
    assert f"{1_000 - len(told['values'])} more" in told["left_off"]


def test_a_declined_reply_says_why() -> None:
    told = json.loads(reply_json(Declined(reason=Reason.NOT_MEASURED, said="no glucose was measured")))
    assert told["declined"] == "not measured"
    assert told["values"] == []
