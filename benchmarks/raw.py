"""Raw acceleration: how fast a CWA file is decoded, and turned into minutes, and the memory that takes.

    python benchmarks/raw.py [--quick] [--megabytes 258]

The file is made here (an AX3 at 100 Hz, a week of it in 258 MB), so that everybody measures the same. Each figure
comes from a process of its own, so that its peak memory is its own; actfast, in Rust, reads the same file beside us.
It holds all samples at once and gives no minutes, so it is a yardstick for the decoding alone.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MEGABYTES = 258.0  # seven days at 100 Hz, what a study's participant brings back
ROUNDS = 3


def write_file(path: Path, megabytes: float) -> Path:
    """The file, by the writer that the tests use."""
    spec = importlib.util.spec_from_file_location("made", ROOT / "tests" / "readers" / "samples" / "axivity.py")
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return Path(made.large_cwa(path, megabytes=megabytes))


def decode(path: Path) -> int:
    """Every sample and its time, let go at once; how many there were."""
    from sennight.readers.axivity.cwa import HEADER_BYTES, Losses, accelerations, timed
    from sennight.readers.block_times import Drift
    from sennight.readers.guard import members
    from sennight.readers.raw_files import Hashed
    from sennight.readers.reader import ReadReport

    stream = Hashed(members(path)[0])
    stream.read(HEADER_BYTES)
    losses = Losses(report=ReadReport(reader="axivity", source=str(path)))
    return sum(len(accelerations(blocks)) for blocks, _ in timed(stream, losses, Drift()))


def minutes(path: Path) -> int:
    """All channels of all minutes, as `sennight read` makes them; how many samples they are made of."""
    from sennight.readers.axivity import READER

    reading = READER.read(path)
    list(reading.people)
    return reading.report.records_kept


def second_reader(path: Path) -> int:
    """What actfast makes of it; how many samples."""
    import actfast

    return len(actfast.read(str(path))["timeseries"]["high_frequency"]["datetime"])


WORK: dict[str, Callable[[Path], int]] = {"decode": decode, "minutes": minutes, "actfast": second_reader}
WORDS = {
    "decode": "sennight: samples and times",
    "minutes": "sennight: minutes, all channels",
    "actfast": "actfast: samples and times",
}


def measure_here(name: str, path: Path, rounds: int) -> dict[str, float]:
    """Seconds of the fastest round by the wall and by the processor, samples, and the peak memory of this process."""
    WORK[name](path.with_name("small.cwa"))  # imports, and what is computed once
    found = []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        samples = WORK[name](path)
        found.append((time.perf_counter() - wall, time.process_time() - cpu))
    status = Path("/proc/self/status").read_text().splitlines()
    peak_mb = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    wall_s, cpu_s = min(w for w, _ in found), max(min(c for _, c in found), 1e-6)
    return {"wall_s": wall_s, "cpu_s": cpu_s, "samples": samples, "peak_mb": peak_mb}


def row(name: str, path: Path, rounds: int) -> list[str]:
    """One line of the table, measured in a process of its own."""
    command = [sys.executable, __file__, "--measure", name, "--file", str(path), "--rounds", str(rounds)]
    told = subprocess.run(
        command, stdout=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"}, text=True, check=True
    ).stdout
    found, size = json.loads(told.splitlines()[-1]), path.stat().st_size / 1e6
    return [
        WORDS[name], f"{size:,.0f}", f"{size / found['wall_s']:,.1f}", f"{size / found['cpu_s']:,.1f}",
        f"{found['samples'] / found['wall_s'] / 1e6:,.1f}", f"{found['peak_mb']:,.0f}",
    ]  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print; with `--measure`, be the process that is measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny, to see that it runs; the figures mean nothing")
    parser.add_argument("--megabytes", type=float, default=MEGABYTES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--measure", choices=list(WORK), default=None, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        print(json.dumps(measure_here(options.measure, options.file, options.rounds)))
        return
    from machine import ceilings  # torch would count as memory of what is measured
    from measure import show

    print(ceilings(quick=options.quick))
    with tempfile.TemporaryDirectory(prefix="raw-benchmark-") as folder:
        write_file(Path(folder) / "small.cwa", 0.2)
        path = write_file(Path(folder) / "large.cwa", 1.0 if options.quick else options.megabytes)
        rows = [row(name, path, 1 if options.quick else options.rounds) for name in WORK]
    show("raw acceleration, CWA at 100 Hz", ["work", "MB", "MB/s", "MB/CPU-s", "million samples/s", "peak MB"], rows)


if __name__ == "__main__":
    main()
