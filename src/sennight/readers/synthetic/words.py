"""How a synthetic cohort is asked for: `synthetic`, `synthetic:people=300,seed=7`, or a small YAML file.

Only names, numbers and lists are understood; a key that is not known is refused with the nearest one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from sennight.errors import ReadError
from sennight.readers.synthetic.days import CHANNELS, DEFAULT_CHANNELS

WORD = "synthetic"
MOST_PEOPLE, MOST_DAYS, HIGHEST_SEED = 1_000_000, 366, 2**63 - 1
LARGEST_FILE = 65_536  # bytes: a cohort is asked for in a few lines
KEYS = ("people", "days", "seed", "channels")


@dataclass(frozen=True, kw_only=True)
class CohortSpec:
    """Which synthetic cohort. Raises: ReadError if a number or a channel is not possible."""

    people: int = 300
    days: int = 8
    seed: int = 0
    channels: tuple[str, ...] = DEFAULT_CHANNELS

    def __post_init__(self) -> None:
        for key, low, high in (("people", 1, MOST_PEOPLE), ("days", 1, MOST_DAYS), ("seed", 0, HIGHEST_SEED)):
            if not low <= getattr(self, key) <= high:
                raise ReadError(f"'{key}' of a synthetic cohort must lie between {low} and {high}", where=WORD)
        if not self.channels or len(set(self.channels)) < len(self.channels):
            raise ReadError("a synthetic cohort needs one or more channels, each once", where=WORD)
        for name in self.channels:
            if name not in CHANNELS:
                raise ReadError(f"synthetic people have no channel '{name}'", where=WORD, todo=_nearest(name, CHANNELS))

    def __str__(self) -> str:
        return f"{WORD}:people={self.people},days={self.days},seed={self.seed},channels={'+'.join(self.channels)}"


def is_word(path: Path) -> bool:
    """Is this the pseudo-path, rather than a file or folder that happens to be there?"""
    text = str(path)
    return text.startswith(f"{WORD}:") or (text == WORD and not path.exists())


def is_yaml(path: Path) -> bool:
    """Is this a small YAML file with the top-level key `synthetic`?"""
    try:
        if path.suffix.lower() not in {".yaml", ".yml"} or not path.is_file() or path.stat().st_size > LARGEST_FILE:
            return False
        lines = path.read_bytes().splitlines()
    except (OSError, ValueError):
        return False
    return any(line.split(b":")[0].rstrip() == WORD.encode() and b":" in line for line in lines)


def parse_word(text: str) -> CohortSpec:
    """Read `synthetic` or `synthetic:key=value,...`; channels are joined by `+`.

    >>> parse_word("synthetic:people=5,channels=heart_rate+steps").channels
    ('heart_rate', 'steps')

    Raises: ReadError naming the nearest key.
    """
    _, _, rest = text.partition(":")
    entries: dict[str, object] = {}
    for part in filter(None, rest.split(",")):
        key, equals, value = part.partition("=")
        key = key.strip()
        if not equals or key in entries:
            why = "is given twice" if equals else "is not written as key=value"
            raise ReadError(f"'{key}' {why}", where=text, todo="Write it like synthetic:people=300,seed=7,days=8.")
        entries[key] = value.strip().split("+") if key == "channels" else value.strip()
    return _spec(entries, where=text)


def parse_yaml(path: Path) -> CohortSpec:
    """Read a YAML file whose one top-level key is `synthetic`. Raises: ReadError."""
    try:
        # BaseLoader makes strings, lists and mappings of strings only.
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise ReadError("this is not a YAML file that can be read", where=str(path)) from error
    if not isinstance(document, dict) or list(document) != [WORD]:
        raise ReadError(f"the one top-level key must be '{WORD}'", where=str(path), todo="Move other keys elsewhere.")
    entries = document[WORD] or {}
    if not isinstance(entries, dict):
        raise ReadError(f"'{WORD}' must hold keys: {', '.join(KEYS)}", where=str(path))
    return _spec(entries, where=str(path))


def _spec(entries: Mapping[str, object], *, where: str) -> CohortSpec:
    numbers: dict[str, int] = {}
    channels: tuple[str, ...] = DEFAULT_CHANNELS
    for key, value in entries.items():
        if key not in KEYS:
            raise ReadError(f"a synthetic cohort has no key '{key}'", where=where, todo=_nearest(str(key), KEYS))
        if key == "channels":
            if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
                raise ReadError("'channels' must be a list of names", where=where)
            channels = tuple(name.strip() for name in value)
            continue
        text = value if isinstance(value, str) else ""
        if not (text.isascii() and text.isdigit() and len(text) < 20):
            raise ReadError(f"'{key}' must be a whole number", where=where)
        numbers[key] = int(text)
    return CohortSpec(**numbers, channels=channels)


def _nearest(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known)}."
