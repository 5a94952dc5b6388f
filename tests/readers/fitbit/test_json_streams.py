"""Minute streams of the JSON layout: units, clocks told by the files themselves, odd files. All data synthetic."""

import datetime as dt
import json
from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers import read
from sennight.readers.fitbit import READER, json_streams
from sennight.readers.fitbit.json_streams import american_date, records_of
from sennight.readers.guard import members
from sennight.record import Clock, Recording


def _utc(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=dt.UTC).timestamp())  # type: ignore[arg-type, misc]


def _write(folder: Path, name: str, *records: tuple[str, str]) -> None:
    (folder / name).write_text(json.dumps([{"dateTime": time, "value": value} for time, value in records]))


def _of(path: Path, zone: str | None = None) -> dict[str, Recording]:
    (person,) = READER.read(path, zone=zone).people
    return {r.channel.name: r for r in person.recordings}


def test_distance_is_read_as_centimetres_and_counted_as_converted(tmp_path: Path) -> None:
    """Failure 4: the unit is declared, and its change counted."""
    _write(tmp_path, "distance-2024-07-01.json", ("07/01/24 10:00:00", "7640"))
    reading = read(tmp_path)
    (person,) = reading.people
    assert person.recordings[0].values.tolist() == pytest.approx([76.4])
    assert reading.report.converted == {"cm/min -> m/min": 1}


def test_calories_that_begin_at_midnight_are_local(tmp_path: Path) -> None:
    """T-03: steps of the same export are in UTC."""
    _write(tmp_path, "calories-2024-07-01.json", ("07/01/24 00:00:00", "1.1"), ("07/01/24 00:01:00", "1.2"))
    _write(tmp_path, "steps-2024-07-01.json", ("07/01/24 00:00:00", "5"))
    found = _of(tmp_path, zone="Asia/Kolkata")
    assert found["energy"].times_utc[0] == _utc(2024, 6, 30, 18, 30)
    assert found["steps"].times_utc[0] == _utc(2024, 7, 1)
    assert set(found["energy"].utc_offset_s.tolist()) == {19_800}
    assert any("local clock" in note for note in read(tmp_path).report.notes)
    assert _of(tmp_path)["energy"].clock == Clock.LOCAL


def test_calories_that_begin_at_another_hour_are_in_utc(tmp_path: Path) -> None:
    _write(tmp_path, "calories-2024-07-01.json", ("06/30/24 18:30:00", "1.1"))
    _write(tmp_path, "calories-2024-07-31.json", ("07/31/24 00:00:00", "1.1"))
    found = _of(tmp_path, zone="Asia/Kolkata")["energy"]
    assert found.times_utc.tolist() == [_utc(2024, 6, 30, 18, 30), _utc(2024, 7, 31)]
    assert found.clock == Clock.INSTANT


def test_a_damaged_day_does_not_lose_the_others(tmp_path: Path) -> None:
    """Failure 35 and I-11: the bad file is named, the rest is read."""
    _write(tmp_path, "steps-2024-07-01.json", ("07/01/24 10:00:00", "5"))
    (tmp_path / "steps-2024-07-02.json").write_text('[{"dateTime": "07/02/24 10:')
    (tmp_path / "steps-2024-07-03.json").write_text('{"dateTime": 1}')
    reading = read(tmp_path)
    (person,) = reading.people
    assert person.recordings[0].values.tolist() == [5]
    assert set(reading.report.failed) == {"steps-2024-07-02.json", "steps-2024-07-03.json"}


def test_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failure 6."""
    _write(tmp_path, "steps-2024-07-01.json", ("07/01/24 10:00:00", "5"))
    monkeypatch.setattr(json_streams, "MAX_FILE_BYTES", 10)
    with pytest.raises(ReadError, match="above 10 bytes"):
        records_of(members(tmp_path)[0])
    with pytest.raises(ReadError, match="above 10 bytes"):
        read(tmp_path)


@pytest.mark.parametrize("text", [None, 5, "", "2024-03-01", "13/01/24", "02/30/24", "03/01/24 10:00:00"])
def test_what_is_no_american_date_is_none(text: object) -> None:
    assert american_date(text) is None


def test_two_digit_years_turn_at_seventy() -> None:
    """T-06."""
    assert american_date("06/24/95 00:00:00") == dt.date(1995, 6, 24)
    assert american_date("06/24/69") == dt.date(2069, 6, 24)
