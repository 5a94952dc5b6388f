from datetime import date

import numpy as np

from sennight.agent.day_line import DayLine, usual_band


def test_a_picture_says_itself_in_words() -> None:
    line = DayLine(
        title="Steps", unit="steps", dates=[date(2024, 3, 4), date(2024, 3, 5)], values=np.array([10.0, 20.0])
    )
    assert line.described == "Steps, 2 days from 2024-03-04 to 2024-03-05, 10 steps to 20 steps"
    assert DayLine(title="Steps", unit="steps", dates=[], values=np.zeros(0)).described == "Steps: no day"


def test_the_usual_band_is_of_the_days_before_alone() -> None:
    ordinal = np.arange(40)
    low, high, middle = usual_band(ordinal, np.arange(40.0))
    assert np.isnan(low[:7]).all()
    assert middle[10] == 4.5  # days 0 to 9
    assert high[39] < 39
    assert low[39] > 39 - 28
    changed = usual_band(ordinal, np.arange(40.0), [20])
    assert np.isnan(changed[0][20:27]).all()
    assert changed[0][30] >= 20
