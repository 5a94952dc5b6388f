from datetime import date

import numpy as np
from tests.agent.people import flat, person

from sennight.agent.safety.flags import flags, longest
from sennight.agent.safety.triage import Level


def night(values: np.ndarray, begin: int, end: int, value: float) -> np.ndarray:
    values = values.copy()
    values[-1, begin:end] = value
    return values


def test_a_low_glucose_of_a_quarter_of_an_hour_is_flagged_with_its_time() -> None:
    found = flags(person({"glucose": night(flat(3, 110), 180, 200, 50)}))
    assert [f.rule.id for f in found] == ["glucose.very_low"]
    assert found[0].rule.level is Level.EMERGENCY
    assert "from 03:00" in found[0].text()
    assert "20 min" in found[0].text()


def test_a_shorter_one_and_one_of_an_earlier_day_are_not() -> None:
    assert not flags(person({"glucose": night(flat(3, 110), 180, 190, 50)}))
    earlier = flat(3, 110)
    earlier[0, :200] = 50
    assert not flags(person({"glucose": earlier}))


def test_a_fast_pulse_counts_only_without_steps() -> None:
    pulse = night(flat(2, 70), 600, 640, 150)
    assert flags(person({"heart_rate": pulse, "steps": flat(2, 0)}))
    assert not flags(person({"heart_rate": pulse, "steps": night(flat(2, 0), 600, 640, 120)}))
    assert not flags(person({"heart_rate": pulse})), "without steps nobody knows who is at rest"


def test_readings_five_minutes_apart_are_one_stretch() -> None:
    on = np.zeros(1440, dtype=bool)
    on[100:130:5] = True
    assert longest(np.zeros(1440, dtype=np.float32), on) == (100, 26)


def test_a_flag_is_recent_only_around_its_day() -> None:
    one = flags(person({"glucose": night(flat(3, 110), 180, 200, 50)}))[0]
    assert one.recent(date(2024, 3, 7))
    assert not one.recent(date(2026, 1, 1))


def test_an_unseen_minute_is_never_a_reading() -> None:
    hole = np.zeros((2, 1440), dtype=bool)
    hole[1, :300] = True
    assert not flags(person({"heart_rate": flat(2, 60)}, unseen={"heart_rate": hole}))
