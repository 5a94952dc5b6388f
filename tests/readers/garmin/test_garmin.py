"""Whole exports: one file, many files, archives, real files."""

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.garmin import PACKED, READER, SAME_FILE
from sennight.readers.reader import Reading
from sennight.record import Recording

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "formats" / "fit"
real = pytest.mark.skipif(not REAL.exists(), reason="no ../shared/formats/fit")


def _recordings(reading: Reading) -> dict[str, Recording]:
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}


def test_a_file_alone_is_person_one_and_a_folder_has_its_own_name(w: ModuleType, tmp_path: Path) -> None:
    path = w.garmin_activity(tmp_path)
    assert [p.id for p in READER.read(path).people] == ["garmin-1"]
    assert [p.id for p in READER.read(tmp_path).people] == [f"garmin-{tmp_path.name}"]
    assert READER.read(path).personal


def test_serial_numbers_are_nowhere(w: ModuleType, tmp_path: Path) -> None:
    reading = READER.read(w.garmin_activity(tmp_path))
    people = list(reading.people)
    shown = repr(reading.report.to_json()) + repr([(r.device, r.source) for p in people for r in p.recordings])
    assert "3945849289" not in shown
    assert "Garmin fenix5" in shown


def test_one_bad_file_among_many_is_listed_and_the_others_are_read(w: ModuleType, tmp_path: Path) -> None:
    """Failure 35, I-11: 1 % junk."""
    for i in range(100):
        (tmp_path / f"{i:03d}.fit").write_bytes(w.run(1, at=w.START + 3_600 * i).bytes())
    for name in ("003.fit", "077.fit"):
        (tmp_path / name).write_bytes(b"<html>not found</html>")
    reading = READER.read(tmp_path)
    pulse = _recordings(reading)["heart_rate"]
    assert len(pulse.values) == 98 * 60
    assert list(reading.report.failed) == ["003.fit", "077.fit"]
    assert reading.report.partial


def test_an_account_export_is_read_with_the_archives_inside(w: ModuleType, tmp_path: Path) -> None:
    reading = READER.read(w.garmin_account(tmp_path))
    found = _recordings(reading)
    assert {"heart_rate", "asleep", "sleep_deep", "steps"} <= set(found)
    assert reading.report.unknown["file a.txt"] == 1
    pulse = found["heart_rate"].times_utc
    assert (int(pulse[0]), len(pulse)) == (w.START + w.FIT_EPOCH, 4 * 60)  # beside the archive, and two hours later
    assert int(pulse[-1]) == w.START + w.FIT_EPOCH + 7_200 + 119
    assert not reading.report.partial
    assert PACKED not in reading.report.notes
    assert any("Hydration" in name for name in reading.report.unknown)
    assert reading.facts.columns["weight_kg"].values.tolist() == [70.5]
    assert sorted(reading.facts.columns["minutes_asleep"].values.tolist()) == [60.0, 360.0]
    assert set(reading.channels or ()) == set(found)


def test_what_is_packed_deeper_is_said_and_what_is_damaged_is_listed(w: ModuleType, tmp_path: Path) -> None:
    deeper = w.packed({"deeper.zip": w.packed({"a.fit": w.run(2).bytes()}), "b.fit": w.run(2).bytes()})
    path = tmp_path / "export.zip"
    path.write_bytes(w.packed({"DI_CONNECT/one.zip": deeper, "two.zip": deeper[:-9], "c.fit": w.run(1).bytes()}))
    reading = READER.read(path)
    assert PACKED in reading.report.notes
    assert list(reading.report.failed) == ["two.zip"]
    assert reading.report.unknown[SAME_FILE] == 0
    assert len(_recordings(reading)["heart_rate"].values) == 2 * 60


def test_activities_packed_one_by_one_are_read(w: ModuleType, tmp_path: Path) -> None:
    """As Strava exports them, from the zip, from its folder, and one alone; the same packed and not counts once."""
    path = w.strava_export(tmp_path)
    from_zip = _recordings(READER.read(path))["heart_rate"]
    assert len(from_zip.values) == 5 * 60
    shutil.unpack_archive(path, tmp_path / "out")
    raw = gzip.decompress((tmp_path / "out" / "activities" / "1.fit.gz").read_bytes())
    (tmp_path / "out" / "1.fit").write_bytes(raw)
    reading = READER.read(tmp_path / "out")
    np.testing.assert_array_equal(_recordings(reading)["heart_rate"].times_utc, from_zip.times_utc)
    assert reading.report.unknown[SAME_FILE] == 1
    alone = tmp_path / "out" / "activities" / "2.fit.gz"
    assert READER.claims(alone)
    assert len(_recordings(READER.read(alone))["heart_rate"].values) == 2 * 60


