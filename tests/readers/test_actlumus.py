"""Condor's logs: a preamble, semicolons, seconds, and real ones of ten megabytes."""

import importlib.util
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.actlumus import READER
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_actlumus", Path(__file__).parent / "samples" / "actlumus.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[3] / "shared" / "formats" / "lightlogr"
START = int(np.datetime64("2023-08-28T23:50:04", "s").astype(np.int64))


def channels(path: Path) -> tuple[dict[str, Recording], ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}, reading.report


def written(folder: Path, text: str) -> Path:
    path = folder / "log.txt"
    path.write_text(text)
    return path


@pytest.mark.parametrize("decimal", [".", ","])
def test_random_hours_come_back_whatever_the_decimal_sign(decimal: str, tmp_path: Path) -> None:
    """I-13, T-15, failure 5."""
    pim = np.random.default_rng(5).integers(0, 9_000, 3_000)
    found, report = channels(written(tmp_path, made.text(pim.tolist(), decimal=decimal)))
    np.testing.assert_array_equal(found["pim"].values, pim)
    np.testing.assert_array_equal(found["pim"].times_utc, START + 10 * np.arange(3_000))
    np.testing.assert_allclose(found["white_light"].values, pim / 10, atol=0.01)
    np.testing.assert_allclose(found["melanopic_edi"].values, pim / 20, atol=0.01)
    assert (found["pim"].clock, found["pim"].device) == (Clock.LOCAL, "ActLumus")
    assert report.records_kept == 5 * 3_000


def test_columns_that_are_not_read_are_counted(tmp_path: Path) -> None:
    """I-15: the temperature inside a case is no skin's, an undocumented state no wear."""
    found, report = channels(written(tmp_path, made.text([1, 2, 3])))
    assert set(found) == {"pim", "tat", "zcm", "white_light", "melanopic_edi"}
    assert set(report.unknown) == {"column MS", "column TEMPERATURE", "column PIMn", "column STATE"}


def test_presses_and_rows_without_a_value_are_counted(tmp_path: Path) -> None:
    text = made.text([1, 2, 3]).replace(";0;0;26.50;2;", ";0;1;26.50;--;")
    found, report = channels(written(tmp_path, text))
    assert found["pim"].values.tolist() == [1, 3]
    assert report.unknown["event marker"] == 1
    assert report.dropped == {"row without a value": 1}


def test_another_model_has_another_name_and_no_number(tmp_path: Path) -> None:
    for told, device in (("AT2003", "ActTrust"), ("XX1", "Condor actigraph")):
        found, _ = channels(written(tmp_path, made.text([1, 2]).replace("AL0101", told)))
        assert found["pim"].device == device
    found, _ = channels(written(tmp_path, made.text([1, 2]).replace("DEVICE_MODEL", "MODEL")))
    assert found["pim"].device == "Condor actigraph"


def test_a_day_that_cannot_tell_its_month_asks(tmp_path: Path) -> None:
    """T-06."""
    text = made.text([1, 2], start=datetime(2023, 3, 4, 10, 0))  # noqa: DTZ001
    with pytest.raises(ReadError, match="March or in April"):
        list(READER.read(written(tmp_path, text)).people)


def test_a_log_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="without rows"):
        list(READER.read(written(tmp_path, made.HEADER)).people)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "n", "pim", "lux"),
    [
        ("205_actlumus_Log_1020_20230904101707532.txt.zip", 61_016, 8_275_809, 45_028_479),
        ("cyepiamb_CW35_Log_1431_20230904081953614.txt.zip", 20_143, 24_369, 308_569_719),
    ],
)
def test_real_logs_add_up_to_what_their_text_does(name: str, n: int, pim: int, lux: int) -> None:
    """Sums of the columns as awk adds them up."""
    path = REAL / name
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    found, report = channels(path)
    assert len(found["pim"].values) == n
    assert found["pim"].values.sum(dtype=np.float64) == pim
    assert found["white_light"].values.sum(dtype=np.float64) == pytest.approx(lux, rel=1e-6)
    assert report.records_dropped == 0
