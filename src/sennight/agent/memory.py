"""What the agent remembers of a person: a text file they can read, change and delete, line by line.

A model may propose a note; only the person's yes makes it one. Each note says where it comes from and when it ends.
Corrections stand first, because they outrank everything else that is remembered.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from sennight.errors import InputError, StoreError
from sennight.store.atomic import make_folder, write_file

MAX_NOTE = 200  # characters
MAX_NOTES = 100
KEPT_DAYS = 365  # unless the person says otherwise
FILE = "memory.txt"
HEAD = (
    "# What sennight remembers of you. Change or delete lines as you like; `sennight memory` does the same.\n"
    "# id | kind | noted on | ends on (or never) | where it comes from | the note\n"
)


class Kind(StrEnum):
    """A correction says that something told earlier was wrong; it outranks notes and models."""

    CORRECTION = "correction"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a model would like to remember; nothing is kept without a yes. Raises: InputError as `one_line`."""

    text: str
    asked: str
    """The question it came up with."""
    kind: Kind = Kind.NOTE

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", one_line(self.text))
        object.__setattr__(self, "asked", " ".join(_plain(self.asked).split())[:80])


@dataclass(frozen=True, kw_only=True)
class Note:
    """One remembered line. `ends` None: never."""

    id: str
    kind: Kind
    noted: date
    ends: date | None
    source: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Memory:
    """All notes, corrections first. Every change gives a new memory."""

    notes: tuple[Note, ...] = ()

    def add(
        self, text: str, *, on: date, source: str, kind: Kind = Kind.NOTE, days: int | None = KEPT_DAYS
    ) -> "Memory":
        """With one more note, which ends after `days` (None: never).

        Raises: InputError if the note is empty, too long, or there are too many.
        """
        if len(self.notes) >= MAX_NOTES:
            raise InputError(f"the memory holds {MAX_NOTES} notes", todo="Forget some: `sennight memory forget ID`.")
        used = {int(n.id[1:]) for n in self.notes}
        note = Note(
            id=f"m{max(used, default=0) + 1}", kind=kind, noted=on, source=one_line(source.replace("|", "/")),
            ends=None if days is None else on + timedelta(days=days), text=one_line(text),
        )  # fmt: skip
        return self._of((*self.notes, note))

    def accept(self, proposal: Proposal, *, on: date) -> "Memory":
        """With a proposal that the person said yes to."""
        asked = f"proposed by a language model at '{proposal.asked}', confirmed by you"
        return self.add(proposal.text, on=on, source=asked[:MAX_NOTE], kind=proposal.kind)

    def edit(self, note: str, text: str) -> "Memory":
        """With another text of that note. Raises: InputError if there is no such note or the text is not possible."""
        self.find(note)
        return self._of(replace(n, text=one_line(text)) if n.id == note else n for n in self.notes)

    def forget(self, note: str) -> "Memory":
        """Without that note. Raises: InputError if there is none."""
        self.find(note)
        return self._of(n for n in self.notes if n.id != note)

    def at(self, today: date) -> "Memory":
        """Without what has ended."""
        return self._of(n for n in self.notes if n.ends is None or n.ends >= today)

    def find(self, note: str) -> Note:
        """One note by its id. Raises: InputError if there is none."""
        found = next((n for n in self.notes if n.id == note), None)
        if found is None:
            known = ", ".join(n.id for n in self.notes) or "none"
            raise InputError(f"no note is called '{note[:20]}'", todo=f"There are: {known}.")
        return found

    @staticmethod
    def _of(notes: Iterable[Note]) -> "Memory":
        return Memory(notes=tuple(sorted(notes, key=lambda n: (n.kind is not Kind.CORRECTION, int(n.id[1:])))))

    def to_text(self) -> str:
        """The file."""
        rows = (f"{n.id} | {n.kind} | {n.noted} | {n.ends or 'never'} | {n.source} | {n.text}\n" for n in self.notes)
        return HEAD + "".join(rows)

    @classmethod
    def from_text(cls, text: str) -> "Memory":
        """Back from the file, hand edits included. Raises: InputError naming a line that is no note."""
        notes = [_note(line, i) for i, line in enumerate(text.splitlines(), start=1) if line.strip() and line[0] != "#"]
        if len({n.id for n in notes}) < len(notes):
            raise InputError("two notes have the same id", where=FILE, todo="Give one of them another number.")
        return cls._of(notes)


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def one_line(text: str) -> str:
    """The text on one line without invisible characters. Raises: InputError if it is empty or too long."""
    line = " ".join(_plain(text).split())
    if not 1 <= len(line) <= MAX_NOTE:
        raise InputError(f"a note has 1 to {MAX_NOTE} characters, not {len(line)}")
    return line


def _note(line: str, number: int) -> Note:
    parts = [part.strip() for part in line.split("|", 5)]
    try:
        if len(parts) != 6 or not re.fullmatch(r"m\d{1,6}", parts[0]):
            raise ValueError
        return Note(
            id=parts[0],
            kind=Kind(parts[1]),
            noted=date.fromisoformat(parts[2]),
            ends=None if parts[3] == "never" else date.fromisoformat(parts[3]),
            source=parts[4],
            text=one_line(parts[5]),
        )
    except ValueError as error:
        raise InputError(
            "a line of the memory that is no note", where=f"{FILE}, line {number}",
            todo="A note looks like: m1 | note | 2026-01-31 | never | you said | I work night shifts",
        ) from error  # fmt: skip


def load(home: Path) -> Memory:
    """The memory in this folder, empty without a file. Raises: InputError, StoreError if it is damaged."""
    try:
        return Memory.from_text((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Memory()
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError("the memory could not be read", where=str(home / FILE)) from error


def save(memory: Memory, home: Path) -> None:
    """Write it whole, for its owner only. Raises: StoreError if that fails; the old file stays."""
    make_folder(home)
    write_file(home / FILE, memory.to_text().encode())
