import numpy as np
import pytest
from tests.agent.people import flat, person

from sennight.agent.choosing import choose, crosses_device_change, metric_named
from sennight.agent.tools.tool import CannotTell, Reason
from sennight.agent.window import parse_window


def test_days_outside_the_window_or_not_valid_are_left_and_counted() -> None:
    hole = np.zeros((10, 1440), dtype=bool)
    hole[8, 100:] = True
    opened = person({"steps": flat(10, 1)}, unseen={"steps": hole})
    chosen = choose(opened, "steps", parse_window("last_7_days"))
    assert (len(chosen.value), chosen.days) == (6, 7)
    assert chosen.coverage == 1
    assert "1 recorded day left out: too little of it was seen" in chosen.caveats


def test_a_condition_on_another_metric_keeps_its_days() -> None:
    steps = flat(4, 1)
    steps[2:] = 10
    opened = person({"steps": steps, "heart_rate": flat(4, 60)})
    chosen = choose(opened, "mean_heart_rate", parse_window("all"), days_when="steps>=14400")
    assert len(chosen.value) == 2
    assert any("only days with steps >= 14400" in c for c in chosen.caveats)


@pytest.mark.parametrize(
    ("name", "window", "reason", "said"),
    [
        ("glucose", "all", Reason.NOT_MEASURED, "no device of this person measured glucose"),
        ("stepps", "all", Reason.BAD_ARGUMENT, "there is no metric 'stepps'"),
        ("steps", "2020-01-01", Reason.OUTSIDE, "nothing was recorded in 1 Jan 2020"),
        ("steps", "since:surgery", Reason.BAD_ARGUMENT, "no event is called 'surgery'"),
    ],
)
def test_what_cannot_be_told_says_why(name: str, window: str, reason: Reason, said: str) -> None:
    with pytest.raises(CannotTell, match=said) as cannot:
        choose(person({"steps": flat(3, 1)}), name, parse_window(window))
    assert cannot.value.declined.reason is reason


def test_a_near_name_is_offered() -> None:
    with pytest.raises(CannotTell) as cannot:
        metric_named(person({"steps": flat(1, 1)}), "stepps")
    assert "steps" in cannot.value.declined.todo


def test_a_device_change_inside_the_days_is_said() -> None:
    opened = person({"steps": flat(6, 1)}, devices=["A"] * 3 + ["B"] * 3)
    chosen = choose(opened, "steps", parse_window("all"))
    assert "the device changed to B on 7 Mar 2024" in chosen.caveats
    assert crosses_device_change(opened, chosen.ordinal)
    assert not crosses_device_change(opened, chosen.ordinal[:3])
    assert chosen.devices == ("A", "B")


def test_a_change_of_the_clock_inside_the_days_is_said() -> None:
    opened = person({"steps": flat(3, 1)})
    opened.offset_min[1, 1] = 120
    assert any("time zone changed on 5 Mar 2024" in c for c in choose(opened, "steps", parse_window("all")).caveats)
