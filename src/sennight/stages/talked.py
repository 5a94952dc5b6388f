"""Talking: a home, an engine, perhaps a language model, put together for one session with one person."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from sennight import llm
from sennight.agent.home import open_person
from sennight.agent.memory import Proposal, load, save
from sennight.agent.outbound import Outbound, allow
from sennight.agent.outbox import Outbox
from sennight.agent.person import OpenPerson
from sennight.agent.questions import Conversation
from sennight.agent.safety.claims import View
from sennight.agent.talk.agent import Agent, Roles
from sennight.agent.talk.through import Through
from sennight.agent.talk.told import Mode, Told
from sennight.agent.tools.predict import with_predictors
from sennight.errors import InputError

TRANSCRIPT = "llm_transcript.jsonl"  # in the home: every request and reply, to be replayed


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a session talks. `profile` names a language model of the profiles file; "" for none."""

    profile: str = ""
    mode: Mode = Mode.AGENT
    roles: Roles = Roles.TOGETHER
    outbound: Outbound = Outbound.AGGREGATES
    consent: bool = False
    view: View = View.WELLNESS
    predictors: Path | None = None


def settings_of(
    *, profile: str, mode: str, roles: str, outbound: str, consent: bool, clinician: bool, predictors: Path | None
) -> Settings:
    """Settings from the words of a command line. Raises: InputError naming what there is."""
    return Settings(
        profile=profile, mode=_named(Mode, mode), roles=_named(Roles, roles), outbound=_named(Outbound, outbound),
        consent=consent, view=View.CLINICIAN if clinician else View.WELLNESS, predictors=predictors,
    )  # fmt: skip


Choice = TypeVar("Choice", bound=StrEnum)


def _named(kind: type[Choice], word: str) -> Choice:
    try:
        return kind(word)
    except ValueError as error:
        raise InputError(
            f"'{word[:40]}' is no {kind.__name__.lower()}", todo=f"Choose of: {', '.join(kind)}."
        ) from error


class Session:
    """One person's session: questions, follow-ups, and a yes to what may be remembered."""

    def __init__(self, person: OpenPerson, agent: Agent, home: Path) -> None:
        self.person, self.agent, self.home = person, agent, home

    def ask(self, question: str) -> Told:
        """Answer the next question."""
        return self.agent.ask(self.person, question)

    def remember(self, proposal: Proposal) -> str:
        """Keep a proposal that the person said yes to; gives its id. Raises: InputError, StoreError."""
        memory = load(self.home).accept(proposal, on=self.agent.asked_on)
        save(memory, self.home)
        self.agent = replace(self.agent, memory=memory)
        return max(memory.notes, key=lambda n: int(n.id[1:])).id


def session(home: Path, settings: Settings, *, today: date | None = None) -> Session:
    """Open a home and make ready to talk; nothing is sent yet.

    Raises: StoreError if there is no home; InputError for an unknown profile; RefusedByPolicy where the outbound policy
    does not let anything leave for the profile's address.
    """
    folder = home.expanduser()
    person = open_person(folder, today=today)
    talk = Conversation(person)
    model = None
    if settings.profile:
        profile = llm.find_profile(settings.profile)
        allow(settings.outbound, profile.address, consent=settings.consent)
        model = Through(llm.open(profile, transcript=folder / TRANSCRIPT))
    agent = Agent(
        engine=lambda _person, question: talk.ask(question),
        tools=with_predictors(settings.predictors, view=settings.view), asked_on=datetime.now(UTC).date(), model=model,
        mode=settings.mode if model else Mode.NONE, roles=settings.roles, outbound=settings.outbound,
        consent=settings.consent, outbox=Outbox(folder), view=settings.view, memory=load(folder),
    )  # fmt: skip
    return Session(person, agent, folder)
