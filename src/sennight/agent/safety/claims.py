"""The claims list: words that no answer may say in wellness mode, whoever wrote them; data, read by a linter.

The fixed texts of triage are exempt: an emergency is told plainly. In a clinician view disease-related words are
allowed where inputs, method, calibration and groups stand beside them; nothing else is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import yaml  # type: ignore[import-untyped]

from sennight.agent.safety.words import Token, fold, tokens
from sennight.errors import InputError


class View(StrEnum):
    """For whom an answer is: the person (general wellness), or a clinician who sees the method beside it."""

    WELLNESS = "wellness"
    CLINICIAN = "clinician"


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One thing that was said and may not be: the rule, the words, and why not."""

    rule: str
    said: str
    why: str


@dataclass(frozen=True, kw_only=True)
class ClaimRule:
    """One family of phrases. `for_clinicians`: allowed in a clinician view."""

    id: str
    why: str
    phrases: tuple[tuple[str, ...], ...]
    for_clinicians: bool
    fires_on: tuple[str, ...]
    silent_on: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class ClaimsList:
    """All rules of one version of the file."""

    version: str
    rules: tuple[ClaimRule, ...]

    @cached_property
    def _by_first(self) -> dict[str, list[tuple[ClaimRule, tuple[str, ...]]]]:
        found: dict[str, list[tuple[ClaimRule, tuple[str, ...]]]] = {}
        for rule in self.rules:
            for phrase in rule.phrases:
                found.setdefault(phrase[0][:3], []).append((rule, phrase))
        return found

    def lint(self, text: str, view: View = View.WELLNESS) -> tuple[Claim, ...]:
        """Everything in the text that may not be said in this view, in order."""
        read = tokens(text)
        return tuple(
            Claim(rule=rule.id, said=" ".join(t.word for t in read[place : place + len(phrase)]), why=rule.why)
            for place in range(len(read))
            for rule, phrase in self._starting(read[place])
            if not (view is View.CLINICIAN and rule.for_clinicians) and _stands(phrase, read, place)
        )

    def _starting(self, token: Token) -> Iterator[tuple[ClaimRule, tuple[str, ...]]]:
        for word in {token.word[:3], *(also[:3] for also in token.also)}:
            yield from self._by_first.get(word, ())


def _stands(phrase: tuple[str, ...], read: tuple[Token, ...], place: int) -> bool:
    return place + len(phrase) <= len(read) and all(
        part == "_" or any(_is(word, part) for word in {read[place + i].word, *read[place + i].also})
        for i, part in enumerate(phrase)
    )


def _is(word: str, part: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part


def parse(text: str) -> ClaimsList:
    """The list from its YAML. Raises: InputError on a key that is absent or unknown."""
    raw: dict[str, Any] = yaml.load(text, Loader=yaml.SafeLoader)
    try:
        return ClaimsList(version=str(raw["version"]), rules=tuple(_rule(rule) for rule in raw["rules"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"the claims list lacks {error}", todo="Each rule has id, why, words, fires_on, silent_on."
        ) from error


def _rule(raw: dict[str, Any]) -> ClaimRule:
    phrases = (phrase.strip() for line in raw["words"].splitlines() for phrase in line.split(","))
    return ClaimRule(
        id=raw["id"],
        why=raw["why"],
        phrases=tuple(tuple(fold(p).replace("'", "").split()) for p in phrases if p),
        for_clinicians=raw.get("clinician") == "allowed",
        fires_on=tuple(raw["fires_on"]),
        silent_on=tuple(raw["silent_on"]),
    )


@lru_cache(maxsize=1)
def released() -> ClaimsList:
    """The list that comes with the package."""
    return parse(resources.files("sennight.agent.safety").joinpath("claims.yaml").read_text(encoding="utf-8"))
