"""One small synthetic cohort, prepared, pretrained in folds and embedded once for all tests of the stages."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sennight.backbones.day_transformer import Size
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.run import PretrainReport, pretrain
from sennight.stages.embedded import backbones_of, embed_store
from sennight.stages.prepared import prepare_store
from sennight.stages.pretrained import pretrain_folds
from sennight.store import Store

SOURCE = "synthetic:people=60,days=3,channels=heart_rate+steps+on_body"
K = 3


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """Two steps of the smallest model."""
    return Recipe(
        name="test", size=Size.XXS, patch_minutes=60, steps=2, batch=8, validate_windows=8, validate_every=2,
        save_every=1,
    )  # fmt: skip


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Sixty synthetic people, three days each; one of them was not worn long enough to be judged."""
    folder = tmp_path_factory.mktemp("stages") / "store"
    prepare_store(SOURCE, folder)
    return Store.open(folder)


@pytest.fixture(scope="session")
def run(store: Store, recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> PretrainReport:
    """One model on everybody; its folder is `model.parent`."""
    return pretrain(store, recipe, tmp_path_factory.mktemp("run") / "run")


@pytest.fixture(scope="session")
def fold_run(store: Store, recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One model a fold."""
    out = tmp_path_factory.mktemp("folds") / "run"
    pretrain_folds(store, recipe, out, k=K)
    return out


@pytest.fixture(scope="session")
def embedded(store: Store, fold_run: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Name -> where its embedding lies."""
    out = tmp_path_factory.mktemp("embedded")
    embed_store(store, backbones_of(fold_run, store), out / "model")
    embed_store(store, backbones_of("engineered", store), out / "engineered.parquet")
    return {"sennight-xxs": str(out / "model"), "engineered": str(out / "engineered.parquet")}


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, bytes]]:
    """Every file of a folder with its bytes."""
    return lambda folder: {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
