"""One person's export: bad files are named, repeats count once, offsets come from nights, impossible amounts go."""

import datetime as dt
import io
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers import personal
from sennight.readers.guard import Member
from sennight.readers.personal import (
    NO_FACT,
    NO_LENGTH,
    NO_ROW,
    NO_SPAN,
    NO_ZONES,
    ZONE_RULE,
    PersonalExport,
    date_of,
    day_at,
    instant_of,
    left_unread,
    mark_of,
    rows_of,
    wall_of,
)
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.spans import Sleep, SleepSpan
from sennight.record import Recording

NOON = 1_709_380_800  # 2024-03-02 12:00 UTC


def _member(name: str = "a.csv") -> Member:
    return Member(name=name, size=3, open=lambda: cast(io.BufferedIOBase, io.BytesIO(b"abc")))


def _export() -> PersonalExport:
    return PersonalExport(reader="vendor", source=Path("my_export.zip"), single=False)


def _recordings(reading: Reading) -> dict[str, Recording]:
    return {r.channel.name: r for person in reading.people for r in person.recordings}


def test_a_folder_or_archive_stands_for_a_person_and_a_file_for_nobody_named() -> None:
    assert _export().person == "vendor-my_export"
    assert PersonalExport(reader="vendor", source=Path("a.csv"), single=True).person == "vendor-1"


def test_a_bad_file_is_named_and_the_others_are_read() -> None:
    """I-11 and failure 35."""
    export = _export()

    def read_one(member: Member) -> None:
        if member.name == "bad.csv":
            raise ReadError("a damaged file", todo="Export again.")
        export.samples("heart_rate", utc=np.array([NOON]), values=np.array([60.0]), device="d", member=member)

    export.each([_member("a.csv"), _member("bad.csv"), _member("b.csv")], read_one)
    reading = export.reading(nothing="nothing")
    assert _recordings(reading)["heart_rate"].values.tolist() == [60]
    assert reading.report.failed == {"bad.csv": "a damaged file Export again."}
    assert reading.report.partial
    assert (reading.report.files, reading.report.bytes_read) == (3, 9)
    assert reading.personal


def test_an_export_without_anything_says_what_was_wrong() -> None:
    export = _export()
    with pytest.raises(ReadError, match="nothing there"):
        export.reading(nothing="nothing there")
    export.report.failed["a.csv"] = "a damaged file"
    with pytest.raises(ReadError, match="a damaged file"):
        export.reading(nothing="nothing there")


def test_the_same_amount_twice_counts_once_and_sums_are_kept() -> None:
    """I-10."""
    export = _export()
    start = np.array([NOON, NOON, NOON + 90, NOON + 400, 5])
    stop = np.array([NOON + 90, NOON + 90, NOON + 180, NOON + 300, 2**40])
    export.amounts(
        "steps", start_s=start, stop_s=stop, values=np.array([30.0, 30, 60, 9, 9]), device="d", member=_member()
    )
    reading = export.reading(nothing="")
    assert _recordings(reading)["steps"].values.sum() == pytest.approx(90)
    assert reading.report.dropped == {NO_LENGTH: 2, "repeated amount": 1}


def test_two_files_with_the_same_night_hold_it_once() -> None:
    """Failure 21."""
    export = _export()
    for name in ("a.csv", "b.csv"):
        for begin, kind in ((0, Sleep.LIGHT), (600, Sleep.DEEP)):
            span = SleepSpan(start_s=NOON + begin, stop_s=NOON + begin + 600, sleep=kind)
            export.sleep(span, device="d", member=_member(name), offset_s=3_600)
    export.sleep(SleepSpan(start_s=NOON + 5, stop_s=NOON, sleep=Sleep.REM), device="d", member=_member())
    export.sleep(SleepSpan(start_s=0, stop_s=NOON, sleep=Sleep.REM), device="d", member=_member())
    reading = export.reading(nothing="")
    asleep = _recordings(reading)["asleep"]
    assert len(asleep.times_utc) == 40
    assert set(asleep.utc_offset_s.tolist()) == {3_600}
    assert asleep.source == "a.csv"
    assert reading.report.dropped == {NO_SPAN: 2}


