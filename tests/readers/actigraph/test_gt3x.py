"""gt3x: days of ours come back as they were written, damage and pauses stay visible, and the real file agrees."""

import importlib.util
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.actigraph import READER, log_records
from sennight.readers.actigraph.gt3x import DOCKED, NO_ZONE, ODD_SIZE, STRAY, TWICE, ZONED, read_gt3x
from sennight.readers.raw_minutes import SHORT_MINUTE, RawMinutes
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_actigraph", Path(__file__).parents[1] / "samples" / "actigraph.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[4] / "shared" / "formats" / "GGIR" / "actigraph_testfile.gt3x"


def read(path: Path) -> tuple[dict[str, Recording], ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    report = reading.report
    assert report.records_seen == report.records_kept + report.records_dropped
    return {r.channel.name: r for r in person.recordings}, report


def log_file(folder: Path, log: bytes, **info: str) -> Path:
    return made.container(folder / "who.gt3x", {"info.txt": made.info_txt(**info), "log.bin": log})


def expected(steps: np.ndarray, seconds: np.ndarray, *, place: str, scale: float = 256.0) -> dict[str, Recording]:
    """Minutes of samples [second, rate, 3] that begin at these wall-clock seconds."""
    rate = steps.shape[1]
    told = ReadReport(reader="a", source="b")
    raw = RawMinutes(person="p", device="d", source="s", report=told, clock=Clock.LOCAL, place=place)
    utc = (seconds[:, None] + np.arange(rate) / rate).ravel()
    raw.add(utc, (steps.reshape(-1, 3).astype(np.float32) / np.float32(scale)))
    return {r.channel.name: r for r in raw.recordings()}


@pytest.mark.parametrize("seed", range(8))
def test_random_recordings_come_back_minute_by_minute(seed: int, tmp_path: Path) -> None:
    """I-13."""
    rng = np.random.default_rng(seed)
    rate, kind = int(rng.choice([30, 40, 60, 100])), int(rng.choice([made.ACTIVITY, made.ACTIVITY2]))
    steps = made.moves(400, rate=rate, seed=seed)
    # Pauses of the idle-sleep mode at random places.
    seconds = np.arange(400) + np.cumsum(rng.integers(0, 200, 400) * (rng.random(400) < 0.01))
    log = made.log_of(zip(seconds.tolist(), steps, strict=True), kind=kind)
    found, _ = read(log_file(tmp_path, log, Sample_Rate=str(rate), TimeZone="", Last_Sample_Time="", Download_Date=""))
    wanted = expected(steps, made.START_S + seconds, place="hip")
    assert set(found) == set(wanted)
    for name, recording in wanted.items():
        np.testing.assert_array_equal(found[name].times_utc, recording.times_utc)
        np.testing.assert_allclose(found[name].values, recording.values, rtol=1e-6, atol=1e-6)


def test_both_packings_say_the_same(tmp_path: Path) -> None:
    steps = made.moves(120)
    a, _ = read(log_file(tmp_path, made.log_of(enumerate(steps))))
    b, _ = read(log_file(tmp_path, made.log_of(enumerate(steps), kind=made.ACTIVITY2)))
    for name in a:
        np.testing.assert_array_equal(a[name].values, b[name].values)


def test_idle_sleep_is_missing_never_zero(tmp_path: Path) -> None:
    """Failure 19, I-09: three weeks of sleep between two minutes."""
    steps = made.moves(120)
    weeks = 21 * 86_400
    seconds = [(s if s < 60 else s + weeks, steps[s]) for s in range(120)]
    found, report = read(log_file(tmp_path, made.log_of(seconds), Last_Sample_Time="", Download_Date=""))
    for recording in found.values():
        assert (recording.times_utc - recording.times_utc[0]).tolist() == [0, weeks + 60]
        assert not recording.n_rejected
    assert report.records_dropped == 0


def test_a_time_zone_makes_instants_and_none_leaves_the_wall_clock(tmp_path: Path) -> None:
    """Failure 1."""
    log = made.log_of(enumerate(made.moves(120)))
    zoned, report = read(log_file(tmp_path, log, TimeZone="-05:00:00"))
    assert zoned["mad"].clock is Clock.INSTANT
    assert zoned["mad"].times_utc[0] == made.START_S + 5 * 3_600
    assert set(zoned["mad"].utc_offset_s.tolist()) == {-5 * 3_600}
    assert ZONED in report.notes
    local, report = read(log_file(tmp_path, log, TimeZone=""))
    assert local["mad"].clock is Clock.LOCAL
    assert local["mad"].times_utc[0] == made.START_S
    assert NO_ZONE in report.notes


def test_a_log_on_utc_is_not_shifted_a_second_time(tmp_path: Path) -> None:
    """Failures 1 and 36, T-04."""
    log = (
        made.metadata(MetadataType="LocalTimeLog", UsedUtc=True)
        + made.metadata(MetadataType="SubjectTimeLog", UtcOffset="-06:00:00")
        + made.log_of(enumerate(made.moves(120)))
    )
    found, _ = read(log_file(tmp_path, log, TimeZone="02:00:00"))
    assert found["mad"].times_utc[0] == made.START_S
    assert found["mad"].utc_offset_s[0] == -6 * 3_600
    bare = made.metadata(MetadataType="LocalTimeLog", UsedUtc=True) + made.log_of(enumerate(made.moves(120)))
    found, _ = read(log_file(tmp_path, bare, TimeZone=""))
    assert (found["mad"].clock, int(found["mad"].utc_offset_s[0])) == (Clock.INSTANT, 0)


def test_a_bad_checksum_is_named_and_the_rest_kept(tmp_path: Path) -> None:
    """Failure 25, I-05."""
    log = bytearray(made.log_of(enumerate(made.moves(300))))
    log[90 * 144 + 50] ^= 4
    found, report = read(log_file(tmp_path, bytes(log)))
    assert len(found["mad"].times_utc) == 5
    assert report.dropped["log record with a wrong checksum"] == 1
    assert report.cut_short["who.gt3x"].startswith("1 records with a wrong checksum")
    assert "12,960 of log.bin" in report.cut_short["who.gt3x"]
    assert report.partial


def test_a_log_that_ends_early_keeps_what_came_before(tmp_path: Path) -> None:
    """Failures 11 and 14, I-03."""
    log = made.log_of(enumerate(made.moves(300)))
    found, report = read(log_file(tmp_path, log[: 200 * 144 + 17]))
    assert len(found["mad"].times_utc) == 3
    assert "who.gt3x" in report.cut_short
    assert report.dropped[SHORT_MINUTE] == 20 * 30


def test_stray_times_are_quarantined(tmp_path: Path) -> None:
    """Failures 12 and 24, I-09, T-07: a reset clock, a year that is not there yet, a second that comes twice."""
    steps = made.moves(180)
    seconds = list(enumerate(steps))
    seconds[30] = (-made.START_S + 946_684_800, steps[30])  # 2000-01-01
    seconds[40] = (3 * 365 * 86_400, steps[40])
    seconds[50] = (49, steps[50])
    found, report = read(log_file(tmp_path, made.log_of(seconds)))
    assert report.dropped == {STRAY: 60, TWICE: 30}
    assert (np.diff(found["mad"].times_utc) == 60).all()
    assert len(found["mad"].times_utc) == 3


def test_stray_times_are_quarantined_without_any_date_in_info(tmp_path: Path) -> None:
    steps = made.moves(180)
    seconds = list(enumerate(steps))
    seconds[30] = (-made.START_S + 5, steps[30])
    log = made.log_of(seconds)
    found, report = read(log_file(tmp_path, log, Start_Date="0", Last_Sample_Time="", Download_Date=""))
    assert report.dropped == {STRAY: 30}
    assert len(found["mad"].times_utc) == 3


def test_scale_and_rate_come_from_the_log_where_info_is_silent(tmp_path: Path) -> None:
    """Failure 15."""
    steps = made.moves(120, rate=50, scale=128)
    log = made.parameters({(0, 55): 0x08400000, (1, 10): 50}) + made.log_of(enumerate(steps))
    found, _ = read(log_file(tmp_path, log, Sample_Rate="", Acceleration_Scale=""))
    wanted = expected(steps, made.START_S + np.arange(120), place="hip", scale=128)
    np.testing.assert_allclose(found["mad"].values, wanted["mad"].values)


def test_slow_records_become_channels_and_sentinels_do_not(tmp_path: Path) -> None:
    """Failures 3 and 27, T-12."""
    slow = b"".join(
        [
            made.record(made.LUX, made.START_S + 5, b"\x10\x00"),
            made.record(made.LUX, made.START_S + 6, b"\xff\xff"),
            made.record(made.LUX, 99, b"\x10\x00"),
            made.record(made.CAPSENSE, made.START_S + 60, bytes([1, 0, 2, 0, 1, 0])),
            made.record(made.CAPSENSE, made.START_S + 120, bytes([1, 0, 2, 0, 0, 0])),
            made.record(made.CAPSENSE, made.START_S + 180, bytes([1, 0, 2, 0, 9, 0])),
            made.record(4, made.START_S + 5, b"\x48"),
            made.record(4, made.START_S + 6, b"\x00"),
            made.record(14, made.START_S + 7, bytes([0x00, 0x4A, 0x00, 0x00])),
            made.record(14, made.START_S + 8, bytes([0x01, 0x4C, 0x00, 0x00])),
        ]
    )
    found, report = read(log_file(tmp_path, made.log_of(enumerate(made.moves(120))) + slow))
    assert found["white_light"].values.tolist() == [16.0]
    assert found["on_body"].values.tolist() == [1.0, 0.0]
    assert found["heart_rate"].values.tolist() == [72.0, 74.0, 76.0]
    assert sum(n for reason, n in report.dropped.items() if "without a value" in reason) == 4


def test_unknown_records_are_counted_never_fatal(tmp_path: Path) -> None:
    """Failure 29, I-15."""
    log = (
        made.record(2, made.START_S, b"\xc5\x0f") + made.record(3, made.START_S, b"\x08")
        + made.record(0x30, made.START_S, b"new") + made.record(5, made.START_S, b"odd size")
        + made.record(0, made.START_S, b"Z") + made.record(0, made.START_S, b"ZZ")
        + made.log_of(enumerate(made.moves(60)))
    )  # fmt: skip
    found, report = read(log_file(tmp_path, log))
    assert len(found["mad"].times_utc) == 1
    assert report.unknown["log record battery"] == report.unknown["log record of type 48"] == 1
    assert report.unknown[f"log {DOCKED}"] == 1
    assert report.dropped == {ODD_SIZE: 1}


def test_the_older_generation_counts_its_seconds_from_the_start(tmp_path: Path) -> None:
    """Failure 7."""
    found, report = read(made.gt3x_old(tmp_path))
    steps = made.moves(120, scale=341)
    wanted = expected(steps, made.START_S + np.arange(120.0), place="", scale=341.0)
    for name, recording in wanted.items():
        np.testing.assert_array_equal(found[name].times_utc, recording.times_utc)
        np.testing.assert_allclose(found[name].values, recording.values, rtol=1e-5, atol=1e-5)
    # The maker's own example: below 20 is dark, 65535 no reading, 2200 beyond the most, 1100 times 1.25.
    assert found["white_light"].values[:4].tolist() == [0.0, 0.0, 2_500.0, 1_375.0]
    assert (found["white_light"].times_utc[:4] - made.START_S).tolist() == [0, 1, 3, 4]
    assert report.dropped["light that the device could not read"] == 24


@pytest.mark.parametrize("lacking", ["Sample_Rate", "Start_Date"])
def test_the_older_generation_needs_rate_and_start(tmp_path: Path, lacking: str) -> None:
    path = tmp_path / "who.gt3x"
    made.container(path, {"info.txt": made.info_txt(**{lacking: ""}), "activity.bin": bytes(900)})
    with pytest.raises(ReadError, match="lacks its sample rate or start date"):
        list(READER.read(path).people)


def test_without_light_the_older_generation_reads_too(tmp_path: Path) -> None:
    steps = made.moves(120, scale=341).reshape(-1, 3)
    path = made.container(tmp_path / "who.gt3x", {"info.txt": made.info_txt(), "activity.bin": made.packed(steps)})
    assert "white_light" not in read(path)[0]


def test_a_container_without_its_parts_is_an_error() -> None:
    with pytest.raises(ReadError, match=r"without info\.txt or samples"):
        read_gt3x((), name="x.gt3x", person="p", report=ReadReport(reader="a", source="b"), sha256="")


def test_no_acceleration_at_all_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="without one record of acceleration"):
        list(READER.read(log_file(tmp_path, made.record(2, made.START_S, b"\xc5\x0f"))).people)


