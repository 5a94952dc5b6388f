"""Verbs by which a person decides: what is remembered, what leaves, which predictors speak, who may ask (MCP)."""

from pathlib import Path
from typing import Annotated

import typer

from sennight.cli.terminal import err_console, out_console

HOME = Path("~/.sennight")
HomeFolder = Annotated[Path, typer.Option(help="The folder of your own data.")]
Question = Annotated[str, typer.Argument(help="A question, as you would ask it.")]
Policy = Annotated[str, typer.Option(help="What may leave: local-only, aggregates or full.")]

memory_verbs = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What is remembered of you: a file of lines."
)
privacy_verbs = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What would leave this machine, and what did."
)
mcp_verbs = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Let your own assistant ask, read-only (MCP)."
)


def _out(text: str) -> None:
    out_console.print(text, markup=False, soft_wrap=True)


def _home(folder: Path) -> Path:
    """The folder of a home that holds something. Raises: InputError if nothing was imported."""
    from sennight.errors import InputError
    from sennight.store.home import Home

    path = folder.expanduser()
    if Home(path).empty:
        raise InputError(
            "there is no data of yours", where=str(path), todo="`sennight import EXPORT --home FOLDER` comes first."
        )
    return path


@memory_verbs.command("show")
def memory_show(home: HomeFolder = HOME) -> None:
    """Every line that is remembered, corrections first."""
    from datetime import UTC, datetime

    from sennight.agent.memory import load
    from sennight.printing.consent import memory_text

    _out(memory_text(load(_home(home)).at(datetime.now(UTC).date())))


@memory_verbs.command("add")
def memory_add(
    text: Annotated[str, typer.Argument(help="One line, as you would say it.")],
    home: HomeFolder = HOME,
    days: Annotated[int, typer.Option(help="Days until it is forgotten by itself; 0: never.", min=0)] = 365,
    correction: Annotated[
        bool, typer.Option("--correction", help="It corrects something; corrections outrank.")
    ] = False,
) -> None:
    """Remember one line."""
    from datetime import UTC, datetime

    from sennight.agent.memory import Kind, load, save

    folder, kind = _home(home), Kind.CORRECTION if correction else Kind.NOTE
    memory = load(folder).add(text, on=datetime.now(UTC).date(), source="you said", kind=kind, days=days or None)
    save(memory, folder)
    _out(f"Remembered as {max(memory.notes, key=lambda n: int(n.id[1:])).id}.")


@memory_verbs.command("edit")
def memory_edit(
    note: Annotated[str, typer.Argument(help="Its id, such as m1.")],
    text: Annotated[str, typer.Argument(help="What it says from now on.")],
    home: HomeFolder = HOME,
) -> None:
    """Change one line."""
    from sennight.agent.memory import load, save

    folder = _home(home)
    save(load(folder).edit(note, text), folder)
    _out(f"{note} is changed.")


@memory_verbs.command("forget")
def memory_forget(note: Annotated[str, typer.Argument(help="Its id, such as m1.")], home: HomeFolder = HOME) -> None:
    """Delete one line for good."""
    from sennight.agent.memory import load, save

    folder = _home(home)
    save(load(folder).forget(note), folder)
    _out(f"{note} is forgotten.")


@privacy_verbs.command("preview")
def privacy_preview(
    question: Question,
    home: HomeFolder = HOME,
    outbound: Policy = "aggregates",
    to: Annotated[str, typer.Option(help="Where the model is.")] = "https://a-model.example/v1",
) -> None:
    """What a language model would be sent for a question; nothing is sent."""
    from sennight.agent.home import open_person
    from sennight.agent.memory import load
    from sennight.agent.outbound import describe
    from sennight.printing.consent import policy_named, preview_text
    from sennight.stages.previewed import preview

    folder = _home(home)
    policy = policy_named(outbound)
    shown = preview(open_person(folder), load(folder), question, policy, to)
    _out(preview_text(describe(policy, to), shown))


@privacy_verbs.command("outbox")
def privacy_outbox(
    home: HomeFolder = HOME,
    whole: Annotated[bool, typer.Option("--whole", help="Every byte, not only when and how much.")] = False,
) -> None:
    """What was sent to language models from this home, in order."""
    from sennight.agent.outbox import Outbox
    from sennight.printing.consent import outbox_text

    _out(outbox_text(tuple(Outbox(_home(home)).sent()), whole=whole))


@mcp_verbs.command("stdio")
def mcp_stdio(home: HomeFolder = HOME) -> None:
    """Serve over standard input and output: what an assistant on this machine starts itself."""
    import asyncio

    from sennight import __version__
    from sennight.agent.home import open_person
    from sennight.agent.tools import TOOLS
    from sennight.web.mcp_server import mcp_server, serve_stdio

    person = open_person(_home(home))
    asyncio.run(serve_stdio(mcp_server(lambda: person, TOOLS, version=__version__)))


@mcp_verbs.command("http")
def mcp_http(
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65_535)] = 8_765,
    tokens: Annotated[Path, typer.Option(help="Folder of the tokens.")] = Path("~/.sennight-tokens"),
) -> None:
    """Serve over HTTP on this machine alone (127.0.0.1), each token one person."""
    import uvicorn

    from sennight.web.served import served_app

    app = served_app(tokens.expanduser(), port=port)
    err_console.print(f"Serving http://127.0.0.1:{port}/mcp; Ctrl-C ends it.", markup=False, soft_wrap=True)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


@mcp_verbs.command("token")
def mcp_token(
    name: Annotated[str, typer.Argument(help="What for, such as laptop.")],
    home: HomeFolder = HOME,
    tokens: Annotated[Path, typer.Option(help="Folder of the tokens.")] = Path("~/.sennight-tokens"),
    take_back: Annotated[bool, typer.Option("--take-back", help="It opens nothing any more.")] = False,
) -> None:
    """Make a token that opens one home over HTTP, or take one back. It is shown this once."""
    from datetime import UTC, datetime

    from sennight.web.tokens import Tokens

    kept = Tokens(tokens.expanduser())
    if take_back:
        kept.take_back(name)
        _out(f"The token '{name}' is taken back.")
        return
    _out(kept.make(name, _home(home), on=datetime.now(UTC).date()))
