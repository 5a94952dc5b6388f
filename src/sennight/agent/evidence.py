"""Evidence: one value that was looked up or computed, with everything a reader needs to judge it and to get it again.

Answers are written by code from evidence: a sentence holds references (`{E3}`), never numbers, and `Answer.text`
prints the numbers. So what an answer says can be checked, and it can be checked by a machine.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from sennight.agent.shown import shown
from sennight.agent.window import Span
from sennight.errors import InputError

REFERENCE = re.compile(r"\{(E\d+)(?:\.(\w+))?\}")


class Origin(StrEnum):
    """MEASURED by a device; STATED by the person; FILLED in over holes; PREDICTED by a model."""

    MEASURED = "measured"
    STATED = "stated"
    FILLED = "filled"
    PREDICTED = "predicted"


class Direction(StrEnum):
    """Which way a difference or trend goes; UNCLEAR where its interval holds zero or days are too few to say."""

    UP = "up"
    DOWN = "down"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Both ends and what share of repetitions it covers. Raises: InputError if they are the wrong way round."""

    low: float
    high: float
    level: float = 0.9

    def __post_init__(self) -> None:
        if self.low > self.high or not 0 < self.level < 1:
            raise InputError("an interval whose ends are the wrong way round")


@dataclass(frozen=True, kw_only=True)
class Call:
    """The tool call that computes a value again."""

    tool: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.tool}({', '.join(f'{k}={v!r}' for k, v in self.arguments.items())})"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One value. `metric` is a name of the metric list or of a fact, `statistic` what was done with it (mean, total,
    days, difference, slope, percentile, p_value ...), `about` which part of it this is ("Saturday", "2016-05-02").

    `value` is a number, a word, a date as ISO text or True/False; `unit` says which ("date", "clock" for minutes
    after midnight, "word", "yes/no", else a unit). `zone` is the recorded UTC offset in words. `coverage` is the share
    of the window's minutes that were seen, `valid_days` those days that counted among `days` asked for.
    Raises: InputError if a number has no unit.
    """

    metric: str
    statistic: str
    value: float | bool | str
    unit: str
    window: Span
    method: str
    call: Call
    about: str = ""
    interval: Interval | None = None
    zone: str = ""
    valid_days: int = 0
    days: int = 0
    coverage: float = 0.0
    devices: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    origin: Origin = Origin.MEASURED
    direction: Direction | None = None

    def __post_init__(self) -> None:
        if not self.unit:
            raise InputError(f"the value of '{self.metric}' has no unit", todo="Use unit '1' for counts and shares.")

    @property
    def shown(self) -> str:
        """The value as a person reads it, unit included."""
        return shown(self.value, self.unit)

    @property
    def interval_shown(self) -> str:
        """The interval as a person reads it, or an empty text."""
        if self.interval is None:
            return ""
        low, high = shown(self.interval.low, self.unit), shown(self.interval.high, self.unit)
        if self.unit not in ("min", "clock", "share"):
            low = low.removesuffix(f" {self.unit}")  # the unit once
        return f"{low} to {high} ({self.interval.level:.0%} interval)"

    @property
    def footnote(self) -> str:
        """Period, valid days, coverage, devices, origin and method, in one line."""
        days = f"{self.valid_days} of {self.days} days counted" if self.days else ""
        seen = f"{self.coverage:.0%} of their minutes seen" if self.days and self.coverage else ""
        parts = [str(self.window), days, seen, ", ".join(self.devices), str(self.origin), self.method, self.zone]
        return " · ".join(part for part in parts if part)

    def to_json(self) -> dict[str, Any]:
        """Plain data; empty fields are left out."""
        plain: dict[str, Any] = _EVIDENCE.dump_python(self, mode="json")
        return {key: value for key, value in plain.items() if value not in (None, "", [], {})}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Evidence":
        """Back from `to_json`. Raises: pydantic.ValidationError (a ValueError) if it is not evidence."""
        return _EVIDENCE.validate_python(dict(plain))


class Status(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    ASKS_BACK = "asks back"
    NOT_ENOUGH_DATA = "not enough data"
    OUT_OF_SCOPE = "out of scope"


NO_MODEL = "no language model was used"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer: sentences that refer to evidence, the evidence, and how the question was read.

    `{E1}` in a sentence stands for the first evidence's value, `{E1.interval}` for its interval, `{E1.window}` for
    its period, `{E1.about}` for what it is about. `made_by` says who worded it.
    Raises: InputError if a sentence refers to evidence that is not there.
    """

    question: str
    reading: str
    sentences: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    status: Status = Status.ANSWERED
    choices: tuple[str, ...] = ()
    """Where it asks back: questions that would be clear."""
    plots: tuple[str, ...] = ()
    """SVG pictures, made by code."""
    made_by: str = NO_MODEL
    caveats: tuple[str, ...] = field(default=())
    """Beyond those of the evidence."""

    def __post_init__(self) -> None:
        for sentence in self.sentences:
            for name, part in REFERENCE.findall(sentence):
                resolve(name, part, self.evidence)

    @property
    def text(self) -> str:
        """The sentences with every reference printed."""
        return " ".join(print_references(sentence, self.evidence) for sentence in self.sentences)

    @property
    def all_caveats(self) -> tuple[str, ...]:
        """Every caveat once, in order."""
        return tuple(dict.fromkeys((*self.caveats, *(c for e in self.evidence for c in e.caveats))))

    def to_json(self) -> dict[str, Any]:
        """Plain data with the printed text beside its parts."""
        plain: dict[str, Any] = {
            "question": self.question, "reading": self.reading, "status": str(self.status), "text": self.text,
            "sentences": list(self.sentences), "caveats": list(self.all_caveats), "choices": list(self.choices),
            "evidence": {f"E{i}": e.to_json() for i, e in enumerate(self.evidence, start=1)},
            "made_by": self.made_by,
        }  # fmt: skip
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Answer":
        """Back from `to_json`, without plots. Raises: ValueError, KeyError if it is no answer."""
        return cls(
            question=plain["question"], reading=plain["reading"], sentences=tuple(plain["sentences"]),
            evidence=tuple(Evidence.from_json(e) for e in plain["evidence"].values()), status=Status(plain["status"]),
            choices=tuple(plain["choices"]), made_by=plain["made_by"], caveats=tuple(plain["caveats"]),
        )  # fmt: skip


def resolve(name: str, part: str, evidence: Sequence[Evidence]) -> str:
    """What a reference prints: the value, or its `interval`, `window`, `about`, `valid_days`, `unit`.

    Raises: InputError if there is no such evidence or part.
    """
    place = int(name[1:]) - 1
    if not 0 <= place < len(evidence):
        raise InputError(f"a sentence refers to {name}, and there are {len(evidence)} pieces of evidence")
    found = evidence[place]
    match part:
        case "":
            return found.shown
        case "interval":
            return found.interval_shown
        case "window" | "about" | "valid_days" | "days" | "unit":
            return str(getattr(found, part))
    raise InputError(f"a sentence refers to {name}.{part}, which evidence does not have")


def print_references(sentence: str, evidence: Sequence[Evidence]) -> str:
    """The sentence with every reference printed. Raises: InputError as `resolve`."""
    return REFERENCE.sub(lambda found: resolve(found[1], found[2] or "", evidence), sentence)


_EVIDENCE: TypeAdapter[Evidence] = TypeAdapter(Evidence)
