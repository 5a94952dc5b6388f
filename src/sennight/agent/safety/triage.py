"""Triage: rules in code that read what a person wrote, before any model does, and again what a model wrote.

A rule is data (`triage.yaml`): id, source, level, wording, terms, and cases that it must and must not fire on. A rule
fires where all its concepts stand near each other. Nothing a person adds lowers a level: rules only ever look for
what is there, each sentence counts for itself, and the highest level found is the answer.

No clinician has reviewed these rules yet; `UNREVIEWED` says so wherever they show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

import yaml  # type: ignore[import-untyped]

from sennight.agent.safety.net import Net
from sennight.agent.safety.net import released as released_net
from sennight.agent.safety.words import STOP, Token, Vocabulary, fold, tokens
from sennight.errors import InputError

UNREVIEWED = "These triage rules have not been reviewed by a clinician."
LONGEST = 20_000  # characters that are read
NET, UNCLEAR = "net.unclear", "unclear"
SILENCING = ("harmless", "without", "long_past")  # concepts that keep a rule from firing: taken literally, no slips
NEAR = 9  # tokens between the first and last word of a rule's concepts, unless it says otherwise


class Level(IntEnum):
    """How much must happen: NONE; CARE, a sentence beside the answer; URGENT, be seen soon; EMERGENCY, act now."""

    NONE = 0
    CARE = 1
    URGENT = 2
    EMERGENCY = 3


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. It fires where one of `patterns` holds: concepts (names) that stand within `near` tokens.

    `past_is_silent`: a mention that its own sentence puts into the past ("ten years ago") does not fire.
    """

    id: str
    category: str
    level: Level
    source: str
    patterns: tuple[tuple[str, ...], ...]
    near: int = NEAR
    past_is_silent: bool = False
    fires_on: tuple[str, ...] = ()
    silent_on: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Triage:
    """What the rules found: the level, the rules that fired (highest first), the version of the file, the language."""

    level: Level
    rules: tuple[str, ...]
    categories: tuple[str, ...]
    version: str
    language: str

    @property
    def stops(self) -> bool:
        """Is the answer fixed, so that no model is asked?"""
        return self.level >= Level.URGENT


class Term:
    """A phrase of a concept: words, `stem*`, `<low-high>` for a number, `_` for any one word."""

    def __init__(self, text: str) -> None:
        """Raises: InputError on a range that is none."""
        self.parts = tuple(text.split())
        self.ranges: dict[int, tuple[float, float]] = {}
        for i, part in enumerate(self.parts):
            if part.startswith("<"):
                low, _, high = part.strip("<>").partition("-")
                try:
                    self.ranges[i] = (float(low), float(high))
                except ValueError as error:
                    raise InputError(f"triage: '{part}' is no range of numbers", todo="Write <low-high>.") from error

    @property
    def words(self) -> tuple[str, ...]:
        """The parts that are words or stems."""
        return tuple(p for i, p in enumerate(self.parts) if i not in self.ranges and p != "_")

    def at(self, place: int, text: Sequence[Token], meant: Sequence[frozenset[str]]) -> bool:
        """Does it stand here?"""
        if place + len(self.parts) > len(text):
            return False
        for i, part in enumerate(self.parts):
            token = text[place + i]
            if i in self.ranges:
                low, high = self.ranges[i]
                if token.number is None or not low <= token.number <= high:
                    return False
            elif part == "_":
                if token.word == STOP:
                    return False
            elif part not in meant[place + i]:
                return False
        return True


Places = tuple[tuple[int, int], ...]  # first and one past the last token of each mention


