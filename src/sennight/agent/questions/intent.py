"""Intent: how a question was read, as slots; it prints itself, so that a person sees what was understood."""

from dataclasses import dataclass, field
from enum import StrEnum

from sennight.agent.window import Window


class Kind(StrEnum):
    """What is asked for."""

    VALUE = "value"
    TOP = "top days"
    THRESHOLD = "days that meet a condition"
    GROUPS = "groups"
    TOP_GROUP = "top group"
    COMPARE = "comparison"
    TREND = "trend"
    ASSOCIATE = "association"
    BASELINE = "against your usual"
    COVERAGE = "how much data"
    NIGHT = "one night"
    WORKOUTS = "workouts"
    FORECAST = "forecast"
    FILL = "filled days"
    PEERS = "peers"
    PROFILE = "profile"
    LIST = "what there is"
    PLOT = "picture"
    INSIGHTS = "insights"
    GOALS = "goals"


@dataclass(frozen=True, kw_only=True)
class Intent:
    """Slots of a question; empty ones were not named. `said` collects notes such as mended typing errors."""

    kind: Kind
    metric: str = ""
    other: str = ""
    agg: str = ""
    window: Window | None = None
    second: Window | None = None
    by: str = ""
    hours: str = ""
    when: str = ""
    days_when: str = ""
    condition: str = ""
    n: int = 1
    lag: int = 0
    workout: str = ""
    averaged: bool = False
    """Was a mean named, beside anything else?"""
    named: frozenset[str] = frozenset()
    """Which slots the question itself named, for follow-ups."""
    said: tuple[str, ...] = field(default=())

    @property
    def reading(self) -> str:
        """How it was read, in one line."""
        parts = [str(self.kind)]
        if self.metric:
            parts.append(self.metric + (f" and {self.other}" if self.other else ""))
        if self.agg:
            parts.append(self.agg)
        if self.n > 1 and self.kind in (Kind.TOP, Kind.WORKOUTS, Kind.FORECAST):
            parts.append(f"{self.n} of them")
        for name, value in (
            ("", self.condition),
            ("by ", self.by),
            ("hours ", self.hours),
            ("while ", self.when),
            ("on days with ", self.days_when),
            ("", self.workout),
            ("days later: ", self.lag or ""),
        ):
            if value:
                parts.append(f"{name}{value}")
        if self.window is not None:
            against = f" against {self.second}" if self.second is not None else ""
            parts.append(f"{self.window}{against}")
        return " · ".join((*parts, *self.said))
