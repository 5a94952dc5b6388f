"""The agent: guard in, route, plan, act, interpret, coach, verify, guard out. Code decides, a model words.

Whatever a model does or fails to do, the person gets an answer: after two repair turns, or when the model is gone, the
engine's own, and it says so.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from sennight.agent.evidence import Answer, Origin, Status
from sennight.agent.memory import Memory, Proposal
from sennight.agent.outbound import MAX_QUESTION, Outbound, RefusedByPolicy, Veil, allow
from sennight.agent.outbox import Outbox
from sennight.agent.person import OpenPerson
from sennight.agent.safety import triage as rules
from sennight.agent.safety.claims import View
from sennight.agent.safety.flags import Flag, flags
from sennight.agent.safety.triage import UNREVIEWED, Level, Triage
from sennight.agent.safety.words import fold
from sennight.agent.talk.knowledge import explained
from sennight.agent.talk.model import Ask, Model, ModelError
from sennight.agent.talk.plan import Acted, Plan, PlannedCall, Route, act, listing
from sennight.agent.talk.prompts import Prompt, joined, prompt
from sennight.agent.talk.reading import Unreadable, Wanted, read
from sennight.agent.talk.rephrase import rephrase_faults
from sennight.agent.talk.told import Mode, Told
from sennight.agent.tools.tool import Tool
from sennight.agent.verify.draft import Block, BlockKind, Draft
from sennight.agent.verify.verify import Fault, verify
from sennight.agent.verify.wording import markup
from sennight.errors import InputError, StoreError

REPAIRS = 2
NOT_A_MEASUREMENT = "This is an estimate from your recordings: not a measurement, and not a diagnosis."
ASSOCIATION_ONLY = "The two go together or not; your recordings cannot say why."
Engine = Callable[[OpenPerson, str], Answer]


class Roles(StrEnum):
    """Whether interpreter and coach are one request or two."""

    TOGETHER = "together"
    SPLIT = "split"


class _Fell(Exception):
    """The model's way ended; the engine's answer is given. `why` is one clause; `attempts` the faults so far."""

    def __init__(self, why: str, attempts: tuple[tuple[Fault, ...], ...] = ()) -> None:
        super().__init__(why)
        self.why, self.attempts = why, attempts


@dataclass(frozen=True, kw_only=True)
class Agent:
    """One person's agent for a session. `engine` answers without a model; `asked_on` is today's real date.

    The person is bound by the caller for each question; no model can name another.
    """

    engine: Engine
    tools: Mapping[str, Tool]
    asked_on: date
    model: Model | None = None
    mode: Mode = Mode.NONE
    roles: Roles = Roles.TOGETHER
    outbound: Outbound = Outbound.AGGREGATES
    consent: bool = False
    outbox: Outbox | None = None
    view: View = View.WELLNESS
    memory: Memory = field(default_factory=Memory)

    def ask(self, person: OpenPerson, question: str) -> Told:
        """Answer one question about this person. Raises nothing for what a model does."""
        found = rules.released().triage(question)
        raised = flags(person)
        urgent = tuple(f for f in raised if f.recent(self.asked_on) and f.rule.level is Level.EMERGENCY)
        if found.stops or urgent:
            return self._fixed(question, found, raised, urgent)
        told = self._with_model(person, question, found) if self.model and self.mode is not Mode.NONE else None
        told = told or Told(answer=self.engine(person, question), mode=Mode.NONE, triage=found)
        return replace(told, answer=_with_care(told.answer, found, raised, self.asked_on), flags=raised)

    def _fixed(self, question: str, found: Triage, raised: tuple[Flag, ...], urgent: tuple[Flag, ...]) -> Told:
        """The fixed answer of the rules; no model is asked."""
        said = [rules.released().wording(found)] if found.stops else []
        said += [flag.text() for flag in urgent]
        answer = Answer(
            question=question, reading=f"triage: {', '.join((*found.rules, *(f.rule.id for f in urgent)))}",
            sentences=tuple(said), caveats=(UNREVIEWED,),
            made_by=f"a fixed text of the triage rules {found.version}; no language model was used",
        )  # fmt: skip
        return Told(answer=answer, mode=Mode.NONE, triage=found, flags=raised)

    def _with_model(self, person: OpenPerson, question: str, found: Triage) -> Told | None:
        """The model's way; where it ends early, the engine's answer with the reason."""
        assert self.model is not None
        try:
            allow(self.outbound, self.model.address, consent=self.consent)
            told = (
                self._rephrase(person, question, found)
                if self.mode is Mode.REPHRASE
                else self._plan(person, question, found)
            )
        except _Fell as fell:
            told = self._engine_instead(person, question, found, fell.why, fell.attempts)
        except (ModelError, RefusedByPolicy, StoreError) as error:
            why = error.what if isinstance(error, InputError) else str(error)
            told = self._engine_instead(person, question, found, why, ())
        return replace(told, model=self.model.name, outbound=self.outbound)

    def _engine_instead(
        self, person: OpenPerson, question: str, found: Triage, why: str, attempts: tuple[tuple[Fault, ...], ...]
    ) -> Told:
        answer = self.engine(person, question)
        label = f"{answer.made_by}: {why}" if why else answer.made_by
        return Told(
            answer=replace(answer, made_by=label), mode=self.mode, triage=found, fell_back=why, attempts=attempts
        )

    # ---- plan, act, interpret, coach

    def _plan(self, person: OpenPerson, question: str, found: Triage) -> Told:
        veil = Veil(person=person, policy=self.outbound, memory=self.memory.at(self.asked_on))
        instructions = prompt("plan")
        data = {
            "question": veil.text(question, MAX_QUESTION), "today": "day-0", "person": veil.about_person(),
            "tools": listing(self.tools),
        }  # fmt: skip
        plan, attempts = self._request("planner", instructions, data, Plan, lambda _: ())
        plan = plan.model_copy(
            update={"calls": tuple(PlannedCall(tool=c.tool, arguments=veil.reveal(c.arguments)) for c in plan.calls)}
        )
        if plan.route is Route.KNOWLEDGE and (known := explained(question)) is not None:
            answer = Answer(
                question=question, reading="what a word means", sentences=(known.says, f"Source: {known.source}."),
                made_by=f"a fixed text; {self.model_name} chose that it is about knowledge",
            )  # fmt: skip
            return Told(answer=answer, mode=self.mode, triage=found, route=plan.route, attempts=attempts,
                        prompts=(instructions.label,))  # fmt: skip
        if plan.route is Route.OUT_OF_SCOPE or not plan.calls:
            raise _Fell(f"{self.model_name} planned no look-up", attempts)
        acted = act(plan, person, self.tools)
        told = self._interpret(question, found, plan, acted, veil, attempts)
        asked = _proposals(plan, question)
        return replace(told, proposals=asked, prompts=(instructions.label, *told.prompts))

    def _interpret(
        self,
        question: str,
        found: Triage,
        plan: Plan,
        acted: Acted,
        veil: Veil,
        attempts: tuple[tuple[Fault, ...], ...],
    ) -> Told:
        if not acted.evidence:
            return self._declined(question, found, plan, acted, attempts)
        coached = plan.route is Route.ADVICE and found.level is Level.NONE
        together = self.roles is Roles.TOGETHER
        instructions = joined("interpret", "coach", "together") if coached and together else prompt("interpret")
        data = {
            "question": veil.text(question, MAX_QUESTION), "person": veil.about_person(), "coach": coached and together,
            "evidence": veil.evidence(acted.evidence), "declined": [veil.text(d.said) for d in acted.declined],
        }  # fmt: skip

        def check(draft: Draft) -> tuple[Fault, ...]:
            faults = verify(draft, acted.evidence, view=self.view)
            stray = not coached and any(b.kind is BlockKind.ADVICE for b in draft.blocks)
            return (*faults, Fault(check="advice", block=0, said="advice was not asked for")) if stray else faults

        draft, tried = self._request("interpreter", instructions, data, Draft, check)
        blocks, labels = draft.blocks, [instructions.label]
        if coached and not together:
            blocks, labels = (*blocks, *self._coach(data, draft, acted)), [*labels, prompt("coach").label]
        repaired = f" after {len(tried) - 1} repair turns" if len(tried) > 1 else ""
        answer = Answer(
            question=question, reading=acted.reading, sentences=_sentences(blocks, acted), evidence=acted.evidence,
            plots=acted.plots, caveats=tuple(d.said for d in acted.told_declined),
            made_by=f"worded by {self.model_name}, verified{repaired}; every number was looked up and printed by code",
        )  # fmt: skip
        return Told(answer=answer, mode=self.mode, triage=found, route=plan.route, steps=acted.steps,
                    attempts=(*attempts, *tried), prompts=tuple(labels))  # fmt: skip

    def _declined(
        self, question: str, found: Triage, plan: Plan, acted: Acted, attempts: tuple[tuple[Fault, ...], ...]
    ) -> Told:
        """Nothing was found: the tools' own sentences are the answer, if a tool said them; else the engine's."""
        if not acted.told_declined:
            raise _Fell(f"{self.model_name} asked for what does not exist", attempts)
        told = (f"I cannot tell: {d.said}." + (f" {d.todo}" if d.todo else "") for d in acted.told_declined)
        said = tuple(one.replace("{", "(").replace("}", ")") for one in told)  # names of a file are no references
        answer = Answer(
            question=question, reading="looked up, and found too little", sentences=said,
            status=Status.NOT_ENOUGH_DATA, made_by=f"planned by {self.model_name}, worded by code",
        )  # fmt: skip
        return Told(answer=answer, mode=self.mode, triage=found, route=plan.route, steps=acted.steps, attempts=attempts)

    def _coach(self, data: Mapping[str, Any], draft: Draft, acted: Acted) -> tuple[Block, ...]:
        """Blocks of advice from a second request; none if it does not come out well."""

        def check(advice: Draft) -> tuple[Fault, ...]:
            strays = any(b.kind is not BlockKind.ADVICE for b in advice.blocks) or len(advice.blocks) > 2
            faults = tuple(f for f in verify(advice, acted.evidence, view=self.view) if f.check != "references")
            return (*faults, Fault(check="advice", block=0, said="one or two blocks of advice")) if strays else faults

        answered = {**data, "coach": True, "answer": [b.text for b in draft.blocks]}
        try:
            return self._request("coach", prompt("coach"), answered, Draft, check)[0].blocks
        except (_Fell, ModelError):
            return ()

    # ---- rephrase

    def _rephrase(self, person: OpenPerson, question: str, found: Triage) -> Told:
        answer = self.engine(person, question)
        if answer.status is not Status.ANSWERED or not answer.evidence:
            return Told(answer=answer, mode=self.mode, triage=found)
        veil = Veil(person=person, policy=self.outbound, memory=self.memory.at(self.asked_on))
        instructions = prompt("rephrase")
        data = {
            "question": veil.text(question, MAX_QUESTION), "sentences": [veil.text(s, 600) for s in answer.sentences],
            "evidence": veil.evidence(answer.evidence),
        }  # fmt: skip
        draft, tried = self._request(
            "rephraser", instructions, data, Draft, lambda d: rephrase_faults(d, answer, self.view)
        )
        told = replace(
            answer,
            sentences=tuple(block.text for block in draft.blocks),
            made_by=f"reworded by {self.model_name}, verified; found and computed without a language model",
        )
        return Told(answer=told, mode=self.mode, triage=found, attempts=tried, prompts=(instructions.label,))

    # ---- one request with its repair turns

    @property
    def model_name(self) -> str:
        """What the model is called in sentences."""
        return self.model.name if self.model else "no model"

    def _request(
        self, role: str, instructions: Prompt, data: Mapping[str, Any], wanted: type[Wanted],
        check: Callable[[Wanted], tuple[Fault, ...]],
    ) -> tuple[Wanted, tuple[tuple[Fault, ...], ...]]:  # fmt: skip
        """Ask until the reply has no fault, at most 1 + `REPAIRS` times. Raises: _Fell, ModelError, StoreError."""
        attempts = list[tuple[Fault, ...]]()
        for _ in range(1 + REPAIRS):
            last = [str(fault) for fault in attempts[-1][:8]] if attempts else []
            reply = self._send(role, instructions, {**data, "faults": last} if last else data, wanted)
            try:
                got = read(reply, wanted)
                faults = check(got)
            except Unreadable as unreadable:
                faults = (unreadable.fault,)
            attempts.append(faults)
            if not faults:
                return got, tuple(attempts)
        checks = ", ".join(dict.fromkeys(f.check for f in attempts[-1]))
        raise _Fell(f"what {self.model_name} wrote was not told ({checks})", tuple(attempts))

    def _send(self, role: str, instructions: Prompt, data: Mapping[str, Any], wanted: type[BaseModel]) -> str:
        assert self.model is not None
        user = json.dumps(data, ensure_ascii=False)
        if self.outbox is not None and self.model.address:
            body = json.dumps({"system": instructions.text, "user": data}, ensure_ascii=False)
            self.outbox.keep(to=self.model.address, policy=str(self.outbound), role=role, body=body)
        return self.model.reply(Ask(role=role, system=instructions.text, user=user, schema=wanted.model_json_schema()))


def _sentences(blocks: tuple[Block, ...], acted: Acted) -> tuple[str, ...]:
    """The blocks, and what code always says of predictions and associations."""
    said = [block.text for block in blocks]
    if any(e.origin is Origin.PREDICTED for e in acted.evidence):
        said.append(NOT_A_MEASUREMENT)
    if any(e.call.tool == "associate" for e in acted.evidence):
        said.append(ASSOCIATION_ONLY)
    return tuple(said)


def _with_care(answer: Answer, found: Triage, raised: tuple[Flag, ...], asked_on: date) -> Answer:
    """The answer with the sentences that rules and flags put before it; older flags become caveats."""
    first = [rules.released().wording(found)] if found.level is Level.CARE else []
    first += [flag.text() for flag in raised if flag.recent(asked_on)]
    older = tuple(flag.text() for flag in raised if not flag.recent(asked_on))
    if not first and not older:
        return answer
    caveats = (*answer.caveats, *older, *((UNREVIEWED,) if first else ()))
    return replace(answer, sentences=(*first, *answer.sentences), caveats=caveats)


def _proposals(plan: Plan, question: str) -> tuple[Proposal, ...]:
    """What the model would like to remember, as far as the person said it: each long word and number of a proposal
    stands in the question, so that nothing out of a device's name or a file becomes a memory."""
    asked = set(re.findall(r"\w+", fold(question)))
    made = []
    for text in plan.remember:
        told = re.findall(r"\w+", fold(text))
        if markup(text) or any((len(w) > 3 or w.isnumeric()) and w not in asked for w in told):
            continue
        with suppress(InputError):
            made.append(Proposal(text=text, asked=question))
    return tuple(made)
