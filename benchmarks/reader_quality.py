"""How far each reader has been proven: samples, broken copies, branch coverage, real files, a second reader.

    python benchmarks/reader_quality.py            runs the readers' tests with coverage, prints the table
    python benchmarks/reader_quality.py --write    and writes docs/readers.md and docs/results/reader_coverage.json
    python benchmarks/reader_quality.py fitbit     the same for some readers, by their own tests; the others stay

Real files and second readers are named by `REAL` and `SECOND` in tests/readers/samples/<reader>.py.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sennight.readers import READERS

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "tests" / "readers" / "samples"
SHELF = ROOT / "src" / "sennight" / "readers"
PAGE = ROOT / "docs" / "readers.md"
COVERAGE = ROOT / "docs" / "results" / "reader_coverage.json"
ENOUGH = 0.90  # share of branches that tests take

HEAD = """# Readers and how far each is proven

| level | what it takes |
|---|---|
| bronze | samples written by us, read in the conformance suite; broken copies give one typed error or valid people |
| silver | and tests take 90 % of its branches |
| gold | and a real file of the device or service has been read |
| platinum | and what was read agrees with a second reader or a reference made by others |

A reader that has never met a real file says so: its layout is from documentation and from what others wrote about it.
Made by `python benchmarks/reader_quality.py --write`; branches are those that the readers' tests took on that day.

| reader | reads | level | branches | real files | second reader or reference |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What is known of one reader; `branches` is the covered share, None where it was not measured."""

    name: str
    title: str
    samples: int
    branches: float | None
    real: str
    second: str

    @property
    def level(self) -> str:
        """The highest level whose conditions, and those below it, are met."""
        if not self.samples:
            return "none"
        met = (self.branches is not None and self.branches >= ENOUGH, bool(self.real), bool(self.second))
        levels = ("bronze", "silver", "gold", "platinum")
        return levels[next((i for i, yes in enumerate(met) if not yes), len(met))]

    @property
    def row(self) -> str:
        """A line of the table."""
        share = "not measured" if self.branches is None else f"{self.branches:.0%}"
        real = self.real or "never met a real file"
        return f"| {self.name} | {self.title} | {self.level} | {share} | {real} | {self.second or 'none'} |"


def qualities(coverage: dict[str, float]) -> list[Quality]:
    """Every reader on the shelf, in its order."""
    found = []
    for reader in READERS:
        path = SAMPLES / f"{reader.name}.py"
        spec = importlib.util.spec_from_file_location(f"samples_{reader.name}", path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found.append(
            Quality(
                name=reader.name,
                title=reader.title,
                samples=len(module.SAMPLES),
                branches=coverage.get(reader.name),
                real=getattr(module, "REAL", ""),
                second=getattr(module, "SECOND", ""),
            )
        )
    return found


SIGNALS = "\nWhat is made of raw signals, and what each formula was held against: `docs/signals.md`.\n"


def page(coverage: dict[str, float]) -> str:
    """The whole of docs/readers.md."""
    return HEAD + "\n".join(quality.row for quality in qualities(coverage)) + "\n" + SIGNALS


def _own(reader: str) -> list[Path]:
    """The files of one reader."""
    return [SHELF / f"{reader}.py"] if (SHELF / f"{reader}.py").exists() else [*(SHELF / reader).rglob("*.py")]


def _tests(only: Sequence[str]) -> list[str]:
    if not only:
        return ["tests/readers", "tests/signals"]
    mine = [f"tests/readers/{n}" if (SHELF / n).is_dir() else f"tests/readers/test_{n}.py" for n in only]
    return [*mine, "tests/readers/test_every_reader.py", "-k", " or ".join(only)]


def measured(only: Sequence[str] = ()) -> dict[str, float]:
    """Reader -> share of its branches that the readers' tests take; of all, or of some by their own tests."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        # Without the shape checks, which rewrite the code whose branches are counted.
        options = ["-o", "addopts=-q --import-mode=importlib --strict-markers", "-p", "no:cacheprovider", "-n", "2"]
        command = [
            sys.executable, "-m", "pytest", *options, *_tests(only), "--cov=sennight.readers", "--cov-branch",
            f"--cov-report=json:{report}",
        ]  # fmt: skip
        environment = os.environ | {"OMP_NUM_THREADS": "1", "COVERAGE_FILE": str(Path(folder) / ".coverage")}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        if done.returncode:
            sys.exit("the readers' tests do not pass, so their coverage says nothing")
        files = json.loads(report.read_text())["files"]
    shares = {}
    for reader in READERS:
        if only and reader.name not in only:
            continue
        own = [p.relative_to(ROOT).as_posix() for p in _own(reader.name)]
        totals = [files[p]["summary"] for p in own if p in files]
        branches = sum(t["num_branches"] for t in totals)
        shares[reader.name] = sum(t["covered_branches"] for t in totals) / branches if branches else 1.0
    return {name: round(share, 4) for name, share in shares.items()}


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("only", nargs="*", help="readers; all if none is named")
    arguments = parser.parse_args()
    known = json.loads(COVERAGE.read_text()) if arguments.only else {}
    coverage = known | measured(arguments.only)
    for quality in qualities(coverage):
        print(quality.row)
    if arguments.write:
        COVERAGE.write_text(json.dumps(coverage, indent=1, sort_keys=True) + "\n")
        PAGE.write_text(page(coverage))
        print(f"written: {PAGE.relative_to(ROOT)}, {COVERAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
