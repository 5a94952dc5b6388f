"""A word or a folder names a backbone; a store and a backbone become one file, a run with folds one a fold."""

from pathlib import Path

import numpy as np
import pytest
import torch

from sennight.backbones.checkpoint import load
from sennight.backbones.day_transformer import Precision
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.day_transformer.precision import precision_on
from sennight.embed import embed_batches
from sennight.errors import CheckpointError, InputError, StoreError
from sennight.heads import AttentionConfig, HeadSpec
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.run import PretrainReport, pretrain
from sennight.record import Embedding
from sennight.stages.embedded import (
    backbones_of,
    embed_days_store,
    embed_store,
    load_embeddings,
    missingness_store,
    title,
)
from sennight.stages.who import people_who_count, valid_rows
from sennight.store import Store
from sennight.store.embeddings import save_embedding
from sennight.tasks import TaskKind

K = 3


def people_of(store: Store, rows: np.ndarray) -> tuple[str, ...]:
    return tuple(store.index[rows]["person"].unique(maintain_order=True))


@pytest.mark.parametrize("word", ["engineered", "half_hour"])
def test_a_word_describes_every_channel_of_the_store(store: Store, word: str) -> None:
    (backbone,) = backbones_of(word, store)
    assert backbone.channels == store.channels
    assert title(backbone) == backbone.name
    assert embed_batches([store.read(valid_rows(store)[:2])], backbone).values.shape[1] == 2 * backbone.width


def test_a_run_a_model_and_a_checkpoint_name_the_same_model(store: Store, run: PretrainReport) -> None:
    folder = run.model.parent
    found = [backbones_of(f, store) for f in (folder, str(folder), run.model, folder / "checkpoints/step-00000002")]
    assert {b.fingerprint for (b,) in found} == {load(run.model).model.fingerprint}
    assert title(found[0][0]) == "sennight-xxs"


def test_a_run_with_folds_names_one_model_a_fold_in_order(store: Store, fold_run: Path) -> None:
    found = [b.fingerprint for b in backbones_of(fold_run, store)]
    assert found == [load(fold_run / f"fold-{i}" / "model").model.fingerprint for i in range(K)]


def test_random_weights_share_the_architecture_and_nothing_else(store: Store, run: PretrainReport) -> None:
    word = f"random_init:{run.model.parent}"
    (drawn,), (again,), (other,) = (backbones_of(word, store, seed=seed) for seed in (0, 0, 1))
    pretrained = load(run.model).model
    assert isinstance(drawn, DayTransformer)
    assert drawn.config == pretrained.config
    assert drawn.fingerprint == again.fingerprint
    assert len({drawn.fingerprint, other.fingerprint, pretrained.fingerprint}) == 3


def test_random_weights_of_what_has_none_are_refused(store: Store) -> None:
    with pytest.raises(InputError, match="needs a day transformer"):
        backbones_of("random_init:engineered", store)


def test_a_run_that_has_not_finished_is_refused_with_its_last_checkpoint(
    store: Store, recipe: Recipe, tmp_path: Path
) -> None:
    def stop(line: object) -> None:
        if line.step == 2:  # type: ignore[attr-defined]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pretrain(store, recipe, tmp_path / "fold-0", progress=stop)
    for folder in (tmp_path, tmp_path / "fold-0"):
        with pytest.raises(InputError, match="has not finished") as refused:
            backbones_of(folder, store)
        assert "step-00000001" in refused.value.todo


def test_a_folder_with_nothing_in_it_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint"):
        backbones_of(tmp_path, store)


def test_one_backbone_gives_one_file_of_everybody_with_a_valid_day(store: Store, tmp_path: Path) -> None:
    heard: list[int] = []
    (made,) = embed_store(
        store, backbones_of("engineered", store), tmp_path / "deep" / "e.parquet", progress=heard.append
    )
    rows = valid_rows(store)
    assert made.people == people_of(store, rows)
    assert sum(heard) == int(made.days_used.sum()) == len(rows)
    assert set(people_who_count(store)) <= set(made.people)
    back = load_embeddings(tmp_path / "deep" / "e.parquet")
    assert isinstance(back, Embedding)
    assert (back.people, back.backbone) == (made.people, made.backbone)
    assert np.array_equal(back.values, made.values)
    assert np.array_equal(back.days_used, made.days_used)


