"""The outbox: every byte that was sent to a language model, kept where the person can read it.

JSON lines, each with the hash of the line before, so that a line that was changed or taken away shows.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sennight.errors import StoreError
from sennight.store.atomic import FILE_MODE, make_folder

FILE = "outbox.jsonl"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request: when, to where, under which policy, for which role, and its body."""

    at: str
    to: str
    policy: str
    role: str
    body: str
    before: str
    """SHA-256 of the line before, "" for the first."""


class Outbox:
    """The file in a home. Raises: StoreError if it cannot be read or written."""

    def __init__(self, home: Path) -> None:
        """Nothing is written before the first request."""
        self.path = home / FILE

    def keep(self, *, to: str, policy: str, role: str, body: str, at: datetime | None = None) -> Sent:
        """Append one request before it is sent: what cannot be written down is not sent."""
        make_folder(self.path.parent)
        last = self._last()
        stamp = (at or datetime.now(UTC)).isoformat(timespec="seconds")
        sent = Sent(at=stamp, to=to, policy=policy, role=role, body=body, before=_hash(last) if last else "")
        try:
            self.path.touch(mode=FILE_MODE)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(sent.__dict__, ensure_ascii=False) + "\n")
        except OSError as error:
            raise StoreError("the outbox could not be written, so nothing was sent", where=str(self.path)) from error
        return sent

    def _last(self) -> str:
        lines = self._lines()
        return lines[-1] if lines else ""

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError("the outbox could not be read", where=str(self.path)) from error

    def sent(self) -> Iterator[Sent]:
        """Everything that was sent, in order. Raises: StoreError at a line that does not follow from the last."""
        before = ""
        for number, line in enumerate(self._lines(), start=1):
            try:
                one = Sent(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise StoreError("a line of the outbox is damaged", where=f"{self.path}, line {number}") from error
            if one.before != before:
                raise StoreError("the outbox was changed", where=f"{self.path}, line {number}")
            before = _hash(line)
            yield one


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
