"""From a store to a filler to filled layers, twice the same."""

from pathlib import Path

import numpy as np
import pytest

from sennight.pretrain.run import PretrainReport
from sennight.stages.filled import days_of_people, fill_store, learn_filler, model_of, rows_of, scales_of
from sennight.store import Store
from sennight.store.filled import FilledLayer


def test_a_store_is_filled_beside_itself(store: Store, run: PretrainReport, tmp_path: Path) -> None:
    people = store.people[:8]
    filler = learn_filler([store], model=model_of(run.model.parent), people=people, seed=1, epochs=1).filler
    assert filler.model is not None
    again = learn_filler([store], model=model_of(run.model.parent), people=people, seed=1, epochs=1).filler
    assert again.fingerprint == filler.fingerprint
    heard: list[int] = []
    report = fill_store(store, filler, tmp_path / "filled", progress=heard.append)
    assert report.people == len(store.people) == sum(heard)
    layer = FilledLayer.open(tmp_path / "filled", store)
    first = layer.read(np.arange(3))
    assert first.filled.any()
    assert not (first.filled & first.windows.seen).any()
    assert layer.filler == report.filler == filler.fingerprint


def test_people_come_one_by_one_with_at_most_so_many_days(store: Store) -> None:
    chosen = store.people[3:5]
    batches = list(days_of_people(store, chosen, most=2))
    assert [b.people[0] for b in batches] == list(chosen)
    assert [len(b) for b in batches] == [2, 2]
    assert set(rows_of(store)) <= set(rows_of(store, valid=False))


def test_the_models_scales_win_over_fitted_ones(store: Store, run: PretrainReport) -> None:
    model = model_of(run.model.parent)
    assert model is not None
    assert scales_of([(store, store.people)], model).scales == model.config.scales
    assert scales_of([(store, store.people[:5])], None).channels == store.channels


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    from sennight.errors import CheckpointError

    assert model_of(None) is None
    with pytest.raises(CheckpointError):
        model_of(tmp_path)


def test_people_of_another_store_teach_beside(store: Store) -> None:
    alone = learn_filler([store], model=None, people=store.people[:4], epochs=1)
    both = learn_filler([store], model=None, people=store.people[:4], also=[store], epochs=1, without=True)
    assert both.train == alone.train  # those of the other store are nobody's fold
    assert both.filler.fingerprint != alone.filler.fingerprint
    assert both.without is None  # there is no model to be without
