"""I-16: readers read their samples just as well where the kernel refuses all else, and hostile files get nowhere.

A process of its own confines itself before it imports anything: Landlock lets it read the interpreter, this package and
the samples, and write to one scratch folder; an empty network namespace has no network. What it tried beside that is
heard by an audit hook.
"""

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sennight.errors import ReadError
from sennight.readers import READERS

SAMPLES = Path(__file__).with_name("samples")
CHILD = Path(__file__).with_name("confined_child.py")
CANNOT = 77  # exit code of the child where the kernel has no Landlock
ROOT = Path(__file__).resolve().parents[2]


def _samples(reader: str) -> tuple[Callable[[Path], Path], ...]:
    spec = importlib.util.spec_from_file_location(f"confined_{reader}", SAMPLES / f"{reader}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: tuple[Callable[[Path], Path], ...] = module.SAMPLES
    return made


def confined(paths: list[tuple[str, Path]], scratch: Path) -> dict[str, Any]:
    """What became of each (reader, path), and what was tried that is not allowed."""
    scratch.mkdir()
    asked = {
        "paths": [(reader, str(path)) for reader, path in paths],
        "readable": [sys.prefix, sys.base_prefix, str(ROOT / "src"), "/usr", "/lib", "/lib64", "/proc", "/sys", "/dev"],
        "samples": sorted({str(path.parent) for _, path in paths}),
        "scratch": str(scratch),
    }
    done = subprocess.run(
        [sys.executable, "-I", str(CHILD)],
        input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, "TMPDIR": str(scratch), "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    if done.returncode == CANNOT:
        pytest.skip(f"this kernel cannot confine a process: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert answer["held"] == {"read": True, "write": True, "connect": True}  # the kernel does refuse
    return answer


def test_every_reader_reads_its_samples_without_network_or_a_place_to_write(tmp_path: Path) -> None:
    """I-16: no denied call in normal files: as many records as without the confinement."""
    paths, expected = [], []
    for reader in READERS:
        for make in _samples(reader.name):
            folder = tmp_path / f"{reader.name}-{make.__name__}"
            folder.mkdir()
            paths.append((reader.name, make(folder)))
            reading = reader.read(paths[-1][1])
            people = [len(person.recordings) for person in reading.people]
            expected.append([reading.report.records_kept, people])
    answer = confined(paths, tmp_path / "scratch")
    assert answer["tried"] == []
    assert answer["left"] == []  # in the scratch folder
    told = dict(zip([f"{name} {path.name}" for name, path in paths], answer["read"], strict=True))
    assert told == dict(zip(told, expected, strict=True))


def _xml(folder: Path, declared: str, record: str = "") -> Path:
    text = f'<?xml version="1.0"?>{declared}<HealthData locale="en_US"><Me/>{record}</HealthData>'
    (folder / "export.xml").write_text(text)
    return folder / "export.xml"


def _local_file(folder: Path) -> Path:
    return _xml(folder, '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "<Record>&x;</Record>")


def _address(folder: Path) -> Path:
    return _xml(folder, '<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd" [<!ENTITY % x SYSTEM "http://192.0.2.1/x">%x;]>')


def _included(folder: Path) -> Path:
    inside = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    return _xml(folder, '<?xml-stylesheet href="http://192.0.2.1/a.xsl"?>', inside)


def _leaving(folder: Path) -> Path:
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../steps-2024-03-01.json", '[{"dateTime": "03/01/24 10:00:00", "value": "1"}]')
    return path


HOSTILE: list[tuple[str, Callable[[Path], Path]]] = [
    ("apple_health", _local_file), ("apple_health", _address), ("apple_health", _included), ("fitbit", _leaving),
]  # fmt: skip


def test_hostile_files_try_nothing_that_would_have_to_be_refused(tmp_path: Path) -> None:
    """I-16, X-04, X-05: each is a ReadError, and nothing was looked up, opened or written for it."""
    paths = []
    for i, (reader, make) in enumerate(HOSTILE):
        (tmp_path / str(i)).mkdir()
        paths.append((reader, make(tmp_path / str(i))))
    answer = confined(paths, tmp_path / "scratch")
    assert answer["read"] == [ReadError.__name__] * len(HOSTILE)
    assert answer["tried"] == []
