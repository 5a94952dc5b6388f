import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from sennight.llm import Played, Profile, StandIn
from sennight.llm.stand_in import STAND_IN
from sennight.llm.wire import Wire, WireError

Start = Callable[..., StandIn]
ASKED: dict[str, Any] = {
    "model": "m", "system": "be brief", "messages": [{"role": "user", "text": "hello"}], "tools": [],
    "answer_schema": None, "structured": "native", "max_tokens": 100, "temperature": None,
}  # fmt: skip


def wire(server: StandIn, **settings: Any) -> Wire:
    return Wire(Profile(name="t", model="m", url=server.url, **settings))


@pytest.mark.parametrize("stream", [False, True])
def test_text_and_calls_come_back_as_plain_data(stand_in: Start, stream: bool) -> None:
    server = stand_in(lambda body, n: Played(text="hi", calls=(("look", '{"a": 1}'),)))
    said = wire(server, stream=stream).send(ASKED, within_s=20.0)
    assert said["text"] == "hi"
    assert [(c["tool"], c["arguments"]) for c in said["calls"]] == [("look", '{"a": 1}')]
    assert STAND_IN in said["model"]
    assert said["tokens_in"] > 0
    assert server.seen[0]["messages"][0] == {"role": "system", "content": "be brief"}


@pytest.mark.parametrize(
    ("played", "again"),
    [
        (Played(status=500), True),
        (Played(status=429, headers={"retry-after": "2"}), True),
        (Played(status=401), False),
        (Played(raw=b"not json"), False),
        (Played(raw=b"\xff\xfe"), False),
        (Played(raw=b'{"choices": []}'), False),
        (Played(raw=b""), False),
        (Played(raw=b"[]"), False),
    ],
)
def test_failures_say_whether_another_try_may_help(stand_in: Start, played: Played, again: bool) -> None:
    with pytest.raises(WireError) as told:
        wire(stand_in(lambda body, n: played)).send(ASKED, within_s=20.0)
    assert told.value.again is again
    assert told.value.after_s == (2 if played.status == 429 else 0)


@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_that_drips_has_one_deadline(stand_in: Start, stream: bool) -> None:
    slow = wire(stand_in(lambda body, n: Played(text="x" * 5_000, drip_s=0.05, delay_s=0.3)), stream=stream)
    start = time.monotonic()
    with pytest.raises(WireError, match="no whole reply"):
        slow.send(ASKED, within_s=0.2)
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_of_megabytes_is_cut_off(stand_in: Start, stream: bool) -> None:
    big = wire(stand_in(lambda body, n: Played(text="x" * 500_000)), stream=stream, most_chars=10_000)
    with pytest.raises(WireError, match="long"):
        big.send(ASKED, within_s=30.0)


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch, stand_in: Start) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gone = Wire(Profile(name="t", model="m", url=f"http://127.0.0.1:{port}/v1"))
    with pytest.raises(WireError) as told:
        gone.send(ASKED, within_s=20.0)
    assert told.value.again


def test_a_local_profile_follows_neither_proxy_nor_redirect(monkeypatch: pytest.MonkeyPatch, stand_in: Start) -> None:
    trap = stand_in()
    monkeypatch.setenv("HTTP_PROXY", trap.url)
    monkeypatch.setenv("http_proxy", trap.url)
    honest = stand_in(lambda body, n: Played(status=307, headers={"location": f"{trap.url}/chat/completions"}))
    with pytest.raises(WireError):
        wire(honest).send(ASKED, within_s=20.0)
    assert len(honest.seen) == 1
    assert not trap.seen
