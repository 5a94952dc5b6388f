"""Settings of heads: every field of a config says its bounds beside its default.

A proposal of a config is plain data. What it may hold stands here, in the field's metadata, and is checked when a
config is made; `grammar` prints the same bounds for whoever proposes.
"""

import math
from dataclasses import Field, dataclass, field, fields
from typing import Any

from sennight.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number between two bounds, both included. `log`: search it by its logarithm. `optional`: None is allowed."""

    low: float | int
    high: float | int
    whole: bool = False
    log: bool = False
    optional: bool = False

    def complaint(self, value: object) -> str:
        """What is wrong with a value, or nothing."""
        if value is None:
            return "" if self.optional else "a number is needed"
        good = isinstance(value, int) if self.whole else isinstance(value, int | float)
        if isinstance(value, bool) or not good or not math.isfinite(value):  # type: ignore[arg-type]
            return f"a {'whole ' if self.whole else ''}number is needed"
        if not self.low <= value <= self.high:  # type: ignore[operator]
            return f"it must lie from {self.low:g} to {self.high:g}{', or be None' if self.optional else ''}"
        return ""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def complaint(self, value: object) -> str:
        """What is wrong with a value, or nothing."""
        return "" if isinstance(value, str) and value in self.words else f"it is one of {', '.join(self.words)}"


@dataclass(frozen=True, kw_only=True)
class Several:
    """A tuple of numbers, at least one and at most so many, in which order does not matter."""

    of: Number
    at_most: int

    def complaint(self, value: object) -> str:
        """What is wrong with a value, or nothing."""
        if not isinstance(value, tuple) or not 1 <= len(value) <= self.at_most:
            return f"a list of 1 to {self.at_most} numbers is needed"
        return next((said for said in map(self.of.complaint, value) if said), "")


@dataclass(frozen=True, kw_only=True)
class Words:
    """A tuple of short plain words in which order does not matter; empty means all, or none given."""

    at_most: int
    longest: int = 100

    def complaint(self, value: object) -> str:
        """What is wrong with a value, or nothing."""
        good = isinstance(value, tuple) and len(value) <= self.at_most
        good = good and all(isinstance(v, str) and 0 < len(v) <= self.longest and v.isprintable() for v in value)  # type: ignore[attr-defined]
        return "" if good else f"a list of at most {self.at_most} words is needed"


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text, such as a path; it may be empty."""

    longest: int = 1_000

    def complaint(self, value: object) -> str:
        """What is wrong with a value, or nothing."""
        good = isinstance(value, str) and len(value) <= self.longest and value.isprintable()
        return "" if good else f"a text of at most {self.longest} characters is needed"


Setting = Number | Choice | Several | Words | Text


def number(default: float, *, low: float | int, high: float | int, log: bool = False) -> Any:
    """A field that holds a number."""
    return field(default=default, metadata={"setting": Number(low=low, high=high, log=log)})


def whole(default: int | None, *, low: int, high: int, log: bool = False, optional: bool = False) -> Any:
    """A field that holds a whole number, or None where that is allowed."""
    bounds = Number(low=low, high=high, whole=True, log=log, optional=optional)
    return field(default=default, metadata={"setting": bounds})


def choice(default: str, *words: str) -> Any:
    """A field that holds one of a few words."""
    return field(default=default, metadata={"setting": Choice(words=words)})


def several(default: tuple[float, ...], *, low: float | int, high: float | int, at_most: int) -> Any:
    """A field that holds some numbers."""
    return field(
        default=default, metadata={"setting": Several(of=Number(low=low, high=high, log=True), at_most=at_most)}
    )


def names(*, at_most: int) -> Any:
    """A field that holds some words, none by default."""
    return field(default=(), metadata={"setting": Words(at_most=at_most)})


def text(default: str = "") -> Any:
    """A field that holds a text."""
    return field(default=default, metadata={"setting": Text()})


def setting_of(one: "Field[Any]") -> Setting | None:
    """The bounds of a field, None if it is itself a config or several."""
    found: Setting | None = one.metadata.get("setting")
    return found


def check_settings(config: Any) -> None:
    """Hold every field of a config against its bounds. Raises: InputError naming the field and what it may be."""
    for one in fields(config):
        bounds = setting_of(one)
        said = bounds.complaint(getattr(config, one.name)) if bounds else ""
        if said:
            raise InputError(f"{one.name} of head '{config.name}' cannot be this: {said}")


def grammar(config: Any) -> dict[str, dict[str, Any]]:
    """Field -> its bounds as plain data, of a config or its class; fields that hold configs say so."""
    out: dict[str, dict[str, Any]] = {}
    for one in fields(config):
        bounds = setting_of(one)
        if isinstance(bounds, Number):
            out[one.name] = {
                "kind": "whole" if bounds.whole else "number", "low": bounds.low, "high": bounds.high,
                "log": bounds.log, "optional": bounds.optional,
            }  # fmt: skip
        elif isinstance(bounds, Choice):
            out[one.name] = {"kind": "choice", "words": list(bounds.words)}
        elif isinstance(bounds, Several):
            out[one.name] = {
                "kind": "numbers", "low": bounds.of.low, "high": bounds.of.high, "at_most": bounds.at_most
            }  # fmt: skip
        elif isinstance(bounds, Words):
            out[one.name] = {"kind": "words", "at_most": bounds.at_most}
        else:
            out[one.name] = {"kind": "text" if isinstance(bounds, Text) else "head"}
    return out
