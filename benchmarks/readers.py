"""How fast exports are read, prepared and stored, and the most memory that takes.

    python benchmarks/readers.py [--quick] [--people N]

Files of synthetic people are written into a temporary folder, read, and removed. Where ../shared/data/ holds NHANES
2005-2006, it is read, prepared and stored, too (`--people` stops after so many). One process, one thread of numpy; a
reader streams, so its memory does not grow with the cohort. Files come from the page cache.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl

from measure import best_of, show
from sennight.prepare import prepare
from sennight.readers import read
from sennight.record import MINUTES_PER_DAY, Role, channel
from sennight.store import StoreWriter

NHANES = Path(__file__).resolve().parents[2] / "shared" / "data" / "nhanes_2005_2006"
DAYS = 7
RECORD = 80  # bytes of a record of a transport file
T = TypeVar("T")


def hip_file(path: Path, people: int) -> Path:
    """A synthetic NHANES hip file: SAS transport, a row a minute, 72 bytes each."""
    rng = np.random.default_rng(0)
    minute = np.arange(DAYS * MINUTES_PER_DAY)
    n = people * len(minute)
    columns = {
        "SEQN": np.repeat(np.arange(people) + 31_128, len(minute)),
        "PAXSTAT": np.ones(n),
        "PAXCAL": np.ones(n),
        "PAXDAY": np.tile(minute // MINUTES_PER_DAY + 1, people),
        "PAXN": np.tile(minute + 1, people),
        "PAXHOUR": np.tile(minute // 60 % 24, people),
        "PAXMINUT": np.tile(minute % 60, people),
        "PAXINTEN": rng.poisson(200, n),
        "PAXSTEP": rng.poisson(3, n),
    }
    return write_transport(path, columns)


def write_transport(path: Path, columns: dict[str, np.ndarray]) -> Path:
    """Write columns of whole numbers from 0 on as a SAS transport file."""
    rule = "HEADER RECORD*******{}HEADER RECORD!!!!!!!".format
    records = [
        rule("LIBRARY ") + "0" * 30, "SAS     SAS     SASLIB  9.1     MADE UP", "",
        rule("MEMBER  ") + f"{'0' * 17}160000000{140:04d}", rule("DSCRPTR ") + "0" * 30,
        "SAS     PAXRAW  SASDATA 9.1     MADE UP", "", rule("NAMESTR ") + f"{'0' * 6}{len(columns):04d}{'0' * 20}",
    ]  # fmt: skip
    described = b"".join(
        b"\0\1\0\0\0\10" + (i + 1).to_bytes(2, "big") + name.encode().ljust(76) + (8 * i).to_bytes(4, "big") + bytes(52)
        for i, name in enumerate(columns)
    )
    cells = np.stack([_ibm(np.asarray(values, dtype=np.float64)) for values in columns.values()], axis=1)
    with path.open("wb") as file:
        file.write("".join(text.ljust(RECORD) for text in records).encode())
        file.write(described.ljust(-(-len(described) // RECORD) * RECORD))
        file.write((rule("OBS     ") + "0" * 30).ljust(RECORD).encode())
        file.write(cells.astype(">u8").tobytes())
        file.write(b" " * (-cells.nbytes % RECORD))
    return path


def _ibm(values: np.ndarray) -> np.ndarray:
    """Whole numbers from 0 on as 8-byte IBM floats: a base-16 exponent above a fraction of 14 hexadecimal digits."""
    mantissa, exponent = np.frexp(values)
    sixteens = -(-exponent // 4)
    fraction = np.ldexp(mantissa, 56 - (4 * sixteens - exponent)).astype(np.uint64)
    return np.where(values == 0, np.uint64(0), (sixteens + 64).astype(np.uint64) << np.uint64(56) | fraction)


def long_table(path: Path, people: int) -> Path:
    """A synthetic table with a row a minute, as CSV or Parquet, whose columns describe themselves."""
    rng = np.random.default_rng(0)
    minutes = DAYS * MINUTES_PER_DAY
    start = np.datetime64("2024-03-04T00:00:00", "ms")
    times = start + np.arange(minutes) * np.timedelta64(60_000, "ms")
    table = pl.DataFrame(
        {
            "person": np.repeat([f"p{i:04d}" for i in range(people)], minutes),
            "timestamp": pl.Series(np.tile(times, people)).dt.strftime("%Y-%m-%d %H:%M:%S"),
            "heart_rate": rng.integers(50, 150, people * minutes).astype(np.float64),
            "steps": rng.poisson(5, people * minutes).astype(np.float64),
        }
    )
    if path.suffix == ".csv":
        table.write_csv(path)
    else:
        table.write_parquet(path)
    return path


def take_all(source: Path | str) -> int:
    """Read everybody and let them go; how many samples came."""
    return sum(len(recording.values) for person in read(source).people for recording in person.recordings)


def reading_row(name: str, source: Path | str, person_days: int, *, rounds: int) -> list[str]:
    """Speed of one reader on one file."""
    timing = best_of(lambda: take_all(source), rounds=rounds)
    size = Path(source).stat().st_size / 1e6 if Path(source).exists() else None
    return [
        name,
        f"{size:,.1f}" if size else "-",
        f"{size / timing.wall_s:,.0f}" if size else "-",
        f"{size / timing.cpu_s:,.0f}" if size else "-",
        f"{person_days / timing.wall_s:,.0f}",
    ]


def clocked(items: Iterable[T], spent: Counter[str], name: str) -> Iterator[T]:
    """The same items; the time that each took to come is added to `spent`."""
    stream = iter(items)
    while True:
        begin = time.perf_counter()
        try:
            item = next(stream)
        except StopIteration:
            return
        finally:
            spent[name] += time.perf_counter() - begin  # type: ignore[assignment]
        yield item


def pipeline(source: str, people: int | None) -> dict[str, Any]:
    """Read, prepare and store in one stream, as `sennight prepare` does: seconds of each, and the peak memory."""
    spent: Counter[str] = Counter()
    begin = time.perf_counter()
    reading = read(source)
    opened = time.perf_counter() - begin
    everybody = clocked(reading.people, spent, "read")
    prepared = islice(clocked(prepare(everybody), spent, "read and prepare"), people)
    channels = reading.channels
    if channels is None:
        held = list(prepared)
        prepared = iter(held)
        channels = tuple(dict.fromkeys(name for p in held for d in p.days for name in d.channels))
    signals = tuple(c for c in channels if channel(c).role is Role.SIGNAL)
    n_people = n_days = 0
    with tempfile.TemporaryDirectory(prefix="reader-benchmark-") as folder:
        with StoreWriter(Path(folder) / "store", channels=signals, provenance={}) as writer:
            for person in prepared:
                writer.extend(person.days)
                n_people, n_days = n_people + 1, n_days + len(person.days)
            writer.add_facts(reading.facts)
        total = time.perf_counter() - begin
    return {
        "people": n_people,
        "days": n_days,
        "read": opened + spent["read"],
        "prepare": spent["read and prepare"] - spent["read"],
        "store": total - opened - spent["read and prepare"],
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """The most memory this process held. What `getrusage` says may be that of the process which started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes where there is no /proc


