"""P13: the official client completes every tool, in process and over HTTP; a token opens one person only."""

import asyncio
import json
import socket
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from tests.agent.walker import walker

from sennight.agent.reply import Found
from sennight.agent.tools import TOOLS
from sennight.web.mcp_server import PROMPTS, http_app, mcp_server, token_home
from sennight.web.tokens import Tokens

PERSON, STEPS = walker()
DAY = str(PERSON.last)
ARGUMENTS: dict[str, dict[str, Any]] = {
    "metric": {"metric": "steps", "window": "last_7_days"},
    "days": {"metric": "steps"},
    "compare": {"metric": "steps"},
    "trend": {"metric": "steps"},
    "baseline": {"metric": "steps"},
    "associate": {"x": "steps", "y": "mean_heart_rate"},
    "sleep_night": {"night": DAY},
    "workouts": {},
    "forecast": {"metric": "steps"},
    "fill": {"metric": "steps"},
    "peers": {"metric": "steps"},
    "plot": {"kind": "days", "metric": "steps"},
}


async def every_tool(client: Client) -> dict[str, Any]:
    done = {}
    for tool in (await client.list_tools()).tools:
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert "person" not in tool.input_schema.get("properties", {})
        done[tool.name] = await client.call_tool(tool.name, ARGUMENTS.get(tool.name, {}))
    return done


def check(done: dict[str, Any]) -> None:
    assert set(done) == set(TOOLS)
    for name, reply in done.items():
        assert not reply.is_error, name
        assert len(reply.content[0].text.encode()) <= 8_192
        assert json.loads(reply.content[0].text).get("declined") != "bad argument", reply.content[0].text[:200]
    assert done["metric"].structured_content["values"][0]["value"] == pytest.approx(sum(STEPS[-7:]) / 7)


def test_every_tool_in_process_and_what_is_no_tool() -> None:
    async def run() -> None:
        async with Client(mcp_server(lambda: PERSON, TOOLS)) as client:
            check(await every_tool(client))
            assert (await client.call_tool("steal", {})).is_error
            odd = await client.call_tool("metric", {"metric": "steps", "person": "p2"})
            assert "bad argument" in odd.content[0].text
            names = [p.name for p in (await client.list_prompts()).prompts]
            assert names == list(PROMPTS)
            for name in names:
                text = (await client.get_prompt(name)).messages[0].content.text
                assert "112, 911, 999" in " ".join(text.split())

    asyncio.run(run())


def test_every_tool_over_http_with_a_token_for_each_person(tmp_path: Path) -> None:
    other, _ = walker(days=22)
    people = {str(tmp_path / "a"): PERSON, str(tmp_path / "b"): other}
    tokens = Tokens(tmp_path)
    mine = tokens.make("a", tmp_path / "a", on=date(2026, 1, 1))
    theirs = tokens.make("b", tmp_path / "b", on=date(2026, 1, 1))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = http_app(mcp_server(lambda: people[token_home()], TOOLS), tokens, host="127.0.0.1", port=port)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        check(asyncio.run(_over_http(port, mine)))
        shown = asyncio.run(_over_http(port, theirs))["metric"]
        assert shown.structured_content["values"][0]["value"] != pytest.approx(sum(STEPS[-7:]) / 7)
        for token in ("", "wrong", mine[:-1]):
            with pytest.raises(BaseException):  # noqa: B017
                asyncio.run(_over_http(port, token))
        refused = httpx2.post(f"http://127.0.0.1:{port}/mcp", headers={"Host": "evil.example"}, json={})
        assert refused.status_code in (401, 403, 421)
    finally:
        server.should_exit = True
        thread.join(10)


async def _over_http(port: int, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http)) as client,
    ):
        return await every_tool(client)


def test_the_tools_give_what_python_gives() -> None:
    reply = TOOLS["metric"].call(PERSON, ARGUMENTS["metric"])
    assert isinstance(reply, Found)
