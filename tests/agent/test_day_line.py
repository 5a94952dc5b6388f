from datetime import date

import numpy as np

from sennight.agent.day_line import DayLine


def test_a_picture_says_itself_in_words() -> None:
    line = DayLine(
        title="Steps", unit="steps", dates=[date(2024, 3, 4), date(2024, 3, 5)], values=np.array([10.0, 20.0])
    )
    assert line.described == "Steps, 2 days from 2024-03-04 to 2024-03-05, 10 steps to 20 steps"
    assert DayLine(title="Steps", unit="steps", dates=[], values=np.zeros(0)).described == "Steps: no day"
