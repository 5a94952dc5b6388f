"""`sennight classroom`: search for heads under a ruler that no proposer can bend; parse, call, print."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sennight.cli.terminal import Seed, out_console, stage
from sennight.errors import InputError


def classroom(
    store: Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")],
    embedding: Annotated[Path, typer.Option(help="What heads are put on: a file, or a folder with one a fold.")],
    out: Annotated[Path, typer.Option(help="Folder for notebooks, outcomes and the table.")],
    task: Annotated[list[str] | None, typer.Option(help="Only this question; may be repeated. None: all.")] = None,
    policy: Annotated[
        str, typer.Option(help="probe, random, portfolio, tpe, portfolio+tpe (classical search), classroom.")
    ] = "portfolio+tpe",
    evals: Annotated[int, typer.Option(min=1, max=10_000, help="Evaluations a question.")] = 40,
    student: Annotated[
        list[str] | None, typer.Option(help="A profile of a language model (`sennight llm list`); may be repeated.")
    ] = None,
    r: Annotated[float, typer.Option(min=0, max=1, help="Share of turns that students have.")] = 0.3,
    null: Annotated[bool, typer.Option("--null", help="The null twin: labels of development people permuted.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Fit in this process, not in one of its own a fold.")] = False,
    seed: Seed = 0,
) -> None:
    """Search heads for questions: propose, score out of fold, choose, then open the sealed people once."""
    from sennight.printing.searched import searched_markdown, sentences
    from sennight.stages.searched import Plan, search_store

    if quick and policy == "classroom":
        raise InputError("a classroom is judged in processes of their own", todo="Leave out --quick.")
    plan = Plan(
        policy=policy, evals=evals, seed=seed, null=null, profiles=tuple(student or ()), r=r, isolated=not quick
    )
    with stage("Search") as tick:
        done = search_store(store, embedding, out, names=task or (), plan=plan, tick=tick)
    made_by = "sennight " + " ".join(sys.argv[1:])
    page = searched_markdown(done, title="Heads found by search", made_by=made_by)
    (out / "campaign.md").write_text(page, encoding="utf-8")
    out_console.print("\n".join(sentences(done)), markup=False, soft_wrap=True)
    out_console.print(f"table: {out / 'campaign.md'}", soft_wrap=True)
