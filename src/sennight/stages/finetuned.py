"""Fine-tune: a store and a backbone become out-of-fold predictions, in the form that results are computed from.

The folder of a run holds `finetune.json` (what decides it), `fold-K.safetensors` (where a fold stands),
`fold-K.parquet` (a finished fold), and at the end `result/`, which `sennight show` reads. The folds are those of
`sennight evaluate` on the same store, so the predictions can stand beside those of frozen embeddings.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
import torch

from sennight.backbones.checkpoint import load_network
from sennight.backbones.convolution import ConvolutionConfig, ConvolutionKind
from sennight.backbones.minute_scale import minute_moments
from sennight.backbones.network import WeekNetwork
from sennight.backbones.pat import PatConfig, PatSize
from sennight.backbones.pat.model import Pat
from sennight.backbones.recurrent import RecurrentConfig, RecurrentKind
from sennight.errors import InputError
from sennight.evaluate import BenchResult
from sennight.evaluate.beside import askable, result_of
from sennight.finetune import Answers, FinetuneSpec, FoldAnswers, Windows, finetune_fold
from sennight.finetune.network import Trunk
from sennight.pretrain.run import MODEL, RUN
from sennight.record import WindowBatch, folds
from sennight.stages.who import people_who_count, valid_rows
from sennight.store import Store
from sennight.tasks import TASKS, Task

DESCRIBED, RESULT = "finetune.json", "result"
CACHE_BYTES = 4 * 2**30  # minutes are kept in memory if they fit: each is read once an epoch
FIT_WINDOWS = 256  # at a time, while minutes are standardised

FRESH = (*(f"pat_{size}" for size in PatSize), *map(str, ConvolutionKind), *map(str, RecurrentKind))
"""Words for networks that start from random weights."""


def spec_of(settings: Mapping[str, str]) -> FinetuneSpec:
    """`key=value` settings. Raises: InputError naming the nearest key."""
    kinds = {f.name: type(getattr(FinetuneSpec(), f.name)) for f in fields(FinetuneSpec)}
    changed: dict[str, Any] = {}
    for key, text in settings.items():
        if key not in kinds:
            near = get_close_matches(key, kinds, n=1)
            raise InputError(f"fine-tuning has no setting '{key}'", todo=f"Did you mean '{near[0]}'?" if near else "")
        try:
            changed[key] = kinds[key](text)
        except ValueError as error:
            raise InputError(f"setting {key}={text}: expected {kinds[key].__name__}") from error
    return FinetuneSpec(**changed)


@dataclass(frozen=True, kw_only=True)
class FinetuneReport:
    """The result, and for each fold its best epoch, its epochs and the seconds it took this time (0: found done)."""

    result: BenchResult
    best_epochs: tuple[int, ...]
    epochs: tuple[int, ...]
    seconds: tuple[float, ...]


def finetune_store(
    store: Store,
    backbone: str,
    out: Path,
    *,
    spec: FinetuneSpec | None = None,
    name: str = "",
    tasks: tuple[Task, ...] = TASKS,
    k: int = 5,
    only_folds: tuple[int, ...] | None = None,
    seed: int = 0,
    replicates: int = 1_000,
    jobs: int = 1,
    precision: Literal["fp32", "bf16"] = "fp32",
    progress: Callable[[int, int, float], None] | None = None,
) -> FinetuneReport | None:
    """Train `backbone` (a word of `FRESH`, or the folder of a run or checkpoint) once a fold on all questions.

    `only_folds` stops after these; the report comes once all are done. `progress` hears fold, epoch, validation loss.
    Raises: InputError if the folder holds another run, or nobody can be asked.
    """
    spec = spec or FinetuneSpec()
    people = people_who_count(store)
    asked, _ = askable(tasks, store.facts, people)
    if not people or not asked:
        raise InputError("nobody in this store can be asked anything", where=str(store.path))
    described = {
        "backbone": backbone, "spec": asdict(spec), "store": store.fingerprint, "k": k, "seed": seed,
        "tasks": [t.name for t in asked], "precision": precision,
    }  # fmt: skip
    _claim(out, described)
    store.cache(CACHE_BYTES)
    answers, fold = Answers.of(asked, store.facts, people), folds(people, k=k, seed=seed)
    seconds = [0.0] * k
    for f in only_folds if only_folds is not None else range(k):
        done = out / f"fold-{f}.parquet"
        if done.exists():
            continue
        begin, busy = time.perf_counter(), time.process_time()
        outside = np.flatnonzero(fold == f)
        heard = (lambda epoch, loss, f=f: progress(f, epoch, loss)) if progress else None
        trunk = _trunk(backbone, store, [people[i] for i in np.flatnonzero(fold != f)], fold=f, seed=seed)
        if isinstance(trunk, Pat):
            trunk.precision = torch.bfloat16 if precision == "bf16" else torch.float32
        found = finetune_fold(
            trunk, _windows(store, people, trunk), answers, outside=outside, spec=spec, seed=seed, fold=f,
            state=out / f"fold-{f}.safetensors", progress=heard,
        )  # fmt: skip
        seconds[f] = time.perf_counter() - begin
        _keep(found, answers, f, done, wall_s=seconds[f], processor_s=time.process_time() - busy)
        (out / f"fold-{f}.safetensors").unlink()
    if not all((out / f"fold-{f}.parquet").exists() for f in range(k)):
        return None
    return _report(out, store, name or backbone, described, tuple(seconds), replicates=replicates, jobs=jobs)


def _report(
    out: Path,
    store: Store,
    name: str,
    described: dict[str, Any],
    seconds: tuple[float, ...],
    *,
    replicates: int,
    jobs: int,
) -> FinetuneReport:
    k = int(described["k"])
    frame = pl.concat([pl.read_parquet(out / f"fold-{f}.parquet") for f in range(k)])
    frame = frame.with_columns(features=pl.lit(name)).select("task", "features", "person", "fold", "y", "p")
    result = result_of(
        frame, store.facts, people_who_count(store), head={"head": "finetuned", **described["spec"]}, k=k,
        seed=int(described["seed"]), replicates=replicates, jobs=jobs,
    )  # fmt: skip
    result.save(out / RESULT)
    logs = [json.loads((out / f"fold-{f}.json").read_text()) for f in range(k)]
    return FinetuneReport(
        result=result,
        best_epochs=tuple(log["best_epoch"] for log in logs),
        epochs=tuple(len(log["curve"]) for log in logs),
        seconds=seconds,
    )


def _keep(found: FoldAnswers, answers: Answers, fold: int, path: Path, *, wall_s: float, processor_s: float) -> None:
    """A finished fold: its curve beside its predictions, the predictions last."""
    log = {"best_epoch": found.best_epoch, "curve": found.curve, "wall_s": wall_s, "processor_s": processor_s}
    path.with_suffix(".json").write_text(json.dumps(log) + "\n")
    y = answers.y[found.people]
    at, question = np.nonzero(np.isfinite(y))
    frame = pl.DataFrame(
        {
            "task": [answers.tasks[q].name for q in question],
            "person": [answers.people[found.people[i]] for i in at],
            "fold": np.full(len(at), fold, dtype=np.int8),
            "y": y[at, question],
            "p": found.p[at, question],
        }
    )
    fresh = path.with_suffix(".tmp")
    frame.write_parquet(fresh, compression="zstd", statistics=False)
    fresh.replace(path)


def _trunk(backbone: str, store: Store, people: list[str], *, fold: int, seed: int) -> Trunk:
    """A fresh network standardised by these people, or a pretrained one: of this fold, if there is one a fold."""
    if backbone in FRESH:
        torch.manual_seed(seed * 1_000 + fold)
        network = _fresh(backbone, store.channels)
        mine = store.weeks()["person"].is_in(people).to_numpy()
        starts = store.weeks()["row"].to_numpy()[mine].astype(np.int64)
        parts = (store.read_weeks(starts[i : i + FIT_WINDOWS]) for i in range(0, len(starts), FIT_WINDOWS))
        network.scale.fit(minute_moments(parts, store.channels))
        return network
    folder = Path(backbone)
    if (folder / f"fold-{fold}").exists():
        folder = folder / f"fold-{fold}"
    return load_network(folder / MODEL if (folder / RUN).exists() or (folder / MODEL).is_dir() else folder).model


def _fresh(word: str, channels: tuple[str, ...]) -> WeekNetwork:
    if word in tuple(ConvolutionKind):
        return ConvolutionConfig(channels=channels, kind=ConvolutionKind(word)).build()
    if word in tuple(RecurrentKind):
        return RecurrentConfig(channels=channels, kind=RecurrentKind(word)).build()
    return PatConfig(channels=channels, size=PatSize(word.removeprefix("pat_"))).build()


def _windows(store: Store, people: tuple[str, ...], trunk: Trunk) -> Windows:
    """Valid days, or weeks with a valid day in them, of these people."""
    rows = valid_rows(store)
    read: Callable[[np.ndarray], WindowBatch] = store.read
    if trunk.config.window_days == 7:
        weeks = store.weeks()
        first, days = weeks["row"].to_numpy().astype(np.int64), weeks["days"].to_numpy()
        before = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(store)))])
        rows, read = first[before[first + days] > before[first]], store.read_weeks
    place = {person: i for i, person in enumerate(people)}
    whose = np.array([place.get(p, -1) for p in store.index["person"].gather(rows)], dtype=np.int64)
    return Windows(rows=rows[whose >= 0], person=whose[whose >= 0], read=read)


def _claim(out: Path, described: dict[str, Any]) -> None:
    text = json.dumps(described, indent=1, sort_keys=True) + "\n"
    path = out / DESCRIBED
    if path.exists() and path.read_text() != text:
        raise InputError(
            "another fine-tuning lives here: its backbone, data, settings or seed differ", where=str(out),
            todo="Choose another --out, or remove that folder.",
        )  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
