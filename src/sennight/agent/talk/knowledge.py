"""General knowledge that an answer may hold: short texts with their sources, chosen and printed by code."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml  # type: ignore[import-untyped]

from sennight.agent.safety.words import fold


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One text, the terms it explains, and its source."""

    terms: tuple[str, ...]
    says: str
    source: str


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """All entries that come with the package."""
    text = resources.files("sennight.agent.talk").joinpath("knowledge.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.load(text, Loader=yaml.SafeLoader)
    return tuple(Entry(terms=tuple(e["terms"]), says=e["says"], source=e["source"]) for e in raw["entries"])


def explained(question: str) -> Entry | None:
    """The entry whose longest term stands in the question, or None."""
    asked = fold(question)
    found = [(len(t), e) for e in entries() for t in e.terms if re.search(rf"\b{re.escape(fold(t))}\b", asked)]
    return max(found, key=lambda pair: pair[0])[1] if found else None
