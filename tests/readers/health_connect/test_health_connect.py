"""The reader as a whole: a zip from the phone, and a Takeout with much else in it. All data synthetic."""

import json
from collections.abc import Callable
from pathlib import Path

from sennight.readers.health_connect import READER

POINT = {
    "Data Source": "raw:com.google.step_count.delta:com.app:x",
    "Data Points": [
        {
            "fitValue": [{"value": {"intVal": 5}}],
            "startTimeNanos": 1709330400 * 10**9,
            "endTimeNanos": 1709330460 * 10**9,
        }
    ],
}


def test_a_takeout_with_other_products_in_it_gives_its_fit_part(
    tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    """Failure 10: folder names are translated; content says what is what."""
    files = {
        "Takeout/Fit/Все данные/raw_steps.json": json.dumps(POINT).encode(),
        **{f"Takeout/Drive/notes {i}.json": b'{"a": 1}' for i in range(100)},
        "Takeout/archive_browser.html": b"<html></html>",
    }
    reading = READER.read(zipped(tmp_path / "takeout.zip", files))
    (person,) = reading.people
    assert person.recordings[0].values.tolist() == [5]
    assert reading.report.unknown["file notes .json"] == 100
    assert reading.personal


def test_another_zip_is_not_claimed(tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]) -> None:
    assert not READER.claims(zipped(tmp_path / "a.zip", {"a.db": b"SQLite format 3\x00", "b.csv": b"Date,b\n1,2\n"}))
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04junk")
    assert not READER.claims(tmp_path / "broken.zip")
