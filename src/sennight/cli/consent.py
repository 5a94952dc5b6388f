"""Verbs by which a person decides: what is remembered, what leaves, which predictors speak, who may ask (MCP)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sennight.cli.terminal import err_console, out_console

if TYPE_CHECKING:
    from sennight.agent.memory import Proposal
    from sennight.stages.talked import Session

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
predictor_verbs = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Predictors, and the gate they must pass before they speak."
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


def offer(talk: "Session", proposals: "Sequence[Proposal]") -> None:
    """Ask the person, on a terminal, whether each note may be kept; without one nothing is."""
    import sys

    for proposal in proposals if sys.stdin.isatty() and out_console.is_terminal else ():
        if typer.confirm(f"Remember this of you: '{proposal.text}'?", default=False):
            _out(f"Remembered as {talk.remember(proposal)}.")


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


ByFold = Annotated[
    Path, typer.Option(help="Folder of embeddings, one file a fold, each by a backbone that never saw it.")
]
Whole = Annotated[Path, typer.Option(help="Embedding of everybody by the released backbone.")]


@predictor_verbs.command("learn")
def predictors_learn(
    store: Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")],
    by_fold: ByFold,
    whole: Whole,
    out: Annotated[Path, typer.Option(help="Folder to write them into.")],
    backbone: Annotated[str, typer.Option(help="The released backbone that made `whole`.")] = "sennight-xs",
) -> None:
    """Learn a predictor a question and hold each against the gate on people that nothing of it has seen."""
    from sennight.cli.terminal import stage
    from sennight.printing.consent import predictors_text
    from sennight.stages.predicted import cohort_of, learn_all

    with stage("Learn") as tick:
        made = learn_all(cohort_of(store, by_fold, whole, backbone=backbone), out, progress=tick)
    _out(predictors_text(made))


@predictor_verbs.command("show")
def predictors_show(folder: Annotated[Path, typer.Argument(help="A folder of predictors.")]) -> None:
    """Each predictor with its figures on held-out people, and whether it may speak."""
    from sennight.agent.predictors.predictor import PredictorSet
    from sennight.printing.consent import predictors_text

    _out(predictors_text(PredictorSet.load(folder)))


@predictor_verbs.command("permuted")
def predictors_permuted(
    store: Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")],
    by_fold: ByFold,
    whole: Whole,
    n: Annotated[int, typer.Option(help="How many.", min=1)] = 100,
    seed: Annotated[int, typer.Option(help="Seed of the dealing.")] = 0,
    alike: Annotated[bool, typer.Option("--alike", help="Deal among people of like age and the same sex.")] = False,
) -> None:
    """Predictors of answers dealt out at random: all must be withheld."""
    from sennight.cli.terminal import stage
    from sennight.printing.consent import permuted_text
    from sennight.stages.predicted import Among, cohort_of, permuted

    among = Among.ALIKE if alike else Among.EVERYBODY
    with stage("Deal and learn") as tick:
        cohort = cohort_of(store, by_fold, whole, backbone="none")
        found = permuted(cohort, n=n, seed=seed, among=among, progress=tick)
    _out(permuted_text(found))


@mcp_verbs.command("stdio")
def mcp_stdio(
    home: HomeFolder = HOME,
    predictors: Annotated[Path | None, typer.Option(help="A folder of predictors; without it none speaks.")] = None,
) -> None:
    """Serve over standard input and output: what an assistant on this machine starts itself."""
    import asyncio

    from sennight import __version__
    from sennight.agent.home import open_person
    from sennight.agent.tools.predict import with_predictors
    from sennight.web.mcp_server import mcp_server, serve_stdio

    person, tools = open_person(_home(home)), with_predictors(predictors)
    asyncio.run(serve_stdio(mcp_server(lambda: person, tools, version=__version__)))


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


def bench_safety(
    replies: Annotated[int, typer.Option(help="Hostile replies.", min=1)] = 1_000,
    injections: Annotated[int, typer.Option(help="Injections.", min=1)] = 300,
    every: Annotated[int, typer.Option(help="Each n-th vignette.", min=1)] = 1,
    out: Annotated[Path | None, typer.Option(help="Write all counts as JSON here.")] = None,
) -> None:
    """The safety exam: triage vignettes, hostile replies, injections, leaks; scripted stand-ins, no language model."""
    from sennight.cli.terminal import stage
    from sennight.printing.consent import safety_text
    from sennight.stages.safety_examined import examine_safety

    with stage("Safety exam") as tick:
        found = examine_safety(replies=replies, cases=injections, every=every, out=out, progress=tick)
    _out(safety_text(found))
