"""The four ways of a language model over a real socket: an answer, tools, a refusal, garbage; and a server that dies.

The server is a scripted stand-in, not a language model.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.agent.walker import agent, walker

from sennight import llm
from sennight.agent.attacks.scripted import draft, plan
from sennight.agent.talk.agent import Roles
from sennight.agent.talk.model import Ask, ModelError
from sennight.agent.talk.through import Through
from sennight.agent.talk.told import Mode

pytestmark = pytest.mark.usefixtures("stand_in")  # which lets requests out, to this machine alone
PERSON, STEPS = walker()
ASKED = "How many steps did I walk a day last week?"
MEAN = f"{sum(STEPS[-7:]) / 7:,.0f} steps"
LAST_WEEK = plan(("metric", {"metric": "steps", "window": "last_7_days"}))
GOOD = draft("You walked {E1} a day in {E1.window}.")


def ask(script: Callable[[dict[str, Any], int], llm.Played], **more: Any):
    with llm.StandIn(script) as server:
        settings = {"timeout_s": 5.0, "retries": 0, **more.pop("profile", {})}
        client = llm.open(llm.Profile(name="here", model="stand-in", url=server.url, **settings))
        told = agent(Through(client), **more).ask(PERSON, ASKED)
        return told, server.seen


def in_turn(*replies: str) -> Callable[[dict[str, Any], int], llm.Played]:
    return lambda _body, n: llm.Played(text=replies[min(n, len(replies) - 1)])


@pytest.mark.parametrize("structured", ["native", "tool", "prompted"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_plan_with_tools_and_a_draft_come_over_the_wire(structured: str, stream: bool) -> None:
    replies = (LAST_WEEK, GOOD)

    def script(body: dict[str, Any], n: int) -> llm.Played:
        if structured == "tool":
            return llm.Played(calls=(("answer", replies[n]),))
        return llm.Played(text=replies[n])

    told, seen = ask(script, profile={"structured": structured, "stream": stream})
    assert not told.fell_back
    assert MEAN in told.answer.text
    assert len(seen) == 2
    shown = json.dumps(seen[1]["messages"])
    assert "9,999" not in shown
    assert "E1" in shown


def test_a_plain_answer_of_the_model_is_not_told_and_the_engine_answers() -> None:
    told, seen = ask(in_turn("You walked about 9000 steps a day, well done!"))
    assert MEAN in told.answer.text
    assert "9000" not in told.answer.text
    assert "(schema)" in told.fell_back
    assert len(seen) == 3, "the first reply and two repair turns"


def test_a_refusal_is_no_answer() -> None:
    told, _ = ask(in_turn(LAST_WEEK, "I'm sorry, but I can't talk about health."))
    assert MEAN in told.answer.text
    assert told.answer.made_by.startswith("no language model was used: ")


@pytest.mark.parametrize(
    "played",
    [
        llm.Played(raw=b"\x00\xff garbage"), llm.Played(raw=b"{}"), llm.Played(raw=b""), llm.Played(status=500),
        llm.Played(status=401), llm.Played(status=429), llm.Played(text=""), llm.Played(text="[" * 5_000),
        llm.Played(calls=(("steal", "{}"),)), llm.Played(text="x" * 300_000), llm.Played(text="{}", finish="length"),
    ],
)  # fmt: skip
def test_garbage_leads_to_the_engines_answer(played: llm.Played) -> None:
    for n in (0, 1):
        told, _ = ask(lambda _body, k, n=n: played if k >= n else llm.Played(text=LAST_WEEK))
        assert MEAN in told.answer.text
        assert told.fell_back


@pytest.mark.parametrize("roles", list(Roles))
@pytest.mark.parametrize("mode", [Mode.REPHRASE, Mode.AGENT])
@pytest.mark.parametrize("dies_at", [0, 1, 2, 3])
def test_with_the_server_killed_at_any_point_the_person_is_answered(dies_at: int, mode: Mode, roles: Roles) -> None:
    advice = plan(("metric", {"metric": "steps", "window": "last_7_days"}), route="advice")
    coach = draft("Take a walk.", kind="advice")
    replies = (
        [advice, draft("You walked 1."), GOOD, coach] if mode is Mode.AGENT else [draft("It is 1."), draft("{E1}.")]
    )
    server = llm.StandIn(lambda _body, n: llm.Played(text=replies[min(n, len(replies) - 1)]))

    class Dying(Through):
        asked = 0

        def reply(self, one: Ask) -> str:
            if Dying.asked == dies_at:
                server.stop()
            Dying.asked += 1
            return super().reply(one)

    with server:
        profile = llm.Profile(name="here", model="stand-in", url=server.url, timeout_s=5.0, retries=0)
        told = agent(Dying(llm.open(profile)), mode=mode, roles=roles).ask(PERSON, ASKED)
        if Dying.asked <= dies_at:
            server.stop()
    assert MEAN in told.answer.text


def test_trouble_is_one_error() -> None:
    profile = llm.Profile(name="gone", model="m", url="http://127.0.0.1:9/v1", timeout_s=1.0, retries=0)
    with pytest.raises(ModelError):
        Through(llm.open(profile)).reply(Ask(role="planner", system="s", user="u", schema={}))
