"""What every reader promises. A new reader joins by `tests/readers/samples/<name>.py`; the data are made there.

Such a module has `SAMPLES`: functions that write one small valid export into a folder and return its path. It may have
`MEND`: function name -> a function that makes the checksums and lengths of changed bytes right again, so that what was
changed is not refused at the first look. SENNIGHT_MUTATIONS sets how many broken copies a reader gets, SENNIGHT_SEED
which ones.
"""

import importlib.util
import io
import itertools
import os
import signal
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers import READERS, Reader, ReadReport, read, reader_for
from sennight.readers.kind import kind_of_bytes
from sennight.record import Person, Recording
from sennight.stages.cost import peak_mb, reset_peak

MUTATIONS = int(os.environ.get("SENNIGHT_MUTATIONS", "500"))  # a reader, shared by its samples
TRUNCATIONS = 1_000 if os.environ.get("SENNIGHT_NIGHTLY") else 40  # a sample; every byte of a smaller one
LINES = ("a text file", "UTF-16 text")
HANG_S = 5
MEMORY_MB = 512
SEED = int(os.environ.get("SENNIGHT_SEED", "20240229"))
# Sizes and counts that parsers trip over: none, one, the largest of a byte and of 31 bits, the next one, minus one.
ODD_NUMBERS = (0, 1, 255, 2**31 - 1, 2**31, 2**64 - 1)
# A changed number may ask for very many synthetic people; the first ones show whether reading works.
PEOPLE_LOOKED_AT = 4


def _samples() -> dict[str, ModuleType]:
    """Reader's name -> its module in tests/readers/samples/."""
    found = {}
    for path in sorted((Path(__file__).parent / "samples").glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"samples_{path.stem}", path)
        assert spec
        assert spec.loader
        found[path.stem] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found[path.stem])
    return found


SAMPLES = _samples()
CASES = [
    pytest.param(reader, make, id=f"{reader.name}-{make.__name__}")
    for reader in READERS
    if reader.name in SAMPLES
    for make in SAMPLES[reader.name].SAMPLES
]


# --- promises -----------------------------------------------------------------------------------------------------


def _check_recording(recording: Recording, person: str) -> None:
    assert recording.person == person
    assert recording.times_utc.dtype == np.int64
    assert recording.values.dtype == np.float32
    assert (np.diff(recording.times_utc) >= 0).all()
    assert recording.source


def _people(reading_people: Iterator[Person]) -> list[Person]:
    people = list(itertools.islice(reading_people, PEOPLE_LOOKED_AT))
    assert len({p.id for p in people}) == len(people)
    for person in people:
        for recording in person.recordings:
            _check_recording(recording, person.id)
    return people


def test_every_reader_has_a_sample() -> None:
    assert {r.name for r in READERS} == set(SAMPLES)


