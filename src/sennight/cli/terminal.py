"""What verbs share: the two consoles, a stage with its progress, and options that many take."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

INTERRUPTED = 130


PULSE_S = 5.0  # seconds between two lines that say how far reading is


PARTIAL = 3  # exit code: done, but a part of what was there could not be read


class Terminal(Console):
    """A console whose reader may leave (`| head`), which is no error of ours."""

    def on_broken_pipe(self) -> None:
        """Write the rest to nowhere and end well."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


out_console, err_console = Terminal(highlight=False), Console(stderr=True, highlight=False)


Source = Annotated[str, typer.Argument(help="An export, a cohort folder, or 'synthetic[:people=300,seed=0,days=8]'.")]


Mapping = Annotated[Path | None, typer.Option(help="Mapping file of a table (docs/add/reader.md).")]


Seed = Annotated[int, typer.Option(help="Seed of everything drawn.")]


Set = Annotated[list[str] | None, typer.Option("--set", help="A recipe setting, key=value; may be repeated.")]


Jobs = Annotated[int, typer.Option(help="Processor cores to use.")]


HeadName = Annotated[str, typer.Option(help="A head of the shelf (`sennight list heads`), its JSON, or a file of it.")]


@contextmanager
def still_reading(name: str) -> Iterator[None]:
    """A line every five seconds with how much was read: one export can be gigabytes of one person."""
    import threading
    import time

    from sennight.printing.lines import duration, size
    from sennight.stages.cost import bytes_read

    begin, before, done = time.perf_counter(), bytes_read(), threading.Event()

    def say() -> None:
        while not done.wait(PULSE_S):
            now = bytes_read()
            amount = f", {size(now - before)} read" if now is not None and before is not None else ""
            err_console.print(f"{name}: {duration(time.perf_counter() - begin)}{amount}", soft_wrap=True)

    thread = threading.Thread(target=say, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def stage(name: str) -> Iterator[Any]:
    """A progress line on a terminal, a few lines elsewhere; at the end what it cost."""
    import time

    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from sennight.printing.lines import duration, memory
    from sennight.stages.cost import peak_mb, reset_peak

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    reset_peak()
    begin = time.perf_counter()
    with Progress(*columns, console=err_console, disable=not err_console.is_terminal) as progress:
        task = progress.add_task(name, total=None, note="")
        shown = 0

        def tick(done: int, total: int | None, note: str = "") -> None:
            nonlocal shown
            progress.update(task, completed=done, total=total, note=note)
            # Without a terminal (a log, a make run in CI) a line every fifth of the way says that it goes on.
            if not err_console.is_terminal and total and done * 5 // total > shown:
                shown = done * 5 // total
                err_console.print(f"{name}: {done:,} of {total:,} {note}", soft_wrap=True)

        if not err_console.is_terminal:
            err_console.print(f"{name} ...", soft_wrap=True)
        yield tick
    err_console.print(
        f"{name}: {duration(time.perf_counter() - begin)}, peak memory {memory(peak_mb())}", soft_wrap=True
    )
