"""Health Band workbooks: two files of one subject, energy from a running total, off wrist, and real ones."""

import importlib.util
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.philips_health_band import NO_ENERGY_BEFORE, NOT_WORN, READER
from sennight.readers.reader import Reading
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location(
    "made_band", Path(__file__).parent / "samples" / "philips_health_band.py"
)
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[3] / "shared" / "formats" / "GGIRread"
START = int(np.datetime64("2022-11-04T23:50", "s").astype(np.int64))


def channels(path: Path) -> tuple[dict[str, Recording], Reading]:
    reading = READER.read(path)
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}, reading


def written(folder: Path, raw: bytes, name: str = "DataList_AH1.xlsx") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


def test_random_days_come_back(tmp_path: Path) -> None:
    """I-13: half a day of minutes with random numbers, written and read again."""
    rng, rows = np.random.default_rng(3), made.minutes(720)
    counts, pulse = rng.integers(0, 3_000, len(rows)), rng.integers(40, 180, len(rows))
    for row, c, p in zip(rows, counts.tolist(), pulse.tolist(), strict=True):
        row[1], row[2] = str(c), str(p)
    found, _ = channels(written(tmp_path, made.data_list(rows)))
    for name, expected in (("health_band_counts", counts), ("heart_rate", pulse)):
        np.testing.assert_array_equal(found[name].values, expected)
        np.testing.assert_array_equal(found[name].times_utc, START + 60 * np.arange(len(rows)))
        assert found[name].clock is Clock.LOCAL


def test_both_files_of_a_subject_are_one_person(tmp_path: Path) -> None:
    found, reading = channels(made.both(tmp_path))
    assert list(found["asleep"].values[:6]) == [0, 1, 1, 1, 1, 0]
    assert np.unique(np.diff(found["asleep"].times_utc)).tolist() == [30]
    assert {"steps", "on_body", "respiration_rate", "active_energy"} <= set(found)
    assert reading.report.files == 2


def test_energy_is_the_difference_to_the_minute_before_and_starts_anew_at_midnight(tmp_path: Path) -> None:
    """Failure 32 in reverse: a running total must not be added up."""
    found, reading = channels(written(tmp_path, made.data_list(made.minutes(40))))
    assert set(found["energy"].values.tolist()) == {1.5}
    # The first row has nothing to subtract, the third is off the wrist.
    assert len(found["energy"].values) == 38
    assert reading.report.dropped[NO_ENERGY_BEFORE] == 1


def test_zeros_off_the_wrist_are_not_measured(tmp_path: Path) -> None:
    """T-13, failures 3 and 27."""
    found, reading = channels(written(tmp_path, made.data_list(made.minutes(40))))
    off = START + 120
    assert found["on_body"].values[found["on_body"].times_utc == off].tolist() == [0]
    assert all(off not in found[name].times_utc for name in ("steps", "energy", "active_energy", "heart_rate"))
    assert reading.report.dropped[NOT_WORN] == 3


def test_resting_heart_rate_is_a_dated_fact(tmp_path: Path) -> None:
    """T-11: a day's summary is no minute's pulse."""
    _, reading = channels(written(tmp_path, made.data_list(made.minutes(40))))
    fact = reading.facts.columns["resting_heart_rate"]
    assert (fact.values.tolist(), fact.unit) == ([53.0], "beats/min")
    assert str(fact.dates[0]) == "2022-11-05"
    assert "vo2max" not in reading.facts.columns


def test_one_day_of_sleep_is_dated_by_the_range_above_the_table(tmp_path: Path) -> None:
    """T-06: 11-05 is November, because the analysis began on the fourth of it."""
    start = datetime(2022, 11, 5, 1, 10)  # noqa: DTZ001
    found, _ = channels(written(tmp_path, made.sleep_wake(60, start=start), "Sleep_Wake_AH1.xlsx"))
    assert np.datetime64(int(found["asleep"].times_utc[0]), "s") == np.datetime64("2022-11-05T01:10")


