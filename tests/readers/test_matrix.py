"""Parmay Matrix: packets and their checksums, damaged counts, heart rate and temperatures, and the real files."""

import importlib.util
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers import matrix
from sennight.readers.guard import members
from sennight.readers.matrix import (
    BAD_CHECKSUM,
    BAD_TIMES,
    MARK,
    OUT_OF_ORDER,
    READER,
    RULE,
    STRAY,
    Packets,
    accelerations,
)
from sennight.readers.raw_files import Hashed
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Person

_spec = importlib.util.spec_from_file_location("made_matrix", Path(__file__).parent / "samples" / "matrix.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[3] / "shared" / "formats" / "GGIRread"
START = made.START_S


def real(test: Callable[..., None]) -> Callable[..., None]:
    """A test that reads real files where they are."""
    there = pytest.mark.skipif(not REAL.is_dir(), reason="real device files are not beside this checkout")
    return pytest.mark.real(there(test))


def written(folder: Path, whole: bytes) -> Path:
    path = folder / "a.BIN"
    path.write_bytes(whole)
    return path


def person_of(path: Path) -> tuple[Person, ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    return person, reading.report


def values(person: Person, name: str) -> list[float]:
    return next(r.values.tolist() for r in person.recordings if r.channel.name == name)


def packets_of(path: Path) -> list[matrix.Packet]:
    stream = Hashed(members(path)[0])
    return list(Packets(stream=stream, report=ReadReport(reader="matrix", source="x")))


def minute(number: int, n: int = 1_500) -> bytes:
    return made.packet(START + 60 * number, START + 60 * number + 60, made.motion(n, seed=number))


def test_samples_come_back_exactly(tmp_path: Path) -> None:
    """I-13."""
    steps = np.random.default_rng(0).integers(-32_768, 32_768, (500, 3)).astype("<i2")
    (found,) = packets_of(written(tmp_path, made.matrix_bytes([made.packet(START, START + 20, steps, turns=7)])))
    np.testing.assert_array_equal(found.acceleration, steps)
    assert (found.begin_s, found.end_s, found.turns) == (START, START + 20, 7)
    g = accelerations(np.array([[32_767, -32_768, 0]], dtype=np.int16), 8)
    assert g.tolist() == [[8.0, -8.0, 0.0]]


def test_all_kinds_of_readings_are_kept_in_their_places(tmp_path: Path) -> None:
    person, report = person_of(made.matrix_bin(tmp_path))
    assert values(person, "skin_temperature") == pytest.approx([32.1, 32.3] * 3)
    assert values(person, "ambient_temperature") == pytest.approx([25.0, 25.1] * 3)
    heart = next(r for r in person.recordings if r.channel.name == "heart_rate")
    # Five readings in 50 s, the first and the last two without a pulse: never zero (failure 3).
    assert (heart.times_utc - START).tolist() == [10, 20, 60, 70, 110, 120]
    assert heart.values.tolist() == [70, 72, 71, 73, 72, 74]
    assert report.unknown == {"gyroscope samples": 5}
    assert {r.clock for r in person.recordings} == {Clock.INSTANT}
    assert RULE in report.notes
    assert not report.partial


def test_readings_of_one_second_become_their_mean(tmp_path: Path) -> None:
    """The heart rate of some files comes 24 times a second."""
    pairs = [(8_191, 60), (8_191, 62), (8_191, 0), (8_191, 64)] * 60
    whole = made.matrix_bytes([made.packet(START, START + 60, made.motion(1_500), heart=pairs)])
    person, report = person_of(written(tmp_path, whole))
    assert values(person, "heart_rate") == [62.0] * 60
    assert not report.dropped


def test_a_sensor_that_is_off_its_rate_is_told(tmp_path: Path) -> None:
    """T-08."""
    _, report = person_of(written(tmp_path, made.matrix_bytes([minute(i, 1_515) for i in range(12)])))
    assert any("35.6 s an hour fast" in note for note in report.notes)


@pytest.mark.parametrize("place", [30, 36 + 100, 8, 20])
def test_a_damaged_packet_is_named_and_the_next_is_found(tmp_path: Path, place: int) -> None:
    """Failures 9, 13 and 25: a damaged reading, checksum or count."""
    parts = [bytearray(minute(i)) for i in range(4)]
    parts[1][place] ^= 0x55
    _, report = person_of(written(tmp_path, made.matrix_bytes([bytes(p) for p in parts])))
    assert report.dropped[BAD_CHECKSUM] == 1
    assert report.cut_short == {"a.BIN": "1 of 4 packets could not be used: 1"}


@pytest.mark.parametrize("count", [0, 1, 255, 2**31, 2**32 - 1])
def test_counts_that_lie_do_not_end_the_reading(tmp_path: Path, count: int) -> None:
    """Failure 9 and I-02, with right checksums."""
    parts = [minute(i) for i in range(4)]
    harmed = bytearray(made.matrix_bytes(parts))
    at = harmed.find(MARK, harmed.find(MARK) + 1)
    harmed[at + 20 : at + 24] = struct.pack("<I", count)
    _, report = person_of(written(tmp_path, made.mend_packets(bytes(harmed))))
    assert report.records_kept >= 3 * 1_500


def test_one_flipped_bit_anywhere_in_a_packet_is_noticed(tmp_path: Path) -> None:
    """I-05: flips of every 37th bit, more than 1,000."""
    whole = made.packet(START, START + 20, made.motion(800))
    path = written(tmp_path, whole)
    assert len(packets_of(path)) == 1
    flips = range(0, 8 * len(whole), 37)
    assert len(flips) > 1_000
    for bit in flips:
        body = bytearray(whole)
        body[bit // 8] ^= 1 << bit % 8
        path.write_bytes(bytes(body))
        assert packets_of(path) == []


def test_a_cut_packet_and_missing_packets_are_told(tmp_path: Path) -> None:
    """Failure 11 and I-03."""
    whole = made.matrix_bytes([minute(i) for i in range(3)])
    for cut in (1, 5_000, len(minute(0)) - 20):
        _, report = person_of(written(tmp_path, whole[:-cut]))
        assert report.cut_short == {"a.BIN": "the last packet is cut"}
    _, report = person_of(written(tmp_path, made.matrix_bytes([minute(i) for i in range(2)], declared=5)))
    assert report.cut_short == {"a.BIN": "3 of 5 packets are missing"}


def test_a_packet_whose_end_is_before_its_begin_or_too_near_is_dropped(tmp_path: Path) -> None:
    parts = [minute(0), made.packet(START + 60, START + 60, made.motion(20)), minute(2)]
    parts[1:1] = [made.packet(START + 61, START + 62, made.motion(1_500))]
    _, report = person_of(written(tmp_path, made.matrix_bytes(parts)))
    assert report.dropped[BAD_TIMES] + report.dropped[OUT_OF_ORDER] == 2


def test_packets_of_another_year_or_out_of_order_cost_no_other(tmp_path: Path) -> None:
    """Failures 12 and 24, T-07."""
    parts = [minute(i) for i in range(6)]
    parts[2] = made.packet(0, 60, made.motion(1_500))
    parts[4] = made.packet(START + 9_000, START + 9_060, made.motion(1_500))
    _, report = person_of(written(tmp_path, made.matrix_bytes(parts)))
    assert report.dropped == {STRAY: 1, OUT_OF_ORDER: 1}
    assert report.cut_short == {"a.BIN": "2 of 6 packets could not be used: 2, 4"}


def test_packets_without_acceleration_give_what_they_have(tmp_path: Path) -> None:
    none = np.empty((0, 3), dtype="<i2")
    whole = made.matrix_bytes([made.packet(START, START + 60, none, heart=[(0, 60), (0, 61)])])
    person, _ = person_of(written(tmp_path, whole))
    assert values(person, "heart_rate") == [60.0, 61.0]


def test_windows_and_pieces_do_not_change_the_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, made.matrix_bytes([minute(i) for i in range(7)]))
    whole, _ = person_of(path)
    monkeypatch.setattr(matrix, "PACKETS_AT_ONCE", 2)
    monkeypatch.setattr(matrix, "READ_BYTES", 100)
    pieces, report = person_of(path)
    assert not report.partial
    for a, b in zip(whole.recordings, pieces.recordings, strict=True):
        np.testing.assert_array_equal(a.values, b.values)


@pytest.mark.parametrize("harm", [lambda b: b"\xff" * 516 + b[516:], lambda b: b[:520] + b"\xff\x00" + b[522:]])
def test_a_header_without_a_range_is_refused(tmp_path: Path, harm: Callable[[bytes], bytes]) -> None:
    with pytest.raises(ReadError, match="range of its sensor"):
        person_of(written(tmp_path, harm(made.matrix_bytes([minute(0), minute(1)]))))


def test_a_header_whose_first_packet_is_damaged_is_still_known(tmp_path: Path) -> None:
    whole = made.matrix_bytes([minute(i) for i in range(3)])
    broken = whole[:524] + b"XXXXXXXX" + whole[532:]
    _, report = person_of(written(tmp_path, broken[:2_000] + whole[2_000:]))
    assert report.cut_short


def test_a_file_of_marks_alone_is_read_in_no_time_and_refused(tmp_path: Path) -> None:
    """Failure 9: each mark claims four megabytes."""
    head = MARK + struct.pack("<I6I", 0, START, START + 60, 690_000, 0, 0, 0)
    whole = made.matrix_bytes([head * 5_000])
    with pytest.raises(ReadError, match="checksum is wrong"):
        person_of(written(tmp_path, whole))


def test_nothing_of_a_matrix_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"no")
    assert not READER.claims(tmp_path)
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="no Parmay Matrix file"):
        READER.read(tmp_path)


