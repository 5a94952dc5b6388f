"""Verbs on data: demo, fetch, read, prepare, export, list, show; each parses, calls one function, prints."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sennight.cli.terminal import PARTIAL, Jobs, Mapping, Seed, Source, err_console, out_console, stage, still_reading
from sennight.errors import InputError


def demo(
    source: Source = "synthetic",
    out: Annotated[Path, typer.Option(help="Where the artifacts and the page go.")] = Path("out/demo"),
    people: Annotated[int | None, typer.Option(help="Stop after so many people.")] = None,
    mapping: Mapping = None,
    seed: Seed = 0,
    jobs: Jobs = 2,
) -> None:
    """The whole main job, start to finish: read, prepare, pretrain, embed, 35 tasks, a page to open."""
    import torch

    from sennight import demo as story
    from sennight.pretrain.recipes import recipe
    from sennight.printing import found

    torch.set_num_threads(jobs)
    report = story.run(
        source, out, recipe=recipe("demo"), people=people, mapping=mapping, seed=seed, jobs=jobs, stage=stage,
        command="sennight " + " ".join(sys.argv[1:]),
    )  # fmt: skip
    found(out_console, report)


def fetch(
    dataset: Annotated[str, typer.Argument(help="A public data set; `sennight list datasets` shows them.")],
    out: Annotated[Path, typer.Option(help="Folder to download into.")],
    file: Annotated[list[str] | None, typer.Option(help="Only this table; may be repeated.")] = None,
) -> None:
    """Get a public data set from its official home; resumes, and checks what it got."""
    from sennight.fetch import fetch as get

    with stage(f"Fetch {dataset}") as tick:
        report = get(dataset, out, files=file, progress=lambda name, done, total: tick(done, total, name))
    out_console.print(f"{len(report.files)} files in {out}", soft_wrap=True)


def read(
    source: Source,
    mapping: Mapping = None,
    starter_mapping: Annotated[bool, typer.Option(help="Print a mapping file to start from, for a table.")] = False,
    every_line: Annotated[bool, typer.Option("--all", help="Print long lists to their end.")] = False,
) -> None:
    """Read an export and say what is in it: people, channels, what was kept, what was dropped and why."""
    from sennight.printing import reading_summary

    if starter_mapping:
        from sennight.readers.table import starter_mapping as start

        out_console.print(start(Path(source)), markup=False, soft_wrap=True)
        return
    with stage("Read") as tick, still_reading("Read"):
        summary = reading_summary(source, mapping=mapping, every_line=every_line, tick=tick)
    out_console.print(summary.text, markup=False, soft_wrap=True)
    _say_partial(summary.partial)


def _say_partial(partial: bool) -> None:
    """Exit code 3: done, but not with everything that was there."""
    if partial:
        err_console.print("Partial: what could not be read is listed above; the rest was read.", soft_wrap=True)
        raise typer.Exit(PARTIAL)


def prepare(
    source: Source,
    out: Annotated[Path, typer.Option(help="The store to write.")],
    mapping: Mapping = None,
    people: Annotated[int | None, typer.Option(help="Stop after so many people.")] = None,
) -> None:
    """Read an export, find when the device was worn, cut whole local days, write a store."""
    from sennight.printing import wear_summary
    from sennight.stages.prepared import prepare_store

    with stage("Read and prepare") as tick, still_reading("Read and prepare"):
        report = prepare_store(
            source, out, mapping=mapping, people=people, progress=lambda done, total: tick(done, total, "people")
        )
    out_console.print(wear_summary(report), markup=False, soft_wrap=True)
    out_console.print(f"store: {out}", soft_wrap=True)
    _say_partial(report.partial)


def export(
    source: Annotated[str, typer.Argument(help="A store made by `sennight prepare`, or an export.")],
    out: Annotated[Path, typer.Option(help="The file to write; one that ends in .ndjson gets a resource a line.")],
    fhir: Annotated[bool, typer.Option("--fhir", help="As a FHIR R4 Bundle of Observations.")] = False,
) -> None:
    """Give days and facts to other programs, as FHIR Observations."""
    from sennight.stages.exported import export_fhir

    if not fhir:
        raise InputError("export into what?", todo="Say --fhir; it is the one form there is so far.")
    with stage("Export") as tick:
        report = export_fhir(source, out, progress=lambda done, total: tick(done, total, "people"))
    undated = f"; {report.undated_days:,} days without a calendar date were left out" if report.undated_days else ""
    out_console.print(
        f"{out}: {report.people:,} people, {report.minutes:,} channel-days and {report.facts:,} facts{undated}",
        soft_wrap=True,
    )


def list_(
    shelf: Annotated[str, typer.Argument(help="readers, backbones, tasks, heads, channels, recipes or datasets.")],
) -> None:
    """What stands on a shelf."""
    from sennight.printing import shelf_table

    out_console.print(shelf_table(shelf), markup=False, soft_wrap=True)


def show(
    path: Annotated[
        Path, typer.Argument(help="A store, run, checkpoint, embedding or result; or the name of released weights.")
    ],
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Of a result: compute every number again from its predictions.")
    ] = False,
    as_markdown: Annotated[
        str, typer.Option("--markdown", help="Of a result: all tables as Markdown, under this title.")
    ] = "",
    made_by: Annotated[str, typer.Option(help="The command that Markdown names as its maker.")] = "sennight evaluate",
    only_folds: Annotated[
        str, typer.Option(help="Of a result: people of these folds alone, as 2,3,4; with --markdown.")
    ] = "",
    wear_matched: Annotated[
        Path | None, typer.Option(help="Of a result: its figures among people of equal wear; the store it is of.")
    ] = None,
    groups: Annotated[
        bool, typer.Option("--groups", help="Of a result: groups, gaps and the population; with --markdown.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --wear-matched: the same figures as JSON.")] = False,
) -> None:
    """What an artifact is, what it was made from, and its main figures."""
    from sennight.backbones import card, released
    from sennight.printing import describe, markdown, recomputed

    if only_folds and (not as_markdown or recompute or wear_matched is not None):
        raise InputError("--only-folds shows a result as Markdown", todo="Add --markdown TITLE.")
    if str(path) in released() and not path.exists():
        text = card(str(path))
    elif wear_matched is not None:
        text = _wear_matched(path, wear_matched, title=as_markdown, made_by=made_by, as_json=as_json)
    elif groups:
        text = _groups(path, title=as_markdown, made_by=made_by)
    elif as_markdown:
        from sennight.evaluate import BenchResult, of_folds

        chosen = BenchResult.load(path)
        chosen = of_folds(chosen, only_folds) if only_folds else chosen
        text = markdown(chosen, title=as_markdown, made_by=made_by)
        if only_folds:  # --recompute is of the whole result
            text = text.replace("show RESULT --recompute", f"show RESULT --only-folds {only_folds} --markdown TITLE")
    else:
        text = recomputed(path) if recompute else describe(path)
    out_console.print(text, markup=False, soft_wrap=True)


def _wear_matched(path: Path, store: Path, *, title: str, made_by: str, as_json: bool) -> str:
    from sennight.printing.wear_matched import wear_matched_json, wear_matched_markdown
    from sennight.stages.wear_matched import wear_matched_store

    found, means = wear_matched_store(path, store)
    if as_json:
        return wear_matched_json(found, means)
    return wear_matched_markdown(found, means, title=title or "Among people of equal wear", made_by=made_by)


def _groups(path: Path, *, title: str, made_by: str) -> str:
    from sennight.evaluate import BenchResult
    from sennight.evaluate.groups import GroupReport
    from sennight.printing.groups import groups_markdown

    return groups_markdown(BenchResult.load(path), GroupReport.load(path), title=title or "Groups", made_by=made_by)
