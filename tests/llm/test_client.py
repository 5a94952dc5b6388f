import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, Field

from sennight import llm
from sennight.llm import Budget, Played, Profile, StandIn
from sennight.llm.client import parsed

Start = Callable[..., StandIn]


class Pick(BaseModel):
    """A choice."""

    width: int = Field(ge=1, le=9)
    why: str = ""


def client(server: StandIn, *, transcript: Path | None = None, **settings: Any) -> llm.Client:
    made = llm.open(Profile(name="t", model="m", url=server.url, **settings), transcript=transcript)
    made._sleep = lambda s: None
    return made


@pytest.mark.parametrize("structured", ["native", "tool", "prompted"])
def test_a_typed_answer_by_each_way(stand_in: Start, structured: str) -> None:
    reply = client(stand_in(), structured=structured).ask("pick", answer=Pick)
    assert reply.answer == Pick(width=1)
    assert reply.spent.requests == 1


def test_tools_are_called_by_code_and_their_results_go_back(stand_in: Start) -> None:
    seen = []

    def look_up(number: int) -> str:
        """Look something up."""
        seen.append(number)
        return "found"

    server = stand_in()
    reply = client(server).ask("look", tools=[look_up])
    assert reply.called == ("look_up",)
    assert seen == [0]
    assert server.seen[1]["messages"][-1]["content"] == '"found"'


def test_a_tool_that_is_not_there_is_explained_and_never_run(stand_in: Start) -> None:
    def one() -> str:
        """One."""
        return ""

    server = stand_in(lambda b, n: Played(text="ok") if n else Played(calls=(("os_system", '{"c": "id"}'),)))
    assert client(server).ask("x", tools=[one]).text == "ok"
    assert "no tool of that name" in server.seen[1]["messages"][-1]["content"]


def test_two_repair_turns_then_trouble(stand_in: Start) -> None:
    server = stand_in(lambda body, n: Played(text='{"width": 99}'))
    with pytest.raises(llm.InvalidAnswer, match="width"):
        client(server).ask("pick", answer=Pick)
    assert len(server.seen) == 3
    assert "width" in server.seen[1]["messages"][-1]["content"]
    mended = stand_in(lambda body, n: Played(text='{"width": 4}' if n == 2 else "sorry"))
    assert client(mended).ask("pick", answer=Pick).answer == Pick(width=4)


def test_a_failing_server_is_tried_again_and_each_try_counts(stand_in: Start) -> None:
    server = stand_in(lambda body, n: Played(text="ok") if n == 2 else Played(status=503))
    one = client(server)
    assert one.ask("x").text == "ok"
    assert one.spent.requests == 3
    dead = client(stand_in(lambda body, n: Played(status=500)), retries=1)
    with pytest.raises(llm.ProviderDown, match="500"):
        dead.ask("x")
    assert dead.spent.requests == 2


def test_the_budget_ends_a_conversation(stand_in: Start) -> None:
    one = client(stand_in(), budget=Budget(requests=2), price_in=1e6)
    one.ask("a")
    one.ask("b b")
    assert one.spent.money == one.spent.tokens_in > 0
    with pytest.raises(llm.OverBudget):
        one.ask("c")
    slow = client(stand_in(lambda body, n: Played(text="x", delay_s=5)), budget=Budget(wall_s=0.3))
    with pytest.raises(llm.OverBudget, match="wall"):
        slow.ask("x")


def test_a_transcript_answers_again_without_a_server(stand_in: Start, tmp_path: Path) -> None:
    server = stand_in(lambda body, n: Played(text=json.dumps({"width": n + 1})))
    path = tmp_path / "calls.jsonl"
    one = client(server, transcript=path)
    first = [one.ask("pick", answer=Pick).answer for _ in range(3)]
    server.stop()
    again = llm.replayed(one.profile, path)
    assert [again.ask("pick", answer=Pick).answer for _ in range(3)] == first
    assert again.address == ""
    assert again.spent.requests == 0


def test_no_key_ever_stands_in_a_transcript(stand_in: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENNIGHT_TEST_KEY", "sesame-open")
    path = tmp_path / "calls.jsonl"
    client(stand_in(), transcript=path, key_env="SENNIGHT_TEST_KEY").ask("x")
    assert "sesame" not in path.read_text()


def test_text_for_a_text_is_handed_over_unread(stand_in: Start) -> None:
    one = client(stand_in(lambda body, n: Played(text="not what you asked")))
    assert one.text(system="s", user="u", schema=Pick.model_json_schema()) == "not what you asked"


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ('{"width": 3}', True),
        ('```json\n{"width": 3}\n```', True),
        ('Sure! {"width": 3} is best.', True),
        ('{"width": NaN}', False),
        ('{"width": 3}{"width": 4}', False),
        ("", False),
        ("[" * 100_000, False),
        ('{"width": "3; rm -rf"}', False),
        ("null", False),
    ],
)
def test_what_counts_as_an_answer(text: str, good: bool) -> None:
    made, fault = parsed(text, Pick)
    assert (made is not None) is good
    assert bool(fault) is not good
    assert len(fault) < 400
