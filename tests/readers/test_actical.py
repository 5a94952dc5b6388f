"""Actical exports: a header over several lines, epochs shorter than their written times, and a real file."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.actical import READER, TIMES_DISAGREE
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_actical", Path(__file__).parent / "samples" / "actical.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[3] / "shared" / "formats" / "GGIRread" / "Actical.csv"
START = int(np.datetime64("2021-05-13", "s").astype(np.int64))


def channels(path: Path) -> tuple[dict[str, Recording], ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}, reading.report


def written(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "S1.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("step_s", [15, 30, 60, 120])
def test_random_days_come_back(step_s: int, tmp_path: Path) -> None:
    """I-13; epochs of 15 seconds share a written time and are told apart by their elapsed seconds."""
    counts = np.random.default_rng(4).integers(0, 4_000, 2_000)
    found, report = channels(written(tmp_path, made.text(counts.tolist(), step_s=step_s)))
    activity = found["actical_counts"]
    assert activity.values.sum() == counts.sum()
    if step_s <= 60:
        np.testing.assert_array_equal(activity.values, counts)
        np.testing.assert_array_equal(activity.times_utc, START + step_s * np.arange(2_000))
    assert found["steps"].values.sum() == (counts % 3).sum()
    assert activity.clock is Clock.LOCAL
    assert report.records_seen == report.records_kept + report.records_dropped


def test_levels_of_intensity_begin_at_zero_and_missing_ones_are_left_out(tmp_path: Path) -> None:
    found, report = channels(written(tmp_path, made.text([0, 1, 2, 3])))
    assert found["intensity"].values.tolist() == [2, 3]
    assert report.dropped == {"epoch without a value": 2}


def test_a_malfunction_is_out_of_range_and_not_zero(tmp_path: Path) -> None:
    """T-12, failure 3: -1 stands for an epoch that could not be counted."""
    found, _ = channels(written(tmp_path, made.text([5, -1, 7])))
    assert found["actical_counts"].values.tolist() == [5, 7]
    assert found["actical_counts"].n_rejected == 1


def test_a_row_whose_two_times_disagree_is_dropped(tmp_path: Path) -> None:
    """Failure 24."""
    text = made.text(list(range(10))).replace("13-May-21,00:04", "13-May-24,00:04")
    found, report = channels(written(tmp_path, text))
    assert found["actical_counts"].values.tolist() == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert report.dropped[TIMES_DISAGREE] == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_taken(encoding: str, tmp_path: Path) -> None:
    """T-15, failure 5."""
    text = made.text([1, 2, 3]).replace("Identity:,S1", "Identity:,Zoë")
    found, _ = channels(written(tmp_path, text, encoding=encoding))
    assert found["actical_counts"].values.tolist() == [1, 2, 3]


def test_dates_in_numbers_need_the_whole_file(tmp_path: Path) -> None:
    """T-06: 13 cannot be a month."""
    found, _ = channels(written(tmp_path, made.text([1, 2], order="%d/%m/%y")))
    assert found["actical_counts"].times_utc[0] == START


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (made.HEADER, "without epochs|as many cells"),
        (made.text([1, 2]).replace("Elapsed,", "Passed,"), "without the column"),
        (made.text([1]), "no common step"),
        (made.text([1, 2]).replace("13-May-21", "13-mai-21"), "cannot be understood"),
    ],
)
def test_what_has_no_epochs_is_refused(text: str, what: str, tmp_path: Path) -> None:
    """Failures 10 and 15."""
    with pytest.raises(ReadError, match=what):
        list(READER.read(written(tmp_path, text)).people)


@pytest.mark.real
def test_a_real_export_has_the_numbers_that_the_reference_reader_tests_for() -> None:
    """501 minutes from midnight; counts and steps together 8,436. Source: GGIRread, test_readActicalCount.R."""
    if not REAL.is_file():
        pytest.skip(f"{REAL} is not here")
    found, report = channels(REAL)
    assert found["actical_counts"].values.sum() + found["steps"].values.sum() == 8_436
    assert len(found["actical_counts"].values) == 501
    assert found["actical_counts"].times_utc[0] == START
    assert report.dropped == {"epoch without a value": 2}