@dataclass(frozen=True, kw_only=True, eq=False)
class Rules:
    """A triage file: concepts, rules, wordings by language. Raises: InputError where a rule names no known concept."""

    version: str
    concepts: Mapping[str, tuple[Term, ...]]
    rules: tuple[Rule, ...]
    wordings: Mapping[str, Mapping[str, str]]
    languages: Mapping[str, frozenset[str]]
    never_typos: tuple[str, ...]
    net: Net | None = None

    def __post_init__(self) -> None:
        for rule in self.rules:
            for pattern in rule.patterns:
                if unknown := [name for name in pattern if name not in self.concepts]:
                    raise InputError(f"triage rule {rule.id}: no concept is called '{unknown[0]}'")
            if rule.category not in self.wordings:
                raise InputError(f"triage rule {rule.id}: no wording for '{rule.category}'")

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """All words of all terms."""
        words = {word for terms in self.concepts.values() for term in terms for word in term.words}
        return Vocabulary(words, self.never_typos)

    @cached_property
    def _by_first(self) -> dict[str, list[tuple[str, Term]]]:
        found: dict[str, list[tuple[str, Term]]] = {}
        for name, terms in self.concepts.items():
            for term in terms:
                key = term.parts[0] if 0 not in term.ranges and term.parts[0] != "_" else ""
                found.setdefault(key, []).append((name, term))
        return found

    def triage(self, text: str) -> Triage:
        """The highest level that any rule finds; where rules find nothing that stops, the net may, as `unclear`."""
        found = self.judge(text)
        if self.net is None or found.stops or not self.net.catches(tokens(text[:LONGEST])):
            return found
        return replace(
            found, level=Level.URGENT, rules=(NET, *found.rules), categories=(UNCLEAR, *found.categories),
            version=f"{found.version} net {self.net.version}",
        )  # fmt: skip

    def judge(self, text: str) -> Triage:
        """The highest level that any rule finds in the text."""
        read = tokens(text[:LONGEST])
        mentions = self._mentions(read)
        fired = sorted(
            (rule for rule in self.rules if any(self._holds(rule, p, mentions, read) for p in rule.patterns)),
            key=lambda rule: -rule.level,
        )
        return Triage(
            level=fired[0].level if fired else Level.NONE,
            rules=tuple(rule.id for rule in fired),
            categories=tuple(dict.fromkeys(rule.category for rule in fired)),
            version=self.version,
            language=self.language(read),
        )

    def _mentions(self, read: tuple[Token, ...]) -> dict[str, Places]:
        """Where each concept stands; harmless phrases ("chest strap") are covered first."""
        said = [self.vocabulary.said(token) for token in read]
        silencing = {name: self._places(read, said, of=(name,)).get(name, ()) for name in SILENCING}
        meant = [self.vocabulary.meant(token) for token in read]
        for start, end in silencing["harmless"]:
            meant[start:end] = [frozenset()] * (end - start)
        denied = {end for _, end in silencing["without"]}
        denied = {end for end in denied if read[end - 1].word != "no" or self._sentence_language(end, read) != "pt"}
        found = self._places(read, meant, of=[name for name in self.concepts if name not in SILENCING])
        return silencing | {name: tuple(p for p in where if p[0] not in denied) for name, where in found.items()}

    def _places(self, read: tuple[Token, ...], meant: Sequence[frozenset[str]], of: Sequence[str]) -> dict[str, Places]:
        wanted, found = frozenset(of), dict[str, list[tuple[int, int]]]()
        for place in range(len(read)):
            for key in (*meant[place], ""):
                for name, term in self._by_first.get(key, ()):
                    if name in wanted and term.at(place, read, meant):
                        found.setdefault(name, []).append((place, place + len(term.parts)))
        return {name: tuple(places) for name, places in found.items()}

    def _holds(
        self, rule: Rule, pattern: tuple[str, ...], mentions: Mapping[str, Places], read: tuple[Token, ...]
    ) -> bool:
        groups = [mentions.get(name, ()) for name in pattern]
        if not all(groups):
            return False
        return any(
            self._together(rule, first, groups[1:]) and not (rule.past_is_silent and self._past(first, mentions, read))
            for first in groups[0]
        )

    @staticmethod
    def _together(rule: Rule, first: tuple[int, int], others: Sequence[Places]) -> bool:
        """Has each other concept a mention near the first one that is not the same words?"""
        return all(
            any(
                (end <= first[0] or start >= first[1])
                and max(end, first[1]) - min(start, first[0]) <= rule.near + (end - start) + (first[1] - first[0])
                for start, end in places
            )
            for places in others
        )

    def _sentence_language(self, place: int, read: Sequence[Token]) -> str:
        """In Portuguese "no" means "in the" and denies nothing."""
        low, high = sentence(place, read)
        return self.language(read[low + 1 : high])

    @staticmethod
    def _past(first: tuple[int, int], mentions: Mapping[str, Places], read: tuple[Token, ...]) -> bool:
        """Does the sentence of this mention put it into the past, and nothing in it bring it back?"""
        low, high = sentence(first[0], read)

        def inside(name: str) -> bool:
            return any(low < start < high for start, _ in mentions.get(name, ()))

        return inside("long_past") and not inside("present")

    def language(self, read: Sequence[Token]) -> str:
        """The language most of whose little words stand in the text; English if none does."""
        here = {t.word for t in read}
        counts = {name: len(here & words) for name, words in self.languages.items()}
        best = max(counts, key=lambda name: (counts[name], name == "en"))
        return best if counts[best] else "en"

    def wording(self, triage: Triage) -> str:
        """The fixed sentences for what was found, in the person's language where there is a translation."""
        said = [
            self.wordings[category].get(triage.language, self.wordings[category]["en"])
            for category in triage.categories
            if triage.level < Level.URGENT or self._level_of(category, triage) >= Level.URGENT
        ]
        return "\n\n".join(said)

    def _level_of(self, category: str, triage: Triage) -> Level:
        fired = (rule.level for rule in self.rules if rule.category == category and rule.id in triage.rules)
        return max(fired, default=Level.URGENT if category == UNCLEAR else Level.NONE)


