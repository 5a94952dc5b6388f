"""Transcript: one JSON line a call, what was sent and what came, from which a client can answer again without a model.

A line holds the request as it left and the reply as it came, so a file of a person's questions is as private as they
are; it is written for the owner only (mode 600). Keys never stand in it.
"""

import hashlib
import json
import os
import threading
from collections import defaultdict, deque
from pathlib import Path
from typing import Any

from sennight.errors import InputError, StoreError

FORMAT = 1


def request_hash(request: dict[str, Any]) -> str:
    """16 letters that equal requests share."""
    return hashlib.sha256(json.dumps(request, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


class Transcript:
    """Appends calls to a file, or keeps them in memory where no path is given."""

    def __init__(self, path: Path | None = None) -> None:
        self.path, self.calls = path, list[dict[str, Any]]()
        self._lock = threading.Lock()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))

    def add(self, request: dict[str, Any], reply: dict[str, Any]) -> None:
        """Write one call; `reply` holds "parts" or "error", the model that answered, tokens, seconds."""
        line = {"format": FORMAT, "request_hash": request_hash(request), "request": request, "reply": reply}
        with self._lock:
            self.calls.append(line)
            if self.path is not None:
                with self.path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
                    file.flush()


class Replay:
    """Answers of a transcript by their requests, each in the order in which they came."""

    def __init__(self, path: Path) -> None:
        self._left: defaultdict[str, deque[dict[str, Any]]] = defaultdict(deque)
        try:
            for text in path.read_text(encoding="utf-8").splitlines():
                line = json.loads(text)
                self._left[str(line["request_hash"])].append(dict(line["reply"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError("this is no transcript, or it is damaged", where=str(path)) from error

    def next(self, request: dict[str, Any]) -> dict[str, Any]:
        """The reply to this request. Raises: InputError if the transcript has none left."""
        left = self._left[request_hash(request)]
        if not left:
            raise InputError("the transcript holds no reply to this request", todo="Replay with the settings it had.")
        return left.popleft()
