import json

import numpy as np

from sennight.prepare.days import to_days
from sennight.prepare.wear_report import WearReport
from sennight.record import Clock, Person

MONDAY = 4 * 86_400


def person(record, name: str, first_day: int, hours: range) -> Person:
    """One day, steps in these hours."""
    times = MONDAY + first_day * 86_400 + 60 * np.arange(60 * hours.start, 60 * hours.stop)
    same = {"person": name, "device": "hip", "clock": Clock.WEEKDAY}
    return Person(id=name, recordings=(record("steps", times, 7, **same),))


def report(record) -> WearReport:
    total = WearReport()
    for name, day, hours in (("a", 0, range(8, 20)), ("b", 0, range(8, 9)), ("c", 6, range(24))):
        total.add(to_days(person(record, name, day, hours)).wear)
    total.add(to_days(Person(id="d", recordings=())).wear)
    return total


def test_people_days_and_valid_days_add_up(record) -> None:
    total = report(record)
    assert (total.people, total.people_with_days, total.person_days, total.valid_days) == (4, 3, 3, 2)


def test_ten_hours_make_a_valid_day(record) -> None:
    valid = [to_days(person(record, "p", 0, range(8, stop))).wear.valid_days for stop in (17, 18)]
    assert valid == [0, 1]


def test_the_minutes_of_a_channel_add_up_to_whole_days(record) -> None:
    total = report(record)
    assert int(total.minutes["steps"].sum()) == 3 * 1_440
    assert total.to_json()["minutes"]["steps"]["seen"] == (12 + 1 + 24) * 60


def test_the_worn_share_is_by_weekday_and_hour(record) -> None:
    share = report(record).worn_share
    assert share.shape == (7, 24)
    assert share[0, 8] == 1.0  # both Mondays
    assert share[0, 12] == 0.5
    assert share[6].tolist() == 24 * [1.0]
    assert share[3].sum() == 0


def test_the_report_is_plain_json_with_its_rules(record) -> None:
    plain = json.loads(json.dumps(report(record).to_json()))
    assert plain["wear_rules"] == {"still": 3}
    assert plain["merge_rules"] == {}
    assert plain["valid_day_minutes"] == 600
    assert plain["worn_share_by_weekday_and_hour"]["Monday"][12] == 0.5
