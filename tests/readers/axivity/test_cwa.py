"""CWA: exact samples and times, damaged blocks, strange clocks, and the real files with their references."""

import importlib.util
import os
import resource
import struct
from collections.abc import Callable
from pathlib import Path

import actfast
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.errors import ReadError
from sennight.readers.axivity import READER, cwa
from sennight.readers.axivity.cwa import (
    BAD_CHECKSUM,
    BAD_FORMAT,
    BAD_STAMP,
    NO_BLOCK,
    OUT_OF_ORDER,
    RULE,
    STRAY,
    Losses,
    accelerations,
    celsius,
    lux,
    seconds_of_stamps,
    timed,
)
from sennight.readers.block_times import Drift
from sennight.readers.guard import members
from sennight.readers.raw_files import Hashed
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Person

_spec = importlib.util.spec_from_file_location("made_axivity", Path(__file__).parents[1] / "samples" / "axivity.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[4] / "shared" / "formats"
AX3, AX6 = REAL / "skdh" / "ax3_sample.cwa", REAL / "skdh" / "ax6_sample.cwa"
CORRUPT = REAL / "GGIRread" / "ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa"


def real(test: Callable[..., None]) -> Callable[..., None]:
    """A test that reads real files where they are."""
    there = pytest.mark.skipif(not REAL.is_dir(), reason="real device files are not beside this checkout")
    return pytest.mark.real(there(test))


def samples_of(path: Path) -> tuple[np.ndarray, np.ndarray, ReadReport]:
    """Times, g and the report of every sample, without minutes."""
    member = members(path)[0]
    report = ReadReport(reader="axivity", source="x")
    stream, losses = Hashed(member), Losses(report=report)
    stream.read(cwa.HEADER_BYTES)
    found = [(times, accelerations(blocks)) for blocks, times in timed(stream, losses, Drift())]
    times, g = (np.concatenate(column) for column in zip(*found, strict=True))
    return times, g, report


def person_of(path: Path) -> tuple[Person, ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    return person, reading.report


def written(folder: Path, blocks: np.ndarray, *, name: str = "a.cwa", **header: object) -> Path:
    path = folder / name
    path.write_bytes(made.header(**header) + blocks.tobytes())
    return path


def blocks(n: int = 40, **more: object) -> np.ndarray:
    return made.blocks(made.motion(n * 120).reshape(n, 120, 3), **more)


# --- samples and times --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "per", "axes"), [(0x30, 120, 3), (0x32, 80, 3), (0x62, 40, 6), (0x92, 26, 9)])
def test_samples_come_back_exactly_in_every_format(tmp_path: Path, kind: int, per: int, axes: int) -> None:
    """I-13."""
    acc = made.motion(12 * per)
    others = np.random.default_rng(5).integers(-32_768, 32_768, (12 * per, axes - 3))
    # The gyroscope stands before the accelerometer, a magnetometer behind it.
    every = np.concatenate([others[:, :3], acc, others[:, 3:]], axis=1) if axes > 3 else acc
    path = written(tmp_path, made.blocks(every.reshape(12, per, axes), kind=kind))
    times, found, report = samples_of(path)
    np.testing.assert_array_equal(found, (acc / 256).astype(np.float32))
    np.testing.assert_allclose(times, made.START_S + np.arange(12 * per) / 100, atol=2e-4)
    assert not report.dropped


@given(seed=st.integers(0, 10_000), strength=st.sampled_from([1, 4, 15]))
@settings(max_examples=30, deadline=None)
def test_packed_samples_keep_what_their_exponent_holds(seed: int, strength: int) -> None:
    steps = np.random.default_rng(seed).integers(-136 * strength, 136 * strength, (2, 120, 3))
    raw = cwa.Blocks(
        number=np.arange(2),
        raw=made.blocks(steps),
        start_s=np.zeros(2),
        rate_hz=np.full(2, 100.0),
        count=np.full(2, 120),
    )
    found = accelerations(raw) * 256
    most = np.maximum(np.abs(steps).max(axis=2), 1)
    lost = np.where(most < 510, 0, np.where(most < 1_022, 1, np.where(most < 2_046, 3, 7)))
    assert (np.abs(found.reshape(2, 120, 3) - steps) <= lost[..., None]).all()


def test_the_step_of_an_ax6_is_in_the_word_of_its_light(tmp_path: Path) -> None:
    steps = made.motion(80, g=2_048).reshape(1, 80, 3)
    found = samples_of(written(tmp_path, made.blocks(steps, kind=0x32, light=3 << 13 | 500)))[1]
    np.testing.assert_array_equal(found, (steps[0] / 2_048).astype(np.float32))


def test_stamps_without_a_fraction_are_where_a_whole_second_falls(tmp_path: Path) -> None:
    times = samples_of(written(tmp_path, blocks(10, fraction=False)))[0]
    np.testing.assert_allclose(times, made.START_S + np.arange(1200) / 100, atol=0.011)


def test_a_sensor_that_runs_slow_keeps_the_clocks_time(tmp_path: Path) -> None:
    """T-08: 30 s an hour slow over an hour; the minutes are those of the clock, and the drift is told."""
    true_hz = 25 / (1 + 30 / 3600)
    path = written(tmp_path, blocks(760, rate=0x48, true_hz=true_hz), rate=0x48)
    person, report = person_of(path)
    enmo = next(r for r in person.recordings if r.channel.name == "enmo")
    assert len(enmo.times_utc) == round(760 * 120 / true_hz / 60)
    assert any("30.0 s an hour slow" in note for note in report.notes)


@pytest.mark.parametrize(
    ("year", "month", "day", "hour", "minute", "second"),
    [(2024, 2, 29, 23, 59, 59), (2000, 1, 1, 0, 0, 0), (2063, 12, 31, 12, 30, 1)],
)
def test_stamps_are_dates(year: int, month: int, day: int, hour: int, minute: int, second: int) -> None:
    stamp = (year - 2000) << 26 | month << 22 | day << 17 | hour << 12 | minute << 6 | second
    wanted = np.datetime64(f"{year}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}").astype(np.int64)
    assert seconds_of_stamps(np.array([stamp], dtype=np.uint32)).tolist() == [wanted]
    assert made.stamp_of(np.array([wanted])).tolist() == [stamp]


def test_stamps_that_are_no_dates_are_none() -> None:
    parts = [(1, 2, 30, 0, 0, 0), (1, 13, 1, 0, 0, 0), (1, 0, 1, 0, 0, 0), (1, 1, 0, 0, 0, 0), (1, 1, 1, 24, 0, 0),
             (1, 1, 1, 0, 60, 0), (1, 1, 1, 0, 0, 61)]  # fmt: skip
    stamps = [y << 26 | mo << 22 | d << 17 | h << 12 | mi << 6 | s for y, mo, d, h, mi, s in parts]
    assert (seconds_of_stamps(np.array([*stamps, 0, 0xFFFFFFFF], dtype=np.uint32)) == -1).all()


def test_minutes_are_on_a_local_clock_and_the_report_says_why(tmp_path: Path) -> None:
    person, report = person_of(made.axivity_cwa(tmp_path))
    assert person.id == "axivity-17_left"
    assert {r.clock for r in person.recordings} == {Clock.LOCAL}
    assert {r.device for r in person.recordings} == {"Axivity AX3"}
    assert RULE in report.notes
    assert not report.partial


def test_temperature_and_light_are_converted_and_no_reading_is_no_zero(tmp_path: Path) -> None:
    """Failure 27."""
    quiet = blocks(60, light=0, temperature=0)
    person, _ = person_of(written(tmp_path, np.concatenate([quiet])))
    assert not {r.channel.name for r in person.recordings} & {"white_light", "device_temperature"}
    person, _ = person_of(written(tmp_path, blocks(60, light=683, temperature=256)))
    by_name = {r.channel.name: r.values for r in person.recordings}
    assert by_name["device_temperature"][0] == 25.0
    assert by_name["white_light"][0] == pytest.approx(100, rel=0.01)
    assert np.isnan(celsius(np.array([0]))[0])
    assert lux(np.array([68]), ax6=True)[0] == pytest.approx(lux(np.array([680]), ax6=False)[0])


def test_the_gyroscope_is_counted_as_unread(tmp_path: Path) -> None:
    person, report = person_of(made.axivity_ax6(tmp_path))
    assert report.unknown == {"gyroscope samples": 1_000}
    assert {r.device for r in person.recordings} == {"Axivity AX6"}
    nine = made.blocks(np.zeros((200, 26, 9), dtype=np.int64) + 100, kind=0x92)
    assert person_of(written(tmp_path, nine))[1].unknown["magnetometer samples"] == 200 * 26


# --- damage -------------------------------------------------------------------------------------------------------


def dropped(path: Path) -> tuple[dict[str, int], str]:
    report = person_of(path)[1]
    return dict(report.dropped), next(iter(report.cut_short.values()), "")


def test_zero_filled_erased_and_damaged_blocks_are_named_and_leave_a_gap(tmp_path: Path) -> None:
    """Failures 13, 19 and 25: bad first, last and zero-filled blocks; never zeros, never the end."""
    body = blocks(200)
    body[0, 100] ^= 1
    body[5:8] = 0
    body[120] = 0xFF
    body[199] = 0
    person, report = person_of(written(tmp_path, body))
    assert report.dropped[BAD_CHECKSUM] == 1
    assert report.dropped[NO_BLOCK] == 5
    assert report.cut_short == {"a.cwa": "6 of 200 blocks could not be used: 0, 5-7, 120, 199"}
    mad = next(r for r in person.recordings if r.channel.name == "mad")
    assert (mad.values > 0).all()
    assert report.records_seen == report.records_kept + report.records_dropped


def test_one_flipped_bit_anywhere_in_a_block_is_noticed(tmp_path: Path) -> None:
    """I-05: 1,000 flips."""
    whole, rng = blocks(4), np.random.default_rng(7)
    for _ in range(1_000):
        body = whole.copy()
        block, place, bit = rng.integers(0, 4), rng.integers(0, 512), rng.integers(0, 8)
        body[block, place] ^= 1 << bit
        losses = Losses(report=ReadReport(reader="axivity", source="x"))
        found = cwa._usable(body, np.arange(4), losses)
        assert np.concatenate(losses.numbers).tolist() == [block]
        assert block not in found.number


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [(25, 0x31, BAD_FORMAT), (24, 0, BAD_FORMAT), (28, 121, BAD_FORMAT), (17, 0, BAD_STAMP)],
)
def test_a_block_with_a_right_checksum_and_a_wrong_head_is_dropped(
    tmp_path: Path, place: int, value: int, why: str
) -> None:
    """I-02."""
    body = blocks(60)
    body[9, place] = value
    if place == 17:
        body[9, 14:17] = 0
    counts, told = dropped(written(tmp_path, made.mended(body)))
    assert counts[why] == 1
    assert told.endswith(": 9")


def test_an_empty_block_is_dropped(tmp_path: Path) -> None:
    body = blocks(60)
    body[9, 28:30] = 0
    assert dropped(written(tmp_path, made.mended(body)))[0][BAD_FORMAT] == 1


def test_a_file_cut_within_a_block_keeps_what_came_before(tmp_path: Path) -> None:
    """Failure 11 and I-03."""
    path = made.axivity_cwa(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    assert dropped(path)[1] == "the last block is cut"


def test_truncation_anywhere_never_gives_fewer_blocks_without_a_word(tmp_path: Path) -> None:
    """I-03."""
    path = made.axivity_cwa(tmp_path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 1_031):
        path.write_bytes(whole[:at])
        if at < 1_030 and not READER.claims(path):
            continue
        try:
            report = person_of(path)[1]
        except ReadError:
            continue
        assert report.cut_short or (at - cwa.HEADER_BYTES) % 512 == 0


def test_a_damaged_header_is_forgiven_where_blocks_follow(tmp_path: Path) -> None:
    """Failure 15."""
    path = tmp_path / "a.cwa"
    path.write_bytes(bytes(1024) + blocks(60).tobytes())
    assert READER.claims(path)
    assert person_of(path)[0].recordings


def test_a_header_without_blocks_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.cwa"
    path.write_bytes(made.header())
    with pytest.raises(ReadError, match="without one minute"):
        person_of(path)


# --- clocks -------------------------------------------------------------------------------------------------------


def test_a_block_from_another_year_is_quarantined_and_costs_no_other(tmp_path: Path) -> None:
    """Failures 12 and 24, I-09: no decades of empty minutes."""
    body = blocks(100)
    body[50, 14:18] = struct.unpack("4B", struct.pack("<I", 63 << 26 | 1 << 22 | 1 << 17))
    body[70, 14:18] = struct.unpack("4B", struct.pack("<I", 1 << 22 | 1 << 17))
    counts, told = dropped(written(tmp_path, made.mended(body)))
    assert counts[STRAY] == 2
    assert told.endswith(": 50, 70")


def test_a_block_an_hour_ahead_is_out_of_order(tmp_path: Path) -> None:
    """T-07."""
    body = blocks(100)
    body[50] = made.blocks(made.motion(120).reshape(1, 120, 3), start_s=made.START_S + 3600)[0]
    counts, _ = dropped(written(tmp_path, body))
    assert counts[OUT_OF_ORDER] == 1


def test_a_clock_that_was_never_set_is_refused(tmp_path: Path) -> None:
    """Failure 12: the year 2000."""
    path = written(tmp_path, blocks(60, start_s=946_684_800.0))
    with pytest.raises(ReadError, match="before the device was made"):
        person_of(path)


def test_a_week_in_a_drawer_between_two_wearings_stays_empty(tmp_path: Path) -> None:
    """Failure 19 and I-09."""
    later = made.blocks(made.motion(7_200).reshape(60, 120, 3), start_s=made.START_S + 7 * 86_400)
    person, report = person_of(written(tmp_path, np.concatenate([blocks(60), later])))
    minutes = next(r for r in person.recordings if r.channel.name == "enmo").times_utc // 60
    assert 2 <= len(minutes) <= 6
    assert not report.dropped.keys() & {STRAY, OUT_OF_ORDER}


# --- real files and large ones ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [AX3, AX6, REAL / "GGIRread" / "ax3_testfile.cwa", REAL / "GGIRread" / "ax6_testfile.cwa"],
    ids=lambda p: p.stem,
)
@real
def test_real_files_agree_with_a_second_reader(path: Path) -> None:
    """I-14: every sample equal; times within two samples, since actfast spaces samples by the nominal rate."""
    times, found, report = samples_of(path)
    other = actfast.read(str(path))["timeseries"]
    np.testing.assert_array_equal(found, other["high_frequency"]["acceleration"])
    assert np.abs(times - other["high_frequency"]["datetime"] / 1e9).max() < 0.02
    assert not report.dropped
    raw = np.frombuffer(path.read_bytes()[1024:], dtype="<u2").reshape(-1, 256)
    np.testing.assert_allclose(celsius(raw[:, 10] & 0x3FF), other["low_frequency"]["temperature"], atol=1e-4)


@pytest.mark.parametrize(("path", "name"), [(AX3, "ax3_data.npz"), (AX6, "ax6_data.npz")], ids=["ax3", "ax6"])
@real
def test_real_files_agree_with_their_published_samples(path: Path, name: str) -> None:
    times, found, _ = samples_of(path)
    with np.load(path.parent / name) as published:
        np.testing.assert_allclose(found, published["accel"], atol=1e-6)
        assert np.abs(times - published["time"]).max() < 0.02


@real
def test_the_real_file_with_corrupt_blocks_names_them() -> None:
    """Failure 13: blocks 0, 13, 14, 142, 143 and 144."""
    person, report = person_of(CORRUPT)
    assert report.cut_short == {CORRUPT.name: "6 of 145 blocks could not be used: 0, 13-14, 142-144"}
    assert report.dropped[BAD_CHECKSUM] == 6
    whole, _ = person_of(CORRUPT.with_name("ax3_testfile.cwa"))
    enmo, intact = (next(r for r in p.recordings if r.channel.name == "enmo") for p in (person, whole))
    assert enmo.times_utc.tolist() == intact.times_utc.tolist()
    assert enmo.values[1] == intact.values[1]  # a minute without a damaged block


@pytest.mark.parametrize(
    "megabytes", [pytest.param(10, id="small"), pytest.param(258, id="full", marks=pytest.mark.nightly)]
)
def test_a_large_file_is_decoded_in_constant_memory(tmp_path: Path, megabytes: int) -> None:
    path = made.large_cwa(tmp_path / "large.cwa", megabytes=megabytes)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = ReadReport(reader="axivity", source="x")
    stream, losses = Hashed(members(path)[0]), Losses(report=report)
    stream.read(cwa.HEADER_BYTES)
    samples = 0
    for found, times in timed(stream, losses, Drift()):
        assert len(times) == len(accelerations(found))
        samples += len(times)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert samples == (path.stat().st_size - 1024) // 512 * 120
    assert grown_mb < 100
    assert not report.dropped


@pytest.mark.nightly
def test_minutes_of_a_full_size_file_take_less_than_300_mb(tmp_path: Path) -> None:
    """The speed is printed by benchmarks/raw.py; here it is the memory of a process of its own."""
    path = made.large_cwa(tmp_path / "large.cwa", megabytes=258)
    pid = os.fork()
    if not pid:
        list(READER.read(path).people)
        os._exit(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 300 * 1024)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
