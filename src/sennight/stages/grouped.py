"""Groups of a result: who belongs where is stored beside it, so its figures can be made again without the store."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from sennight.errors import StoreError
from sennight.evaluate.groups import MEMBERS_FILE, GroupReport, assess_groups, members
from sennight.evaluate.report.shown import Shown
from sennight.evaluate.result import BenchResult
from sennight.parquet import tried
from sennight.record import VALID_DAY_MINUTES
from sennight.store import Store

REPLICATES = 500  # draws a group; an interval's end moves by under .005 against 1,000


def group_result(store: Store, result: BenchResult, folder: Path, people: Sequence[str]) -> GroupReport:
    """Assess the groups of a result and write `groups.json` and `members.parquet` beside it."""
    table = members(store.facts, people, worn_minutes=worn_a_day(store))
    table.write_parquet(folder / MEMBERS_FILE, compression="zstd", statistics=False)
    report = _assess(result, table)
    report.save(folder)
    return report


def regroup(result: BenchResult, folder: Path) -> GroupReport:
    """The same from what is stored beside a result. Raises: StoreError if `members.parquet` is absent or damaged."""
    try:
        table = pl.read_parquet(tried(folder / MEMBERS_FILE))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StoreError(
            f"{MEMBERS_FILE} is absent or damaged", where=str(folder), todo="Run `sennight evaluate` again."
        ) from error
    return _assess(result, table)


def worn_a_day(store: Store) -> dict[str, float]:
    """Person -> minutes worn on a valid day, on the mean."""
    days = store.index.filter(pl.col("worn_minutes") >= VALID_DAY_MINUTES)
    means = days.group_by("person").agg(pl.col("worn_minutes").cast(pl.Float64).mean())
    return dict(means.iter_rows())


def _assess(result: BenchResult, table: pl.DataFrame) -> GroupReport:
    return assess_groups(
        result.predictions,
        result.plan,
        table,
        features=Shown.of(result.plan).front,
        replicates=min(REPLICATES, result.plan.replicates),
    )