def pipeline_row(name: str, source: Path | str, people: int | None) -> list[str]:
    """The pipeline in a process of its own, so that its peak memory is its own."""
    command = [sys.executable, __file__, "--pipeline", str(source), *(["--people", str(people)] if people else [])]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    told = subprocess.run(command, stdout=subprocess.PIPE, env=env, text=True, check=True).stdout
    found = json.loads(told.splitlines()[-1])
    seconds = [found["read"], found["prepare"], found["store"]]
    return [
        name, f"{found['people']:,}", f"{found['days']:,}", *(f"{s:.1f}" for s in seconds),
        f"{found['days'] / sum(seconds):,.0f}", f"{found['peak_mb']:,.0f}",
    ]  # fmt: skip


def tables(folder: Path, *, quick: bool, people: int | None) -> None:
    """Write the files, measure, print."""
    n, rounds = (1, 1) if quick else (60, 3)
    files = [
        ("NHANES hip, XPT", hip_file(folder / "PAXRAW_D.XPT", n)),
        ("table, CSV", long_table(folder / "minutes.csv", n)),
        ("table, Parquet", long_table(folder / "minutes.parquet", n)),
        ("synthetic people", f"synthetic:people={n},days={DAYS}"),
    ]
    rows = [reading_row(name, source, n * DAYS, rounds=rounds) for name, source in files]
    show(f"reading {n} people x {DAYS} days", ["reader", "MB", "MB/s", "MB/CPU-s", "person-days/s"], rows)
    packs: list[tuple[str, Path | str, int | None]] = [("synthetic hip file, XPT", folder / "PAXRAW_D.XPT", None)]
    if NHANES.is_dir() and not quick:
        packs.append(("NHANES 2005-2006, Parquet", NHANES, people))
    show(
        "read, prepare and store in one stream",
        ["cohort", "people", "person-days", "read s", "prepare s", "store s", "person-days/s", "peak MB"],
        [pipeline_row(*pack) for pack in packs],
    )
    if not NHANES.is_dir():
        print("NHANES 2005-2006 is not beside this checkout; only synthetic people were measured")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; with `--pipeline`, be the process that is measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny, to see that it runs; the figures mean nothing")
    parser.add_argument("--people", type=int, default=None, help="of NHANES; by default all")
    parser.add_argument("--pipeline", default=None, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.pipeline:
        print(json.dumps(pipeline(options.pipeline, options.people)))
        return
    from machine import ceilings  # torch would count as memory of the pipeline

    print(ceilings(quick=options.quick))
    with tempfile.TemporaryDirectory(prefix="reader-benchmark-") as folder:
        tables(Path(folder), quick=options.quick, people=options.people)


if __name__ == "__main__":
    main()