def test_a_packed_activity_that_is_cut_short_is_listed(w: ModuleType, tmp_path: Path) -> None:
    whole = gzip.compress(w.run(3).bytes())
    (tmp_path / "1.fit.gz").write_bytes(whole)
    (tmp_path / "2.fit.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "3.fit.gz").write_bytes(b"\x1f\x8bnothing")
    reading = READER.read(tmp_path)
    assert sorted(reading.report.failed) == ["2.fit.gz", "3.fit.gz"]
    assert len(_recordings(reading)["heart_rate"].values) == 3 * 60


def test_the_same_file_again_counts_once(w: ModuleType, tmp_path: Path) -> None:
    """I-10."""
    alone = _recordings(READER.read(w.garmin_activity(tmp_path)))["distance"].values.sum()
    shutil.copy(tmp_path / "run.fit", tmp_path / "copy.fit")
    reading = READER.read(tmp_path)
    assert _recordings(reading)["distance"].values.sum() == alone
    assert reading.report.unknown[SAME_FILE] == 1


def test_overlapping_exports_in_either_order_are_the_same(w: ModuleType, tmp_path: Path) -> None:
    """I-10: the name of a file, and so the order, does not matter."""
    made = []
    for names in (("a", "b"), ("b", "a")):
        folder = tmp_path / "-".join(names)
        folder.mkdir()
        (folder / f"{names[0]}.fit").write_bytes(w.day(hours=2).bytes())
        (folder / f"{names[1]}.fit").write_bytes(w.day(hours=3).bytes())
        made.append(_recordings(READER.read(folder)))
    for name, recording in made[0].items():
        np.testing.assert_array_equal(recording.times_utc, made[1][name].times_utc)
        np.testing.assert_array_equal(recording.values, made[1][name].values)


def test_facts_alone_are_enough(w: ModuleType, tmp_path: Path) -> None:
    fit = w.file_id(w.Fit(), 9).add(30, {253: (w.UINT32, w.START), 0: (w.UINT16, 7_050)})
    (tmp_path / "w.fit").write_bytes(fit.bytes())
    reading = READER.read(tmp_path / "w.fit")
    assert list(reading.people) == []
    assert reading.n_people == 0
    assert reading.facts.latest("weight_kg") == {"garmin-1": 70.5}


def test_a_name_in_capitals_and_a_name_without_ending_are_read(w: ModuleType, tmp_path: Path) -> None:
    for name in ("A.FIT", "noname"):
        (tmp_path / name).write_bytes(w.run(1).bytes())
        assert READER.claims(tmp_path / name)
        assert READER.read(tmp_path / name).n_people == 1


def test_joined_files_share_their_device_and_offset(w: ModuleType, tmp_path: Path) -> None:
    """As watches write them that add what a strap kept: only the first file says who wrote it and where."""
    second = w.Fit().add(20, {253: (w.UINT32, w.START + 900), 3: (w.UINT8, 70)})
    (tmp_path / "a.fit").write_bytes(w.run(1).bytes() + second.bytes())
    pulse = _recordings(READER.read(tmp_path / "a.fit"))["heart_rate"]
    assert pulse.device == "Garmin fenix5"
    assert set(pulse.utc_offset_s.tolist()) == {3_600}
    assert len(pulse.values) == 61


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda w: w.file_id(w.Fit(), 2).bytes(), "a FIT file of settings without a measurement"),
        (lambda w: w.file_id(w.Fit(), 99).bytes(), "a FIT file of an unknown sort without a measurement"),
        (lambda w: w.framed(b""), "a FIT file without one message"),
        (lambda w: w.Fit().add(20, {3: (w.UINT8, 60)}).bytes(), "row without a time"),
        (lambda w: w.file_id(w.Fit(), 2).bytes()[:-1], "cut short by 1 bytes"),
    ],
)
def test_a_file_without_measurements_is_refused_with_its_reason(
    make: Callable[[ModuleType], bytes], said: str, w: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "a.fit").write_bytes(make(w))
    with pytest.raises(ReadError, match=said):
        READER.read(tmp_path / "a.fit")


