"""Ensembles: greedy gives its weight to who helps, never does worse than its best member out of fold."""

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from sennight.errors import InputError
from sennight.heads import AttentionConfig, EnsembleConfig, LinearConfig, NeighboursConfig, config_hash
from sennight.heads.ensemble import greedy, loss
from sennight.tasks import TaskKind


def test_greedy_finds_the_blend_and_leaves_out_the_useless():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=2_000)
    noise = rng.normal(size=(3, 2_000))
    said = np.stack([truth + noise[0], truth + noise[1], 3 * noise[2]])
    shares = greedy(said, truth, kind=TaskKind.AMOUNT, weights=np.ones(2_000), rounds=20)
    assert shares[2] < 0.1
    assert shares[:2].min() > 0.3
    assert shares.sum() == pytest.approx(1)


def test_greedy_is_never_worse_than_its_best_member():
    rng = np.random.default_rng(1)
    for _ in range(20):
        y = (rng.random(60) < 0.4).astype(np.float64)
        said = rng.random((4, 60))
        shares = greedy(said, y, kind=TaskKind.YES_NO, weights=np.ones(60), rounds=10)
        each = [loss(p, y, kind=TaskKind.YES_NO, weights=np.ones(60)) for p in said]
        assert loss(shares @ said, y, kind=TaskKind.YES_NO, weights=np.ones(60)) <= min(each) + 1e-12


def test_a_mean_is_the_mean_of_its_members():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(80, 5)), (rng.random(80) < 0.5).astype(np.float64)
    both = (
        EnsembleConfig(members=(LinearConfig(), NeighboursConfig()), how="mean").build().fit(x, y, kind=TaskKind.YES_NO)
    )
    each = [head.predict(both.columns.squeezed(x)) for _, head in both.members]
    np.testing.assert_allclose(both.predict(x), np.mean(each, axis=0))


def test_members_share_one_squeeze_so_their_own_width_means_nothing():
    one, other = (EnsembleConfig(members=(LinearConfig(components=k),)) for k in (5, 9))
    assert one == other
    assert config_hash(one) == config_hash(other)
    swapped = EnsembleConfig(members=(NeighboursConfig(), LinearConfig()))
    assert config_hash(swapped) == config_hash(EnsembleConfig(members=(LinearConfig(), NeighboursConfig())))


def test_no_members_too_many_and_heads_over_days_are_refused():
    for members in ((), (LinearConfig(),) * 33, (AttentionConfig(days=7),)):
        with pytest.raises((InputError, TypeCheckError)):
            EnsembleConfig(members=members)