def test_a_container_whose_data_are_damaged_keeps_what_came_before(tmp_path: Path) -> None:
    """Failure 14."""
    steps = np.random.default_rng(1).integers(-300, 300, (12_000, 30, 3))
    log = made.log_of(enumerate(steps), kind=made.ACTIVITY2)
    path = made.container(
        tmp_path / "who.gt3x",
        {"info.txt": made.info_txt(Last_Sample_Time="", Download_Date=""), "log.bin": log},
        method=zipfile.ZIP_DEFLATED,
    )
    raw = bytearray(path.read_bytes())
    place = int(len(raw) * 0.9)
    raw[place : place + 200] = bytes(200)
    path.write_bytes(raw)
    found, report = read(path)
    assert 60 < len(found["mad"].times_utc) < 200
    assert report.cut_short["who.gt3x"].startswith("a damaged file")
    raw[1_000:1_200] = bytes(200)
    path.write_bytes(raw)
    with pytest.raises(ReadError, match="damaged"):
        list(READER.read(path).people)


def test_a_second_that_is_not_full_keeps_its_samples_and_its_place(tmp_path: Path) -> None:
    steps = made.moves(120)
    seconds = [(s, steps[s][:20] if s in (10, 119) else steps[s]) for s in range(120)]
    found, report = read(log_file(tmp_path, made.log_of(seconds)))
    assert report.records_seen == report.records_kept == 118 * 30 + 2 * 20
    assert len(found["mims"].values) == 2