def test_a_folder_of_two_is_two_people(tmp_path: Path) -> None:
    made.matrix_bin(tmp_path)
    written(tmp_path, made.matrix_bytes([minute(0), minute(1)]))
    (tmp_path / "readme.txt").write_text("none of ours")
    reading = READER.read(tmp_path)
    assert [p.id for p in reading.people] == ["matrix-MTX_17", "matrix-a"]
    assert reading.report.unknown["file .txt"] == 1


@real
@pytest.mark.parametrize(
    ("name", "packets", "samples"),
    [
        ("mtx_12.5Hz_acc.BIN", 2, 12_272),
        ("mtx_25Hz_acc_HR.BIN", 4, 25_119),
        ("mtx_100Hz_acc_HR_temp.BIN", 4, 40_312),
        ("mtx_12.5Hz_acc_gyro.BIN", 1, 1_460),
    ],
)
def test_real_files_are_read_whole(name: str, packets: int, samples: int) -> None:
    """I-14: packets as GGIRread's tests expect them, all checksums right."""
    found = packets_of(REAL / name)
    assert len(found) == packets
    assert sum(len(p.acceleration) for p in found) == samples
    person, report = person_of(REAL / name)
    assert not report.partial
    rest = np.median(np.linalg.norm(np.concatenate([accelerations(p.acceleration, 8) for p in found]), axis=1))
    assert rest == pytest.approx(1, abs=0.05)
    assert person.id == f"matrix-{Path(name).stem}"


