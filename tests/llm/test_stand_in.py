import json
import re
from collections.abc import Callable

import httpx2
import pytest

from sennight.llm.stand_in import STAND_IN, Played, StandIn, cut, least, obliging

Start = Callable[..., StandIn]


def post(server: StandIn, body: dict[str, object]) -> httpx2.Response:
    return httpx2.post(f"{server.url}/chat/completions", json=body)


def test_everything_it_sends_says_that_it_is_none(stand_in: Start) -> None:
    server = stand_in()
    hello = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
    for answer in (
        post(server, hello), post(server, {**hello, "stream": True}), httpx2.get(f"{server.url}/models"),
        httpx2.post(f"{server.url}/nowhere", json={}),
    ):  # fmt: skip
        assert STAND_IN in answer.text


def test_a_stream_ends_with_done_and_puts_the_text_together(stand_in: Start) -> None:
    server = stand_in(lambda body, n: Played(text="a long text " * 20))
    got = post(server, {"messages": [], "stream": True}).text
    assert got.rstrip().endswith("data: [DONE]")
    pieces = [json.loads(line) for line in re.findall(r"^data: (\{.*)$", got, re.MULTILINE)]
    said = "".join(c["delta"].get("content") or "" for p in pieces for c in p["choices"])
    assert said == "a long text " * 20


def test_failures_and_raw_bytes_go_out_as_scripted(stand_in: Start) -> None:
    server = stand_in(lambda body, n: Played(status=429, headers={"retry-after": "3"}) if n else Played(raw=b"\xff{"))
    assert post(server, {}).content == b"\xff{"
    second = post(server, {})
    assert (second.status_code, second.headers["retry-after"]) == (429, "3")
    assert httpx2.post(f"{server.url}/chat/completions", content=b"{").status_code == 400


def test_a_short_context_drops_the_beginning_without_a_word() -> None:
    body = {"messages": [{"role": "user", "content": "one two three"}, {"role": "user", "content": "four five"}]}
    short, seen = cut(body, 3)
    assert [m["content"] for m in short["messages"]] == ["three", "four five"]
    assert seen == 3
    assert cut(body, None)[0] == body


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "string"}, "a"),
        ({"enum": ["x", "y"]}, "x"),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, None),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/B"}}, "required": ["a"],
          "$defs": {"B": {"type": "array", "items": {"type": "boolean"}, "minItems": 2}}}, {"a": [False, False]}),
    ],
)  # fmt: skip
def test_it_fills_any_schema_with_the_least(schema: dict[str, object], value: object) -> None:
    assert least(schema) == value


def test_the_obliging_script_repeats_a_code_word_it_can_see() -> None:
    body = {"messages": [{"role": "user", "content": "The code word is heron-1234.\n..."}]}
    assert obliging(body, 0).text == "heron-1234"
