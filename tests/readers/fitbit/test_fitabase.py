"""Fitabase CSVs: recognised by header, American local times, tenths of METs. All data synthetic."""

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from sennight.readers import read
from sennight.record import Clock, Recording

ID = 1503960366
MIDNIGHT = int(dt.datetime(2016, 4, 12, tzinfo=dt.UTC).timestamp())
FILES = {
    "minuteStepsNarrow_merged.csv": "Id,ActivityMinute,Steps\n"
    f"{ID},4/12/2016 12:00:00 AM,0\n{ID},4/12/2016 1:05:00 PM,7\n",
    "minuteMETsNarrow_merged.csv": f"Id,ActivityMinute,METs\n{ID},4/12/2016 12:00:00 AM,14\n",
    "minuteCaloriesNarrow_merged.csv": f"Id,ActivityMinute,Calories\n{ID},4/12/2016 12:00:00 AM,0.7865\n",
    "minuteIntensitiesNarrow_merged.csv": f"Id,ActivityMinute,Intensity\n{ID},4/12/2016 12:00:00 AM,1\n",
    "heartrate_seconds_merged.csv": f"Id,Time,Value\n{ID},4/12/2016 7:21:00 AM,97\n{ID},4/12/2016 7:21:05 AM,102\n",
    "minuteSleep_merged.csv": "Id,date,value,logId\n"
    + "".join(f"{ID},4/12/2016 2:4{i}:30 AM,{v},9\n" for i, v in enumerate((3, 1, 2))),
    "sleepDay_merged.csv": "Id,SleepDay,TotalSleepRecords,TotalMinutesAsleep,TotalTimeInBed\n"
    f"{ID},4/12/2016 12:00:00 AM,1,327,346\n",
    "weightLogInfo_merged.csv": "Id,Date,WeightKg,WeightPounds,Fat,BMI,IsManualReport,LogId\n"
    f"{ID},5/2/2016 11:59:59 PM,52.6,116,22,22.65,True,1\n",
    "hourlySteps_merged.csv": f"Id,ActivityHour,StepTotal\n{ID},4/12/2016 12:00:00 AM,373\n",
}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "Fitabase Data 4.12.16-5.12.16"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return tmp_path


def _recordings(path: Path) -> dict[str, Recording]:
    (person,) = read(path).people
    assert person.id == f"fitabase-{ID}"
    return {r.channel.name: r for r in person.recordings}


def test_every_stream_becomes_its_channel_on_a_local_clock(export: Path) -> None:
    found = _recordings(export)
    assert list(found) == ["steps", "energy", "intensity", "mets", "heart_rate", "asleep"]
    assert {r.clock for r in found.values()} == {Clock.LOCAL}
    assert (found["steps"].times_utc - MIDNIGHT).tolist() == [0, 13 * 3_600 + 300]
    assert found["mets"].values.tolist() == pytest.approx([1.4])
    assert (found["heart_rate"].times_utc - MIDNIGHT).tolist() == [7 * 3_600 + 1_260, 7 * 3_600 + 1_265]
    # 1 asleep, 2 restless, 3 awake.
    assert found["asleep"].values.tolist() == [0, 1, 0]
    assert (found["asleep"].times_utc - MIDNIGHT).tolist() == [9_630, 9_690, 9_750]


def test_day_summaries_become_dated_facts_and_other_files_are_counted(export: Path) -> None:
    reading = read(export)
    assert reading.facts.latest("minutes_asleep") == {f"fitabase-{ID}": 327}
    assert reading.facts.columns["weight_kg"].dates.tolist() == [dt.date(2016, 5, 2)]
    assert reading.report.unknown["file hourlySteps_merged.csv"] == 1


def test_the_zip_reads_like_the_folder(export: Path) -> None:
    path = export / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in FILES.items():
            archive.writestr(f"Fitabase Data 4.12.16-5.12.16/{name}", text)
    packed = _recordings(path)
    path.rename(export.parent / "away.zip")
    for name, recording in _recordings(export).items():
        assert packed[name].values.tolist() == recording.values.tolist()


def test_two_overlapping_months_count_each_minute_once(export: Path) -> None:
    other = export / "Fitabase Data 3.12.16-4.11.16"
    other.mkdir()
    name = "minuteStepsNarrow_merged.csv"
    (other / name).write_text(FILES[name] + f"{ID},4/11/2016 11:59:00 PM,3\n")
    reading = read(export)
    (person,) = reading.people
    assert next(r for r in person.recordings if r.channel.name == "steps").values.tolist() == [3, 0, 7]
    assert reading.report.dropped["repeated row"] == 2