def sentence(place: int, read: Sequence[Token]) -> tuple[int, int]:
    """Where the sentence around this place is ended, before and after."""
    stops = [-1, *(i for i, token in enumerate(read) if token.word == STOP), len(read)]
    return max(s for s in stops if s < place), min(s for s in stops if s >= place)


def parse(text: str) -> Rules:
    """Rules from the YAML of a triage file. Raises: InputError on anything unknown or absent."""
    raw: dict[str, Any] = yaml.load(text, Loader=yaml.SafeLoader)
    try:
        return Rules(
            version=str(raw["version"]),
            concepts={name: _terms(terms) for name, terms in raw["concepts"].items()},
            rules=tuple(_rule(rule) for rule in raw["rules"]),
            wordings=raw["wordings"],
            languages={name: frozenset(fold(words).split()) for name, words in raw["languages"].items()},
            never_typos=tuple(raw["never_typos"].split()),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"the triage file lacks {error}", todo="See docs/add/triage.md.") from error


def _terms(written: str | Sequence[str]) -> tuple[Term, ...]:
    """Terms stand on lines or between commas."""
    lines = written.splitlines() if isinstance(written, str) else written
    return tuple(
        Term(fold(term).replace("'", "").strip()) for line in lines for term in line.split(",") if term.strip()
    )


def _rule(raw: Mapping[str, Any]) -> Rule:
    known = {"id", "category", "level", "source", "when", "near", "past_is_silent", "fires_on", "silent_on"}
    if unknown := set(raw) - known:
        raise InputError(f"triage rule {raw.get('id')}: unknown key '{sorted(unknown)[0]}'")
    return Rule(
        id=raw["id"],
        category=raw["category"],
        level=Level[raw["level"].upper()],
        source=raw["source"],
        patterns=tuple(tuple(pattern.split(" + ")) for pattern in raw["when"]),
        near=raw.get("near", NEAR),
        past_is_silent=raw.get("past_is_silent", False),
        fires_on=tuple(raw["fires_on"]),
        silent_on=tuple(raw["silent_on"]),
    )


@lru_cache(maxsize=1)
def released() -> Rules:
    """The rules that come with the package, with the net under them."""
    text = resources.files("sennight.agent.safety").joinpath("triage.yaml").read_text(encoding="utf-8")
    return replace(parse(text), net=released_net())
