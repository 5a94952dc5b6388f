"""Folds inside training people: everybody once, answers spread, and nobody helps to judge themselves."""

import numpy as np

from sennight.heads import LinearConfig, NeighboursConfig
from sennight.heads.inside import inner_folds, out_of_fold
from sennight.tasks import TaskKind


def test_every_fold_has_its_share_of_a_rare_answer():
    y = np.repeat([0.0, 1.0], [90, 10])
    fold = inner_folds(y, kind=TaskKind.YES_NO, k=5, seed=0)
    assert [(int((fold == f).sum()), int(y[fold == f].sum())) for f in range(5)] == [(20, 2)] * 5
    assert (fold != inner_folds(y, kind=TaskKind.YES_NO, k=5, seed=1)).any()
    assert set(inner_folds(np.arange(3.0), kind=TaskKind.AMOUNT, k=5, seed=0)) == {0, 1, 2}


def test_nobody_helps_to_answer_for_themselves():
    """Answers that are noise cannot be foretold out of fold, and are by whoever learned from them."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(300, 40)), (rng.random(300) < 0.5).astype(np.float64)
    config = NeighboursConfig(components=None, neighbours=1)
    fold = inner_folds(y, kind=TaskKind.YES_NO, k=5, seed=0)
    honest = out_of_fold(config, x, y, kind=TaskKind.YES_NO, fold=fold)
    own = config.build().fit(x, y, kind=TaskKind.YES_NO).predict(x)
    assert abs(np.corrcoef(honest, y)[0, 1]) < 0.15 < 0.9 < np.corrcoef(own, y)[0, 1]


def test_a_choice_that_a_fold_lacks_keeps_its_column():
    y = np.array([0.0, 1.0, 0.0, 1.0, 0.0, 2.0])
    said = out_of_fold(LinearConfig(), np.eye(6), y, kind=TaskKind.ONE_OF_K, fold=np.arange(6))
    assert said.shape == (6, 3)
    assert said[5, 2] == 0
    np.testing.assert_allclose(said.sum(axis=1), 1)


def test_one_fold_is_all_there_is_gives_the_base_rate():
    said = out_of_fold(LinearConfig(), np.ones((1, 2)), np.ones(1), kind=TaskKind.YES_NO, fold=np.zeros(1, dtype=int))
    assert said.tolist() == [1.0]
