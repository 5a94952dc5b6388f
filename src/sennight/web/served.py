"""The MCP server over HTTP put together: tokens open homes, homes open people, each kept open while the server runs."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from sennight.agent.home import open_person
from sennight.agent.person import OpenPerson
from sennight.agent.tools import TOOLS
from sennight.errors import InputError
from sennight.web.mcp_server import http_app, mcp_server, token_home
from sennight.web.tokens import Tokens

HELD = 16  # people kept open


def served_app(tokens: Path, *, port: int, version: str = "") -> Any:
    """The ASGI application. Raises: InputError if there is no token, so that nobody could ask."""
    kept = Tokens(tokens)
    if not kept.all():
        raise InputError(
            "there is no token, so nobody could ask", todo="`sennight mcp token NAME --home FOLDER` first."
        )

    @lru_cache(maxsize=HELD)
    def opened(home: str) -> OpenPerson:
        return open_person(Path(home))

    return http_app(mcp_server(lambda: opened(token_home()), TOOLS, version=version), kept, host="127.0.0.1", port=port)
