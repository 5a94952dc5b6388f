"""The writer of made-up exports, for all tests of the reader."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sennight.readers.apple_health import READER
from sennight.readers.reader import Reading
from sennight.record import Recording


@pytest.fixture(scope="session")
def apple() -> ModuleType:
    """Records, documents and large exports as an iPhone writes them."""
    path = Path(__file__).parents[1] / "samples" / "apple_health.py"
    spec = importlib.util.spec_from_file_location("made_apple_health", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Read:
    """An export that was read: its recordings by device and channel."""

    def __init__(self, reading: Reading) -> None:
        self.facts, self.report = reading.facts, reading.report
        self.people = list(reading.people)
        self.recordings = {(r.device, r.channel.name): r for p in self.people for r in p.recordings}

    def only(self, channel: str) -> Recording:
        """The one recording of a channel."""
        (found,) = (r for (_, name), r in self.recordings.items() if name == channel)
        return found


@pytest.fixture
def read_text(tmp_path: Path) -> Callable[..., Read]:
    """Write XML, read it."""

    def read(text: str | bytes, name: str = "export.xml", **options: object) -> Read:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return Read(READER.read(path, **options))  # type: ignore[arg-type]

    return read