@pytest.mark.parametrize(("reader", "make"), CASES)
def test_it_claims_its_own_sample_and_nobody_elses(
    reader: Reader, make: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = make(tmp_path)
    assert [r.name for r in READERS if r.claims(path)] == [reader.name]
    assert reader_for(path) is reader


@pytest.mark.parametrize(("reader", "make"), CASES)
def test_people_come_once_whole_and_the_report_adds_up(
    reader: Reader, make: Callable[[Path], Path], tmp_path: Path
) -> None:
    reading = reader.read(make(tmp_path))
    people = _people(reading.people)
    report = reading.report
    assert people
    assert all(p.recordings for p in people)
    assert reading.n_people in (None, len(people))
    assert report.reader == reader.name
    assert report.files >= 1
    assert report.bytes_read > 0
    assert report.records_seen == report.records_kept + report.records_dropped
    assert report.records_kept > 0
    assert list(reading.people) == []


@pytest.mark.parametrize(("reader", "make"), CASES)
def test_the_same_file_twice_gives_identical_arrays(
    reader: Reader, make: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = make(tmp_path)
    first, second = _people(reader.read(path).people), _people(reader.read(path).people)
    assert [p.id for p in first] == [p.id for p in second]
    for a, b in zip(first, second, strict=True):
        assert [(r.device, r.channel.name) for r in a.recordings] == [(r.device, r.channel.name) for r in b.recordings]
        for x, y in zip(a.recordings, b.recordings, strict=True):
            np.testing.assert_array_equal(x.times_utc, y.times_utc)
            np.testing.assert_array_equal(x.values, y.values)
            assert x.source_sha256 == y.source_sha256


@pytest.mark.parametrize(("reader", "make"), CASES)
def test_the_front_door_reads_it_too(reader: Reader, make: Callable[[Path], Path], tmp_path: Path) -> None:
    path = make(tmp_path)
    assert [p.id for p in read(str(path)).people] == [p.id for p in reader.read(path).people]


def _broken(whole: bytes, rng: np.random.Generator) -> bytes:
    """A truncated copy, or one with one to eight changed bytes, or one with an odd number in 1, 2, 4 or 8 of them."""
    kind = rng.random()
    if kind < 0.25 or not whole:
        return whole[: int(rng.integers(0, len(whole) or 1))]
    raw = np.frombuffer(whole, dtype=np.uint8).copy()
    if kind < 0.5:
        size, number = 2 ** int(rng.integers(4)), ODD_NUMBERS[int(rng.integers(len(ODD_NUMBERS)))]
        order = ("little", "big")[int(rng.integers(2))]
        at = int(rng.integers(0, len(raw)))
        return whole[:at] + (number % 256**size).to_bytes(size, order) + whole[at + size :]  # type: ignore[arg-type]
    places = rng.integers(0, len(raw), size=int(rng.integers(1, 9)))
    raw[places] = rng.integers(0, 256, size=len(places))
    return raw.tobytes()


def _broken_inside(whole: bytes, rng: np.random.Generator) -> bytes:
    """An archive that is whole, with right checksums, around one broken file; in an archive inside too."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(target, "w") as new:
        entries = old.infolist()
        chosen = int(rng.integers(len(entries)))
        for i, entry in enumerate(entries):
            body = old.read(entry)
            if i == chosen:
                body = (_broken_inside if zipfile.is_zipfile(io.BytesIO(body)) else _broken)(body, rng)
            new.writestr(entry, body)
    return target.getvalue()


@contextmanager
def _no_hang() -> Iterator[None]:
    """Nothing that a file says may take longer than five seconds of the processor (a busy machine is no hang)."""

    def hangs(signum: int, frame: object) -> None:
        raise AssertionError(f"still reading after {HANG_S} s")

    before = signal.signal(signal.SIGPROF, hangs)
    signal.setitimer(signal.ITIMER_PROF, HANG_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _file_to_break(path: Path) -> Path:
    """The sample itself, or the largest file of a folder."""
    if path.is_file():
        return path
    return max((p for p in path.rglob("*") if p.is_file()), key=lambda p: (p.stat().st_size, p.name))


def _read_broken(reader: Reader, path: Path) -> ReadReport | None:
    """The report, or None if it was refused; anything else that happens fails the test."""
    with _no_hang():
        reader.claims(path)
        try:
            reading = reader.read(path)
            _people(reading.people)
        except ReadError:
            return None
    return reading.report


@pytest.mark.parametrize("kind", ["raw", "mended", "inside"])
@pytest.mark.parametrize(("reader", "make"), CASES)
def test_broken_copies_raise_read_errors_or_give_valid_people(
    reader: Reader, make: Callable[[Path], Path], kind: str, tmp_path: Path
) -> None:
    """I-01, I-02, I-04: bytes changed; the same with checksums made right; a file changed inside a whole archive."""
    module = SAMPLES[reader.name]
    mend = getattr(module, "MEND", {}).get(make.__name__)
    source = make(tmp_path)
    broken, seed = _file_to_break(source), zlib.crc32(make.__name__.encode())
    if kind == "mended" and not mend:
        pytest.skip("this format has no checksum to make right")
    if kind == "inside" and not zipfile.is_zipfile(broken):
        pytest.skip("no archive")
    whole, rng, noticed = broken.read_bytes(), np.random.default_rng([SEED, seed]), 0
    unbroken = _read_broken(reader, source)
    assert unbroken
    reset_peak()
    before = peak_mb()
    known = unbroken.unknown
    tries = MUTATIONS // 10 if kind == "inside" else MUTATIONS
    for _ in range(-(-tries // len(module.SAMPLES))):
        changed = (_broken_inside if kind == "inside" else _broken)(whole, rng)
        broken.write_bytes(mend(changed) if kind == "mended" else changed)
        report = _read_broken(reader, source)
        noticed += report is None or report.partial or report.records_dropped > 0 or bool(report.unknown - known)
    assert peak_mb() - before < MEMORY_MB
    assert noticed > 0


@pytest.mark.parametrize(("reader", "make"), CASES)
def test_a_file_that_is_cut_short_is_refused_or_said_to_be(
    reader: Reader, make: Callable[[Path], Path], tmp_path: Path
) -> None:
    """I-03: never fewer records without a word. A text of lines that ends at the end of a line cannot be told apart."""
    source = make(tmp_path)
    broken = _file_to_break(source)
    whole = broken.read_bytes()
    if kind_of_bytes(whole[:4096]) in LINES:
        pytest.skip("lines of text: nothing says how many there were")
    all_of_it = _read_broken(reader, source)
    assert all_of_it
    lengths = np.linspace(0, len(whole) - 1, min(TRUNCATIONS, len(whole))).astype(int)
    for length in lengths.tolist():
        broken.write_bytes(whole[:length])
        report = _read_broken(reader, source)
        if report is not None and report.records_kept < all_of_it.records_kept:
            left_alone = bool(report.unknown - all_of_it.unknown)
            said = report.partial or left_alone or report.records_dropped > all_of_it.records_dropped
            assert said, f"cut to {length} bytes"


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
def test_claims_never_raises_on_junk(reader: Reader, tmp_path: Path) -> None:
    rng = np.random.default_rng(SEED)
    names = ["a.csv", "a.parquet", "a.zip", "a.json", "steps-2024-03-01.json", "PAXRAW_D.XPT", "a.yaml", "noname"]
    heads = [
        b"",
        b"PAR1",
        b"PK\x03\x04",
        b"[",
        b"{",
        b"synthetic:",
        b"\xff\xfe",
        b"Id,ActivityMinute,Steps\n",
        b"a,b\n",
    ]
    for name, head in itertools.product(names, heads):
        (tmp_path / name).write_bytes(head + rng.bytes(60))
        assert reader.claims(tmp_path / name) in (True, False)
    assert reader.claims(tmp_path) in (True, False)
    assert reader.claims(tmp_path / "nowhere") is False
