"""How fast an Apple Health export becomes minutes, beside XML parsers that only look at its records; its memory.

    python benchmarks/apple.py [--quick] [--days N]

A made-up export is written into a temporary folder, once as XML and once as a zip. The parsers visit every record and
turn its value into a number, which is the least that any reader does; the reader also tells devices apart, converts
units, spreads amounts and folds minutes. One process each, one thread; seconds are of the processor.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from measure import show

WRITER = Path(__file__).resolve().parents[1] / "tests" / "readers" / "samples" / "apple_health.py"
MEASURE = """
import json, resource, sys, time
from pathlib import Path

def expat(path):
    from xml.parsers import expat
    total = [0.0, 0]
    def start(name, attributes):
        if name == "Record":
            value = attributes["value"]
            total[0] += float(value) if value[0] < "A" else 0
            total[1] += 1
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            parser.Parse(piece, False)
    parser.Parse(b"", True)
    return total[1]

def element_tree(path):
    from xml.etree import ElementTree
    total, n, root = 0.0, 0, None
    for event, element in ElementTree.iterparse(path, events=("start", "end")):
        if root is None:
            root = element
        if event == "end" and element.tag == "Record":
            value = element.attrib["value"]
            total += float(value) if value[0] < "A" else 0
            n += 1
            root.clear()
    return n

def minutes(path, quick=True):
    from sennight.readers.apple_health import READER
    reading = READER.read(Path(path), quick=quick)
    for person in reading.people:
        pass
    return reading.report.records_seen + sum(reading.report.unknown.values())

def minutes_by_parser(path):
    return minutes(path, quick=False)

def find(path):
    # The ceiling: every byte is looked at once.
    with open(path, "rb") as file:
        return sum(piece.count(b"<Record ") for piece in iter(lambda: file.read(1 << 20), b""))

def most():
    # Of this process alone; where there is no /proc, that of its parent may shine through.
    try:
        return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

way, path, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
import sennight.readers
before = most()
seconds = []
for _ in range(rounds):
    began = time.process_time()
    records = globals()[way](path)
    seconds.append(time.process_time() - began)
peak = most()
print(json.dumps({"seconds": min(seconds), "records": records, "peak": peak >> 10, "grew": (peak - before) >> 10}))
"""
# Apple's document type is malformed since iOS 16, so what parses it needs a well-formed one.
WELL_FORMED = "<!DOCTYPE HealthData [\n<!ELEMENT HealthData ANY>\n]>\n"


def measured(way: str, path: Path, *, rounds: int) -> dict[str, float]:
    """One way of reading, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, way, str(path), str(rounds)], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Write, read in all ways, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny, to see that it runs; the figures mean nothing")
    parser.add_argument("--days", type=int, default=300, help="days of the export, 0.7 MB each")
    options = parser.parse_args(arguments)
    spec = importlib.util.spec_from_file_location("apple_writer", WRITER)
    assert spec
    assert spec.loader
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    days, rounds = (2, 1) if options.quick else (options.days, 3)
    with tempfile.TemporaryDirectory() as folder:
        xml, packed = Path(folder) / "export.xml", Path(folder) / "export.zip"
        size = writer.write_large(xml, writer.Large(days=days, doctype=WELL_FORMED)) / 1e6
        writer.write_large(packed, writer.Large(days=days, doctype=WELL_FORMED))
        ways = [
            ("sennight, to minutes", "minutes", xml),
            ("sennight, to minutes, from the zip", "minutes", packed),
            ("sennight, every line by the parser", "minutes_by_parser", xml),
            ("expat, values only", "expat", xml),
            ("ElementTree, values only", "element_tree", xml),
            ("ceiling: finding where records begin", "find", xml),
        ]
        rows = []
        for title, way, path in ways:
            found = measured(way, path, rounds=rounds)
            rows.append(
                [
                    title,
                    f"{size / found['seconds']:,.0f}",
                    f"{found['records'] / found['seconds'] / 1e3:,.0f}",
                    f"{found['peak']:,.0f}",
                    f"{found['grew']:,.0f}",
                ]
            )
    columns = ("way", "MB/s of XML", "1,000 records/s", "peak MB", "of it for reading")
    show(f"An Apple Health export of {size:,.0f} MB, {days:,} days", columns, rows)


if __name__ == "__main__":
    main()