def test_times_that_excel_made_its_own_are_read(tmp_path: Path) -> None:
    """Failures 12 and 15: a workbook that was saved again holds numbers instead of texts."""
    rows = made.minutes(5)
    for i, row in enumerate(rows):
        row[0] = 44_869 + (23 * 60 + 50 + i) / 1_440
    found, _ = channels(written(tmp_path, made.data_list(rows, shared=False)))
    assert (found["on_body"].times_utc - START).tolist() == [60 * i for i in range(5)]


def test_a_bad_workbook_beside_a_good_one_is_named(tmp_path: Path) -> None:
    """I-11."""
    folder = made.both(tmp_path)
    rows = [*made.PREAMBLE[:3], [], made.COLUMNS, *made.minutes(3, start=datetime(2022, 11, 5, 1, 0))]  # noqa: DTZ001
    raw = made.workbook([["timeStamp activityCounts"], *[r[1:] for r in rows if len(r) > 1]])
    (folder / "DataList_AH2.xlsx").write_bytes(raw)
    (folder / "other.xlsx").write_bytes(made.workbook([["a", "b"], ["1", "2"]]))
    _, reading = channels(folder)
    assert list(reading.report.failed) == ["DataList_AH2.xlsx"]
    assert reading.report.unknown["file *.xlsx"] == 1


def test_a_subject_that_is_not_named_is_told_by_the_file(tmp_path: Path) -> None:
    raw = made.workbook([[], made.COLUMNS, *made.minutes(15)])
    reading = READER.read(written(tmp_path, raw, "DataList_S9.xlsx"))
    assert [p.id for p in reading.people] == ["philips_health_band-S9"]


def test_other_workbooks_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, made.workbook([["a", "b"], ["1", "2"]]))
    assert not READER.claims(path)
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="no workbook of a Health Band"):
        READER.read(path)
    ambiguous = made.workbook([["timeStamp", "sleepWake"], ["03-04-2022 10:00:00", "1"]])
    with pytest.raises(ReadError, match="March or in April"):
        list(READER.read(written(tmp_path, ambiguous)).people)


def test_rows_without_a_time_are_counted(tmp_path: Path) -> None:
    rows = made.minutes(20)
    rows[5][0] = "soon"
    found, reading = channels(written(tmp_path, made.data_list(rows)))
    assert len(found["on_body"].values) == 19
    assert reading.report.dropped["row without a time that can be understood"] == 1
    # The row after it has no minute before it to subtract.
    assert reading.report.dropped[NO_ENERGY_BEFORE] == 2


@pytest.mark.real
def test_real_workbooks_have_the_numbers_that_the_reference_reader_tests_for() -> None:
    """491 minutes with 240,393 counts, 491 half minutes with 445 asleep. Source: GGIRread, test_readPHBCount.R."""
    paths = [REAL / f"{kind}_AH1234567890_PhilipsHealthBand.xlsx" for kind in ("DataList", "Sleep_Wake")]
    if not all(p.is_file() for p in paths):
        pytest.skip(f"{REAL} is not here")
    minutes, _ = channels(paths[0])
    sleep, _ = channels(paths[1])
    assert minutes["health_band_counts"].values.sum() == 240_393
    assert len(minutes["on_body"].values) == 491
    assert np.datetime64(int(minutes["on_body"].times_utc[0]), "s") == np.datetime64("2022-11-04T23:58")
    assert (len(sleep["asleep"].values), sleep["asleep"].values.sum()) == (491, 445)
    assert np.datetime64(int(sleep["asleep"].times_utc[0]), "s") == np.datetime64("2022-11-05T01:10")
    # Who sleeps moves less: the half minutes that are 1 must be the still ones.
    counts = dict(
        zip(minutes["health_band_counts"].times_utc.tolist(), minutes["health_band_counts"].values, strict=True)
    )
    told = zip(sleep["asleep"].times_utc.tolist(), sleep["asleep"].values.tolist(), strict=True)
    both = np.array([(state, counts[t]) for t, state in told if t in counts])
    still, awake = (both[both[:, 0] == state, 1].mean() for state in (1, 0))
    assert still < 0.25 * awake
