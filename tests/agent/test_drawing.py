from datetime import date, timedelta
from xml.dom.minidom import parseString

import numpy as np
import pytest

from sennight.agent.day_line import DayLine
from sennight.agent.drawing import days_svg, hours_svg, ticks

DATES = [date(2024, 3, 4) + timedelta(days=i) for i in range(60)]


def test_days_are_well_formed_with_band_change_goal_and_words() -> None:
    line = DayLine(
        title="Steps <b>",
        unit="steps",
        dates=DATES,
        values=np.linspace(4e3, 9e3, 60),
        changes=[(DATES[30], "<&>")],
        goal=8e3,
    )
    made = days_svg(line)
    root = parseString(made).documentElement
    assert root is not None
    assert len(root.getElementsByTagName("circle")) == 60
    assert len(root.getElementsByTagName("polygon")) == 2  # one before and one after the change of device
    assert "&lt;&amp;&gt;" in made
    assert "60 days from 2024-03-04" in made


def test_one_day_and_equal_values_can_be_drawn() -> None:
    for n in (1, 2, 10):
        parseString(days_svg(DayLine(title="Pulse", unit="beats/min", dates=DATES[:n], values=np.full(n, 60.0))))


def test_hours_are_bars() -> None:
    made = hours_svg("Steps by hour", "steps", [8, 9], [100.0, 50.0])
    root = parseString(made).documentElement
    assert root is not None
    heights = [float(r.getAttribute("height")) for r in root.getElementsByTagName("rect")]
    assert heights[0] == pytest.approx(2 * heights[1], rel=0.02)


@pytest.mark.parametrize(
    ("low", "high", "unit"),
    [
        (0.0, 10_432.0, "steps"),
        (55.2, 71.9, "beats/min"),
        (360.0, 540.0, "min"),
        (-90.0, 60.0, "clock"),
        (3.0, 3.0, "1"),
    ],
)
def test_ticks_are_few_and_inside(low: float, high: float, unit: str) -> None:
    found = ticks(low, high, unit)
    assert len(found) <= 7
    assert all(low - 1e-6 <= v <= high + 1e-6 for v in found)
