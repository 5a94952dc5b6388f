"""Every real-world failure and every check of time and archives that we know of has a test that names it.

A test names what it stands for in its docstring: `Failure 11.`, `Failures 4 and 12`, `T-09`, `X-01`, `I-10`.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]

# From the failures of other projects' parsers, in the order of how often the same cause was seen.
FAILURES = {
    1: "time zones: naive local mixed with UTC",
    2: "steps summed over phone, watch and apps",
    3: "sentinels taken as data",
    4: "units: kJ, cal, mmol/L, s or ms, SDNN or RMSSD",
    5: "CSV: BOM, encodings, preamble, decimal comma, dates",
    6: "a file too big for memory",
    7: "a layout that changed over the years",
    8: "the malformed DTD of iOS 16",
    9: "odd field sizes: endless loop or panic",
    10: "localised names",
    11: "a truncated or unterminated FIT",
    12: "the wrong epoch",
    13: "cwa with bad blocks",
    14: "a corrupt or empty zip, re-zipped or in parts",
    15: "header variants of research devices",
    16: "a long write lock",
    17: "FIT whose CRC or length disagree",
    18: "FIT developer fields broken",
    19: "idle-sleep gaps of gt3x",
    20: "sleep records whose value is no number; classic and stages; across midnight",
    21: "overlapping or nested sleep; synced twice",
    22: "control characters in XML",
    23: "odd JSON elements",
    24: "a device clock wrong by hours to years, or drifting",
    25: "one bad checksum taken as the end",
    26: "days of 23 and 25 hours",
    27: "missing becomes 0",
    28: "16-bit and compressed FIT times",
    29: "unknown messages, fields, enums",
    30: "columns that are new",
    31: "the CDA file beside or instead of the export",
    32: "only one device kept",
    33: "unstable identity of a device",
    34: "labels translated to the phone's language",
    35: "one junk file aborts all",
    36: "local fields shifted twice",
    37: "the wrong series in the field",
}
CHECKS = [f"T-{n:02d}" for n in range(1, 17)] + [f"X-{n:02d}" for n in range(1, 8)]


def named() -> dict[str, list[str]]:
    """What tests say they stand for -> those tests."""
    found = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for name in _names(ast.get_docstring(node) or ""):
                    found[name].append(f"{path.relative_to(TESTS)}::{node.name}")
    return found


def _names(docstring: str) -> set[str]:
    numbers: set[str] = set()
    for match in re.finditer(r"\b[Ff]ailures? ((?:\d+(?:, | and |/)?)+)", docstring):
        numbers |= {f"failure {n}" for n in re.findall(r"\d+", match[1])}
    return numbers | set(re.findall(r"\b[TXI]-\d\d\b", docstring))


NAMED = named()


@pytest.mark.parametrize("number", FAILURES, ids=lambda n: f"{n}-{FAILURES[n]}")
def test_a_test_stands_for_every_known_failure(number: int) -> None:
    assert NAMED.get(f"failure {number}"), f"no test names failure {number}: {FAILURES[number]}"


@pytest.mark.parametrize("check", CHECKS)
def test_a_test_stands_for_every_check_of_time_and_archives(check: str) -> None:
    assert NAMED.get(check), f"no test names {check}"
