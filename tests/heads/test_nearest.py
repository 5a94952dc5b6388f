"""Nearest: prototypes against a reference, leaving out by hand, and what few people give."""

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from sennight.heads import LinearConfig, NeighboursConfig, PrototypeConfig
from sennight.heads.columns import Columns
from sennight.heads.nearest import SHARPNESS
from sennight.tasks import TaskKind


def two_clouds(n: int, *, width: int = 20, apart: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2).astype(np.float64)
    return rng.normal(size=(n, width)) + apart * y[:, None] / np.sqrt(width) * 2, y


def test_the_more_likely_prototype_is_the_nearer_one_of_a_reference():
    x, y = two_clouds(200)
    fresh, _ = two_clouds(100, seed=1)
    config = PrototypeConfig(components=None)
    columns = Columns.fit(x, None, config)
    theirs = NearestCentroid().fit(columns.even(x, None), y).predict(columns.even(fresh, None))
    ours = config.build().fit(x, y, kind=TaskKind.YES_NO).predict(fresh)
    np.testing.assert_array_equal((ours > 0.5).astype(float), theirs)


def test_sharpness_is_what_leaving_each_person_out_would_choose():
    x, y = two_clouds(30, apart=1.5)
    config = PrototypeConfig(components=None)
    z = Columns.fit(x, None, config).even(x, None)
    losses = np.zeros(len(SHARPNESS))
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        d = np.array([((z[i] - z[rest & (y == c)].mean(axis=0)) ** 2).sum() for c in (0, 1)])
        margin = -SHARPNESS * (d[int(y[i])] - d[1 - int(y[i])])
        losses += np.logaddexp(0, -margin)
    assert config.build().fit(x, y, kind=TaskKind.YES_NO).sharpness == SHARPNESS[int(np.argmin(losses))]


def test_with_five_people_a_class_the_prototype_ranks_as_well_as_the_linear_probe():
    gains = []
    for seed in range(20):
        x, y = two_clouds(10, width=50, apart=2.0, seed=seed)
        fresh, truth = two_clouds(400, width=50, apart=2.0, seed=100 + seed)
        each = [
            roc_auc_score(truth, head.build().fit(x, y, kind=TaskKind.YES_NO).predict(fresh))
            for head in (PrototypeConfig(), LinearConfig())
        ]
        gains.append(each[0] - each[1])
    assert np.mean(gains) > -0.01


def test_neighbours_equal_a_reference_but_for_the_voice_of_the_base_rate():
    x, y = two_clouds(120)
    fresh, _ = two_clouds(40, seed=1)
    config = NeighboursConfig(components=None, neighbours=9)
    columns = Columns.fit(x, None, config)
    theirs = KNeighborsClassifier(9).fit(columns.even(x, None), y).predict_proba(columns.even(fresh, None))[:, 1]
    ours = config.build().fit(x, y, kind=TaskKind.YES_NO).predict(fresh)
    np.testing.assert_allclose(ours, (9 * theirs + 0.5) / 10, atol=1e-12)


def test_nearer_neighbours_can_count_more():
    x = np.array([[0.0], [1.0], [10.0], [11.0], [12.0], [13.0]])
    y = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    even, near = (
        NeighboursConfig(components=None, neighbours=2, votes=votes).build().fit(x, y, kind=TaskKind.YES_NO)
        for votes in ("even", "distance")
    )
    assert near.predict(np.array([[0.1]]))[0] > even.predict(np.array([[0.1]]))[0] + 0.1
