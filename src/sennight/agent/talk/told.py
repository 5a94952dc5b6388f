"""What came of a question: the answer, and everything that says how it came about."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sennight.agent.evidence import Answer
from sennight.agent.memory import Proposal
from sennight.agent.outbound import Outbound
from sennight.agent.safety.flags import Flag
from sennight.agent.safety.triage import Triage
from sennight.agent.talk.plan import Route, Step
from sennight.agent.verify.verify import Fault


class Mode(StrEnum):
    """What a language model does: nothing, reword the engine's answer, or plan and word its own from evidence."""

    NONE = "none"
    REPHRASE = "rephrase"
    AGENT = "agent"


@dataclass(frozen=True, kw_only=True)
class Told:
    """An answer with its making. `attempts` are the faults of each draft in turn; the last is empty if it was told.

    `fell_back` says why the engine's answer stands in place of a model's, "" if it does not.
    """

    answer: Answer
    mode: Mode
    triage: Triage
    flags: tuple[Flag, ...] = ()
    route: Route | None = None
    steps: tuple[Step, ...] = ()
    attempts: tuple[tuple[Fault, ...], ...] = ()
    fell_back: str = ""
    proposals: tuple[Proposal, ...] = ()
    prompts: tuple[str, ...] = ()
    model: str = ""
    outbound: Outbound | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain data: the answer, and how it was made."""
        return self.answer.to_json() | {
            "how": {
                "mode": str(self.mode), "model": self.model, "prompts": list(self.prompts),
                "route": self.route and str(self.route), "steps": [str(s) for s in self.steps],
                "attempts": [[str(f) for f in faults] for faults in self.attempts], "fell_back": self.fell_back,
                "triage": {"level": self.triage.level.name.lower(), "rules": list(self.triage.rules),
                           "version": self.triage.version},
                "flags": [flag.rule.id for flag in self.flags],
                "outbound": self.outbound and str(self.outbound),
                "proposals": [p.text for p in self.proposals],
            }
        }  # fmt: skip