def test_nothing_but_stray_seconds_is_an_error_that_says_so(tmp_path: Path) -> None:
    """Failure 24."""
    log = made.log_of((s + 10**8, steps) for s, steps in enumerate(made.moves(70)))
    with pytest.raises(ReadError, match="without one record of acceleration"):
        list(READER.read(log_file(tmp_path, log)).people)


def test_memory_does_not_grow_with_the_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failure 6: three hours take what one takes."""
    monkeypatch.setattr(log_records, "CHUNK_BYTES", 1 << 17)
    second, peaks = made.wide(made.moves(1, rate=100)[0]), []
    for hours in (1, 3):
        log = b"".join(made.record(made.ACTIVITY2, made.START_S + s, second) for s in range(hours * 3_600))
        path = log_file(tmp_path, log, Sample_Rate="100", Last_Sample_Time="", Download_Date="")
        tracemalloc.start()
        read(path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


@pytest.mark.real
def test_the_real_file_has_its_seconds_and_its_sleep() -> None:
    """Failure 19, I-14: 588 seconds in 30 minutes; all 17,640 samples were compared with pygt3x 0.7.1, equal."""
    if not REAL.exists():
        pytest.skip("../shared/formats is not here")
    found, report = read(REAL)
    assert report.records_seen - len(found["on_body"].values) - len(found["white_light"].values) == 588 * 30
    assert not report.partial
    assert found["mad"].device == "ActiGraph wGT3XBT"
    assert (found["mad"].clock, int(found["mad"].utc_offset_s[0])) == (Clock.INSTANT, 7_200)
    # Worn at the waist on the 26th of August 2020 from 10:09 by the clock there.
    local = found["mad"].times_utc + 7_200
    assert local[0] >= np.datetime64("2020-08-26T10:09", "s").astype(np.int64)
    assert local[-1] <= np.datetime64("2020-08-26T10:39", "s").astype(np.int64)
    assert len(found["hip_counts"].values) == len(found["mims"].values) == 2
    assert len(found["mad"].values) == 9
