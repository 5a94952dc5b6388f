"""`sennight generate`: learn, fill, daily, forecast, judge, table; each parses, calls one function, prints."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from sennight.config import settings

if TYPE_CHECKING:
    from sennight.store import Store

DEFAULT = "sennight-filler"
StoreFolder = Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")]
Source = Annotated[str, typer.Argument(help="An export, a cohort, or a store made by `sennight prepare`.")]
FillerName = Annotated[
    str, typer.Option("--filler", help="The released filler, or a folder made by `sennight generate learn`.")
]
Backbone = Annotated[
    str | None,
    typer.Option(help="A released model by its name, or the folder of a run or checkpoint; without one, none."),
]
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
        stores: Annotated[list[Path], typer.Argument(help="Stores made by `sennight prepare`, one or several.")],
        out: Annotated[Path, typer.Option(help="Folder of the filler.")],
        backbone: Backbone = None,
        seed: Seed = 0,
        threads: Threads = 2,
    ) -> None:
        """Learn to fill from the people of stores: holes are made on purpose; a quarter of them calibrate the bands."""
        from sennight.stages.filled import learn_and_save
        from sennight.store import Store

        _threads(threads)
        with self.stage("Learn to fill") as tick:
            filler = learn_and_save(
                [Store.open(path) for path in stores], out, backbone=backbone, seed=seed, progress=_counting(tick, None)
            )
        self.out.print(f"{out}: {filler.fingerprint}, {len(filler.channels)} channels", soft_wrap=True)

    def fill(
        self,
        source: Source,
        out: Annotated[Path, typer.Option(help="Folder of the filled layers; what was measured is never changed.")],
        filler: FillerName = DEFAULT,
        threads: Threads = 2,
    ) -> None:
        """Guess every minute that is missing, with a band; filled minutes stay beside the store, marked as such."""
        from sennight.stages.filled import fill_store

        _threads(threads)
        opened = self._opened(source, out / "store")
        with self.stage("Fill") as tick:
            report = fill_store(opened, filler, out, progress=_counting(tick, len(opened.people)))
        self.out.print(
            f"{out}: {report.cells:,} minutes of {report.people:,} people, by {report.filler}", soft_wrap=True
        )
        if report.unknown:
            told = f"not filled, since the filler does not know them: {', '.join(report.unknown)}"
            self.out.print(f"{told}\nTeach one: sennight generate learn STORE --out FOLDER", soft_wrap=True)

    def daily(
        self,
        source: Source,
        out: Annotated[Path, typer.Option(help="Parquet file to write.")],
        filler: FillerName = DEFAULT,
    ) -> None:
        """Daily metrics, also from days with holes: what was seen, the estimate, its interval, minutes missing."""
        from sennight.stages.generated import daily_table

        with TemporaryDirectory() as kept:
            opened = self._opened(source, Path(kept) / "store")
            with self.stage("Daily metrics") as tick:
                table = daily_table(opened, filler, progress=_counting(tick, len(opened.people)))
        table.write_parquet(out)
        metrics, people = table["metric"].n_unique(), table["person"].n_unique()
        self.out.print(f"{out}: {len(table):,} numbers, {metrics} metrics, {people:,} people", soft_wrap=True)

    def forecast(
        self,
        source: Source,
        out: Annotated[Path, typer.Option(help="Folder for hours.parquet (or minutes.parquet) and days.parquet.")],
        filler: FillerName = DEFAULT,
        hours: Annotated[int, typer.Option(min=1, max=48, help="Hours ahead.")] = 48,
        by: Annotated[By, typer.Option(help="Steps of an hour or of a minute.")] = By.HOUR,
    ) -> None:
        """The next hours and the next eight days of everybody, with bands."""
        from sennight.stages.generated import forecast_table

        with TemporaryDirectory() as kept:
            opened = self._opened(source, Path(kept) / "store")
            with self.stage("Forecast") as tick:
                tables = forecast_table(
                    opened, filler, hours=hours, step_min=60 if by is By.HOUR else 1,
                    progress=_counting(tick, len(opened.people)),
                )  # fmt: skip
        out.mkdir(parents=True, exist_ok=True)
        for name, table in zip((f"{by}s", "days"), tables, strict=True):
            table.write_parquet(out / f"{name}.parquet")
        people = [table["person"].n_unique() if len(table) else 0 for table in tables]
        said = f"{hours} hours ahead of {people[0]:,} people, eight days ahead of {people[1]:,}"
        self.out.print(f"{out}: {said}", soft_wrap=True)

    def judge(
        self,
        store: StoreFolder,
        out: Annotated[Path, typer.Option(help="Folder of the tables.")],
        backbone: Backbone = None,
        also: Annotated[
            list[Path] | None, typer.Option(help="A store of others to learn from as well; may be repeated.")
        ] = None,
        set_: Set = None,
        threads: Threads = 2,
    ) -> None:
        """Judge all of it on people that neither the backbone nor the filler ever saw, beside all baselines."""
        from sennight.stages.judged import judge_plan, judge_store
        from sennight.store import Store

        _threads(threads)
        plan = judge_plan(settings(set_ or []))
        with self.stage("Judge"):
            judge_store(
                Store.open(store), out, backbone=backbone, plan=plan, also=[Store.open(path) for path in also or ()],
                say=self.err.print,
            )  # fmt: skip
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
        source: Source,
        out: Annotated[Path, typer.Option(help="Folder for filled_day.png and fan.png.")],
        filler: FillerName = DEFAULT,
        name: Annotated[str, typer.Option("--channel", help="The channel of the day.")] = "steps",
        metric: Annotated[str, typer.Option(help="The daily metric of the fan.")] = "steps",
        person: Annotated[str | None, typer.Option(help="Whose; the first person without.")] = None,
    ) -> None:
        """Two pictures of one person: a day with two hours hidden and filled, and the days ahead as a fan."""
        from sennight.stages.generated import pictures

        with TemporaryDirectory() as kept:
            opened = self._opened(source, Path(kept) / "store")
            for path in pictures(opened, filler, out, channel=name, metric=metric, person=person):
                self.out.print(f"{path}", soft_wrap=True)

    def _opened(self, source: str, keep: Path) -> "Store":
        """A store as it is; anything else is prepared into `keep` first."""
        from sennight.stages.prepared import store_of

        with self.stage("Read and prepare") as tick:
            return store_of(source, keep, progress=lambda done, total: tick(done, total, "people"))


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
