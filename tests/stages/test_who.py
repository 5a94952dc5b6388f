"""Who counts: three days of ten worn hours, and a device the survey does not distrust."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from sennight.record import MINUTES_PER_DAY, VALID_DAY_MINUTES, Fact, Facts, PersonDays
from sennight.stages.who import RELIABLE, days_of, people_who_count, valid_rows
from sennight.store import Store, StoreWriter

MONDAY = date(2024, 1, 1)
OK, SHORT = VALID_DAY_MINUTES, VALID_DAY_MINUTES - 1
WORN = {
    "enough": (OK, SHORT, OK, OK),
    "two valid days": (OK, OK, SHORT, SHORT),
    "distrusted": (OK, OK, OK),
    "trusted": (OK, OK, OK),
    "never worn long": (SHORT,) * 7,
}


def day(person: str, ordinal: int, worn: int, *, dated: bool) -> PersonDays:
    seen = np.zeros((MINUTES_PER_DAY, 2), dtype=np.bool_)
    seen[: worn // 2, 0], seen[worn // 2 : worn, 1] = True, True  # a minute counts if any channel was seen
    first = MONDAY + timedelta(days=ordinal)
    return PersonDays(
        person=person, first_date=first if dated else None, ordinal=ordinal, weekday=first.weekday(), seen=seen,
        values=np.where(seen, np.float32(worn), np.float32(0)), channels=("heart_rate", "steps"),
    )  # fmt: skip


@pytest.fixture(name="cohort")
def _cohort(tmp_path: Path) -> Store:
    reliable = [
        Fact("distrusted", RELIABLE, 0.0, "yes/no", "survey"),
        Fact("trusted", RELIABLE, 1.0, "yes/no", "survey"),
    ]
    with StoreWriter(tmp_path / "store", channels=("heart_rate", "steps"), provenance={}) as writer:
        for person, worn in WORN.items():
            writer.extend(day(person, i, minutes, dated=person != "trusted") for i, minutes in enumerate(worn))
        writer.add_facts(Facts.from_rows(reliable))
    return Store.open(tmp_path / "store")


def test_a_day_is_valid_from_ten_worn_hours_on(cohort: Store) -> None:
    assert valid_rows(cohort).tolist() == [0, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13]


def test_people_count_with_three_valid_days_and_a_device_that_is_not_distrusted(cohort: Store) -> None:
    assert people_who_count(cohort) == ("enough", "trusted")


def test_the_days_of_a_person_come_back_as_they_were(cohort: Store) -> None:
    for person, worn in WORN.items():
        found = days_of(cohort, person)
        assert [d.worn_minutes for d in found] == list(worn)
        for i, made in enumerate(found):
            expected = day(person, i, worn[i], dated=person != "trusted")
            assert (made.person, made.first_date, made.ordinal, made.weekday) == (
                person, expected.first_date, i, expected.weekday,
            )  # fmt: skip
            assert np.array_equal(made.values, expected.values)
            assert np.array_equal(made.seen, expected.seen)


def test_nobody_in_particular_has_no_days(cohort: Store) -> None:
    assert days_of(cohort, "nobody") == []
