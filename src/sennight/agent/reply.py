"""What a tool replies: evidence, or that it cannot tell and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sennight.agent.evidence import Evidence


class Reason(StrEnum):
    """Why there is no answer."""

    NOT_MEASURED = "not measured"
    OUTSIDE = "outside the recorded days"
    TOO_FEW_DAYS = "too few valid days"
    DEVICE_CHANGED = "the device changed"
    NOT_IN_PROFILE = "not in the profile"
    NOT_SUPPORTED = "not supported"
    WITHHELD = "withheld"
    BAD_ARGUMENT = "bad argument"


@dataclass(frozen=True, kw_only=True)
class Found:
    """Evidence, the most important first. `left_off` counts what was left away to stay short; `picture` is an SVG."""

    evidence: tuple[Evidence, ...]
    left_off: int = 0
    picture: str = ""


@dataclass(frozen=True, kw_only=True)
class Declined:
    """No answer, and why: `said` is one sentence, `todo` what would help; `evidence` is what is known all the same."""

    reason: Reason
    said: str
    todo: str = ""
    evidence: tuple[Evidence, ...] = ()


Reply = Found | Declined


class CannotTell(Exception):
    """Raised inside a tool where it finds that it cannot tell; `Tool.call` turns it into its `declined`."""

    def __init__(self, reason: Reason, said: str, *, todo: str = "", evidence: Sequence[Evidence] = ()) -> None:
        super().__init__(said)
        self.declined = Declined(reason=reason, said=said, todo=todo, evidence=tuple(evidence))
