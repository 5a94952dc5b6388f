"""A person's profile: only what they entered themselves; nothing is read out of an export or inferred."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sennight.errors import InputError

MAX_WORDS = 200  # characters of a condition or a goal
MAX_LINES = 50


class Sex(StrEnum):
    """As the person entered it; population tables exist for the first two."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class UnitSystem(StrEnum):
    """How lengths and weights are printed."""

    METRIC = "metric"
    US = "us"


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A daily goal: at least (or at most) so much of a metric, on so many days a week.

    `unit` is that of the metric. Raises: InputError if the target is not a possible number.
    """

    metric: str
    target: float
    unit: str
    sense: str = "at least"
    days_a_week: int = 7
    since: date | None = None

    def __post_init__(self) -> None:
        if self.sense not in ("at least", "at most") or not 1 <= self.days_a_week <= 7 or not 0 <= self.target < 1e9:
            raise InputError(
                f"the goal for {self.metric} is not possible",
                todo="A goal is 'at least' or 'at most' a number that is not negative, on 1 to 7 days a week.",
            )


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What the person said of themselves; None where they said nothing.

    Raises: InputError if a number is out of its possible range.
    """

    born: int | None = None
    """Year of birth."""
    sex: Sex | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    conditions: tuple[str, ...] = ()
    goals: tuple[Goal, ...] = ()
    units: UnitSystem = UnitSystem.METRIC

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("born", self.born, 1900, 2100),
            ("height_cm", self.height_cm, 40, 260),
            ("weight_kg", self.weight_kg, 2, 500),
        ):
            if value is not None and not low <= value <= high:
                raise InputError(f"profile: {name} must lie between {low} and {high}", todo="Check the unit.")
        if len(self.conditions) > MAX_LINES or any(len(words) > MAX_WORDS for words in self.conditions):
            raise InputError(f"profile: at most {MAX_LINES} conditions of {MAX_WORDS} characters")

    def age_on(self, day: date) -> int | None:
        """Years between the year of birth and this date's; a birthday is not asked for, so it can be one too many."""
        return None if self.born is None else day.year - self.born

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        plain: dict[str, Any] = _PROFILE.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Profile":
        """Back from `to_json`. Raises: InputError if a key is unknown or a value is no possible one."""
        known = {f.name for f in fields(cls)}
        if unknown := set(plain) - known:
            raise InputError(
                f"profile: unknown entry '{sorted(unknown)[0][:40]}'", todo=f"Known: {', '.join(sorted(known))}."
            )
        try:
            return _PROFILE.validate_python(dict(plain))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise InputError(f"profile: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


_PROFILE: TypeAdapter[Profile] = TypeAdapter(Profile)