def test_a_folder_without_measurements_or_without_garmin_is_refused(w: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(ReadError, match="no FIT file"):
        READER.read(tmp_path)
    (tmp_path / "a.fit").write_bytes(w.file_id(w.Fit(), 2).bytes())
    (tmp_path / "b.fit").write_bytes(b"junk")
    with pytest.raises(ReadError, match="2 files without a measurement, 1 of them unreadable"):
        READER.read(tmp_path)


def test_damaged_json_beside_good_files_is_listed(w: ModuleType, tmp_path: Path) -> None:
    w.garmin_activity(tmp_path)
    (tmp_path / "1_sleepData.json").write_text('[{"retro": false}, {"calendarDate"')
    reading = READER.read(tmp_path)
    assert list(reading.report.failed) == ["1_sleepData.json"]
    assert len(_recordings(reading)["heart_rate"].values) == 600


def test_strange_json_of_an_account_never_leaves_but_as_a_read_error(w: ModuleType, tmp_path: Path) -> None:
    """I-04."""
    rng = np.random.default_rng(4)
    odd = [None, True, -1, 1e308, "", "x", [], {}, "2024-03-01", 2**70, [[1]], {"weight": []}]
    keys = [*w.NIGHT, *w.DAY, *w.WEIGHT, "sleepLevels", "dailySleepDTO"]
    path = tmp_path / "1_sleepData.json"
    for _ in range(300):
        record = {k: odd[int(rng.integers(len(odd)))] for k in rng.permutation(keys)[: int(rng.integers(1, len(keys)))]}
        path.write_text(json.dumps([record, w.NIGHT]))
        reading = READER.read(path)
        assert reading.report.records_seen == reading.report.records_kept + reading.report.records_dropped
        assert reading.facts.people


# --- real files ---------------------------------------------------------------------------------------------------

READ = {
    # name: (device, channels that must be there)
    "2013-02-06-12-11-14.fit": ("Garmin fr110", {"heart_rate", "distance"}),
    "2015-10-13-08-43-15.fit": ("Garmin edge200", {"distance"}),
    "20170518-191602-1740899583.fit": ("Garmin vivo active hr", {"heart_rate"}),
    "2019-02-17-062644-ELEMNT-297E-195-0.fit": ("Wahoo", {"heart_rate", "distance"}),
    "Activity.fit": ("Dynastream hrm1", {"distance"}),
    "Edge810-Vector-2013-08-16-15-35-10.fit": ("Garmin edge810", {"heart_rate", "distance"}),
    "MonitoringFile.fit": ("Garmin vivo fit", {"steps", "active_energy"}),
    "activity-large-fenxi2-multisport.fit": ("Garmin fenix2", {"heart_rate", "distance", "steps"}),
    "activity-settings.fit": ("Dynastream hrm1", {"distance"}),
    "activity-small-fenix2-run.fit": ("Garmin fenix2", {"heart_rate", "distance", "steps"}),
    "antfs-dump.63.fit": ("Garmin fr70", {"heart_rate"}),
    "compressed-speed-distance.fit": ("Garmin fr70", {"heart_rate", "distance", "steps"}),
    "developer-types-sample.fit": ("Stryd", {"heart_rate", "distance", "steps"}),
    "event_timestamp.fit": ("Garmin fr735xt", {"heart_rate", "distance"}),
    "garmin-edge-500-activity.fit": ("Garmin edge500", {"heart_rate", "distance"}),
    "garmin-edge-820-bike.fit": ("Garmin edge 820", {"heart_rate", "distance", "rr_median"}),
    "garmin-fenix-5-bike.fit": ("Garmin fenix5", {"heart_rate", "distance"}),
    "garmin-fenix-5-run.fit": ("Garmin fenix5", {"heart_rate", "distance", "steps", "rr_median"}),
    "garmin-fenix-5-walk.fit": ("Garmin fenix5", {"heart_rate", "distance", "steps", "rr_median"}),
    "garmin-fr935-cr.fit": ("Garmin fr935", {"heart_rate"}),
    "null_compressed_speed_dist.fit": ("Zwift", {"distance"}),
    "sample-activity-indoor-trainer.fit": ("Garmin edge800", {"heart_rate"}),
    "sample-activity.fit": ("Garmin edge500", {"heart_rate", "distance"}),
}
REFUSED = {
    "DeveloperData.fit": "a FIT file of an activity without a measurement .row without a time",
    "Settings.fit": "a FIT file of settings without a measurement",
    "Settings2.fit": "a FIT file of settings without a measurement",
    "WeightScaleMultiUser.fit": "a FIT file of weights without a measurement .weight of one of several users",
    "WorkoutCustomTargetValues.fit": "a FIT file of a workout without a measurement",
    "WorkoutIndividualSteps.fit": "a FIT file of a workout without a measurement",
    "WorkoutRepeatGreaterThanStep.fit": "a FIT file of a workout without a measurement",
    "WorkoutRepeatSteps.fit": "a FIT file of a workout without a measurement",
}
BROKEN = {
    "activity-activity-filecrc.fit": "checksum does not match",
    "activity-filecrc.fit": "checksum does not match",
    "activity-settings-corruptheader.fit": "83 bytes after its end",
    "activity-settings-nodata.fit": "cut short by 67 bytes",
    "activity-unexpected-eof.fit": "cut short by 3 bytes",
}


@pytest.mark.real
@real
def test_every_real_file_is_known_to_these_tests() -> None:
    here = {p.name for p in REAL.glob("*.fit")}
    assert here == {*READ, *REFUSED, "WeightScaleSingleUser.fit"}
    assert {p.name for p in (REAL / "invalid").iterdir()} == {
        *BROKEN,
        "elemnt-bolt-no-application-id-inside-developer-data-id.fit",
    }


@pytest.mark.real
@real
@pytest.mark.parametrize("name", READ)
def test_real_files_are_read_whole(name: str) -> None:
    assert READER.claims(REAL / name)
    reading = READER.read(REAL / name)
    found = _recordings(reading)
    device, channels = READ[name]
    assert channels <= set(found)
    assert {r.device for r in found.values()} == {device}
    assert not reading.report.partial
    assert reading.report.records_seen == reading.report.records_kept + reading.report.records_dropped


@pytest.mark.real
@real
@pytest.mark.parametrize("name", REFUSED)
def test_real_files_without_measurements_are_refused_with_the_right_sentence(name: str) -> None:
    with pytest.raises(ReadError, match=REFUSED[name]):
        READER.read(REAL / name)


@pytest.mark.real
@real
def test_a_real_scale_gives_weights() -> None:
    facts = READER.read(REAL / "WeightScaleSingleUser.fit").facts
    assert facts.columns["weight_kg"].values.tolist() == [76.09]
    assert str(facts.columns["weight_kg"].dates[0]) == "2009-09-09"


@pytest.mark.real
@real
@pytest.mark.parametrize("name", BROKEN)
def test_real_broken_files_keep_what_came_before_and_say_what_is_wrong(name: str) -> None:
    """Failures 11 and 17."""
    reading = READER.read(REAL / "invalid" / name)
    whole = _recordings(READER.read(REAL / "Activity.fit"))["distance"]
    np.testing.assert_array_equal(_recordings(reading)["distance"].values, whole.values)
    assert BROKEN[name] in reading.report.cut_short[name]


@pytest.mark.real
@real
def test_a_real_file_with_broken_app_fields_is_read_whole() -> None:
    """Failure 18."""
    path = REAL / "invalid" / "elemnt-bolt-no-application-id-inside-developer-data-id.fit"
    reading = READER.read(path)
    assert _recordings(reading)["distance"].values.sum() == pytest.approx(956.03, abs=0.01)
    assert not reading.report.partial


@pytest.mark.real
@real
def test_a_folder_of_all_real_files_is_read_at_once() -> None:
    """Failure 35."""
    reading = READER.read(REAL)
    (person,) = reading.people
    assert len({r.device for r in person.recordings}) >= 15
    assert set(reading.report.cut_short) == {f"invalid/{n}" for n in BROKEN}
    assert reading.report.failed == {}
