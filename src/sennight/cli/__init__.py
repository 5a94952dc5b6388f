"""The command line: one verb per activity; each parses, calls one function, prints what came of it.

Exit codes: 0 done, 1 our fault, 2 your input, 3 done in part, 130 stopped by Ctrl-C. Errors go to stderr. Everything
heavy is imported inside the verb that needs it, so that --help answers at once.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from sennight import __version__
from sennight.cli.agent import BenchVerbs, ask, goals, import_, insights, report
from sennight.cli.classroom import classroom
from sennight.cli.consent import mcp_verbs, memory_verbs, predictor_verbs, privacy_verbs
from sennight.cli.data import demo, export, fetch, list_, prepare, read, show
from sennight.cli.generating import GenerateVerbs
from sennight.cli.judging import audit, beside, distill, evaluate, explain, few_shot, leaderboard, shift, wrist
from sennight.cli.learning import embed, finetune, plan, pretrain
from sennight.cli.llm import llm_verbs
from sennight.cli.terminal import INTERRUPTED, err_console, out_console, stage
from sennight.errors import InputError

__all__ = ["VERBS", "app", "main"]

VERBS: dict[str, Callable[..., Any]] = {
    "demo": demo,
    "fetch": fetch,
    "read": read,
    "import": import_,
    "prepare": prepare,
    "pretrain": pretrain,
    "embed": embed,
    "evaluate": evaluate,
    "few-shot": few_shot,
    "distill": distill,
    "explain": explain,
    "audit": audit,
    "shift": shift,
    "wrist": wrist,
    "leaderboard": leaderboard,
    "finetune": finetune,
    "beside": beside,
    "classroom": classroom,
    "plan": plan,
    "ask": ask,
    "report": report,
    "insights": insights,
    "goals": goals,
    "export": export,
    "list": list_,
    "show": show,
}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The open foundation model for wearable health data. For research and general wellness; never a diagnosis.",
)


@app.callback()
def _sennight(
    version: Annotated[
        bool | None,  # typer hands None to an eager option that was not given
        typer.Option("--version", callback=lambda asked: _say_version(asked=asked), is_eager=True, help="Say which."),
    ] = False,
) -> None:
    pass


def _say_version(*, asked: bool) -> bool:
    """What a callback gives back is the option's value from then on."""
    if asked:
        out_console.print(f"sennight {__version__}")
        raise typer.Exit
    return asked


for _name, _verb in VERBS.items():
    app.command(_name)(_verb)
app.add_typer(BenchVerbs().app(), name="bench")
app.add_typer(GenerateVerbs(stage, out_console, err_console).app(), name="generate")
app.add_typer(llm_verbs(), name="llm")
app.add_typer(memory_verbs, name="memory")
app.add_typer(privacy_verbs, name="privacy")
app.add_typer(predictor_verbs, name="predictors")
app.add_typer(mcp_verbs, name="mcp")


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point: runs a verb and turns errors into a sentence and an exit code."""
    from sennight.printing.lines import clean

    try:
        app(args=arguments, standalone_mode=True)
    except InputError as error:
        # An error can quote a name out of somebody's file, which must not steer the terminal.
        told = "\n".join(map(clean, f"{type(error).__name__}: {error}".splitlines()))
        err_console.print(told, markup=False, soft_wrap=True)
        sys.exit(2)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # which is what typer makes of Ctrl-C, without a word
            err_console.print("\nStopped. What was finished is kept; the same command continues.", soft_wrap=True)
        raise
    return 0
