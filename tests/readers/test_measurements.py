"""Measurements until all are known: times, totals, facts of a day, people. All data synthetic."""

import datetime as dt
from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers.guard import Member, members
from sennight.readers.measurements import DAY_TOTAL_FROM_S, FACTS, TOTALS, Measurements, When, moment, span
from sennight.readers.reader import ReadReport
from sennight.readers.spans import Sleep, SleepSpan
from sennight.record import CHANNELS, Clock

T0 = dt.datetime(2024, 3, 1, 21, tzinfo=dt.UTC).timestamp()


@pytest.fixture
def member(tmp_path: Path) -> Member:
    (tmp_path / "a.json").write_text("[]")
    return members(tmp_path)[0]


@pytest.fixture
def made(tmp_path: Path) -> Measurements:
    report = ReadReport(reader="fhir", source="made here")
    return Measurements(reader="fhir", source=tmp_path / "export", single=False, report=report)


def _when(start: float = 0.0, length: float = 0.0, offset: int | None = 3_600) -> When:
    return When(T0 + start, T0 + start + length, offset, Clock.INSTANT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-01T22:00:00+01:00", (T0, 3_600, Clock.INSTANT)), ("2024-03-01T21:00:00Z", (T0, None, Clock.INSTANT)),
        ("2024-03-01T21:00:00.000+00:00", (T0, 0, Clock.INSTANT)),
        ("2024-03-01T15:30-05:30", (T0, -19_800, Clock.INSTANT)),
        ("2024-03-01T21:00:00-00:00", (T0, None, Clock.INSTANT)), ("2024-03-01 21:00", (T0, None, Clock.LOCAL)),
        ("2024-03-01", None), ("2024", None), ("", None), ("99:99T", None), (5, None), (None, None),
        ("0001-01-01T00:00:00+23:00", (-62_135_679_600.0, 82_800, Clock.INSTANT)),
    ],
)  # fmt: skip
def test_a_moment_is_known_with_what_it_says_of_its_place(text: object, expected: object) -> None:
    """T-05, T-06: an offset with and without colon, negative; UTC names no place."""
    assert moment(text) == expected


def test_a_span_needs_both_ends_on_one_clock() -> None:
    assert span("2024-03-01T22:00:00+01:00", "2024-03-01T22:10:00+01:00") == _when(0.0, 600.0)
    assert span("2024-03-01T22:00:00+01:00", "2024-03-01T22:10:00") is None
    assert span("2024-03-01T22:00:00+01:00", None) is None


def test_every_total_and_fact_is_of_a_known_channel_or_unit() -> None:
    assert set(TOTALS) <= set(CHANNELS)
    assert {fact for _, fact in TOTALS.values()} <= set(FACTS)
    assert {FACTS[fact][0] for _, fact in TOTALS.values()} == {"count", "m", "kcal"}


def test_an_amount_over_most_of_a_day_is_a_fact_and_a_shorter_one_a_stream(made: Measurements, member: Member) -> None:
    made.stream("steps", 9_000.0, unit="", when=_when(0.0, float(DAY_TOTAL_FROM_S)), device="a", member=member)
    made.stream("steps", 120.0, unit="{steps}", when=_when(86_400.0, 120.0), device="a", member=member)
    reading = made.reading(nothing="nothing")
    (person,) = reading.people
    assert person.recordings[0].values.tolist() == [60, 60]
    assert reading.facts.columns["day_steps"].values.tolist() == [9_000]
    assert reading.personal


def test_of_two_facts_of_a_day_the_last_counts(made: Measurements, member: Member) -> None:
    for hour, kilograms in ((9, 80.0), (20, 81.0), (12, 79.0)):
        made.fact("weight_kg", kilograms, unit="kg", when=_when(hour * 60.0), member=member)
    made.fact("weight_kg", 9_999.0, unit="kg", when=_when(), member=member)
    made.fact("weight_kg", 80.0, unit="kg", date=None, member=member)
    reading = made.reading(nothing="nothing")
    assert reading.facts.columns["weight_kg"].values.tolist() == [81]
    assert made.report.dropped["repeated row"] == 2
    assert made.report.dropped["fact that is impossible or has no date"] == 2
    assert made.report.records_seen == made.report.records_kept + made.report.records_dropped == 5


def test_people_are_told_apart_only_where_there_are_several(made: Measurements, member: Member) -> None:
    made.stream("heart_rate", 60.0, unit="/min", when=_when(), device="a", member=member, person="p1")
    made.stream("heart_rate", 70.0, unit="bpm", when=_when(offset=None), device="a", member=member, person="p2")
    reading = made.reading(nothing="nothing")
    people = list(reading.people)
    assert [p.id for p in people] == ["fhir-p1", "fhir-p2"]
    assert [r.utc_offset_s.tolist() for p in people for r in p.recordings] == [[3_600], [0]]
    assert (reading.personal, reading.n_people) == (False, 2)


def test_sleep_takes_the_offset_of_its_neighbours(made: Measurements, member: Member) -> None:
    night = SleepSpan(start_s=int(T0), stop_s=int(T0) + 600, sleep=Sleep.DEEP)
    made.sleep(night, when=_when(offset=None), device="a", member=member)
    made.stream("heart_rate", 60.0, unit="/min", when=_when(offset=-3_600), device="a", member=member)
    (person,) = made.reading(nothing="nothing").people
    assert {o for r in person.recordings for o in r.utc_offset_s.tolist()} == {-3_600}


def test_times_beyond_all_measure_are_counted(made: Measurements, member: Member) -> None:
    """T-07: the year 9999, and a number that is none."""
    made.stream("heart_rate", 60.0, unit="/min", when=When(1e15, 1e15, 0, Clock.INSTANT), device="a", member=member)
    made.stream("heart_rate", float("nan"), unit="/min", when=_when(), device="a", member=member)
    with pytest.raises(ReadError, match="nothing at all"):
        made.reading(nothing="nothing at all")
    assert made.report.records_dropped == 2


def test_two_references_to_one_person_are_one_person(made: Measurements, member: Member) -> None:
    for who in ("Patient/7", "https://server/fhir/Patient/7", "urn:uuid:1"):
        made.stream("heart_rate", 60.0, unit="/min", when=_when(), device="Device/1", member=member, person=who)
    made.stream("heart_rate", 61.0, unit="/min", when=_when(), device="b", member=member, person="Patient/8")
    reading = made.reading(nothing="nothing", names={"urn:uuid:1": "7", "Device/1": "Watch"})
    found = {p.id: [(r.device, r.values.tolist()) for r in p.recordings] for p in reading.people}
    assert found == {"fhir-7": [("Watch", [60])], "fhir-8": [("b", [61])]}
