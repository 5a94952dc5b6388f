"""Apple Health exports end to end: recognised by content, honest totals, phone and watch counted once."""

import csv
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import sennight as sn
from sennight.errors import ReadError
from sennight.prepare import to_days
from sennight.readers import reader_for
from sennight.readers.apple_health import READER
from sennight.record import Clock

REAL = Path(__file__).resolve().parents[4] / "shared" / "formats"


# --- recognised -----------------------------------------------------------------------------------------------------


NAMES = (
    "export.xml", "eksport.xml", "exportar.xml", "vienti.xml", "导出.xml", "書き出し.xml", "내보내기.xml",
    "экспорт.xml", "esporta.xml", "exportación.xml", "dışa aktar.xml", "εξαγωγή.xml", "noname",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_the_file_does_not_matter(name: str, apple: ModuleType, tmp_path: Path) -> None:
    """Failure 10, T-16: in a dozen languages."""
    (tmp_path / name).write_text(apple.an_hour_and_a_night())
    assert reader_for(tmp_path / name) is READER
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(f"导出/{name if '.' in name else name + '.xml'}", apple.an_hour_and_a_night())
    assert reader_for(tmp_path / "a.zip") is READER


def test_the_clinical_document_is_left_alone(apple: ModuleType, tmp_path: Path) -> None:
    """Failure 31: even when it is larger, comes first and has several roots."""
    folder = tmp_path / "apple_health_export"
    folder.mkdir()
    (folder / "a_cda.xml").write_text("<ClinicalDocument/><component/>" + " " * 90_000)
    assert not READER.claims(folder)
    (folder / "export.xml").write_text(apple.an_hour_and_a_night())
    reading = READER.read(folder)
    assert reading.report.files == 1
    assert [p.id for p in reading.people] == ["apple_health-apple_health_export"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_an_export_saved_again_by_an_editor_is_read(encoding: str, apple: ModuleType, tmp_path: Path) -> None:
    """T-15."""
    (tmp_path / "export.xml").write_bytes(apple.an_hour_and_a_night().encode(encoding))
    assert READER.claims(tmp_path / "export.xml")
    reading = READER.read(tmp_path / "export.xml")
    assert reading.report.records_kept == 131


def test_a_damaged_or_empty_archive_says_what_to_do(apple: ModuleType, tmp_path: Path) -> None:
    """Failure 14."""
    path = apple.apple_health_zip(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ReadError, match=r"damaged or cut short") as caught:
        sn.read(path)
    assert "again" in caught.value.todo
    with zipfile.ZipFile(path, "w"):
        pass
    with pytest.raises(ReadError):
        sn.read(path)
    assert not READER.claims(path)


def test_an_archive_damaged_inside_keeps_what_came_before(apple: ModuleType, tmp_path: Path) -> None:
    text = apple.document(
        "".join(apple.pulse(apple.NOON + 60 * i, 60 + i % 7) for i in range(40_000)), exported=apple.NOON + 86_400 * 90
    )
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("export.xml", text)
    raw = bytearray(path.read_bytes())
    raw[-3_000] ^= 1
    path.write_bytes(raw)
    reading = READER.read(path)
    assert "damaged" in reading.report.cut_short["export.xml"]
    assert reading.report.partial
    (person,) = reading.people
    assert 20_000 < len(person.recordings[0].values) < 40_000


# --- what comes out -------------------------------------------------------------------------------------------------


def test_every_kind_of_record_comes_out(apple: ModuleType, read_text: Callable) -> None:
    found = read_text(apple.an_hour_and_a_night())
    totals = {name: float(r.values.sum()) for (device, name), r in found.recordings.items() if "Watch" in device}
    assert totals == pytest.approx(
        {
            "active_energy": 60, "basal_energy": 69, "distance": 800, "heart_rate": 786, "steps": 2_400, "spo2": 97,
            "respiration_rate": 14.5, "sdnn_untrimmed": 52.5, "rmssd": 100, "pnn20": 1, "rr_median": 900, "asleep": 240,
            "sleep_light": 120, "sleep_deep": 60, "sleep_rem": 60, "sleep_awake": 0,
        },
        rel=1e-4,
    )  # fmt: skip
    assert found.facts.latest("weight_kg") == {"apple_health-1": pytest.approx(65.0, abs=0.01)}
    assert found.facts.latest("age_years") == {"apple_health-1": 40}
    assert found.facts.latest("sex_female") == {"apple_health-1": 1}
    assert all(r.clock is Clock.INSTANT for r in found.recordings.values())
    assert any("workouts in the export: 1;" in note for note in found.report.notes)


def test_nobodys_name_reaches_the_report(apple: ModuleType, read_text: Callable) -> None:
    found = read_text(apple.an_hour_and_a_night())
    assert set(found.report.devices) == {"Apple Watch (Watch6,2)", "iPhone (iPhone14,5)"}
    assert "Anna" not in str(found.report.to_json())


def test_a_walk_with_phone_and_watch_counts_once(apple: ModuleType, tmp_path: Path) -> None:
    """Failures 2 and 32, T-14: the phone alone from 8 to 10, both from 10 to 12, the watch alone from 12 to 14."""
    morning = apple.NOON - 2 * apple.HOUR
    watch = {"device": apple.WATCH.format(address=1, software="9.4")}
    phone = {"device": apple.PHONE.format(address=2, software="16.5"), "source": "Anna’s iPhone", "version": "16.5"}
    lines = []
    for i in range(36):
        at = morning + 600 * i
        for device, there, shift, steps in ((phone, i < 24, 0, 500), (watch, i >= 12, 7, 510)):
            if there:
                lines.append(
                    apple.record(
                        apple.Q + "StepCount",
                        start=at + shift,
                        stop=at + shift + 600,
                        value=steps,
                        unit="count",
                        **device,
                    )
                )
    path = tmp_path / "export.xml"
    path.write_text(apple.document("".join(lines)))
    (day,) = sn.to_days(READER.read(path))
    total = float(day.values[:, day.channels.index("steps")].sum())
    assert total == pytest.approx(36 * 505, rel=0.02)


def test_73_descriptions_of_one_watch_lose_no_step(apple: ModuleType, read_text: Callable) -> None:
    """Failure 33: conservation."""
    lines = [
        apple.record(
            apple.Q + "StepCount",
            start=apple.NOON + 60 * i,
            stop=apple.NOON + 60 * i + 60,
            value=100,
            unit="count",
            device=apple.WATCH.format(address=0x1000 + i, software=f"8.{i % 5}"),
            version=f"8.{i % 5}",
        )
        for i in range(73)
    ]
    found = read_text(apple.document("".join(lines)))
    assert list(found.recordings) == [("Apple Watch (Watch6,2)", "steps")]
    assert found.only("steps").values.sum() == 7_300


def test_values_off_the_wrist_are_masked_and_counted(apple: ModuleType, read_text: Callable) -> None:
    """Failure 3."""
    lines = [apple.pulse(apple.NOON + 60 * i, v) for i, v in enumerate((60, 255, 0, 62, -1))]
    found = read_text(apple.document("".join(lines)))
    recording = found.only("heart_rate")
    assert recording.values.tolist() == [60, 62]
    assert recording.n_rejected == 3
    assert found.report.dropped == {"out of the channel's range": 3}


def test_minutes_that_add_up_to_too_much_are_said(apple: ModuleType, read_text: Callable) -> None:
    lines = [
        apple.record(apple.Q + "StepCount", start=apple.NOON + i, stop=apple.NOON + i, value=300, unit="count")
        for i in range(2)
    ]
    found = read_text(apple.document("".join(lines)))
    assert found.only("steps").n_rejected == 1
    assert any("1 minutes of steps" in note for note in found.report.notes)


def test_winter_nights_of_a_summer_export_lie_in_their_own_hours(apple: ModuleType, read_text: Callable) -> None:
    """Failures 1 and 26, T-02: the zone that the night names, not the offset of the day of export."""
    zone = '  <MetadataEntry key="HKTimeZone" value="Europe/Vienna"/>\n'
    winter = apple.NOON - 150 * 86_400
    lines = [
        apple.record(apple.SLEEP, start=winter, stop=winter + 3_600, value=apple.STAGE + "AsleepCore", inside=zone),
        apple.pulse(winter, 60),
        apple.pulse(apple.NOON, 61),
    ]
    found = read_text(apple.document("".join(lines)))
    assert found.only("heart_rate").utc_offset_s.tolist() == [3_600, 7_200]
    assert set(found.only("asleep").utc_offset_s.tolist()) == {3_600}


def test_the_caller_may_name_the_zone(apple: ModuleType, read_text: Callable) -> None:
    found = read_text(apple.document(apple.pulse(apple.NOON, 60)), zone="Asia/Tokyo")
    assert found.only("heart_rate").utc_offset_s.tolist() == [9 * 3_600]


def test_two_exports_in_one_folder_count_once(apple: ModuleType, tmp_path: Path) -> None:
    """I-10: the older one is part of the newer one."""
    rows = [
        apple.record(
            apple.Q + "StepCount", start=apple.NOON + 60 * i, stop=apple.NOON + 60 * i + 60, value=9, unit="count"
        )
        for i in range(40)
    ]
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, n in (("old.xml", 25), ("new.xml", 40)):
        (folder / name).write_text(apple.document("".join(rows[:n])))
    reading = READER.read(folder)
    (person,) = reading.people
    assert person.recordings[0].values.sum() == 360
    assert reading.report.files == 2


def test_one_of_two_exports_may_be_broken(apple: ModuleType, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "a.xml").write_text(apple.document(apple.pulse(apple.NOON, 60)))
    (folder / "b.xml").write_text("<HealthData><a>" + "<b>" * 300)
    reading = READER.read(folder)
    assert list(reading.report.failed) == ["b.xml"]
    assert len(list(reading.people)) == 1


@pytest.mark.parametrize("text", ["<HealthData/>", "<HealthData><Record/></HealthData>"])
def test_an_export_without_a_usable_record_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "export.xml").write_text(text)
    with pytest.raises(ReadError, match="without a usable record"):
        READER.read(tmp_path / "export.xml")


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<ClinicalDocument/>")
    with pytest.raises(ReadError, match="no Apple Health export"):
        READER.read(tmp_path / "a.xml")


# --- large ----------------------------------------------------------------------------------------------------------

_MEASURE = """
import json, sys, time
from pathlib import Path
from sennight.readers.apple_health import READER
began = time.process_time()
reading = READER.read(Path(sys.argv[1]))
totals = {}
for person in reading.people:
    for r in person.recordings:
        key = f"{r.channel.name} of the phone" if "iPhone" in r.device else r.channel.name
        totals[key] = totals.get(key, 0.0) + float(r.values.sum(dtype="float64"))
peak = next(int(line.split()[1]) >> 10 for line in open("/proc/self/status") if line.startswith("VmHWM"))
seconds, partial = time.process_time() - began, reading.report.partial
print(json.dumps({"totals": totals, "peak": peak, "seconds": seconds, "partial": partial}))
"""


def _measured(path: Path) -> dict:
    """Read it in a process of its own, whose memory is its own."""
    done = subprocess.run([sys.executable, "-c", _MEASURE, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _totals_agree(measured: dict, large: object) -> None:
    expected = large.totals  # type: ignore[attr-defined]
    found = measured["totals"]
    pairs = {
        "active_energy": expected["ActiveEnergyBurned"], "basal_energy": expected["BasalEnergyBurned"],
        "steps": expected["StepCount"], "steps of the phone": expected["StepCount of the phone"],
        "distance": 1_000 * expected["DistanceWalkingRunning"],
    }  # fmt: skip
    assert {name: found[name] for name in pairs} == pytest.approx(pairs, rel=1e-5)
    assert not measured["partial"]


def test_a_large_export_through_the_zip_keeps_its_totals_in_little_memory(apple: ModuleType, tmp_path: Path) -> None:
    """I-08 and failure 6, small enough for every run: 50 MB of XML. `make nightly` reads 10 GB."""
    large = apple.Large(days=73)
    size = apple.write_large(tmp_path / "export.zip", large)
    assert size > 48e6
    assert (tmp_path / "export.zip").stat().st_size < size / 15
    measured = _measured(tmp_path / "export.zip")
    _totals_agree(measured, large)
    assert measured["peak"] < 300


@pytest.mark.nightly
def test_ten_gigabytes_through_the_zip(apple: ModuleType, tmp_path: Path) -> None:
    """I-08: eight years and 10 GB in at most 512 MB and 15 minutes."""
    large = apple.Large(days=3_000, pulse_every=14)
    assert apple.write_large(tmp_path / "export.zip", large) > 10e9
    measured = _measured(tmp_path / "export.zip")
    _totals_agree(measured, large)
    assert measured["peak"] < 512
    assert measured["seconds"] < 15 * 60


# --- real files -----------------------------------------------------------------------------------------------------


@pytest.mark.real
def test_a_real_export_of_2016_agrees_with_the_csv_made_of_it() -> None:
    """I-14: all records of the CSVs made by applehealthdata; 426 steps in 5 s are beyond the channel's range."""
    folder = REAL / "apple_tdda"
    if not folder.is_dir():
        pytest.skip("../shared/formats is not there")
    reading = READER.read(folder / "export6s3sample.xml")
    (person,) = reading.people
    made = {r.channel.name: r for r in person.recordings}
    steps = [float(row["value"]) for row in csv.DictReader((folder / "StepCount.csv").open())]
    metres = [1_000 * float(row["value"]) for row in csv.DictReader((folder / "DistanceWalkingRunning.csv").open())]
    assert made["steps"].values.sum() == sum(s for s in steps if s <= 400)
    assert made["steps"].n_rejected == sum(s > 400 for s in steps) == 1
    assert made["distance"].values.sum() == pytest.approx(sum(metres), rel=1e-5)
    assert reading.report.records_seen == len(steps) + len(metres) + 2
    rings = {str(d): v for d, v in zip(*_column(reading, "day_active_energy"), strict=True)}
    expected = csv.DictReader((folder / "ActivitySummary.csv").open())
    assert rings == {row["dateComponents"]: float(row["activeEnergyBurned"]) for row in expected}
    assert reading.facts.latest("sex_female") == {"apple_health-1": 0}


def _column(reading: object, name: str) -> tuple[np.ndarray, np.ndarray]:
    column = reading.facts.columns[name]  # type: ignore[attr-defined]
    return column.dates, column.values


@pytest.mark.real
@pytest.mark.parametrize("name", ["export.xml", "zip_contents"])
def test_a_real_export_of_2019_is_read(name: str) -> None:
    folder = REAL / "apple_dogsheep"
    if not folder.is_dir():
        pytest.skip("../shared/formats is not there")
    reading = READER.read(folder / name)
    (person,) = reading.people
    (pulse,) = person.recordings
    assert (pulse.device, pulse.channel.name) == ("Apple Watch (Watch2,4)", "heart_rate")
    assert pulse.values.tolist() == [72]
    assert pulse.times_utc.tolist() == [1_536_571_735 // 60 * 60]
    assert reading.facts.latest("bmi") == {person.id: pytest.approx(22.5312)}
    assert any("America/Los_Angeles" in note for note in reading.report.notes)
    assert to_days(person).days
