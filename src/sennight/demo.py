"""The demo: the whole main job on one cohort, start to finish, ending with a page to open.

read -> prepare -> store -> pretrain one model a fold -> embed -> evaluate -> report. On synthetic people
unless real ones are given. Every stage leaves its artifact in `out`, and a stopped demo continues.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from sennight.backbones.backbone import Backbone
from sennight.evaluate import BenchResult
from sennight.evaluate.controls import MISSINGNESS, RANDOM_INIT
from sennight.evaluate.report import StageCost
from sennight.pretrain.recipes import Recipe
from sennight.record import Embedding
from sennight.stages.cost import measured
from sennight.stages.embedded import ENGINEERED, backbones_of, embed_store, missingness_store, title
from sennight.stages.evaluated import SYNTHETIC, evaluate_loaded
from sennight.stages.prepared import PrepareReport, prepare_store
from sennight.stages.pretrained import pretrain_folds
from sennight.stages.who import valid_rows
from sennight.store import Store

FOLDS = 5


@runtime_checkable
class Tick(Protocol):
    """Called with how far a stage is, how far it goes if known, and a short word on its state."""

    def __call__(self, done: int, total: int | None, note: str = "") -> None:
        """Show it."""
        ...


Stage = Callable[[str], AbstractContextManager[Tick]]


@dataclass(frozen=True, kw_only=True)
class DemoReport:
    """What the demo ends with."""

    page: Path
    result: BenchResult
    costs: tuple[StageCost, ...]
    prepared: PrepareReport
    synthetic: bool


def run(
    source: str | Path,
    out: Path,
    *,
    recipe: Recipe,
    stage: Stage,
    command: str,
    people: int | None = None,
    mapping: Path | None = None,
    seed: int = 0,
    jobs: int = 2,
) -> DemoReport:
    """The main job; `stage(name)` opens a progress display for a stage, `people` stops reading after so many.

    Raises: InputError and its kin, from the stage that met it.
    """
    costs: list[StageCost] = []
    with stage("Read and prepare") as tick, measured("read and prepare", costs):
        prepared = prepare_store(
            source,
            out / "store",
            mapping=mapping,
            people=people,
            progress=lambda done, total: tick(done, total, "people"),
        )
    store = Store.open(out / "store")
    with stage("Pretrain") as tick, measured("pretrain", costs):
        pretrain_folds(
            store,
            recipe,
            out / "run",
            k=FOLDS,
            seed=seed,
            progress=lambda fold, line: tick(
                fold * recipe.steps + line.step, FOLDS * recipe.steps, f"steps, loss {line.loss:.2f}"
            ),
        )
    with stage("Embed") as tick, measured("embed", costs):
        embeddings = embed_all(store, out / "run", out / "embeddings", tick=tick)
    with stage("Evaluate") as tick:
        done = evaluate_loaded(
            store,
            embeddings,
            out,
            command=command,
            run=out / "run",
            seed=seed,
            k=FOLDS,
            replicates=1_000,
            jobs=jobs,
            costs=costs,
            progress=lambda done, total: tick(done, total, "fits"),
        )
    return DemoReport(
        page=done.page,
        result=done.result,
        costs=done.costs,
        prepared=prepared,
        synthetic=prepared.read["reader"] == SYNTHETIC,
    )


def embed_all(store: Store, run: Path, out: Path, *, tick: Tick) -> dict[str, Embedding | Sequence[Embedding]]:
    """The model of each fold, engineered features, random weights, and the wear pattern alone."""
    models = backbones_of(run, store)
    total, done = len(valid_rows(store)) * (len(models) + 2), 0

    def heard(windows: int) -> None:
        nonlocal done
        done += windows
        tick(min(done, total), total, "days")

    def made(backbones: Sequence[Backbone], path: Path) -> Embedding | Sequence[Embedding]:
        embedded = embed_store(store, backbones, path, progress=heard)
        return embedded if len(embedded) > 1 else embedded[0]

    return {
        title(models[0]): made(models, out / "model"),
        ENGINEERED: made(backbones_of(ENGINEERED, store), out / "engineered.parquet"),
        RANDOM_INIT: made(backbones_of(f"{RANDOM_INIT}:{run}", store), out / "random_init.parquet"),
        MISSINGNESS: missingness_store(store, out / "missingness.parquet"),
    }
