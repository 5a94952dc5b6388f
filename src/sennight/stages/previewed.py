"""Previewing: what a language model would be sent for a question, found by asking a stand-in that sends nothing."""

import json
from collections.abc import Mapping

from sennight.agent.attacks.scripted import Scripted, draft, plan
from sennight.agent.evidence import Answer
from sennight.agent.memory import Memory
from sennight.agent.outbound import Outbound
from sennight.agent.person import OpenPerson
from sennight.agent.talk.agent import Agent
from sennight.agent.talk.told import Mode
from sennight.agent.tools import TOOLS


def preview(
    person: OpenPerson, memory: Memory, question: str, policy: Outbound, to: str
) -> Mapping[str, Mapping[str, object]]:
    """By role, the data of each request. The plan is one that looks last week's measured metrics up, since no model
    has planned; whoever wants to see what was really sent reads the outbox. Empty for an emergency: no model is asked.

    Raises: RefusedByPolicy (an InputError) where the policy lets nothing leave for this address.
    """
    from sennight.agent.metrics import metrics_of
    from sennight.agent.outbound import allow

    allow(policy, to, consent=True)
    names = list(metrics_of(person))[:4]
    planned = plan(*(("metric", {"metric": name, "window": "last_7_days"}) for name in names))
    script = Scripted(replies=[planned, draft("You had {E1}.")], address=to)
    agent = Agent(
        engine=lambda _person, asked: Answer(question=asked, reading="", sentences=()), tools=TOOLS, model=script,
        asked_on=person.today, mode=Mode.AGENT, outbound=policy, consent=True, memory=memory,
    )  # fmt: skip
    agent.ask(person, question)
    return {
        ask.role: {"instructions": f"{len(ask.system)} characters, the prompt of this role", **json.loads(ask.user)}
        for ask in script.asked[:2]
    }