def test_spans_without_end_cost_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """I-09: a small file of days-long spans is not decades of minutes."""
    monkeypatch.setattr(personal, "MAX_COVERED_S", 3_600)
    export = _export()
    for begin in (0, 1_800, 3_600, 0):
        span = SleepSpan(start_s=NOON + begin, stop_s=NOON + begin + 1_800, sleep=Sleep.REM)
        export.sleep(span, device="d", member=_member())
    with pytest.raises(ReadError, match="twenty years"):
        export.amounts(
            "steps",
            start_s=NOON + np.arange(3),
            stop_s=NOON + np.arange(3) + 3_600,
            values=np.ones(3),
            device="d",
            member=_member(),
        )
    reading = export.reading(nothing="")
    assert len(_recordings(reading)["asleep"].times_utc) == 120
    assert reading.report.dropped == {personal.TOO_MUCH_SLEEP: 1}


def test_instants_without_an_offset_take_that_of_the_nearest_night() -> None:
    export = _export()
    for day, offset in ((0, 3_600), (10, 7_200)):
        begin = NOON + day * 86_400
        span = SleepSpan(start_s=begin, stop_s=begin + 600, sleep=Sleep.UNSTAGED)
        export.sleep(span, device="d", member=_member(), offset_s=offset)
    at = NOON + np.array([-3, 4, 6, 30]) * 86_400
    export.samples("heart_rate", utc=at, values=np.full(4, 60.0), device="d", member=_member(), offset_s=None)
    reading = export.reading(nothing="")
    assert _recordings(reading)["heart_rate"].utc_offset_s.tolist() == [3_600, 3_600, 7_200, 7_200]
    assert ZONE_RULE in reading.report.notes


def test_without_a_night_such_instants_have_no_offset_and_the_report_says_so() -> None:
    export = _export()
    export.samples(
        "heart_rate", utc=np.array([NOON]), values=np.array([60.0]), device="d", member=_member(), offset_s=None
    )
    export.samples("heart_rate", utc=np.empty(0), values=np.empty(0), device="d", member=_member())
    reading = export.reading(nothing="")
    assert _recordings(reading)["heart_rate"].utc_offset_s.tolist() == [0]
    assert NO_ZONES in reading.report.notes


def test_impossible_amounts_of_a_day_are_no_facts_and_the_larger_of_two_stays() -> None:
    """T-12: 200,000 steps a day and more."""
    export, day = _export(), dt.date(2024, 3, 2)
    for value in (8_000.0, 8_200.0, 7_000.0, 5e6, np.nan):
        export.fact("day_steps", value, date=day, member=_member())
    export.fact("day_steps", 8_000.0, date=None, member=_member())
    export.fact("resting_heart_rate", 0.0, date=day, member=_member())
    reading = export.reading(nothing="")
    assert reading.facts.columns["day_steps"].values.tolist() == [8_200]
    assert reading.facts.columns["day_steps"].dates.tolist() == [day]
    assert "resting_heart_rate" not in reading.facts.columns
    assert reading.report.dropped == {NO_FACT: 3}
    assert reading.n_people == 0


def test_texts_become_dates_instants_and_wall_clocks() -> None:
    assert date_of("2024-03-02T10:00:00") == dt.date(2024, 3, 2)
    assert date_of("1970-01-01") is None
    assert date_of(None) is None
    assert instant_of("2024-03-01T23:00:00+01:00") == (1_709_330_400, 3_600)
    assert instant_of("2024-03-01T23:00:00") is None
    assert instant_of(7) is None
    assert wall_of("2024-03-02T12:00:00+05:00") == NOON
    assert wall_of("2024-03-02") == NOON - 43_200
    assert wall_of("soon") is None


def test_marks_tell_devices_apart_without_their_numbers() -> None:
    assert mark_of("A1B2C3") != mark_of("A1B2C4")
    assert "A1B2" not in mark_of("A1B2C3")
    assert len(mark_of("A1B2C3")) == 4


def test_empty_rows_are_counted_and_unread_files_by_their_sort() -> None:
    report = ReadReport(reader="r", source="s")
    frame = pl.DataFrame({"a": ["1", None, None], "b": [None, None, "2"]}, schema={"a": pl.String, "b": pl.String})
    assert [r["b"] for r in rows_of(frame, report)] == [None, "2"]
    assert report.dropped == {NO_ROW: 1}
    left_unread(report, ["food-2024-01.csv", "food-2024-02.csv"])
    assert report.unknown == {"file food--.csv": 2}


def test_days_outside_of_what_is_believed_are_none() -> None:
    assert day_at(NOON + 0.5) == dt.date(2024, 3, 2)
    assert [day_at(x) for x in (0.0, -5.0, 1e12, np.nan)] == [None] * 4
