"""Embed: a store and a backbone become an embedding; a run with folds gives one embedding a fold."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from sennight.backbones import load as load_release
from sennight.backbones import released
from sennight.backbones.backbone import Backbone, OverDays
from sennight.backbones.checkpoint import load_network
from sennight.backbones.day_transformer import Precision
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.distribution import Distribution
from sennight.backbones.handcrafted import FEATURES, Handcrafted, HandcraftedConfig
from sennight.backbones.minirocket import MiniRocketConfig
from sennight.backbones.network import WeekNetwork
from sennight.backbones.profile import ProfileConfig
from sennight.embed import embed_batches, embed_days
from sennight.errors import InputError
from sennight.evaluate.controls import DISTRIBUTION, ENGINEERED_MEAN, RANDOM_INIT, missingness
from sennight.heads import HeadConfig, HeadSpec, pool
from sennight.pretrain.run import CHECKPOINTS, MODEL, RUN
from sennight.record import DayEmbedding, Embedding, WindowBatch
from sennight.stages.who import people_who_count, valid_rows
from sennight.store import Store
from sennight.store.day_embeddings import is_by_day, load_day_embedding, save_day_embedding
from sennight.store.embeddings import load_embedding, save_embedding

ENGINEERED, HALF_HOUR, MINIROCKET = "engineered", "half_hour", "minirocket"
ROCKET_WINDOWS = 256  # that its biases are fitted on
EMBED_BATCH = 256
Count = Callable[[int], None]


def backbones_of(name: str | Path, store: Store, *, seed: int = 0) -> list[Backbone]:
    """The backbone a word or a folder stands for; a run with folds gives one a fold.

    `engineered`, and `engineered_mean` without the spread over days; `half_hour`; `minirocket`; `random_init:RUN`, the
    architecture of a run with fresh random weights; `distribution:RUN`, what its day vector takes in, with nothing
    learned; the name of released weights; or the folder of a run or of a checkpoint.
    Raises: InputError, CheckpointError.
    """
    text = str(name)
    if text == ENGINEERED:
        return [HandcraftedConfig(channels=store.channels).build()]
    if text == ENGINEERED_MEAN:
        return [HandcraftedConfig(channels=store.channels, over_days=OverDays.MEAN).build()]
    if text == HALF_HOUR:
        return [ProfileConfig(channels=store.channels).build()]
    if text == MINIROCKET:
        return [MiniRocketConfig(channels=store.channels, seed=seed).build(_rocket_sample(store, seed))]
    if text.startswith(f"{RANDOM_INIT}:"):
        return [drawn_anew(m, seed=seed) for m in _day_transformers(text, store)]
    if text.startswith(f"{DISTRIBUTION}:"):
        return [Distribution(m) for m in _day_transformers(text, store)]
    if text in released():
        return [load_release(text)]
    folder = Path(name)
    fold_folders = sorted(folder.glob("fold-*"), key=lambda p: int(p.name.removeprefix("fold-")))
    if fold_folders:
        return [load_network(_finished(f)).model for f in fold_folders]
    return [load_network(_finished(folder) if (folder / RUN).exists() else folder).model]


def _rocket_sample(store: Store, seed: int) -> WindowBatch:
    """Days to fit biases on: of people who are not judged, if there are any; unlabelled days of everybody if not."""
    rows, judged = valid_rows(store), set(people_who_count(store))
    of = store.index["person"].gather(rows).to_list()
    others = rows[[person not in judged for person in of]]
    rows = others if len(others) else rows
    return store.read(np.sort(np.random.default_rng([seed, 5]).permutation(rows)[:ROCKET_WINDOWS]))


def _day_transformers(text: str, store: Store) -> list[DayTransformer]:
    """The models that stand behind the colon."""
    found = backbones_of(text.partition(":")[2], store)
    models = [m for m in found if isinstance(m, DayTransformer)]
    if len(models) < len(found):
        raise InputError(f"'{text}': this needs a day transformer")
    # Without a day vector nothing of a random model depends on the fold, so one stands for all.
    return models if models[0].day_vector is not None else models[:1]


def drawn_anew(model: DayTransformer, *, seed: int) -> DayTransformer:
    """The same architecture and scales with random weights."""
    torch.manual_seed(seed + 1)  # another draw than the one pretraining started from
    fresh = model.config.build()
    if fresh.day_vector is not None and model.day_vector is not None:
        fresh.day_vector.take_scales(model.day_vector)
    return fresh


def title(backbone: Backbone) -> str:
    """What a backbone is called in tables: sennight-xs and so on for day transformers, sennight-xs-week for weeks."""
    if not isinstance(backbone, DayTransformer):
        return backbone.name
    return f"sennight-{backbone.config.size}" + ("-week" if backbone.config.window_days > 1 else "")


def _finished(run: Path) -> Path:
    if not (run / MODEL).exists():
        at = sorted((run / CHECKPOINTS).glob("step-*"))
        raise InputError(
            "this pretraining run has not finished",
            where=str(run),
            todo=f"Run the same command again, or give its last checkpoint: {at[-1] if at else 'there is none yet'}.",
        )
    return run / MODEL


def embed_store(
    store: Store,
    backbones: Sequence[Backbone],
    out: Path,
    *,
    precision: Precision = Precision.FP32,
    progress: Count | None = None,
) -> list[Embedding]:
    """Embed the valid days of everybody; one file, or with several backbones a folder of `fold-*.parquet`.

    In fp32 vectors agree between processors up to rounding; bf16 is quicker and has a fingerprint of its own.
    """
    made = []
    for i, backbone in enumerate(backbones):
        path = out if len(backbones) == 1 else out / f"fold-{i}.parquet"
        days = 1
        if isinstance(backbone, DayTransformer):
            days, backbone.precision = backbone.config.window_days, precision
        elif isinstance(backbone, WeekNetwork):
            days = backbone.window_days
        embedding = embed_batches(_windows(store, days), backbone, progress=progress)
        save_embedding(embedding, path, store=store.fingerprint)
        made.append(embedding)
    return made


def embed_days_store(
    store: Store, backbones: Sequence[Backbone], out: Path, *, progress: Count | None = None
) -> list[DayEmbedding]:
    """The same with every day's own vector kept, for heads that pool or look at days themselves."""
    made = []
    for i, backbone in enumerate(backbones):
        path = out if len(backbones) == 1 else out / f"fold-{i}.parquet"
        # Engineered features stand channel by channel; what a learned vector's numbers belong to nobody knows.
        described = isinstance(backbone, Handcrafted)
        columns = tuple(f"{ENGINEERED}/{c}" for c in backbone.channels for _ in FEATURES) if described else ()
        days = embed_days(_windows(store, 1), backbone, columns=columns, progress=progress)
        save_day_embedding(days, path, store=store.fingerprint)
        made.append(days)
    return made


