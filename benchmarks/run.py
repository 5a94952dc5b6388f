"""All benchmarks, one after the other, each in a process of its own: about five minutes on two cores.

    python benchmarks/run.py [--quick] [NAME ...]

What `make bench` calls. Run it on an otherwise idle machine; a figure means something beside the ceilings printed
with it and nothing alone.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent

# Name -> arguments of a full run, and of a quick one that only shows that it still runs.
BENCHMARKS: dict[str, tuple[list[str], list[str]]] = {
    "machine": ([], ["--quick"]),
    "readers": ([], ["--quick"]),
    "apple": ([], ["--quick"]),
    "raw": ([], ["--quick"]),
    "store": (["--people", "600"], ["--people", "8", "--channels", "2", "--batch", "2"]),
    "agent": ([], ["--days", "40", "--rounds", "3"]),
    "features": ([], ["--quick"]),
    "pat": ([], ["--quick"]),
    "fill_year": ([], ["--threads", "1", "--days", "3"]),
    "model": ([], ["--quick", "--threads", "1"]),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run those that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny, to see that all run; the figures mean nothing")
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME", help=", ".join(BENCHMARKS))
    options = parser.parse_args(arguments)
    begin = time.perf_counter()
    for name in options.names or BENCHMARKS:
        full, quick = BENCHMARKS[name]
        print(f"\n== {name}", flush=True)
        subprocess.run([sys.executable, str(HERE / f"{name}.py"), *(quick if options.quick else full)], check=True)
    print(f"\nall of this took {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
