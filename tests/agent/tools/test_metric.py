import numpy as np
import pytest
from tests.agent.people import flat, person

from sennight.agent.tools import TOOLS, Declined, Found, Reason
from sennight.agent.tools.metric import daily_values

# Monday 4 to Sunday 17 March 2024: 1,440 steps a day in the first week, 2,880 in the second.
STEPS = np.concatenate([flat(7, 1), flat(7, 2)])
PERSON = person({"steps": STEPS, "heart_rate": flat(14, 60)})
METRIC = TOOLS["metric"]


@pytest.mark.parametrize(
    ("agg", "value", "unit"),
    [("mean", 2160, "steps"), ("total", 14 * 2160, "steps"), ("lowest", 1440, "steps"), ("highest", 2880, "steps"),
     ("median", 2160, "steps"), ("latest", 2880, "steps"), ("days", 14, "days"),
     ("sd", float(np.std([1440.0] * 7 + [2880.0] * 7, ddof=1)), "steps")],
)  # fmt: skip
def test_aggregates_are_exact(agg: str, value: float, unit: str) -> None:
    reply = METRIC.call(PERSON, {"metric": "steps", "agg": agg, "window": "all"})
    assert isinstance(reply, Found)
    assert reply.evidence[0].value == pytest.approx(value)
    assert reply.evidence[0].unit == unit


def test_the_lowest_day_is_named() -> None:
    reply = METRIC.call(PERSON, {"metric": "steps", "agg": "lowest", "window": "all"})
    assert isinstance(reply, Found)
    assert reply.evidence[0].about == "2024-03-04"


@pytest.mark.parametrize(
    ("by", "names", "values"),
    [
        ("week", ["week of 2024-03-04", "week of 2024-03-11"], [1440, 2880]),
        ("weekend", ["weekdays", "weekends"], [2160, 2160]),
        ("month", ["March 2024"], [2160]),
        ("device", ["Watch A"], [2160]),
    ],
)
def test_groups_are_exact(by: str, names: list[str], values: list[float]) -> None:
    reply = METRIC.call(PERSON, {"metric": "steps", "window": "all", "by": by})
    assert isinstance(reply, Found)
    assert [e.about for e in reply.evidence] == names
    assert [e.value for e in reply.evidence] == values


def test_hours_of_the_day_are_totals_of_steps_and_means_of_pulse() -> None:
    steps = METRIC.call(PERSON, {"metric": "steps", "window": "all", "by": "hour"})
    pulse = METRIC.call(PERSON, {"metric": "mean_heart_rate", "window": "all", "by": "hour"})
    assert isinstance(steps, Found)
    assert isinstance(pulse, Found)
    assert [e.value for e in steps.evidence] == [90] * 24
    assert [e.value for e in pulse.evidence] == [60] * 24


def test_a_total_of_a_rate_is_declined() -> None:
    reply = METRIC.call(PERSON, {"metric": "mean_heart_rate", "agg": "total"})
    assert isinstance(reply, Declined)
    assert reply.reason is Reason.NOT_SUPPORTED


def test_hours_that_hold_no_minute_are_declined() -> None:
    for hours in ("08:00-08:00", "10:00-24:30", "8-9"):
        reply = METRIC.call(PERSON, {"metric": "steps", "hours": hours})
        assert isinstance(reply, Declined), hours
    assert isinstance(METRIC.call(PERSON, {"metric": "steps", "hours": "22:00-24:00"}), Found)


def test_daily_values_are_those_of_days_that_count() -> None:
    assert len(daily_values(PERSON, "steps")) == 14
