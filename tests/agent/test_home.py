"""From recordings to an opened person."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from sennight.agent.home import arrays_of, day_sources, person_of, segments_of
from sennight.errors import StoreError
from sennight.prepare import worn_days
from sennight.record import CHANNELS, Clock, Facts, Person, Recording
from sennight.store.home import facts_of

START = 1_709_510_400  # 2024-03-04 00:00 UTC, a Monday


def recording(device: str, *, first_day: int, days: int, offset_s: int = 0, value: float = 2.0) -> Recording:
    times = START - offset_s + first_day * 86_400 + 60 * np.arange(days * 1440, dtype=np.int64)
    return Recording.from_samples(
        person="p", device=device, channel=CHANNELS["steps"], times_utc=times, utc_offset_s=offset_s,
        values=np.full(len(times), value), clock=Clock.INSTANT, source="made up",
    )  # fmt: skip


def opened(*recordings: Recording):  # type: ignore[no-untyped-def]
    found = worn_days(Person(id="p", recordings=recordings))
    return person_of("p", *arrays_of(found, facts_of(Facts.none())))


def test_days_devices_and_offsets_come_out() -> None:
    person = opened(
        recording("A", first_day=0, days=5, offset_s=3600), recording("B", first_day=5, days=6, offset_s=3600)
    )
    assert person.recorded == (date(2024, 3, 4), date(2024, 3, 14))
    assert [(s.device, s.first) for s in person.segments] == [("A", date(2024, 3, 4)), ("B", date(2024, 3, 9))]
    assert person.zone == "UTC+01:00"
    assert any("several devices" in note for note in person.notes)
    assert person.today == date(2024, 3, 14)


def test_two_devices_on_the_same_minutes_are_never_added_up() -> None:
    person = opened(recording("phone", first_day=0, days=4), recording("watch", first_day=0, days=4))
    assert person.minutes["steps"].values.sum() == 4 * 1440 * 2


def test_travel_gives_each_day_the_offsets_it_began_and_ended_with() -> None:
    home, away = recording("A", first_day=0, days=1), recording("A", first_day=1, days=1, offset_s=7200)
    found = worn_days(Person(id="p", recordings=(home, away)))
    assert found.days is not None
    device, offset = day_sources(found.tables, found.days.ordinal)
    assert offset[0, 0] == 0
    assert offset[-1, -1] == 120
    assert set(device) == {"A"}


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ("AAAABBBB", ["A", "B"]),
        ("AAAABAAAA", ["A"]),
        ("ABBBBB", ["B"]),
        ("AAAABBAAABBBB", ["A", "B"]),
        ("AAAA", ["A"]),
    ],
)
def test_a_device_of_a_day_or_two_is_no_segment(device: str, expected: list[str]) -> None:
    assert [s.device for s in segments_of(np.arange(len(device)) + 700_000, list(device))] == expected


def test_segments_cover_all_days_in_order() -> None:
    found = segments_of(np.arange(13) + 700_000, list("AAAABBAAABBBB"))
    assert found[0].first.toordinal() == 700_000
    assert found[-1].last.toordinal() == 700_012


def test_nothing_worn_and_nothing_known_is_refused() -> None:
    empty = worn_days(Person(id="p", recordings=()))
    with pytest.raises(StoreError, match="nothing was worn"):
        arrays_of(
            empty,
            pl.DataFrame(
                schema={"name": pl.String, "unit": pl.String, "source": pl.String, "date": pl.Date, "value": pl.Float64}
            ),
        )
