"""Archives for the tests of readers."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def zipped() -> Callable[[Path, dict[str, bytes]], Path]:
    """Write a zip archive of these members."""

    def write(path: Path, members: dict[str, bytes]) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return path

    return write
