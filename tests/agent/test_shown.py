import pytest

from sennight.agent.shown import minutes_shown, number_shown, shown


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (432.0, "min", "7 h 12 min"),
        (420.0, "min", "7 h"),
        (59.6, "min", "1 h"),
        (-75.0, "min", "-1 h 15 min"),
        (4.25, "min", "4.2 min"),
        (10_432.4, "steps", "10,432 steps"),
        (1.0, "days", "1 day"),
        (1_395.0, "clock", "23:15"),
        (1_439.7, "clock", "00:00"),
        ("2016-05-02", "date", "Mon 2 May 2016"),
        (True, "yes/no", "yes"),
        (0.123, "share", "12 %"),
        (61.26, "beats/min", "61.3 beats/min"),
        (-0.001, "beats/min", "0.0 beats/min"),
        (0.04567, "1", "0.0457"),
        ("Fitbit Charge", "word", "Fitbit Charge"),
    ],
)
def test_a_value_is_printed_by_its_unit(value: float | bool | str, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_large_numbers_have_separators_and_no_minus_zero() -> None:
    assert number_shown(1_234_567.8, "lux") == "1,234,568"
    assert number_shown(-0.2, "steps") == "0"


def test_minutes_round_before_they_split() -> None:
    assert minutes_shown(119.7) == "2 h"
