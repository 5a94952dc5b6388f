"""Zepp and Mi Fitness: marks of nothing are no pulse, passwords are asked for, one scale of a family is nobody's."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers import read
from sennight.readers.personal import NO_ROW, NO_SPAN
from sennight.readers.reader import Reading
from sennight.readers.xiaomi import NO_TIME, NO_VALUE, READER, SENTINEL, SEVERAL_PEOPLE
from sennight.record import Clock, Recording

NINE = 1_709_370_000  # 2024-03-02 09:00:00 UTC
MIDNIGHT = 1_709_337_600
NIGHTS = "date,deepSleepTime,shallowSleepTime,wakeTime,start,stop,REMTime,naps\n"


def _zepp(folder: Path, name: str, text: str) -> Reading:
    path = folder / f"{name}_1709400000000.csv"
    path.write_text("\ufeff" + text, encoding="utf-8")
    assert READER.claims(path)
    return READER.read(path)


def _mi(folder: Path, *rows: tuple[str, int, Any], sid: str = "790547985") -> Reading:
    path = folder / "1_MiFitness_hlth_center_fitness_data.csv"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Uid", "Sid", "Key", "Time", "Value", "UpdateTime"])
    writer.writerows(["1", sid, k, t, v if isinstance(v, str) else json.dumps(v), t] for k, t, v in rows)
    path.write_text(text.getvalue())
    assert READER.claims(path)
    return READER.read(path)


def _recordings(reading: Reading) -> dict[str, Recording]:
    return {r.channel.name: r for person in reading.people for r in person.recordings}


def test_marks_of_the_band_are_no_pulse(tmp_path: Path) -> None:
    """Failure 3: 255, 0 and -1."""
    rows = "".join(f"2024-03-02,10:0{i},{v}\n" for i, v in enumerate((60, 255, 0, -1, 254, 61)))
    reading = _zepp(tmp_path, "HEARTRATE_AUTO", "date,time,heartRate\n" + rows + "2024-03-02,noon,62\n,,\n")
    heart = _recordings(reading)["heart_rate"]
    assert heart.values.tolist() == [60, 61]
    assert heart.times_utc[0] == MIDNIGHT + 36_000
    assert heart.clock is Clock.LOCAL
    assert reading.report.dropped == {SENTINEL: 4, NO_TIME: 1, NO_ROW: 1}


def test_a_minute_without_steps_is_zero_steps(tmp_path: Path) -> None:
    reading = _zepp(
        tmp_path, "ACTIVITY_MINUTE", "date,time,steps\n2024-03-02,10:00,0\n2024-03-02,10:01,\n2024-03-02,10:02,9\n"
    )
    assert _recordings(reading)["steps"].values.tolist() == [0, 9]


def test_the_other_table_of_pulses_has_instants(
    tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    """Failure 7."""
    pulses = "time,heartRate\n2024-03-02 09:00:00+0000,60\n2024-03-02 09:00:00,61\n"
    nights = NIGHTS + "2024-03-02,60,100,0,2024-03-01 22:00:00+0200,2024-03-02 01:00:00+0200,20,\n"
    files = {"HEARTRATE/HEARTRATE_1.csv": pulses.encode(), "SLEEP/SLEEP_1.csv": nights.encode()}
    found = _recordings(READER.read(zipped(tmp_path / "z.zip", files)))
    assert found["heart_rate"].clock is Clock.INSTANT
    assert found["heart_rate"].times_utc.tolist() == [NINE]
    assert found["heart_rate"].utc_offset_s.tolist() == [7_200]


def test_nights_that_are_not_there_leave_no_trace(tmp_path: Path) -> None:
    """T-13: equal ends and zeros."""
    rows = (
        "2024-03-02,60,100,5,2024-03-01 22:00:00+0000,2024-03-02 01:05:00+0000,20,\n"
        "2024-03-03,0,0,0,2024-03-03 00:00:00+0000,2024-03-03 00:00:00+0000,0,\n"
        "2024-03-04,1,1,1,2024-03-03 22:00:00,2024-03-04 04:00:00,1,\n"
        "2024-03-05,9,9,9,2024-03-05 05:00:00+0000,2024-03-05 04:00:00+0000,9,\n"
    )
    reading = _zepp(tmp_path, "SLEEP", NIGHTS + rows)
    assert len(_recordings(reading)["asleep"].times_utc) == 370
    facts = {n: c.values.tolist() for n, c in reading.facts.columns.items()}
    assert facts["minutes_asleep"][0] == 180
    assert facts["minutes_rem"][0] == 20
    assert reading.report.dropped == {NO_TIME: 1, NO_SPAN: 1}


def test_nights_of_bands_without_rem_are_read(tmp_path: Path) -> None:
    """Failure 7: an older layout."""
    text = "date,deepSleepTime,shallowSleepTime,wakeTime,start,stop\n"
    text += "2019-03-02,60,100,5,2019-03-01 22:00:00+0000,2019-03-02 00:45:00+0000\n"
    facts = _zepp(tmp_path, "SLEEP", text).facts.columns
    assert facts["minutes_asleep"].values.tolist() == [160]
    assert "minutes_rem" not in facts


def test_days_without_wear_are_no_days(tmp_path: Path) -> None:
    """Failure 27."""
    text = "date,steps,distance,runDistance,calories\n2024-03-02,8342,6200,0,320\n2024-03-03,0,0,0,0\n"
    facts = _zepp(tmp_path, "ACTIVITY", text).facts.columns
    assert facts["day_steps"].values.tolist() == [8_342]
    assert facts["day_active_energy"].values.tolist() == [320]


BODY = "time,weight,height,bmi,fatRate,x\n"


@pytest.mark.parametrize("heights", [(165, 165), (165, 180)], ids=["one person", "a family"])
def test_weights_of_a_family_are_nobodys(
    heights: tuple[int, int], tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    rows = "".join(f"2024-03-0{d} 07:00:00+0000,6{d}.5,{h},22,null,\n" for d, h in zip((1, 2), heights, strict=True))
    steps = "date,steps,distance,runDistance,calories\n2024-03-02,8342,6200,0,320\n"
    files = {"BODY/BODY_1.csv": (BODY + rows).encode(), "ACTIVITY/ACTIVITY_1.csv": steps.encode()}
    reading = READER.read(zipped(tmp_path / "z.zip", files))
    if heights[0] == heights[1]:
        assert reading.facts.columns["weight_kg"].values.tolist() == [61.5, 62.5]
        assert "body_fat_pct" not in reading.facts.columns
    else:
        assert "weight_kg" not in reading.facts.columns
        assert reading.report.dropped == {SEVERAL_PEOPLE: 2}


def test_mi_fitness_streams_are_taken_out_of_their_json(tmp_path: Path) -> None:
    reading = _mi(
        tmp_path,
        ("heart_rate", NINE, {"time": NINE, "bpm": 60, "type": 0}),
        ("heart_rate", NINE + 60, {"bpm": "61"}),
        ("heart_rate", NINE + 120, {"time": NINE + 120, "bpm": 255}),
        ("heart_rate", NINE + 180, '{"time": 17093, "bpm'),
        ("steps", NINE, {"time": NINE, "steps": 0}),
        ("spo2", NINE, {"time": NINE, "spo2": 97}),
        ("stress", NINE, {"stress": 40}),
        ("heart_rate", NINE, ""),
    )
    found = _recordings(reading)
    assert found["heart_rate"].times_utc.tolist() == [NINE, NINE + 60]
    assert found["heart_rate"].values.tolist() == [60, 61]
    assert found["steps"].values.tolist() == [0]
    assert found["spo2"].values.tolist() == [97]
    assert reading.report.dropped == {SENTINEL: 1, NO_VALUE: 1, NO_ROW: 1}
    assert reading.report.unknown == {"key stress": 1}
    assert "7905" not in found["spo2"].device


def test_numbers_typed_in_by_hand_are_no_measurements(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    text = "Uid,Sid,Key,Time,Value,UpdateTime\n"
    for sid, bpm in (("xiaomiwear_app_manually", 99), ("1", 60)):
        text += f'1,{sid},heart_rate,{NINE},"{{""time"": {NINE}, ""bpm"": {bpm}}}",0\n'
    path.write_text(text)
    assert _recordings(READER.read(path))["heart_rate"].values.tolist() == [60]


def _item(start: int, stop: int, state: Any) -> dict[str, Any]:
    return {"start_time": NINE + 60 * start, "end_time": NINE + 60 * stop, "state": state}


def test_mi_fitness_nights_have_stages_and_an_offset_in_quarters_of_an_hour(tmp_path: Path) -> None:
    """Failure 20."""
    items = [_item(0, 5, 5), _item(5, 15, 3), _item(15, 20, 2), _item(20, 25, 4), _item(25, 30, 9), {"state": 2}, 7]
    night = {"bedtime": NINE, "wake_up_time": NINE + 1_800, "timezone": 22, "items": items, "sleep_deep_duration": 5}
    reading = _mi(tmp_path, ("sleep", NINE + 1_800, night), ("steps", NINE, {"time": NINE, "steps": 3}))
    found = _recordings(reading)
    minutes = {s: found[f"sleep_{s}"].values.sum() / 2 for s in ("awake", "light", "deep", "rem")}
    assert minutes == {"awake": 5, "light": 10, "deep": 5, "rem": 5}
    assert set(found["asleep"].utc_offset_s.tolist()) == {19_800}
    assert found["steps"].utc_offset_s.tolist() == [19_800]
    assert reading.report.unknown == {"sleep state 9": 1}
    assert reading.report.dropped == {NO_VALUE: 2}
    assert reading.facts.columns["minutes_deep"].values.tolist() == [5]


def test_mi_fitness_nights_without_stages_or_ends(tmp_path: Path) -> None:
    reading = _mi(
        tmp_path,
        ("watch_daytime_sleep", NINE, {"bedtime": NINE, "wake_up_time": NINE + 600, "timezone": 999}),
        ("sleep", NINE, {"bedtime": NINE}),
        ("sleep", NINE, "[1]"),
        ("sleep", NINE, "{"),
        ("resting_heart_rate", NINE, {"date_time": MIDNIGHT, "bpm": 55}),
        ("resting_heart_rate", NINE, {"date_time": 0, "bpm": 0}),
    )
    found = _recordings(reading)
    assert set(found) == {"asleep"}
    assert found["asleep"].values.sum() == 20
    assert set(found["asleep"].utc_offset_s.tolist()) == {0}
    assert reading.report.dropped[NO_VALUE] == 3
    rest = reading.facts.columns["resting_heart_rate"]
    assert (rest.values.tolist(), str(rest.dates[0])) == ([55], "2024-03-02")


def test_a_zip_under_its_password_is_refused_with_a_sentence_about_it(
    tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    """I-12: as Zepp sends it."""
    path = zipped(tmp_path / "z.zip", {"SLEEP/SLEEP_1.csv": NIGHTS.encode()})
    raw = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    path.write_bytes(bytes(raw))
    assert not READER.claims(path)
    with pytest.raises(ReadError, match="encrypted") as refused:
        read(path)
    assert "password" in str(refused.value)


@pytest.mark.parametrize("seed", range(3))
def test_random_minutes_come_back(seed: int, tmp_path: Path) -> None:
    """I-13, both exports."""
    rng = np.random.default_rng(seed)
    minutes = np.sort(rng.choice(1_440, size=300, replace=False))
    pulse = rng.integers(40, 200, size=300)
    rows = [f"2024-03-02,{m // 60:02d}:{m % 60:02d},{b}\n" for m, b in zip(minutes, pulse, strict=True)]
    rng.shuffle(rows)
    heart = _recordings(_zepp(tmp_path, "HEARTRATE_AUTO", "date,time,heartRate\n" + "".join(rows)))["heart_rate"]
    np.testing.assert_array_equal(heart.times_utc, MIDNIGHT + 60 * minutes)
    np.testing.assert_array_equal(heart.values, pulse)
    at = MIDNIGHT + 60 * minutes
    entries = [("heart_rate", int(t), {"time": int(t), "bpm": int(b)}) for t, b in zip(at, pulse, strict=True)]
    heart = _recordings(_mi(tmp_path, *entries))["heart_rate"]
    np.testing.assert_array_equal(heart.times_utc, at)
    np.testing.assert_array_equal(heart.values, pulse)


def test_other_tables_are_not_claimed_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    path.write_text("date,time,steps\n2024-03-02,10:00,5\n")
    assert not READER.claims(path)
    assert not READER.claims(tmp_path / "nowhere")
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ReadError, match="without any record"):
        READER.read(tmp_path / "x.csv")
