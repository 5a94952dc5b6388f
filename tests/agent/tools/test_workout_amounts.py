from dataclasses import replace
from datetime import date

import pytest
from tests.agent.people import flat, person

from sennight.agent.person import Workout
from sennight.agent.tools import TOOLS, Declined, Found


def run(day: int, km: float | int, kind: str = "Run") -> Workout:
    return Workout(
        day=date(2024, 3, day), start_min=420, minutes=6.0 * km, kind=kind, distance_m=1_000.0 * km, speed=10.0
    )


STEPS = flat(10, 2)
STEPS[4] = 9
PERSON = replace(person({"steps": STEPS}), workouts=(run(5, 5), run(6, 10), run(8, 3), run(8, 20, "Bike")), kept={})


@pytest.mark.parametrize(
    ("arguments", "value", "unit"),
    [
        ({"kind": "run", "amount": "distance_m"}, 18_000, "m"),
        ({"kind": "run", "agg": "count"}, 3, "count"),
        ({"agg": "days"}, 3, "days"),
        ({"kind": "run", "amount": "distance_m", "agg": "mean", "take": "last 2"}, 6_500, "m"),
        ({"kind": "run", "amount": "minutes", "take": "first 1"}, 30, "min"),
        ({"kind": "run", "amount": "distance_m", "condition": "distance_m>=5000"}, 15_000, "m"),
        ({"kind": "run", "agg": "count", "days_when": "steps>5000"}, 1, "count"),
        ({"kind": "run", "agg": "count", "workout_days": "distance_m>15000"}, 1, "count"),
        ({"kind": "swim", "amount": "distance_m"}, 0, "m"),
        ({"kind": "run", "agg": "count", "window": "2024-03-05..2024-03-06"}, 2, "count"),
    ],
)
def test_amounts_are_exact(arguments: dict[str, object], value: float, unit: str) -> None:
    reply = TOOLS["workout_amounts"].call(PERSON, arguments)
    assert isinstance(reply, Found), reply
    assert (reply.evidence[0].value, reply.evidence[0].unit) == (value, unit)


@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "swim", "agg": "mean"},
        {"amount": "steps", "agg": "mean"},
        {"take": "some"},
        {"condition": "joy>3"},
        {"days_when": "x"},
    ],
)
def test_what_cannot_be_told_is_declined(arguments: dict[str, object]) -> None:
    assert isinstance(TOOLS["workout_amounts"].call(PERSON, arguments), Declined)


def test_nobody_without_listed_workouts_is_answered() -> None:
    assert isinstance(TOOLS["workout_amounts"].call(person({"steps": STEPS}), {}), Declined)
