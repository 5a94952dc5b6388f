"""What every reader promises. A new reader joins by a sample in SAMPLES; the data are synthetic, made here."""

import itertools
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers import READERS, Reader, read, reader_for
from sennight.record import Person, Recording

MUTATIONS = 200
SEED = 20_240_229
# A changed number may ask for very many synthetic people; the first ones show whether reading works.
PEOPLE_LOOKED_AT = 4


# --- samples: one small valid export a format ---------------------------------------------------------------------


def _minutes(day: int, n: int) -> list[str]:
    return [f"2024-03-{day:02d} {8 + i // 60:02d}:{i % 60:02d}:00" for i in range(n)]


def table_csv(folder: Path) -> Path:
    """Two people, half an hour each, named as in the registry."""
    rows = [
        f"{person},{time},{60 + i % 7},{i % 3}" for person in ("anna", "ben") for i, time in enumerate(_minutes(1, 30))
    ]
    path = folder / "minutes.csv"
    path.write_text("person,time,heart_rate,steps\n" + "\n".join(rows) + "\n")
    return path


def table_parquet(folder: Path) -> Path:
    """A folder with NHANES-like day rows and labels, which a shipped mapping reads."""
    inside = folder / "pack"
    inside.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    pl.DataFrame(
        {
            "seqn": [7, 7, 9],
            "day": [0, 1, 0],
            "weekday": [7, 1, 3],
            "counts": pl.Series(rng.integers(-1, 900, (3, 1_440), dtype=np.int16)),
            "steps": pl.Series(rng.integers(0, 90, (3, 1_440), dtype=np.uint8)),
        }
    ).write_parquet(inside / "mini_200.parquet")
    return inside / "mini_200.parquet"


NIGHT = {
    "logId": 1,
    "dateOfSleep": "2024-03-02",
    "type": "stages",
    "mainSleep": True,
    "minutesAsleep": 40,
    "levels": {
        "data": [
            {"dateTime": "2024-03-01T23:00:30.000", "level": "light", "seconds": 1_800},
            {"dateTime": "2024-03-01T23:30:30.000", "level": "deep", "seconds": 600},
        ],
        "shortData": [{"dateTime": "2024-03-01T23:10:00.000", "level": "wake", "seconds": 60}],
    },
}


def fitbit_night(folder: Path) -> Path:
    """One night, a file on its own."""
    path = folder / "sleep-2024-03-01.json"
    path.write_text(json.dumps([NIGHT]))
    return path


def fitbit_takeout(folder: Path) -> Path:
    """One day of a personal export as a zip, folder names in Spanish."""
    steps = [{"dateTime": f"03/01/24 10:{i:02d}:00", "value": str(i)} for i in range(40)]
    pulse = [
        {"dateTime": f"03/01/24 10:{i:02d}:{s:02d}", "value": {"bpm": 60 + i, "confidence": 2}}
        for i in range(10)
        for s in (5, 25)
    ]
    path = folder / "takeout.zip"
    base = "Takeout/Fitbit/Datos de exportación globales"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{base}/steps-2024-03-01.json", json.dumps(steps))
        archive.writestr(f"{base}/heart_rate-2024-03-01.json", json.dumps(pulse))
        archive.writestr(f"{base}/sleep-2024-03-01.json", json.dumps([NIGHT]))
    return path


def fitbit_csv(folder: Path) -> Path:
    """Fitabase minutes of two people."""
    rows = [f"{who},4/12/2016 12:{i:02d}:00 AM,{i}" for who in (1503960366, 1624580081) for i in range(30)]
    path = folder / "minuteStepsNarrow_merged.csv"
    path.write_text("Id,ActivityMinute,Steps\n" + "\n".join(rows) + "\n")
    return path


def _ibm(values: np.ndarray) -> bytes:
    """Whole numbers as 8-byte IBM floats: 0.fraction * 16 ** (exponent - 64)."""
    words = b""
    for value in values.astype(np.int64).tolist():
        digits = (value.bit_length() + 3) // 4
        words += (((64 + digits) << 56) | (value << (56 - 4 * digits)) if value else 0).to_bytes(8, "big")
    return words


