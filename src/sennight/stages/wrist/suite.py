"""The suite: the folders of the public wrist sets become one result; sets that are not there are named and left out."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import polars as pl

from sennight.errors import InputError
from sennight.evaluate.rows import RowResult, RowTask, evaluate_rows
from sennight.heads import HeadConfig, LinearConfig
from sennight.readers import read
from sennight.stages.prepared import prepare_store
from sennight.stages.wrist import covid, glucose, moods, sleep, stress
from sennight.store import Store

STORES = "stores"
Progress = Callable[[int, int, str], None]


def wrist_suite(
    data: Path,
    out: Path,
    *,
    head: HeadConfig | None = None,
    k: int = 5,
    seed: int = 0,
    replicates: int = 500,
    progress: Progress | None = None,
) -> RowResult:
    """Every question whose set lies in `data`. Raises: InputError if none does."""
    tasks: list[RowTask] = []
    absent = {}
    for i, (name, make) in enumerate(SETS.items()):
        if not (data / name).is_dir():
            absent[name] = "this set is not there"
            continue
        if progress:
            progress(i, len(SETS) + 1, name)
        tasks += make(data / name, out)
    if not tasks:
        raise InputError(
            "none of the wrist sets is here", where=str(data), todo=f"Folders of it are called {', '.join(SETS)}."
        )
    if progress:
        progress(len(SETS), len(SETS) + 1, "heads")
    result = evaluate_rows(tasks, head=head or LinearConfig(), k=k, seed=seed, replicates=replicates, not_asked=absent)
    result.save(out)
    return result


def _store(folder: Path, out: Path) -> Store:
    path = out / STORES / folder.name
    if not path.exists():
        prepare_store(str(folder), path)
    return Store.open(path)


def _insomnia(folder: Path, out: Path) -> list[RowTask]:
    store = _store(folder, out)
    return [sleep.insomnia(store), sleep.sleep_minutes(store)]


def _glucose(folder: Path, out: Path) -> list[RowTask]:
    store = _store(folder, out)
    found = glucose.hba1c(store)
    return [glucose.glucose_next_hour(store), *([found] if found else [])]


def _moods(folder: Path, _out: Path) -> list[RowTask]:
    facts = read(str(folder)).facts
    found = moods.state_anxiety(facts)
    return [*([found] if found else []), *moods.mood_days(facts)]


def _stress(folder: Path, _out: Path) -> list[RowTask]:
    return [stress.stressed_minutes(pl.read_parquet(folder / "minute.parquet"))]


def _covid(folder: Path, _out: Path) -> list[RowTask]:
    told = pl.read_parquet(folder / "participants.parquet", columns=["user_code", "symptoms_onset"])
    dates = told.drop_nulls().with_columns(pl.col("symptoms_onset").str.to_date("%m/%d/%Y", strict=False)).drop_nulls()
    onset: dict[str, dt.date] = dict(dates.iter_rows())
    facts = read(str(folder)).facts
    return [covid.onset_days(facts, {p: d for p in facts.people if (d := _of(onset, p)) is not None})]


def _of(onset: dict[str, dt.date], person: str) -> dt.date | None:
    """A person's id is the set's own, after the reader's prefix."""
    return next((onset[tail] for tail in (person, person.split("-", 1)[-1]) if tail in onset), None)


SETS: dict[str, Callable[[Path, Path], list[RowTask]]] = {
    "insomnia_couples": _insomnia,
    "cgmacros": _glucose,
    "lifesnaps": _moods,
    "stress_predict": _stress,
    "welltory_covid": _covid,
}
