"""A plan: which tools a model would like to be called, checked and carried out by code.

A plan names tools of the shelf and their arguments, nothing else. There is no argument for a person: the person is
bound outside the model. What is not on the shelf is refused and written down; nothing a plan says can write or send.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sennight.agent.evidence import Evidence
from sennight.agent.person import OpenPerson
from sennight.agent.reply import Declined, Found, Reason, Reply
from sennight.agent.tools.tool import Tool

MAX_CALLS = 8
MAX_EVIDENCE = 60  # pieces that a model is shown; more would bury the answer


class Route(StrEnum):
    """What kind of question it is."""

    KNOWLEDGE = "knowledge"
    DATA = "data"
    ADVICE = "advice"
    SYMPTOM = "symptom"
    OUT_OF_SCOPE = "out of scope"


class PlannedCall(BaseModel):
    """One tool and its arguments."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tool: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    arguments: dict[str, Any] = Field(default_factory=dict)


class Plan(BaseModel):
    """A plan as a model hands it in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    route: Route
    calls: Annotated[tuple[PlannedCall, ...], Field(max_length=MAX_CALLS)] = ()
    remember: Annotated[tuple[Annotated[str, StringConstraints(max_length=200)], ...], Field(max_length=3)] = ()


@dataclass(frozen=True, kw_only=True)
class Step:
    """One call that was carried out or refused: "how I got this"."""

    tool: str
    arguments: Mapping[str, Any]
    outcome: str

    def __str__(self) -> str:
        written = ", ".join(f"{k}={v!r}" for k, v in self.arguments.items())
        return f"{self.tool}({written[:200]}): {self.outcome}"


@dataclass(frozen=True, kw_only=True)
class Acted:
    """What came of a plan: evidence in order, what was declined, each step, pictures."""

    evidence: tuple[Evidence, ...]
    declined: tuple[Declined, ...]
    steps: tuple[Step, ...]
    plots: tuple[str, ...]

    @property
    def reading(self) -> str:
        """The calls that found something, as the evidence's own code wrote them: no word of a model."""
        return "; ".join(dict.fromkeys(str(e.call) for e in self.evidence))

    @property
    def told_declined(self) -> tuple[Declined, ...]:
        """What tools declined, but for calls that were wrong: those repeat what a model wrote."""
        wrong = (Reason.BAD_ARGUMENT, Reason.NOT_SUPPORTED)
        return tuple(dict.fromkeys(d for d in self.declined if d.reason not in wrong))

    @property
    def refused(self) -> tuple[Step, ...]:
        """Calls of tools that are not on the shelf."""
        return tuple(step for step in self.steps if step.outcome.startswith("refused"))


def act(plan: Plan, person: OpenPerson, tools: Mapping[str, Tool]) -> Acted:
    """Carry a plan out: each different call once, at most `MAX_CALLS`, always on this person."""
    evidence, declined = list[Evidence](), list[Declined]()
    steps, plots, done = list[Step](), list[str](), set[str]()
    for call in plan.calls[:MAX_CALLS]:
        same = json.dumps([call.tool, call.arguments], sort_keys=True, default=str)
        if same in done:
            continue
        done.add(same)
        reply, outcome = _carry_out(call, person, tools)
        steps.append(Step(tool=call.tool, arguments=call.arguments, outcome=outcome))
        if isinstance(reply, Found):
            evidence += [e for e in reply.evidence if e not in evidence]
            plots += [reply.picture] if reply.picture else []
        else:
            declined.append(reply)
            evidence += [e for e in reply.evidence if e not in evidence]
    return Acted(
        evidence=tuple(evidence[:MAX_EVIDENCE]), declined=tuple(declined), steps=tuple(steps), plots=tuple(plots)
    )


def _carry_out(call: PlannedCall, person: OpenPerson, tools: Mapping[str, Tool]) -> tuple[Reply, str]:
    if call.tool not in tools:
        said = f"there is no tool '{call.tool[:40]}'"
        return Declined(reason=Reason.NOT_SUPPORTED, said=said), f"refused: {said}"
    reply = tools[call.tool].call(person, call.arguments)
    if isinstance(reply, Found):
        return reply, f"{len(reply.evidence)} found"
    return reply, f"declined ({reply.reason}): {reply.said}"


def listing(tools: Mapping[str, Tool]) -> Sequence[Mapping[str, Any]]:
    """The shelf as a model reads it."""
    return [
        {"tool": t.name, "does": t.description, "arguments": t.schema.get("properties", {})} for t in tools.values()
    ]
