"""A person who walks known steps a day, and an engine that needs no language model; for tests of the talk."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
from tests.agent.people import flat, person

from sennight.agent.attacks.scripted import Scripted
from sennight.agent.evidence import Answer
from sennight.agent.person import OpenPerson
from sennight.agent.profile import Profile, Sex
from sennight.agent.talk.agent import Agent
from sennight.agent.talk.told import Mode
from sennight.agent.tools import TOOLS, Found

ASKED_ON = date(2026, 1, 1)
ENGINE_SAID = "You walked {E1} a day."


def walker(days: int = 28, **more: Any) -> tuple[OpenPerson, list[float]]:
    """The person and their steps by day, each a number that stands nowhere else."""
    totals = np.random.default_rng(3).permutation(np.arange(6_001, 15_001, 13))[:days]
    steps = flat(days, 0)
    for i, total in enumerate(totals):
        steps[i, 480:1080] = total // 600
        steps[i, 480] += total - 600 * (total // 600)
    devices = ["Zephyr Q9"] * (days - 20) + ["Nimbus X2"] * 20
    more.setdefault("profile", Profile(born=1974, sex=Sex.FEMALE, conditions=("gout",)))
    channels = {"steps": steps, "heart_rate": flat(days, 62)}
    return person(channels, devices=devices, **more), [float(t) for t in totals]


def engine(of: OpenPerson, question: str) -> Answer:
    """Last week's steps, whatever was asked."""
    found = TOOLS["metric"].call(of, {"metric": "steps", "window": "last_7_days"})
    assert isinstance(found, Found)
    return Answer(question=question, reading="steps", sentences=(ENGINE_SAID,), evidence=found.evidence[:1])


def agent(script: Scripted | None, **more: Any) -> Agent:
    """An agent of this script in mode `agent` unless said otherwise."""
    settings: dict[str, Any] = {"mode": Mode.AGENT, "asked_on": ASKED_ON, **more}
    return Agent(engine=engine, tools=TOOLS, model=script, **settings)


Make = Callable[..., Agent]
