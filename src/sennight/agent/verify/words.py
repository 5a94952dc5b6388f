"""The word lists of `words.yaml`, read once: what a draft may not say without evidence."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml  # type: ignore[import-untyped]


@dataclass(frozen=True, kw_only=True)
class Words:
    """The lists; `causes` and `windows` are patterns over folded text without apostrophes."""

    version: str
    numbers: frozenset[str]
    counted: frozenset[str]
    up: frozenset[str]
    down: frozenset[str]
    verdicts: frozenset[str]
    still: frozenset[str]
    in_advice: frozenset[str]
    states: frozenset[str]
    units: frozenset[str]
    causes: re.Pattern[str]
    windows: re.Pattern[str]


@lru_cache(maxsize=1)
def released() -> Words:
    """The lists that come with the package."""
    text = resources.files("sennight.agent.verify").joinpath("words.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.load(text, Loader=yaml.SafeLoader)
    plain = ("numbers", "counted", "up", "down", "verdicts", "still", "in_advice", "states", "units")
    return Words(
        version=str(raw["version"]),
        **{name: frozenset(raw[name].split()) for name in plain},
        causes=_any_of(raw["causes"]),
        windows=_any_of(raw["windows"]),
    )


def _any_of(written: str) -> re.Pattern[str]:
    phrases = sorted((p.strip() for p in written.replace("\n", " ").split(",") if p.strip()), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(re.escape(p).replace(r"\*", r"\w*") for p in phrases) + r")\b")
