"""`sennight generate`: learn, fill, daily, forecast, judge, table; each parses, calls one function, prints."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from sennight.config import settings

StoreFolder = Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")]
FillerFolder = Annotated[Path, typer.Option(help="A filler made by `sennight generate learn`.")]
Backbone = Annotated[Path | None, typer.Option(help="Folder of a pretraining run or checkpoint; without one, none.")]
Threads = Annotated[int, typer.Option(help="Threads of the matrix arithmetic.")]
Seed = Annotated[int, typer.Option(help="Seed of everything drawn.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A setting, key=value; may be repeated.")]
Stage = Callable[[str], AbstractContextManager[Any]]


class By(StrEnum):
    """Steps of a forecast."""

    HOUR = "hour"
    MINUTE = "minute"


class GenerateVerbs:
    """The verbs, over the command line's own progress line and consoles."""

    def __init__(self, stage: Stage, out: Console, err: Console) -> None:
        self.stage = stage
        self.out = out
        self.err = err

    def app(self) -> typer.Typer:
        """All of them as one group."""
        group = typer.Typer(
            no_args_is_help=True, help="What nobody measured: filled minutes, days with holes, days to come."
        )
        for verb in (self.learn, self.fill, self.daily, self.forecast, self.judge, self.table, self.picture):
            group.command(verb.__name__)(verb)
        return group

    def learn(
        self,
        store: StoreFolder,
        out: Annotated[Path, typer.Option(help="Folder of the filler.")],
        backbone: Backbone = None,
        seed: Seed = 0,
        threads: Threads = 2,
    ) -> None:
        """Learn to fill from a store's people: holes are made on purpose; a quarter of them calibrate the bands."""
        from sennight.stages.filled import learn_and_save
        from sennight.store import Store

        _threads(threads)
        with self.stage("Learn to fill") as tick:
            filler = learn_and_save(
                Store.open(store), out, backbone=backbone, seed=seed, progress=_counting(tick, None)
            )
        self.out.print(f"{out}: {filler.fingerprint}, {len(filler.channels)} channels", soft_wrap=True)

    def fill(
        self,
        store: StoreFolder,
        filler: FillerFolder,
        out: Annotated[Path, typer.Option(help="Folder of the filled layers; the store itself is never changed.")],
        threads: Threads = 2,
    ) -> None:
        """Guess every minute that is missing, with a band; filled minutes stay beside the store, marked as such."""
        from sennight.stages.filled import fill_store
        from sennight.store import Store

        _threads(threads)
        opened = Store.open(store)
        with self.stage("Fill") as tick:
            report = fill_store(opened, filler, out, progress=_counting(tick, len(opened.people)))
        self.out.print(
            f"{out}: {report.cells:,} minutes of {report.people:,} people, by {report.filler}", soft_wrap=True
        )

    def daily(
        self,
        store: StoreFolder,
        filler: FillerFolder,
        out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    ) -> None:
        """Daily metrics, also from days with holes: what was seen, the estimate, its interval, minutes missing."""
        from sennight.stages.generated import daily_table
        from sennight.store import Store

        opened = Store.open(store)
        with self.stage("Daily metrics") as tick:
            table = daily_table(opened, filler, progress=_counting(tick, len(opened.people)))
        table.write_parquet(out)
        metrics, people = table["metric"].n_unique(), table["person"].n_unique()
        self.out.print(f"{out}: {len(table):,} numbers, {metrics} metrics, {people:,} people", soft_wrap=True)

    def forecast(
        self,
        store: StoreFolder,
        filler: FillerFolder,
        out: Annotated[Path, typer.Option(help="Folder for hours.parquet (or minutes.parquet) and days.parquet.")],
        hours: Annotated[int, typer.Option(min=1, max=48, help="Hours ahead.")] = 48,
        by: Annotated[By, typer.Option(help="Steps of an hour or of a minute.")] = By.HOUR,
    ) -> None:
        """The next hours and the next eight days of everybody, with bands."""
        from sennight.stages.generated import forecast_table
        from sennight.store import Store

        opened = Store.open(store)
        with self.stage("Forecast") as tick:
            tables = forecast_table(
                opened, filler, hours=hours, step_min=60 if by is By.HOUR else 1,
                progress=_counting(tick, len(opened.people)),
            )  # fmt: skip
        out.mkdir(parents=True, exist_ok=True)
        for name, table in zip((f"{by}s", "days"), tables, strict=True):
            table.write_parquet(out / f"{name}.parquet")
        people = tables[0]["person"].n_unique()
        self.out.print(f"{out}: {people:,} people, {hours} hours and eight days ahead", soft_wrap=True)

    def judge(
        self,
        store: StoreFolder,
        out: Annotated[Path, typer.Option(help="Folder of the tables.")],
        backbone: Backbone = None,
        set_: Set = None,
        threads: Threads = 2,
    ) -> None:
        """Judge all of it on people that neither the backbone nor the filler ever saw, beside all baselines."""
        from sennight.stages.judged import judge_plan, judge_store
        from sennight.store import Store

        _threads(threads)
        plan = judge_plan(settings(set_ or []))
        with self.stage("Judge"):
            judge_store(Store.open(store), out, backbone=backbone, plan=plan, say=self.err.print)
        self.out.print(f"tables: {out}", soft_wrap=True)

    def table(
        self,
        folders: Annotated[list[Path], typer.Argument(help="Folders made by `sennight generate judge`.")],
        out: Annotated[Path, typer.Option(help="Markdown file to write.")],
        made_by: Annotated[str, typer.Option(help="The command that the page names.")] = "sennight generate judge",
        picture: Annotated[Path | None, typer.Option(help="PNG of error by length of hole, if wanted.")] = None,
    ) -> None:
        """All that was judged as one page of tables, every number computed again."""
        from sennight.printing.generated import error_picture, generated_markdown

        if picture is not None:
            picture.write_bytes(error_picture(folders))
        out.write_text(generated_markdown(folders, made_by=made_by))
        self.out.print(f"tables: {out}", soft_wrap=True)

    def picture(
        self,
        store: StoreFolder,
        filler: FillerFolder,
        out: Annotated[Path, typer.Option(help="Folder for filled_day.png and fan.png.")],
        name: Annotated[str, typer.Option("--channel", help="The channel of the day.")] = "heart_rate",
        metric: Annotated[str, typer.Option(help="The daily metric of the fan.")] = "steps",
        person: Annotated[str | None, typer.Option(help="Whose; the first person without.")] = None,
    ) -> None:
        """Two pictures of one person: a day with two hours hidden and filled, and the days ahead as a fan."""
        from sennight.stages.generated import pictures
        from sennight.store import Store

        for path in pictures(Store.open(store), filler, out, channel=name, metric=metric, person=person):
            self.out.print(f"{path}", soft_wrap=True)


def _threads(threads: int) -> None:
    import torch

    torch.set_num_threads(threads)


def _counting(tick: Any, total: int | None) -> Callable[[int], None]:
    """People one after the other, told to a progress line."""
    done = 0

    def heard(people: int) -> None:
        nonlocal done
        done += people
        tick(done, total, "people")

    return heard