@real
def test_the_real_heart_rates_and_temperatures_are_a_persons() -> None:
    person, _ = person_of(REAL / "mtx_100Hz_acc_HR_temp.BIN")
    assert values(person, "heart_rate") == [74.0]
    assert values(person, "skin_temperature") == pytest.approx([28.1, 28.1, 28.2, 28.2, 28.2, 28.1, 28.0])
    assert values(person, "ambient_temperature") == pytest.approx([22, 21, 21, 21, 20, 21, 20])
    person, report = person_of(REAL / "mtx_12.5Hz_acc_gyro.BIN")
    assert min(values(person, "heart_rate")) >= 76
    assert report.unknown == {"gyroscope samples": 1_460}


@real
def test_the_real_corrupted_files_are_salvaged_and_say_what_was_lost() -> None:
    """Failures 13 and 25: two bytes are missing in a packet of one, in the header of the other."""
    whole, _ = person_of(REAL / "mtx_100Hz_acc_HR_temp.BIN")
    person, report = person_of(REAL / "mtx_corrupted.bin")
    assert report.cut_short == {"mtx_corrupted.bin": "1 of 4 packets could not be used: 0"}
    assert values(person, "enmo")[1:] == values(whole, "enmo")[2:]
    person, report = person_of(REAL / "mtx_corrupted_full.bin")
    assert report.cut_short == {"mtx_corrupted_full.bin": "2 bytes are missing before the first packet"}
    assert values(person, "enmo") == values(whole, "enmo")


def test_the_checksum_is_the_common_crc32() -> None:
    body = made.packet(START, START + 1, made.motion(1))
    assert zlib.crc32(body[12:]) == int.from_bytes(body[8:12], "little")
