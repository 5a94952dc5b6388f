"""The FIT writer of the samples, and segments made with it."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sennight.readers.garmin.fit import parse
from sennight.readers.garmin.segment import Segment, device_of, find_clock
from sennight.readers.reader import ReadReport


def _writer() -> ModuleType:
    path = Path(__file__).parents[1] / "samples" / "garmin.py"
    spec = importlib.util.spec_from_file_location("garmin_writer", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["garmin_writer"] = module
    spec.loader.exec_module(module)
    return module


WRITER = _writer()


@pytest.fixture
def w() -> ModuleType:
    """The writer: `Fit`, `file_id`, `framed`, base types."""
    return WRITER


@pytest.fixture
def segment() -> Callable[[bytes], Segment]:
    """The first FIT file in these bytes, its clock found, nothing taken yet."""

    def make(raw: bytes) -> Segment:
        fit = parse(raw, where="a.fit").files[0]
        report = ReadReport(reader="garmin", source="a.fit")
        made = Segment(fit=fit, report=report, source="a.fit", sha256="", device=device_of(fit))
        find_clock(made)
        return made

    return make
