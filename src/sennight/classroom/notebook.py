"""The notebook: append-only JSON lines, each bound to the one before by its hash; everything else is a fold over it.

A line that was cut by a kill is dropped when the notebook is opened again; a line that was changed, moved or taken out
is refused. Of people it holds nothing: specs, scores, reasons, costs.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from sennight.errors import StoreError

START = "0" * 16


class Notebook:
    """A file of entries. Raises: StoreError when opened if its chain is broken."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entries: list[dict[str, Any]] = []
        self.last = START
        whole = 0
        for line in path.read_bytes().splitlines(keepends=True) if path.exists() else ():
            if not line.endswith(b"\n"):
                break
            self._take(line)
            whole += len(line)
        if path.exists() and whole < path.stat().st_size:
            os.truncate(path, whole)

    def _take(self, line: bytes) -> None:
        where = f"{self.path}, line {len(self.entries) + 1}"
        try:
            entry = dict(json.loads(line))
            bound = entry.pop("hash")
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError("this notebook is damaged", where=where, todo="Begin another.") from error
        if entry.get("before") != self.last or bound != _hash(entry):
            raise StoreError("this notebook was changed after it was written", where=where, todo="Begin another.")
        self.entries.append(entry)
        self.last = bound

    def add(self, kind: str, **body: Any) -> None:
        """Write one entry and wait until it is on the disk."""
        entry = {"kind": kind, "before": self.last, **body}
        entry = json.loads(json.dumps(entry, allow_nan=False))
        bound = _hash(entry)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**entry, "hash": bound}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.entries.append(entry)
        self.last = bound

    def of(self, kind: str) -> list[dict[str, Any]]:
        """All entries of one kind, in order."""
        return [e for e in self.entries if e["kind"] == kind]

    def leaderboard_hash(self) -> str:
        """16 letters that two notebooks share whose trials have the same specs and scores in the same order."""
        board = [(t["spec_hash"], t["score"], t["source"]) for t in self.of("trial")]
        return hashlib.sha256(json.dumps(board).encode()).hexdigest()[:16]


def _hash(entry: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()[:16]
