from datetime import date, timedelta

import numpy as np
from matplotlib.figure import Figure

from sennight.agent.day_line import DayLine
from sennight.agent.pictures import draw_days


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
