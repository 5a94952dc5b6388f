"""Verbs of the personal health agent: import, ask, report, insights, goals; each parses, calls one function, prints."""

from pathlib import Path
from typing import Annotated

import typer

from sennight.cli.data import read
from sennight.cli.terminal import PARTIAL, Mapping, Source, err_console, out_console, stage, still_reading

HomeFolder = Annotated[Path, typer.Option(help="The folder of your own data.")]
HOME = Path("~/.sennight")


def import_(
    source: Source,
    home: Annotated[Path | None, typer.Option(help="Add it to the folder of your own data, e.g. ~/.sennight.")] = None,
    person: Annotated[str, typer.Option(help="Which person, where the export holds several.")] = "",
    mapping: Mapping = None,
) -> None:
    """Add an export to your own data (--home); without --home, say what is in it, as `read` does."""
    if home is None:
        read(source, mapping=mapping)
        return
    from sennight.printing.agent import import_summary
    from sennight.stages.imported import import_export

    with stage("Import") as tick, still_reading("Import"):
        done = import_export(source, home, person=person, mapping=mapping, progress=lambda n, of: tick(n, of, "people"))
    out_console.print(import_summary(done, home), markup=False, soft_wrap=True)
    if done.report.partial:
        err_console.print("Partial: some files could not be read; the rest was imported.", soft_wrap=True)
        raise typer.Exit(PARTIAL)