def missingness_store(store: Store, out: Path) -> Embedding:
    """What the wear pattern alone says of everybody: the missingness-only control."""
    embedding = missingness(_windows(store, 1))
    save_embedding(embedding, out, store=store.fingerprint)
    return embedding


def _windows(store: Store, days: int) -> Iterator[WindowBatch]:
    """Valid days in store order, or all weeks that hold one."""
    rows = valid_rows(store)
    if days == 7:
        weeks = store.weeks()
        valid_before = np.zeros(len(store) + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=len(store)), out=valid_before[1:])
        first = weeks["row"].to_numpy().astype(np.int64)
        rows = first[valid_before[first + weeks["days"].to_numpy()] > valid_before[first]]
    for i in range(0, len(rows), EMBED_BATCH):
        part = rows[i : i + EMBED_BATCH]
        yield store.read_weeks(part) if days == 7 else store.read(part)


def load_embeddings(path: Path, *, head: HeadConfig | None = None) -> Embedding | list[Embedding]:
    """An embedding file, or a folder with one a fold.

    Days are pooled as a head spec says, or to mean and sd. Raises: InputError if a spec names layers, channels or a
    pooling and the file holds no days.
    """
    if path.is_dir():
        files = sorted(path.glob("fold-*.parquet"), key=lambda p: int(p.stem.removeprefix("fold-")))
        if not files:
            raise InputError("this folder holds no fold-*.parquet", where=str(path), todo="Make it: `sennight embed`.")
        return [_load(f, head) for f in files]
    return _load(path, head)


def _load(path: Path, head: HeadConfig | None) -> Embedding:
    spec = head if isinstance(head, HeadSpec) else None
    if is_by_day(path):
        days = load_day_embedding(path)
        return spec.rows(days) if spec else pool(days)
    if spec and (spec.layers or spec.channels or spec.pooling != HeadSpec().pooling):
        raise InputError(
            "this head pools days itself, and here they are pooled already", where=str(path),
            todo="Make an embedding by day: `sennight embed --days`.",
        )  # fmt: skip
    return load_embedding(path)
