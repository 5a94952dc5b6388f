"""Actiware exports: preambles of any length, three languages, decimal commas, and real ones."""

import importlib.util
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.actiwatch.actiware import looks_right, read_actiware
from sennight.readers.actiwatch.rows import NO_SCORE, OFF_WRIST
from sennight.readers.guard import members
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_actiwatch", Path(__file__).parents[1] / "samples" / "actiwatch.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[4] / "shared" / "formats"
START = int(np.datetime64("2019-11-23T22:00", "s").astype(np.int64))


def read(path: Path) -> tuple[dict[str, Recording], ReadReport]:
    report = ReadReport(reader="actiwatch", source=str(path))
    (member,) = members(path)
    return {r.channel.name: r for r in read_actiware(member, "p", report)}, report


def written(folder: Path, text: str, *, encoding: str = "utf-8-sig") -> Path:
    path = folder / "a.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("language", "encoding"),
    [("english", "utf-8-sig"), ("dutch", "utf-8"), ("german", "utf-16"), ("german", "cp1252")],
)
def test_every_language_means_the_same(language: str, encoding: str, tmp_path: Path) -> None:
    """Failures 5, 10 and 15, T-15 and T-16: columns, decimal sign and the order of dates differ."""
    text = made.actiware_text(made.night(), language=language).replace("„", '"' * (encoding == "cp1252") or "„")
    text = text.replace('"Nicht am Handgelenk“', "Nicht am Handgelenk")
    found, report = read(written(tmp_path, text, encoding=encoding))
    activity, light = found["actiwatch_counts"], found["white_light"]
    assert activity.values.tolist() == [i % 50 for i in range(48, 480)]
    assert (activity.times_utc - START).tolist() == [30 * i for i in range(48, 480)]
    assert activity.clock is Clock.LOCAL
    assert set(light.values.tolist()) == {1.5}
    assert found["on_body"].values.tolist() == [0] * 48 + [1] * 432
    assert found["asleep"].values.tolist() == [i % 4 != 0 for i in range(48, 480)]
    assert report.dropped[OFF_WRIST] == 96
    assert report.records_seen == report.records_kept + report.records_dropped


def test_rest_intervals_are_understood_or_counted_as_unknown(tmp_path: Path) -> None:
    """I-15, failures 29 and 34: words in a language that is not known are never mapped."""
    found, report = read(written(tmp_path, made.actiware_text(made.night(), language="dutch")))
    assert found["rest_interval"].values.tolist() == [3] * 48 + [2] * 432
    found, report = read(written(tmp_path, made.actiware_text(made.night(), language="german")))
    assert "rest_interval" not in found
    assert report.unknown["interval status in a word that is not known"] == 480
    assert report.dropped[NO_SCORE] == 48 + 480


def test_random_epochs_come_back(tmp_path: Path) -> None:
    """I-13."""
    rng = np.random.default_rng(1)
    counts, lux = rng.integers(0, 900, 2_880), rng.integers(0, 80_000, 2_880) / 100
    rows = [(0, c, v, c % 2, 0) for c, v in zip(counts.tolist(), lux.tolist(), strict=True)]
    found, _ = read(written(tmp_path, made.actiware_text(rows, language="dutch")))
    np.testing.assert_array_equal(found["actiwatch_counts"].values, counts)
    # The writer shows six digits.
    np.testing.assert_allclose(found["white_light"].values, lux, rtol=1e-5)
    np.testing.assert_array_equal(found["asleep"].values, 1 - counts % 2)


def test_a_preamble_of_two_thousand_lines_is_passed(tmp_path: Path) -> None:
    """Failures 5 and 15: statistics of a year stand before the epochs."""
    found, _ = read(written(tmp_path, made.actiware_text(made.night(60), preamble_rows=2_000)))
    assert len(found["on_body"].values) == 60


@pytest.mark.parametrize("step_s", [15, 60, 120])
def test_epochs_of_other_lengths_are_known_by_their_times(step_s: int, tmp_path: Path) -> None:
    found, _ = read(written(tmp_path, made.actiware_text([(0, 10, 1, 0, 2)] * 6, step_s=step_s)))
    assert found["actiwatch_counts"].values.sum() == 60
    assert found["actiwatch_counts"].times_utc[0] == START


def test_a_week_without_a_date_above_the_twelfth_is_told_by_its_order(tmp_path: Path) -> None:
    """T-06."""
    start = datetime(2020, 2, 1, 12, 0)  # noqa: DTZ001
    rows = [(0, 1, 1, 0, 2)] * 40
    for language in ("english", "dutch"):
        text = made.actiware_text(rows, language=language, start=start, step_s=3_600)
        found, _ = read(written(tmp_path, text))
        assert np.datetime64(int(found["on_body"].times_utc[0]), "s") == np.datetime64("2020-02-01T12:00")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Actiware ----------- \nonly,a,preamble\n", "language that is known"),
        (made.actiware_text([]), "without epochs"),
        (made.actiware_text([(0, 1, 1, 0, 2)]), "no common step"),
    ],
)
def test_what_has_no_epochs_is_refused(text: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=what):
        read(written(tmp_path, text))


def test_a_table_that_only_speaks_of_the_watch_is_not_claimed() -> None:
    assert looks_right(made.actiware_text(made.night(4)).encode())
    assert not looks_right(b"device,hr\nActiwatch,60\n")


@pytest.mark.real
@pytest.mark.parametrize("folder", ["GGIR", "GGIRread"])
def test_a_real_dutch_export_has_the_numbers_that_the_reference_reader_tests_for(folder: str) -> None:
    """860 epochs from 06:00, 797 off the wrist, 4,589 counts, 55 awake. Source: GGIRread, test_readActiwatchCount.R."""
    path = REAL / folder / "Actiwatch.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    found, report = read(path)
    assert found["actiwatch_counts"].values.sum() == 4_589
    assert len(found["on_body"].values) == 860
    assert (found["on_body"].values == 0).sum() == 797
    assert (found["asleep"].values == 0).sum() == 55
    assert np.datetime64(int(found["on_body"].times_utc[0]), "s") == np.datetime64("2019-11-23T06:00")
    assert report.dropped == {OFF_WRIST: 797, NO_SCORE: 801}
    # The first epochs on the wrist are not scored and not excluded: 787 are, and the words are known.
    assert (found["rest_interval"].values == 3).sum() == 797
