from datetime import date, timedelta

import numpy as np
from matplotlib.figure import Figure

from sennight.agent.day_line import DayLine
from sennight.agent.pictures import draw_days, draw_hours, usual_band


def test_the_usual_band_is_of_the_days_before_alone() -> None:
    ordinal = np.arange(40)
    low, high, middle = usual_band(ordinal, np.arange(40.0))
    assert np.isnan(low[:7]).all()
    assert middle[10] == 4.5  # days 0 to 9
    assert high[39] < 39
    assert low[39] > 39 - 28


def test_days_changes_and_goal_are_drawn() -> None:
    dates = [date(2024, 3, 4) + timedelta(days=i) for i in range(30)]
    axes = Figure().add_axes((0.0, 0.0, 1.0, 1.0))
    line = DayLine(
        title="Steps", unit="steps", dates=dates, values=np.linspace(1, 9, 30), changes=[(dates[9], "B")], goal=5.0
    )
    draw_days(axes, line)
    assert axes.get_title(loc="left") == "Steps"
    assert [t.get_text() for t in axes.texts] == ["B"]
    assert len(axes.lines) >= 4


def test_hours_are_bars() -> None:
    axes = Figure().add_axes((0.0, 0.0, 1.0, 1.0))
    draw_hours(axes, "Steps by hour", "steps", [8, 9], [100.0, 50.0])
    assert [bar.get_height() for bar in axes.patches] == [100, 50]  # type: ignore[attr-defined]
