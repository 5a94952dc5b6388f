"""I-08: a long import says how far it is, and Ctrl-C leaves every store as it was."""

import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sennight import cli
from sennight.cli import terminal

SAMPLES = Path(__file__).with_name("samples")
# The command as it is, but for how often it speaks: a test does not wait five seconds for a line.
COMMAND = "from sennight.cli import main, terminal; terminal.PULSE_S = 0.05; main()"


def _export(folder: Path, *, days: int) -> Path:
    spec = importlib.util.spec_from_file_location("interrupted_samples", SAMPLES / "apple_health.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.write_large(folder / "export.zip", module.Large(days=days))
    return folder / "export.zip"


def _prepare(source: Path, out: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "prepare", str(source), "--out", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def _content(folder: Path) -> dict[str, str]:
    """Every file and its hash, but for the reports of reading, whose durations differ."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def _stopped_while_reading(source: Path, out: Path) -> str:
    """Ctrl-C at the second line that says how much was read; what it said in the end."""
    running = _prepare(source, out)
    assert running.stderr
    said = []
    for line in running.stderr:
        said.append(line)
        if sum(" read" in s for s in said) == 2:
            running.send_signal(signal.SIGINT)
            break
    rest = running.communicate(timeout=120)[1]
    assert running.returncode == cli.INTERRUPTED, "".join([*said, rest])
    assert sum(" read" in s for s in said) == 2
    return rest


def test_it_speaks_every_five_seconds() -> None:
    assert terminal.PULSE_S == 5


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="how much was read is told by Linux")
def test_ctrl_c_in_a_long_import_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    """I-08: a store that was there, byte for byte; none where there was none; and the next run makes it whole."""
    source, there, fresh = _export(tmp_path, days=60), tmp_path / "there", tmp_path / "fresh"
    (tmp_path / "small").mkdir()
    first = _prepare(_export(tmp_path / "small", days=3), there)
    assert first.communicate(timeout=300)
    assert first.returncode == 0
    before = _content(there)
    assert before
    assert "Stopped" in _stopped_while_reading(source, there)
    assert _content(there) == before
    assert "Stopped" in _stopped_while_reading(source, fresh)
    assert not fresh.exists() or _content(fresh) == {}
    again, undisturbed = _prepare(source, fresh), tmp_path / "undisturbed"
    again.communicate(timeout=300)
    assert again.returncode == 0
    whole = _prepare(source, undisturbed)
    whole.communicate(timeout=300)
    assert _content(fresh) == _content(undisturbed)