def test_a_run_with_folds_gives_one_file_a_fold(store: Store, fold_run: Path, embedded: dict[str, str]) -> None:
    folder = Path(embedded["sennight-xxs"])
    assert sorted(p.name for p in folder.iterdir()) == [f"fold-{i}.parquet" for i in range(K)]
    found = load_embeddings(folder)
    assert isinstance(found, list)
    assert [e.backbone for e in found] == [b.fingerprint for b in backbones_of(fold_run, store)]
    assert len({e.people for e in found}) == 1


def test_files_of_folds_are_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for i in (10, 2, 0):
        made = Embedding(
            people=("p",), values=np.zeros((1, 1), np.float32), backbone=f"b{i}", days_used=np.ones(1, np.int32)
        )
        save_embedding(made, tmp_path / f"fold-{i}.parquet", store="s")
    found = load_embeddings(tmp_path)
    assert isinstance(found, list)
    assert [e.backbone for e in found] == ["b0", "b2", "b10"]


def test_a_place_without_embeddings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no fold-\*\.parquet"):
        load_embeddings(tmp_path)
    with pytest.raises(StoreError, match="there is no embedding here"):
        load_embeddings(tmp_path / "absent.parquet")


def test_precision_is_chosen_and_told_by_the_fingerprint(store: Store, fold_run: Path, tmp_path: Path) -> None:
    models = backbones_of(fold_run, store)
    fast = precision_on(torch.device("cpu"), Precision.AUTO)
    exact, other = (
        embed_store(store, models, tmp_path / p.value, precision=p)[0] for p in (Precision.FP32, Precision.AUTO)
    )
    assert (exact.backbone == other.backbone) == (fast is Precision.FP32)
    np.testing.assert_allclose(exact.values, other.values, atol=0.05 * np.abs(exact.values).max())


def test_a_model_of_weeks_embeds_the_weeks_that_hold_a_valid_day(store: Store, recipe: Recipe, tmp_path: Path) -> None:
    weekly = recipe.with_settings({"window_days": "7", "steps": "1"})
    report = pretrain(store, weekly, tmp_path / "run")
    (made,) = embed_store(store, backbones_of(report.model, store), tmp_path / "e.parquet")
    valid = set(valid_rows(store).tolist())
    weeks = store.weeks()
    with_one = [w for w in weeks.iter_rows(named=True) if valid & set(range(w["row"], w["row"] + w["days"]))]
    assert made.people == tuple(dict.fromkeys(w["person"] for w in with_one))
    assert made.days_used.sum() == len(with_one)


def test_the_wear_pattern_alone_is_an_embedding_too(store: Store, tmp_path: Path) -> None:
    made = missingness_store(store, tmp_path / "m.parquet")
    assert made.backbone == "missingness"
    assert made.people == people_of(store, valid_rows(store))
    assert np.array_equal(load_embeddings(tmp_path / "m.parquet").values, made.values)  # type: ignore[union-attr]


def test_days_pooled_by_a_head_give_the_embedding_and_attention_gets_them_all(
    store: Store, embedded: dict[str, str], tmp_path: Path
) -> None:
    backbone = backbones_of("engineered", store)
    made = embed_days_store(store, backbone, tmp_path / "days.parquet")[0]
    whole, pooled = load_embeddings(Path(embedded["engineered"])), load_embeddings(tmp_path / "days.parquet")
    assert pooled.people == whole.people
    np.testing.assert_allclose(pooled.values, whole.values, rtol=1e-4, atol=1e-4)
    one = HeadSpec(channels=("steps",), pooling="mean")
    assert load_embeddings(tmp_path / "days.parquet", head=one).values.shape == (len(whole.people), 20)
    attentive = HeadSpec(pooling="days", model=AttentionConfig(days=made.seen.shape[1], steps=5))
    rows = load_embeddings(tmp_path / "days.parquet", head=attentive)
    y = np.arange(len(rows.people)) % 2.0
    said = attentive.build().fit(rows.values, y, kind=TaskKind.YES_NO).predict(rows.values)
    assert np.isfinite(said).all()
    with pytest.raises(InputError, match="pooled already"):
        load_embeddings(Path(embedded["engineered"]), head=one)
