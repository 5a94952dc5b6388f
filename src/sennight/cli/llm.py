"""Verbs about language models: `sennight llm check` tries a profile, `list` names them, `stand-in` plays one."""

from pathlib import Path
from typing import Annotated

import typer

from sennight.cli.terminal import PARTIAL, out_console

HELP = """Language models: none is needed; with one, everything it says is data and code judges.

Profiles stand in a TOML file (~/.config/sennight/llm.toml, or the file that the variable SENNIGHT_LLM names):

\b
[profiles.mine]
kind = "openai"                    # vLLM, llama.cpp, LM Studio, Ollama; or "anthropic", "gemini"
url = "http://127.0.0.1:8000/v1"
model = "NAME OF THE MODEL"
key_env = "NAME_OF_A_VARIABLE"     # which holds the key; local servers need none
local_only = true                  # refuse any address but this machine
[profiles.mine.budget]
requests = 200
tokens = 1000000
"""

ProfilesFile = Annotated[Path | None, typer.Option("--file", help="The file of profiles, if another.")]


def llm_verbs() -> typer.Typer:
    """All of them as one group."""
    group = typer.Typer(no_args_is_help=True, help=HELP)
    group.command("check")(check)
    group.command("list")(list_profiles)
    group.command("stand-in")(stand_in)
    return group


def check(
    profile: Annotated[str, typer.Argument(help="Name of a profile.")],
    file: ProfilesFile = None,
    words: Annotated[list[int] | None, typer.Option(help="Lengths of the context probe; may be repeated.")] = None,
) -> None:
    """Ping, tools, structured answer, streaming, and a probe that finds a context that is cut off silently."""
    from sennight.llm import find_profile
    from sennight.llm.check import PROBES
    from sennight.llm.check import check as try_all
    from sennight.printing.lines import clean

    found = find_profile(profile, file)
    all_good = True
    for one in try_all(found, words=tuple(sorted(words)) if words else PROBES):
        mark = {True: "works ", False: "FAILS ", None: "      "}[one.good]
        out_console.print(clean(f"{mark} {one.name}: {one.said}"), markup=False, soft_wrap=True)
        all_good &= one.good is not False
    if not all_good:
        raise typer.Exit(PARTIAL)


def list_profiles(file: ProfilesFile = None) -> None:
    """The profiles there are, and where their requests would go; keys are never read."""
    from sennight.llm import load_profiles
    from sennight.printing.lines import clean

    for name, one in load_profiles(file).items():
        where = "this machine" if one.loopback else one.address
        out_console.print(clean(f"{name}: {one.model} ({one.kind}) at {where}"), markup=False, soft_wrap=True)


def stand_in(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")] = 0,
    context: Annotated[int | None, typer.Option(min=1, help="Words it reads; what stands before is dropped.")] = None,
) -> None:
    """Play a language model on this machine, without being one: to try profiles and clients. Ctrl-C ends it."""
    from sennight.llm import STAND_IN, StandIn

    server = StandIn(port=port, context=context)
    out_console.print(f"{server.url} ({STAND_IN})", soft_wrap=True)
    server.serve()
