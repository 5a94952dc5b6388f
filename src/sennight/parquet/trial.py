"""A Parquet file is decoded first by a process of its own, whose death is an error here.

A library that decodes Parquet ends the whole process when a damaged file asks for more memory than there is; such a
number may stand in the file's footer, in the header of any page, or inside a compressed page, so no look from outside
finds them all. The process is started once, costs about half a second, and may grow by half a gibibyte or 200 times
the file, whichever is more. What it could decode is then decoded here, by the same library. Stores and results pass
too: they may have come by mail, and hashes beside them prove nothing about who made both.
"""

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from sennight.errors import InputError

CHILD = Path(__file__).with_name("child.py")
FREE_BYTES = 512 * 1024**2
MAX_RATIO = 200  # minutes of zeros pack 104:1
START_S = 120.0  # half a second, unless the machine is very busy
ANSWER_S, LEAST_BYTES_A_SECOND = 60.0, 1_000_000  # it decodes a hundred times as much: this only ends what hangs
_START = f"Try `{Path(sys.executable).name} -c 'import polars'`; is there memory left?"
DAMAGED = "a Parquet table that is damaged or cut short"
ABSURD = "a Parquet table that is damaged and asks for absurd memory or time"


@dataclass(kw_only=True)
class _Process:
    """The one process, started when it is first asked."""

    _child: subprocess.Popen[bytes] | None = None
    _owner: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, question: dict[str, object], *, patience_s: float) -> dict[str, str] | None:
        """What it says; None if it died or never said anything."""
        with self._lock:
            child = self._running()
            try:
                assert child.stdin
                child.stdin.write(json.dumps(question).encode() + b"\n")
                child.stdin.flush()
                line = _line(child, patience_s)
            except OSError:
                line = b""
            if not line:
                self._stop()
                return None
            answer: dict[str, str] = json.loads(line)
            return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._owner != os.getpid() or self._child.poll() is not None:
            # A session of its own: Ctrl-C is for us, and the process ends when its input does.
            self._child = subprocess.Popen(
                [sys.executable, "-I", str(CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "POLARS_MAX_THREADS": "1"},
                start_new_session=True,
            )
            self._owner = os.getpid()
            if not _line(self._child, START_S):
                self._stop()
                raise InputError("Parquet cannot be read: the process that decodes it does not start", todo=_START)
        return self._child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is not None and self._owner == os.getpid():
            child.kill()
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream is not None:
                    stream.close()

    def close(self) -> None:
        """End it, if it runs."""
        with self._lock:
            self._stop()


def _line(child: subprocess.Popen[bytes], patience_s: float) -> bytes:
    """The next line it writes; empty if it ends, or says nothing for so long."""
    assert child.stdout
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        return child.stdout.readline() if selector.select(patience_s) else b""


_PROCESS = _Process()
atexit.register(_PROCESS.close)


def why_not(path: Path, columns: Sequence[str] | None = None) -> str:
    """What is wrong with a Parquet file, in words; "" if these columns (by default all; of none its schema) decode.

    Raises: OSError if there is no such file; InputError if nothing can be tried on this machine.
    """
    size = path.stat().st_size
    named = None if columns is None else list(columns)
    answer = _PROCESS.ask(
        {"path": str(path), "columns": named, "most_bytes": max(FREE_BYTES, MAX_RATIO * size)},
        patience_s=ANSWER_S + size / LEAST_BYTES_A_SECOND,
    )
    if answer is None:
        return ABSURD
    return DAMAGED if answer else ""


def tried(path: Path, columns: Sequence[str] | None = None) -> Path:
    """The same path, once these columns were decoded elsewhere; for what then reads it.

    Raises: polars' ComputeError if they cannot be; OSError and InputError as `why_not`.
    """
    if why := why_not(path, columns):
        raise pl.exceptions.ComputeError(why)
    return path
