"""GENEA: exact samples, checksums of chunks, seconds that are missing or wrong, and the real file."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.geneactiv import READER, genea
from sennight.readers.geneactiv.genea import BAD_CHUNK, NO_TIME_YET, OUT_OF_ORDER, RULE
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Person

_spec = importlib.util.spec_from_file_location("made_geneactiv", Path(__file__).parents[1] / "samples" / "geneactiv.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[4] / "shared" / "formats" / "GGIRread" / "genea_testfile.bin"
START = 1_269_950_940


def written(folder: Path, whole: bytes) -> Path:
    path = folder / "a.bin"
    path.write_bytes(whole)
    return path


def person_of(path: Path) -> tuple[Person, ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    return person, reading.report


def chunk_at(whole: bytes, number: int) -> int:
    """Where a chunk begins in a file."""
    return whole.find(b"\r\n\r\n") + 4 + number // 341 * 2_048 + number % 341 * 6


def settings(**more: str) -> genea.Settings:
    return genea.settings_of(made.genea_bytes([], **more), where="x")


def test_samples_come_back_exactly() -> None:
    """I-13: all numbers of 12 bits; x and z point the other way."""
    steps = np.random.default_rng(0).integers(-2_048, 2_048, (500, 3))
    raw = np.frombuffer(b"".join(made.genea_sample(*row) for row in steps.tolist()), dtype=np.uint8).reshape(-1, 6)
    found = genea.accelerations(raw, settings(gains="8144 8132 8004", offsets="1 -3 -13"))
    turned = steps * np.array([-1, 1, -1]) + np.array([1, -3, -13])
    np.testing.assert_allclose(found, turned * np.array([8_144, 8_132, 8_004]) / 8_192 / 340, rtol=1e-6)
    assert (genea.checksums(raw) == raw[:, 0]).all()


def test_minutes_are_on_the_clock_of_the_header(tmp_path: Path) -> None:
    person, report = person_of(made.genea_bin(tmp_path))
    enmo = next(r for r in person.recordings if r.channel.name == "enmo")
    assert enmo.times_utc.tolist() == [START]
    assert enmo.clock is Clock.LOCAL
    assert RULE in report.notes
    assert report.unknown == {"battery readings": 1}
    assert report.dropped[NO_TIME_YET] == 3
    assert not report.partial


def test_one_flipped_bit_in_a_chunk_is_noticed_and_costs_one_sample(tmp_path: Path) -> None:
    """I-05: 1,000 flips."""
    whole, rng = made.genea_bytes(range(START, START + 5)), np.random.default_rng(0)
    at = whole.find(b"\r\n\r\n") + 4
    chunks = np.frombuffer(whole[at : at + 600], dtype=np.uint8).reshape(-1, 6)
    for _ in range(1_000):
        body = chunks.copy()
        row, place, bit = rng.integers(0, len(body)), rng.integers(0, 6), rng.integers(0, 8)
        body[row, place] ^= 1 << bit
        assert np.flatnonzero(genea.checksums(body) != body[:, 0]).tolist() == [row]


def test_damaged_chunks_are_named_and_the_rest_keep_their_times(tmp_path: Path) -> None:
    """Failures 13 and 25."""
    whole = bytearray(made.genea_bytes(range(START, START + 90)))
    for number in (50, 400, 401):  # 50 is a sample
        whole[chunk_at(bytes(whole), number) + 3] ^= 0xFF
    person, report = person_of(written(tmp_path, bytes(whole)))
    plain, _ = person_of(written(tmp_path, made.genea_bytes(range(START, START + 90))))
    assert report.dropped[BAD_CHUNK] == 3
    assert "3 of 1,894 chunks could not be used: 50, 400-401" in report.cut_short["a.bin"]
    mine, wanted = (next(r for r in p.recordings if r.channel.name == "angle_z") for p in (person, plain))
    np.testing.assert_allclose(mine.values, wanted.values, atol=0.05)


def test_a_damaged_second_leaves_its_samples_at_the_nominal_rate(tmp_path: Path) -> None:
    whole = bytearray(made.genea_bytes(range(START, START + 90)))
    second = 4 + 21 * 30
    assert whole[chunk_at(bytes(whole), second) + 1] >> 4 == 2
    whole[chunk_at(bytes(whole), second) + 4] ^= 1
    _, report = person_of(written(tmp_path, bytes(whole)))
    assert report.dropped[BAD_CHUNK] == 1
    assert set(report.dropped) <= {BAD_CHUNK, NO_TIME_YET, "minute with samples in less than half of its seconds"}


def test_seconds_out_of_order_are_dropped_with_their_samples(tmp_path: Path) -> None:
    """Failure 24 and T-07."""
    seconds = [*range(START, START + 40), START - 4_000_000, 0, *range(START + 40, START + 90)]
    _, report = person_of(written(tmp_path, made.genea_bytes(seconds)))
    assert report.dropped[OUT_OF_ORDER] == 40


def test_a_file_without_any_second_has_no_time(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="before or without any time"):
        person_of(written(tmp_path, made.genea_bytes([]) + made.genea_sample(1, 2, 3) * 100))


def test_chunks_of_an_unknown_kind_are_counted(tmp_path: Path) -> None:
    """I-15."""
    whole = made.genea_bytes(range(START, START + 80)) + made.genea_chunk(7, bytes(5)) * 2
    assert person_of(written(tmp_path, whole))[1].unknown["chunk of kind 7"] == 2


def test_truncation_keeps_whole_chunks(tmp_path: Path) -> None:
    """Failure 11 and I-03."""
    whole = made.genea_bytes(range(START, START + 90))
    _, report = person_of(written(tmp_path, whole[:-3]))
    assert report.cut_short == {"a.bin": "the last page is cut"}


def test_windows_do_not_change_the_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, made.genea_bytes(range(START, START + 90)))
    whole, _ = person_of(path)
    monkeypatch.setattr(genea, "PAGES_AT_ONCE", 1)
    pieces, _ = person_of(path)
    for a, b in zip(whole.recordings, pieces.recordings, strict=True):
        np.testing.assert_allclose(a.values, b.values, rtol=1e-5)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"\r\n\r\n", b"\r\n--", "never ends"),
        (b"Sample-Rate:20Hz", b"Sample-Rate:0Hz", "cannot be"),
        (b"Sample-Rate:20Hz", b"", "cannot be"),
        (b"Accel-Gains:8192 8192 8192", b"Accel-Gains:0 0 0", "cannot be"),
    ],
)
def test_a_damaged_header_is_refused(tmp_path: Path, old: bytes, new: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words):
        person_of(written(tmp_path, made.genea_bytes(range(START, START + 70)).replace(old, new, 1)))


def test_a_header_without_calibration_is_that_of_an_uncalibrated_device() -> None:
    found = settings(gains="", offsets="")
    assert found.gain == (8_192.0,) * 3
    assert found.offset == (0.0,) * 3
    assert found.place == "wrist"


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_file(), reason="real device files are not beside this checkout")
def test_the_real_file_agrees_with_what_ggirread_publishes() -> None:
    """I-14: the sum in milli-g over the first 1,329 samples that GGIRread's own test expects, 1,374,990."""
    whole = REAL.read_bytes()
    found = genea.settings_of(whole[:10_240], where="x")
    pages = np.frombuffer(whole, dtype=np.uint8, offset=found.bytes, count=127 * 2_048).reshape(127, 2_048)
    chunks = pages[:, :2_046].reshape(-1, 6)
    assert (genea.checksums(chunks) == chunks[:, 0]).all()
    samples = chunks[chunks[:, 1] >> 4 == 0][:1_329]
    counts = np.rint(genea.accelerations(samples, found).astype(np.float64) * 340)  # the reference rounds at each step
    assert np.rint(counts * 1000 / 340).sum() == pytest.approx(1_374_990, abs=5)  # ours are in single precision
    person, report = person_of(REAL)
    assert len(next(r for r in person.recordings if r.channel.name == "enmo").values) == 9
    assert report.cut_short == {REAL.name: "the last page is cut"}
