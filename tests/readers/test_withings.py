"""Withings' raw tables and nights: lists unfold by their lengths, names in any language, real nights to the minute."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.reader import Reading
from sennight.readers.withings import ALL_LIGHT, BED, NO_LISTS, NO_START, READER, WATCH
from sennight.record import Recording

REAL = Path(__file__).resolve().parents[3] / "shared" / "formats" / "biopsykit_withings"
HEADER = "start,duration,value\n"
TEN = 1_709_283_600  # 2024-03-01 10:00:00+01:00


def _read(folder: Path, name: str, text: str) -> Reading:
    path = folder / name
    path.write_text(text)
    assert READER.claims(path)
    return READER.read(path)


def _recordings(reading: Reading) -> dict[str, Recording]:
    return {r.channel.name: r for person in reading.people for r in person.recordings}


def test_values_follow_each_other_by_their_lengths(tmp_path: Path) -> None:
    text = HEADER + '2024-03-01T10:00:00+01:00,"[60,30,90]","[61,62,63]"\n2024-03-01T11:00:00+01:00,60,64\n'
    heart = _recordings(_read(tmp_path, "raw_tracker_hr.csv", text))["heart_rate"]
    assert heart.times_utc.tolist() == [TEN, TEN + 60, TEN + 90, TEN + 3_600]
    assert heart.values.tolist() == [61, 62, 63, 64]
    assert set(heart.utc_offset_s.tolist()) == {3_600}
    assert heart.device == WATCH


def test_steps_are_spread_over_their_length_and_their_sum_is_kept(tmp_path: Path) -> None:
    text = HEADER + '2024-03-01T10:00:30+01:00,"[60,120]","[30,60]"\n'
    steps = _recordings(_read(tmp_path, "raw_tracker_steps.csv", text))["steps"]
    assert steps.values.sum() == pytest.approx(90)
    assert steps.times_utc[0] == TEN + 30


def test_marks_of_nothing_are_no_pulse(tmp_path: Path) -> None:
    """Failure 3."""
    text = HEADER + '2024-03-01T10:00:00+01:00,"[60,60,60]","[0,255,61]"\n'
    reading = _read(tmp_path, "raw_hr_hr.csv", text)
    heart = _recordings(reading)["heart_rate"]
    assert heart.values.tolist() == [61]
    assert reading.report.dropped == {"out of the channel's range": 1}


def test_rows_that_do_not_go_together_are_counted_and_the_others_read(tmp_path: Path) -> None:
    """T-15."""
    rows = [
        '2024-03-01T10:00:00+01:00,"[60,60]","[61]"',
        "2024-03-01T10:00:00,[60],[62]",
        "noon,[60],[63]",
        '2024-03-01T10:00:00+01:00,"[60","[64]"',
        "2024-03-01T10:00:00+01:00,[-5],[65]",
        "2024-03-01T10:00:00+01:00,[],[]",
        "2024-03-01T10:00:00+01:00,[60],[x]",
        "2024-03-01T10:02:00+01:00,[60],[66]",
    ]
    reading = _read(tmp_path, "raw_hr_hr.csv", HEADER + "\n".join(rows) + "\n")
    assert _recordings(reading)["heart_rate"].values.tolist() == [66]
    assert reading.report.dropped == {NO_LISTS: 4, NO_START: 2, "not a number": 1}


def test_states_become_stages_and_unknown_ones_are_counted(tmp_path: Path) -> None:
    text = HEADER + '2024-03-01T23:00:00+01:00,"[60,60,60,60,60]","[0,1,2,3,7]"\n'
    reading = _read(tmp_path, "raw_bed_sleep-state.csv", text)
    found = _recordings(reading)
    assert [found[f"sleep_{s}"].values[::2].tolist() for s in ("awake", "light", "deep", "rem")] == np.eye(4).tolist()
    assert found["asleep"].device == BED
    assert reading.report.unknown == {"sleep state 7": 1}


def test_a_device_without_stages_tells_sleep_only(tmp_path: Path) -> None:
    text = HEADER + '2024-03-01T23:00:00+01:00,"[60,60]","[0,1]"\n'
    reading = _read(tmp_path, "raw_sleep-monitor_sleep-state.csv", text)
    assert set(_recordings(reading)) == {"asleep"}
    assert any(ALL_LIGHT in note for note in reading.report.notes)


@pytest.mark.parametrize("header", [
    'from,to,"light (s)","deep (s)","rem (s)","awake (s)",wake up',
    'von,bis,"leicht (s)","tief (s)","rem (s)","wach (s)",Aufwachen',
    'du,au,"léger (s)","profond (s)","rem (s)","éveillé (s)",réveils',
])  # fmt: skip
def test_nights_are_read_in_any_language(header: str, tmp_path: Path) -> None:
    """Failures 10 and 34."""
    row = "2024-03-01T23:00:00+01:00,2024-03-02T07:00:00+01:00,14400,5400,5400,3600,2"
    reading = _read(tmp_path, "sleep.csv", f"{header}\n{row}\nx,y,1,2,3,4,5\n")
    assert reading.facts.columns["minutes_asleep"].values.tolist() == [420]
    assert reading.facts.columns["minutes_deep"].values.tolist() == [90]
    assert len(_recordings(reading)["asleep"].times_utc) == 960
    assert reading.report.dropped == {NO_START: 1}


@pytest.mark.parametrize(("unit", "value", "kg"), [("kg", 70.0, 70.0), ("lb", 154.32, 69.998), ("lbs", 200.0, 90.718)])
def test_weights_are_in_the_unit_of_their_column(
    unit: str, value: float, kg: float, tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    """T-10 and failure 4."""
    weights = f'Date,"Poids ({unit})",Comments\n"2024-03-01 08:15:00",{value},\n"2024-03-02 08:15:00",,\n'
    files = {"weight.csv": weights.encode(), "raw_tracker_hr.csv": HEADER.encode()}
    reading = READER.read(zipped(tmp_path / "w.zip", files))
    assert reading.facts.columns["weight_kg"].values.tolist() == pytest.approx([kg], abs=1e-3)
    assert bool(reading.report.converted) == (unit != "kg")


def test_weights_in_stones_are_refused_and_the_rest_is_read(
    tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    pulse = HEADER + "2024-03-01T10:00:00+01:00,[60],[61]\n"
    files = {"weight.csv": b'Date,"Weight (st)",x\n2024-03-01,11,\n', "raw_tracker_hr.csv": pulse.encode()}
    reading = READER.read(zipped(tmp_path / "w.zip", files))
    assert list(_recordings(reading)) == ["heart_rate"]
    assert "unit" in reading.report.failed["weight.csv"]


@pytest.mark.parametrize("seed", range(3))
def test_random_minutes_come_back(seed: int, tmp_path: Path) -> None:
    """I-13."""
    rng = np.random.default_rng(seed)
    at, rows, expected = TEN, [], {}
    for _ in range(40):
        values = rng.integers(40, 180, size=int(rng.integers(1, 30))).tolist()
        start = str(np.datetime64(at + 7_200, "s"))
        rows.append(f'{start}+02:00,"{[60] * len(values)}","{values}"'.replace(" ", ""))
        expected |= {at + 60 * i: v for i, v in enumerate(values)}
        at += 60 * (len(values) + int(rng.integers(0, 20)))
    rng.shuffle(rows)
    heart = _recordings(_read(tmp_path, "raw_tracker_hr.csv", HEADER + "\n".join(rows)))["heart_rate"]
    assert dict(zip(heart.times_utc.tolist(), heart.values.tolist(), strict=True)) == expected


def test_other_tables_are_not_claimed_and_refused(tmp_path: Path) -> None:
    for name, text in (
        ("raw_tracker_hr.csv", "a,b\n1,2\n"),
        ("sleep.csv", "date,hours,note,a,b,c,d\n"),
        ("x.csv", HEADER),
    ):
        (tmp_path / name).write_text(text)
        assert not READER.claims(tmp_path / name)
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="without any record"):
        READER.read(tmp_path / "x.csv")


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/formats is not there")
def test_the_nights_of_a_real_sleep_mat_agree_with_its_own_sums() -> None:
    """I-14: minutes of stages against the vendor's table of the same nights, and values against a plain reading."""
    reading = READER.read(REAL)
    found, facts = _recordings(reading), reading.facts.columns
    for stage in ("light", "deep", "rem"):
        assert found[f"sleep_{stage}"].values.sum() / 2 == facts[f"minutes_{stage}"].values.sum()
    plain: dict[int, set[float]] = {}
    with (REAL / "raw_sleep-monitor_hr.csv").open() as file:
        for row in csv.DictReader(file):
            at = int(np.datetime64(row["start"][:19], "s").astype(np.int64)) - 3_600 * int(row["start"][20:22])
            for seconds, value in zip(json.loads(row["duration"]), json.loads(row["value"]), strict=True):
                plain.setdefault(at, set()).add(value)
                at += seconds
    heart = found["heart_rate"]
    assert heart.times_utc.tolist() == [t for t in sorted(plain) for _ in plain[t]]
    assert all(v in plain[t] for t, v in zip(heart.times_utc.tolist(), heart.values.tolist(), strict=True))
    assert reading.report.failed == {}
