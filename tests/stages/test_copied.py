"""Days that a model makes up are held against those it learned from, and against as many of strangers."""

import numpy as np
import pytest

from sennight.backbones.checkpoint import load
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.evaluate.privacy import nearest
from sennight.stages.copied import copied_days, rebuilt
from sennight.store import Store


@pytest.fixture(scope="module")
def model(run) -> DayTransformer:
    return load(run.model).model


def test_days_that_were_copied_are_found(store: Store, model: DayTransformer, monkeypatch: pytest.MonkeyPatch) -> None:
    """P-05: the store itself, given as generated, holds its own training days."""
    monkeypatch.setattr(nearest, "QUANTILE", 0.1)
    members = set(store.people[:30])
    honest = copied_days(store, model, members=members, seen=members, generated=None)
    assert honest.nearer is not None
    assert honest.nearer[1] <= 0.5 <= honest.nearer[2]  # an untrained decoder knows nobody
    copier = copied_days(store, model, members=members, seen=members, generated=store)
    assert copier.copies >= 80  # days of members lie at distance 0
    assert copier.nearer is not None
    assert copier.nearer[0] > 0.5
    assert copier.nearest == pytest.approx(0.0, abs=1e-3)


def test_a_quantile_of_few_strangers_is_refused(store: Store, model: DayTransformer) -> None:
    with pytest.raises(InputError, match="needs 1,000"):
        copied_days(store, model, members=set(store.people[:30]), seen=set(store.people[:30]), generated=None)


def test_a_day_is_rebuilt_where_it_was_seen(store: Store, model: DayTransformer) -> None:
    values, seen = rebuilt(store, np.arange(5), model, np.random.default_rng(0))
    assert values.shape == seen.shape
    assert np.isfinite(values).all()
    assert (values[~seen] == 0).mean() > 0.5
