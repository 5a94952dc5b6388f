"""What every tool of the shelf promises, tested by its being listed."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.agent.people import person

from sennight.agent.evidence import Evidence
from sennight.agent.person import DayFacts, OpenPerson, Workout
from sennight.agent.profile import Goal, Profile, Sex
from sennight.agent.tools import TOOLS, Declined, Found, Reason, Tool, reply_json
from sennight.agent.tools.tool import REPLY_BYTES, Reply

DAYS = 120
ARGUMENTS: dict[str, list[dict[str, object]]] = {
    "list_data": [{}],
    "profile": [{}],
    "metric": [
        {"metric": "steps"}, {"metric": "steps", "by": "weekday", "window": "all"}, {"metric": "steps", "by": "hour"},
        {"metric": "sleep_onset"}, {"metric": "mean_heart_rate", "when": "walking"},
        {"metric": "steps", "agg": "total"}, {"metric": "steps", "hours": "22:00-06:00"},
        {"metric": "steps", "days_when": "sleep_minutes>=400"},
        {"metric": "steps", "by": "day", "window": "all"},
    ],
    "days": [{"metric": "steps", "n": 3}, {"metric": "steps", "which": "threshold", "condition": ">=8000", "n": 2}],
    "compare": [{"metric": "steps"}, {"metric": "sleep_minutes", "a": "weekdays:sat:all", "b": "weekdays:sun:all"}],
    "trend": [{"metric": "steps", "window": "all"}, {"metric": "sleep_onset"}],
    "baseline": [{"metric": "resting_heart_rate"}, {"metric": "steps", "window": "yesterday"}],
    "associate": [{"x": "steps", "y": "sleep_minutes", "lag": 1}],
    "sleep_night": [{}, {"night": "2024-04-01"}],
    "workouts": [{"window": "all"}, {"kind": "walk", "sort": "longest", "window": "all"}],
    "workout_amounts": [{}, {"kind": "run", "amount": "distance_m", "agg": "mean"}, {"agg": "count", "take": "last 1"}],
    "forecast": [{"metric": "steps"}],
    "fill": [{"metric": "steps", "window": "all"}],
    "peers": [{"metric": "steps"}],
    "plot": [{"metric": "steps"}, {"metric": "steps", "kind": "hours"}],
}  # fmt: skip
REQUIRED = {"metric": {"metric": "steps"}, "days": {"metric": "steps"}, "compare": {"metric": "steps"},
            "trend": {"metric": "steps"}, "baseline": {"metric": "steps"}, "associate": {"x": "steps", "y": "steps"},
            "forecast": {"metric": "steps"}, "fill": {"metric": "steps"}, "plot": {"metric": "steps"}}  # fmt: skip


@pytest.fixture(scope="module")
def somebody() -> OpenPerson:
    """120 days of one made-up watch: steps by day, pulse, sleep from 23:00 to 07:00, a morning walk, holes."""
    rng = np.random.default_rng(0)
    minute = np.arange(1440)
    steps = np.where((minute >= 480) & (minute < 1320), rng.poisson(6, (DAYS, 1440)), 0).astype(np.float32)
    steps[:, 540:560] = 110 + rng.integers(0, 9, (DAYS, 20))
    heart = 62 + steps / 4 + rng.normal(0, 2, (DAYS, 1440))
    asleep = np.broadcast_to((minute < 420) | (minute >= 1380), (DAYS, 1440)).astype(np.float32)
    hole = np.zeros((DAYS, 1440), dtype=bool)
    hole[::5, 600:640] = True
    hole[7, 300:] = True
    profile = Profile(born=1980, sex=Sex.FEMALE, goals=(Goal(metric="steps", target=8_000.0, unit="steps"),))
    made = person(
        {"steps": steps, "heart_rate": heart, "asleep": asleep},
        unseen={"steps": hole, "heart_rate": hole, "asleep": hole}, profile=profile,
    )  # fmt: skip
    runs = [Workout(day=date(2024, 3, d), start_min=420, minutes=30.0, kind="Run walk", distance_m=5e3) for d in (5, 9)]
    return replace(made, workouts=tuple(runs), kept={})


@pytest.fixture(scope="module", params=sorted(TOOLS))
def tool(request: pytest.FixtureRequest) -> Tool:
    return TOOLS[request.param]


def replies(tool: Tool, somebody: OpenPerson) -> list[tuple[dict[str, object], Reply]]:
    return [(arguments, tool.call(somebody, arguments)) for arguments in ARGUMENTS[tool.name]]


def test_every_tool_has_examples_here(tool: Tool) -> None:
    assert tool.name in ARGUMENTS


def test_its_schema_is_plain_and_refuses_what_it_does_not_know(tool: Tool) -> None:
    schema = json.loads(json.dumps(tool.schema))
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert 40 < len(tool.description) < 900


def test_it_gives_evidence_that_can_be_judged(tool: Tool, somebody: OpenPerson) -> None:
    for arguments, reply in replies(tool, somebody):
        assert isinstance(reply, Found), (arguments, reply)
        assert reply.evidence
        for e in reply.evidence:
            assert e.unit
            assert e.method
            assert e.days >= 0
            assert 0 <= e.coverage <= 1
            assert Evidence.from_json(json.loads(json.dumps(e.to_json()))) == e
            assert isinstance(e.value, str | bool) or np.isfinite(e.value), e


def test_what_it_says_is_computed_again_by_the_call_it_names(tool: Tool, somebody: OpenPerson) -> None:
    for _, reply in replies(tool, somebody):
        assert isinstance(reply, Found)
        for e in reply.evidence[:3]:
            again = TOOLS[e.call.tool].call(somebody, e.call.arguments)
            assert isinstance(again, Found), e.call
            assert any(x.value == e.value and x.statistic == e.statistic for x in again.evidence), e.call


def test_its_replies_are_short(tool: Tool, somebody: OpenPerson) -> None:
    for _, reply in replies(tool, somebody):
        assert len(reply_json(reply).encode()) <= REPLY_BYTES


def test_it_is_read_only_and_says_the_same_twice(tool: Tool, somebody: OpenPerson) -> None:
    before = {name: (one.values.copy(), one.why.copy()) for name, one in somebody.minutes.items()}
    first, second = replies(tool, somebody), replies(tool, somebody)
    assert [reply_json(r) for _, r in first] == [reply_json(r) for _, r in second]
    for name, (values, why) in before.items():
        assert np.array_equal(somebody.minutes[name].values, values)
        assert np.array_equal(somebody.minutes[name].why, why)


def test_it_declines_where_there_is_not_enough(tool: Tool) -> None:
    """A person of one day that was hardly seen: an answer, or a reason; never a guess, never an exception."""
    hole = np.ones((1, 1440), dtype=bool)
    hole[0, :5] = False
    nearly = person({"steps": np.full((1, 1440), 3.0)}, unseen={"steps": hole})
    reply = tool.call(nearly, REQUIRED.get(tool.name, {}))
    if tool.name in ("list_data", "workouts"):
        assert isinstance(reply, Found)
    else:
        assert isinstance(reply, Declined)
        assert reply.reason in (Reason.TOO_FEW_DAYS, Reason.NOT_MEASURED, Reason.NOT_IN_PROFILE)
        assert reply.said


def test_it_answers_about_a_person_of_whom_only_daily_facts_are_known(tool: Tool) -> None:
    ordinal = date(2024, 3, 4).toordinal() + np.arange(60)
    facts = {"day_steps": DayFacts(name="day_steps", unit="steps", source="days.csv", ordinal=ordinal,
                                   values=np.linspace(4_000, 9_000, 60))}  # fmt: skip
    none = person({"steps": np.zeros((1, 1440))})
    only = OpenPerson(
        id="p", today=date.fromordinal(int(ordinal[-1])), clock=none.clock, ordinal=ordinal[:0], minutes={},
        offset_min=none.offset_min[:0], device=(), segments=(), facts=facts,
    )  # fmt: skip
    reply = tool.call(only, REQUIRED.get(tool.name, {}))
    assert isinstance(reply, Found | Declined)
    if tool.name in ("metric", "days", "compare", "trend", "baseline", "forecast", "list_data"):
        assert isinstance(reply, Found), reply


@pytest.mark.parametrize(
    "odd",
    [
        {"metric": "steps; DROP TABLE"}, {"metric": "../../etc/passwd"}, {"metric": 3}, {"window": "ever"},
        {"window": {"a": 1}}, {"person": "somebody else"}, {"n": -1}, {"n": 10**9}, {"by": "moon"}, {"lag": 99},
        {"hours": "25:00-26:00"}, {"days_when": "__import__('os')"}, {"condition": "steps"}, {"night": "yesterday"},
        {"x": None}, {"metric": "x" * 10_000},
    ],
    ids=str,
)  # fmt: skip
def test_it_declines_odd_arguments_in_one_sentence(tool: Tool, somebody: OpenPerson, odd: dict[str, object]) -> None:
    reply = tool.call(somebody, {**REQUIRED.get(tool.name, {}), **odd})
    if isinstance(reply, Declined):
        assert len(reply.said) < 400
        assert "Traceback" not in reply.said
    else:  # the argument is one of its own, and this value happens to be possible
        assert set(odd) <= set(tool.schema.get("properties", {}))
