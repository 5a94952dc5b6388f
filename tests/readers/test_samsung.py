"""Samsung Health's tables: both layouts, the line before the header, files with minutes, two devices, UTC or local."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.reader import Reading
from sennight.readers.samsung import NO_TIME, READER, SUMS_UP
from sennight.record import Clock, Recording

Zipped = Callable[[Path, dict[str, bytes]], Path]
NINE = 1_709_370_000  # 2024-03-02 09:00:00 UTC
MS = 1_000


def _table(name: str, columns: str, *rows: str, prefix: str = "") -> tuple[str, bytes]:
    """A table as Samsung writes it: a line about itself, the header, rows that end in a comma."""
    header = ",".join(prefix + c for c in columns.split(","))
    text = f"{name},6313004,3\n{header}\n" + "".join(row + ",\n" for row in rows)
    return f"{name}.20240303.csv", text.encode()


def _read(folder: Path, zipped: Zipped, *tables: tuple[str, bytes], jsons: dict[str, Any] | None = None) -> Reading:
    files = dict(tables) | {f"jsons/a/{k}": json.dumps(v).encode() for k, v in (jsons or {}).items()}
    path = zipped(folder / "samsung.zip", files)
    assert READER.claims(path)
    return READER.read(path)


def _recordings(reading: Reading) -> dict[str, Recording]:
    return {r.channel.name: r for person in reading.people for r in person.recordings}


HEART = "start_time,end_time,time_offset,heart_rate,binning_data,deviceuuid"
NIGHT = "2024-03-01 22:00:00.000,2024-03-01 22:30:00.000,UTC+0200"


@pytest.mark.parametrize("prefix", ["", "com.samsung.health.heart_rate."], ids=["bare", "prefixed"])
def test_both_layouts_of_columns_are_read(prefix: str, tmp_path: Path, zipped: Zipped) -> None:
    """Failures 5 and 7: a line before the header, a comma at the end of each row, names with and without prefix."""
    row = "2024-03-02 09:00:00.000,2024-03-02 09:00:30.000,UTC+0200,72.0,,watch"
    table = _table("com.samsung.shealth.tracker.heart_rate", HEART, row, prefix=prefix)
    heart = _recordings(_read(tmp_path, zipped, table))["heart_rate"]
    assert (heart.times_utc.tolist(), heart.values.tolist()) == ([NINE], [72])
    assert heart.utc_offset_s.tolist() == [7_200]


def test_a_table_without_the_line_before_its_header_is_known_too(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    columns = [f"com.samsung.health.heart_rate.{c}" for c in HEART.split(",")]
    path.write_text(",".join(columns) + "\n2024-03-02 09:00:00.000,,UTC+0200,72,,\n")
    assert READER.claims(path)
    assert _recordings(READER.read(path))["heart_rate"].times_utc.tolist() == [NINE]


def test_minutes_come_from_the_file_that_a_row_names(tmp_path: Path, zipped: Zipped) -> None:
    bins = [{"start_time": (NINE + 60 * i) * MS, "heart_rate": 70 + i} for i in range(5)]
    bins += [{"start_time": (NINE + 300) * MS, "heart_rate": 0}, {"heart_rate": 90}]
    row = "2024-03-02 09:00:00.000,2024-03-02 10:00:00.000,UTC+0200,72.0,f.json,watch"
    table = _table("com.samsung.shealth.tracker.heart_rate", HEART, row)
    reading = _read(tmp_path, zipped, table, jsons={"f.json": bins})
    heart = _recordings(reading)["heart_rate"]
    assert heart.values.tolist() == [70, 71, 72, 73, 74]
    assert heart.times_utc.tolist() == [NINE + 60 * i for i in range(5)]
    assert reading.report.dropped == {NO_TIME: 1}


def test_a_row_that_sums_up_an_hour_is_no_sample(tmp_path: Path, zipped: Zipped) -> None:
    """Failure 37: a summary in the place of a series."""
    rows = (
        "2024-03-02 09:00:00.000,2024-03-02 10:00:00.000,UTC+0200,72.0,,watch",
        "2024-03-02 09:00:00.000,2024-03-02 09:01:00.000,UTC+0200,73.0,,watch",
        "2024-03-02 09:05:00.000,2024-03-02 09:06:00.000,UTC+0200,0,,watch",
        "not a time,,UTC+0200,74.0,,watch",
        ",,,,,",
    )
    reading = _read(tmp_path, zipped, _table("com.samsung.health.heart_rate", HEART, *rows))
    assert _recordings(reading)["heart_rate"].values.tolist() == [73]
    assert reading.report.dropped[SUMS_UP] == 1
    assert reading.report.dropped[NO_TIME] == 1


def test_files_that_were_left_out_of_the_zip_make_the_export_partial(tmp_path: Path, zipped: Zipped) -> None:
    row = "2024-03-02 09:00:00.000,2024-03-02 09:01:00.000,UTC+0200,72.0,gone.json,watch"
    reading = _read(tmp_path, zipped, _table("com.samsung.health.heart_rate", HEART, row))
    assert _recordings(reading)["heart_rate"].values.tolist() == [72]
    assert reading.report.partial
    assert "1 of its files" in next(iter(reading.report.cut_short.values()))


def test_a_broken_file_of_minutes_costs_only_its_own(tmp_path: Path, zipped: Zipped) -> None:
    rows = [f"2024-03-02 0{h}:00:00.000,2024-03-02 0{h}:01:00.000,UTC,7{h},f{h}.json,watch" for h in (1, 2)]
    table = _table("com.samsung.health.heart_rate", HEART, *rows)
    files = dict([table]) | {
        "jsons/f1.json": b"{",
        "jsons/f2.json": b'[{"start_time": 1709370000000, "heart_rate": 60}]',
    }
    reading = READER.read(zipped(tmp_path / "s.zip", files))
    assert sorted(_recordings(reading)["heart_rate"].values.tolist()) == [60, 71]


def test_rmssd_and_sdnn_stay_apart(tmp_path: Path, zipped: Zipped) -> None:
    """T-11."""
    table = _table("com.samsung.health.hrv", "start_time,end_time,time_offset,binning_data", f"{NIGHT},h.json")
    bins = [{"start_time": NINE * MS, "rmssd": 40.5, "sdnn": 60.25}]
    found = _recordings(_read(tmp_path, zipped, table, jsons={"h.json": bins}))
    assert found["rmssd"].values.tolist() == [40.5]
    assert found["sdnn_untrimmed"].values.tolist() == [60.25]


def test_breathing_and_oxygen_come_from_their_files(tmp_path: Path, zipped: Zipped) -> None:
    breath = _table(
        "com.samsung.health.respiratory_rate", "start_time,time_offset,binning_data", f"{NIGHT[:23]},UTC+0200,r.json"
    )
    oxygen = _table(
        "com.samsung.shealth.tracker.oxygen_saturation",
        "start_time,end_time,time_offset,spo2,binning",
        f"{NIGHT},95,o.json",
        prefix="com.samsung.health.oxygen_saturation.",
    )
    jsons = {
        "r.json": [{"start_time": NINE * MS, "respiratory_rate": 14.5}],
        "o.json": [{"start_time": NINE * MS, "spo2": 96, "spo2_min": 90}],
    }
    found = _recordings(_read(tmp_path, zipped, breath, oxygen, jsons=jsons))
    assert found["respiration_rate"].values.tolist() == [14.5]
    assert found["spo2"].values.tolist() == [96]


def test_times_are_utc_unless_the_instants_beside_them_say_local(tmp_path: Path, zipped: Zipped) -> None:
    """Failure 36: local fields that would be shifted twice."""
    stages = _table(
        "com.samsung.health.sleep_stage", "start_time,end_time,time_offset,stage", f"{NIGHT},40002"
    )  # fmt: skip
    row = "2024-03-02 09:00:00.000,2024-03-02 09:05:00.000,UTC+0200,72.0,f.json,watch"
    later = "2024-03-02 10:00:00.000,2024-03-02 10:00:00.000,UTC+0200,75.0,,watch"
    heart = _table("com.samsung.health.heart_rate", HEART, row, later)
    at = {}
    for shift in (0, -7_200):
        bins = [{"start_time": (NINE + shift) * MS, "heart_rate": 70}]
        reading = _read(tmp_path, zipped, heart, stages, jsons={"f.json": bins})
        found = _recordings(reading)
        at[shift] = (found["asleep"].times_utc[0], found["heart_rate"].times_utc[-1])
        assert any(("UTC" if shift == 0 else "local clock") in note for note in reading.report.notes)
    assert at[0][0] - at[-7_200][0] == 7_200
    assert at[0][1] - at[-7_200][1] == 7_200


def test_nights_have_stages_by_code_and_unknown_codes_are_counted(tmp_path: Path, zipped: Zipped) -> None:
    """Failures 20 and 34: codes, whatever the language."""
    sleep = _table(
        "com.samsung.shealth.sleep", "start_time,end_time,time_offset,datauuid,efficiency", f"{NIGHT},n1,91",
        "2024-03-05 22:00:00.000,2024-03-05 23:00:00.000,UTC+0200,n2,0",
    )  # fmt: skip
    rows = [
        f"2024-03-01 22:{a:02d}:00.000,2024-03-01 22:{b:02d}:00.000,n1,{code}"
        for a, b, code in ((0, 5, 40001), (5, 15, 40002), (15, 20, 40003), (20, 25, 40004), (25, 30, 40009))
    ]
    stages = _table("com.samsung.health.sleep_stage", "start_time,end_time,sleep_id,stage", *rows)
    reading = _read(tmp_path, zipped, stages, sleep)
    found = _recordings(reading)
    minutes = {s: found[f"sleep_{s}"].values.sum() / 2 for s in ("awake", "light", "deep", "rem")}
    assert minutes == {"awake": 5, "light": 10, "deep": 5, "rem": 5}
    assert set(found["asleep"].utc_offset_s.tolist()) == {7_200}
    assert len(found["asleep"].values) == 60 + 120
    assert reading.report.unknown["sleep stage 40009"] == 1
    assert reading.facts.columns["sleep_efficiency"].values.tolist() == [91]


STEPS = "start_time,end_time,count,distance,time_offset,deviceuuid"


def test_steps_of_phone_and_watch_stay_two_devices(tmp_path: Path, zipped: Zipped) -> None:
    """Failure 2 and T-14: they are merged minute by minute later, never summed here."""
    rows = [
        f"2024-03-02 09:00:00.000,2024-03-02 09:01:00.000,{n},5,UTC+0200,{who}" for n, who in ((60, "w"), (55, "p"))
    ]
    steps = _table("com.samsung.shealth.tracker.pedometer_step_count", STEPS, *rows)
    devices = _table("com.samsung.health.device_profile", "name,deviceuuid", "Galaxy Watch4 (A1B2),w")
    reading = _read(tmp_path, zipped, steps, devices)
    made = {r.device: r.values.tolist() for p in reading.people for r in p.recordings if r.channel.name == "steps"}
    assert made.pop("Samsung Galaxy Watch4") == [60]
    ((other, values),) = made.items()
    assert values == [55]
    assert other.startswith("Samsung Health ")


def test_a_damaged_list_of_devices_costs_only_the_names(tmp_path: Path, zipped: Zipped) -> None:
    row = "2024-03-02 09:00:00.000,2024-03-02 09:01:00.000,60,5,UTC+0200,w"
    steps = _table("com.samsung.shealth.tracker.pedometer_step_count", STEPS, row)
    broken = ("com.samsung.health.device_profile.csv", b"com.samsung.health.device_profile,1,2\n")
    assert _recordings(_read(tmp_path, zipped, steps, broken))["steps"].values.tolist() == [60]


TREND = "day_time,source_type,count,distance,binning_data"


def test_the_total_of_a_day_is_that_of_all_devices_on_its_local_date(tmp_path: Path, zipped: Zipped) -> None:
    rows = ("1709337600000,-2,8000,6000,", "1709337600000,0,7000,5000,", "1709337600000,1,900,700,")
    reading = _read(tmp_path, zipped, _table("com.samsung.shealth.step_daily_trend", TREND, *rows))
    facts = reading.facts.columns
    assert facts["day_steps"].values.tolist() == [8_000]
    assert facts["day_distance"].values.tolist() == [6_000]
    assert str(facts["day_steps"].dates[0]) == "2024-03-02"


@pytest.mark.parametrize("by_minute", [False, True])
def test_parts_of_a_day_are_read_where_there_are_no_minutes(by_minute: bool, tmp_path: Path, zipped: Zipped) -> None:
    bins = [{"count": i} for i in range(144)]
    rows = ("1709337600000,-2,8000,6000,t.json", "1709424000000,-2,10,6,u.json", "1709510400000,-2,10,6,v.json")
    tables = [_table("com.samsung.shealth.step_daily_trend", TREND, *rows)]
    if by_minute:
        row = "2024-03-02 09:00:00.000,2024-03-02 09:01:00.000,60,5,UTC+0200,w"
        tables.append(_table("com.samsung.shealth.tracker.pedometer_step_count", STEPS, row))
    found = _recordings(
        _read(tmp_path, zipped, *tables, jsons={"t.json": bins, "u.json": [{}] * 144, "v.json": [{"count": 1}] * 7})
    )
    if by_minute:
        assert found["steps"].values.sum() == 60
    else:
        assert found["steps"].clock is Clock.LOCAL
        assert found["steps"].values.sum() == pytest.approx(sum(range(144)), rel=1e-5)
        assert len(found["steps"].values) == 1_440


def test_weights_energy_and_warmth_are_facts_of_local_days(tmp_path: Path, zipped: Zipped) -> None:
    """T-02: half past midnight there is the next day, not today in London."""
    weight = _table(
        "com.samsung.health.weight",
        "start_time,time_offset,weight,height,body_fat",
        "2024-03-02 22:30:00.000,UTC+0200,70.5,175,0",
    )
    energy = _table(
        "com.samsung.shealth.calories_burned.details", "day_time,rest_calorie,active_calorie", "1709337600000,1500,400"
    )
    warm = _table(
        "com.samsung.health.skin_temperature",
        "start_time,time_offset,temperature",
        "2024-03-01 22:00:00.000,UTC+0200,34.5",
    )
    day = _table(
        "com.samsung.shealth.tracker.pedometer_day_summary",
        "day_time,step_count,distance",
        "2024-03-02 00:00:00.000,8000,6000",
    )
    reading = _read(tmp_path, zipped, weight, energy, warm, day)
    facts = {n: (c.values.tolist(), [str(d) for d in c.dates]) for n, c in reading.facts.columns.items()}
    assert facts["weight_kg"] == ([70.5], ["2024-03-03"])
    assert "body_fat_pct" not in facts
    assert facts["day_energy"] == ([1_900], ["2024-03-02"])
    assert facts["day_active_energy"] == ([400], ["2024-03-02"])
    assert facts["night_skin_temperature"] == ([34.5], ["2024-03-02"])
    assert facts["day_steps"] == ([8_000], ["2024-03-02"])


def test_tables_that_are_not_read_are_counted(tmp_path: Path, zipped: Zipped) -> None:
    """I-15."""
    row = "2024-03-02 09:00:00.000,2024-03-02 09:01:00.000,60,5,UTC+0200,w"
    steps = _table("com.samsung.shealth.tracker.pedometer_step_count", STEPS, row)
    reading = _read(
        tmp_path, zipped, steps, _table("com.samsung.shealth.food_info", "name,calorie,x,y", "apple,95,1,2")
    )
    assert reading.report.unknown == {"file food_info": 1}


@pytest.mark.parametrize("seed", range(3))
def test_random_steps_come_back(seed: int, tmp_path: Path, zipped: Zipped) -> None:
    """I-13."""
    rng = np.random.default_rng(seed)
    at = NINE + 60 * np.sort(rng.choice(1_440, size=200, replace=False))
    counts = rng.integers(0, 200, size=200)
    texts = [str(np.datetime64(int(t), "s")).replace("T", " ") for t in (*at, *(at + 60))]
    rows = [f"{a}.000,{b}.000,{n},1,UTC-0330,w" for a, b, n in zip(texts[:200], texts[200:], counts, strict=True)]
    rng.shuffle(rows)
    steps = _recordings(
        _read(tmp_path, zipped, _table("com.samsung.shealth.tracker.pedometer_step_count", STEPS, *rows))
    )["steps"]
    np.testing.assert_array_equal(steps.times_utc, at)
    np.testing.assert_array_equal(steps.values, counts)
    assert set(steps.utc_offset_s.tolist()) == {-12_600}


def test_other_tables_are_not_claimed_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("com.vendor.health,1,2\na,b\n1,2\n")
    assert not READER.claims(path)
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="without any record"):
        READER.read(path)