def nhanes_xpt(folder: Path) -> Path:
    """Hip minutes of two participants, as a SAS transport table."""
    minutes, people = 120, (31_128, 31_129)
    minute = np.tile(np.arange(minutes), len(people))
    columns = {
        "SEQN": np.repeat(people, minutes),
        "PAXSTAT": np.ones_like(minute),
        "PAXCAL": np.ones_like(minute),
        "PAXDAY": np.full_like(minute, 3),
        "PAXN": minute + 1,
        "PAXHOUR": minute // 60,
        "PAXMINUT": minute % 60,
        "PAXINTEN": (minute * 37) % 500,
        "PAXSTEP": minute % 5,
    }
    cells = np.stack([np.frombuffer(_ibm(c), dtype=np.uint8).reshape(-1, 8) for c in columns.values()], axis=1)
    block = b"".join(
        (
            struct.pack(">hhhh", 1, 0, 8, i + 1) + name.encode().ljust(8) + b" " * 40 + b" " * 8 + b"\0" * 8
            + b" " * 8 + b"\0" * 4 + struct.pack(">i", 8 * i)
        ).ljust(140, b"\0")
        for i, name in enumerate(columns)
    )  # fmt: skip
    rule = "HEADER RECORD*******{}HEADER RECORD!!!!!!!"
    heads = [
        rule.format("LIBRARY ") + "0" * 30,
        "SAS     SAS     SASLIB  9.1     TEST" + " " * 24 + "01JAN26:00:00:00",
        "01JAN26:00:00:00",
        rule.format("MEMBER  ") + f"{'0' * 17}1600000000140",
        rule.format("DSCRPTR ") + "0" * 30,
        "SAS     PAXRAW_DSASDATA 9.1     TEST" + " " * 24 + "01JAN26:00:00:00",
        "01JAN26:00:00:00" + " " * 16 + f"{'Synthetic table':40}",
        rule.format("NAMESTR ") + f"{'0' * 6}{len(columns):04d}{'0' * 20}",
    ]
    body = cells.tobytes()
    path = folder / "PAXRAW_D.XPT"
    path.write_bytes(
        b"".join(h.encode().ljust(80) for h in heads)
        + block.ljust(-(-len(block) // 80) * 80)
        + (rule.format("OBS     ") + "0" * 30).encode().ljust(80)
        + body.ljust(-(-len(body) // 80) * 80)
    )
    return path


def synthetic_yaml(folder: Path) -> Path:
    """A request for two synthetic people."""
    path = folder / "people.yaml"
    path.write_text("synthetic:\n  people: 2\n  days: 1\n  seed: 5\n  channels: [heart_rate, steps]\n")
    return path


SAMPLES: dict[str, tuple[Callable[[Path], Path], ...]] = {
    "synthetic": (synthetic_yaml,),
    "nhanes": (nhanes_xpt,),
    "fitbit": (fitbit_takeout, fitbit_night, fitbit_csv),
    "table": (table_csv, table_parquet),
}
CASES = [pytest.param(r, make, id=f"{r.name}-{make.__name__}") for r in READERS for make in SAMPLES.get(r.name, ())]


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
    """A truncated copy, or one with one to eight changed bytes."""
    if rng.random() < 0.25:
        return whole[: int(rng.integers(0, len(whole)))]
    raw = np.frombuffer(whole, dtype=np.uint8).copy()
    places = rng.integers(0, len(raw), size=int(rng.integers(1, 9)))
    raw[places] = rng.integers(0, 256, size=len(places))
    return raw.tobytes()


@pytest.mark.parametrize(("reader", "make"), CASES)
def test_broken_copies_raise_read_errors_or_give_valid_people(
    reader: Reader, make: Callable[[Path], Path], tmp_path: Path
) -> None:
    path = make(tmp_path)
    whole, rng, refused = path.read_bytes(), np.random.default_rng(SEED), 0
    for _ in range(MUTATIONS):
        path.write_bytes(_broken(whole, rng))
        reader.claims(path)
        try:
            _people(reader.read(path).people)
        except ReadError:
            refused += 1
    assert refused > 0


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
