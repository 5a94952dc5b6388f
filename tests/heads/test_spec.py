"""The grammar around a head: JSON, one hash for one meaning, stages fitted on training people, hostile data refused."""

import json

import numpy as np
import pytest
from jaxtyping import TypeCheckError
from scipy.special import logit

from sennight.errors import InputError
from sennight.heads import (
    AttentionConfig,
    HeadSpec,
    LinearConfig,
    NeighboursConfig,
    NetworkConfig,
    PrototypeConfig,
    config_hash,
    head_from_json,
    to_json,
)
from sennight.heads.spec import balanced
from sennight.record import DayEmbedding
from sennight.tasks import TaskKind


def people(n: int = 300, *, seed: int = 0, rate: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 10))
    eta = 1.5 * x[:, 0] + logit(rate)
    return x, (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(np.float64)


SPECS = [
    HeadSpec(),
    HeadSpec(channels=("heart_rate", "steps"), pooling="weekend", scaling="whiten", selection=4),
    HeadSpec(model=NeighboursConfig(neighbours=7), calibration="isotonic", class_weights="balanced"),
    HeadSpec(pooling="days", model=AttentionConfig(days=7, components=9)),
    HeadSpec(model=NetworkConfig(layers=2), covariates="age_sex"),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: s.model.name + "-" + s.pooling)
def test_a_spec_goes_through_json_and_keeps_its_hash(spec):
    back = head_from_json(json.loads(json.dumps(to_json(spec))))
    assert back == spec
    assert config_hash(back) == config_hash(spec)


def test_what_means_the_same_has_one_hash_and_what_does_not_has_another():
    assert len({config_hash(s) for s in SPECS}) == len(SPECS)
    same = [
        {"head": "spec", "channels": ["a", "b"], "model": {"head": "linear", "l2": [1, 10]}},
        {"head": "spec", "channels": ["b", "a"], "model": {"head": "linear", "l2": [10.0, 1.0], "components": 3}},
    ]
    assert len({config_hash(head_from_json(s)) for s in same}) == 1


@pytest.mark.parametrize(
    "bad",
    [
        {"head": "spec", "pooling": "days"},
        {"head": "spec", "model": {"head": "attention", "days": 7}},
        {"head": "spec", "pooling": "days", "scaling": "whiten", "model": {"head": "attention", "days": 7}},
        {"head": "spec", "model": {"head": "spec"}},
        {"head": "spec", "model": "linear"},
        {"head": "spec", "components": 0},
        {"head": "spec", "components": 1e308},
        {"head": "spec", "selection": -1},
        {"head": "spec", "calibration": "magic"},
        {"head": "spec", "channels": "heart_rate"},
        {"head": "spec", "channels": ["x"] * 33},
        {"head": "spec", "model": {"head": "linear", "l2": []}},
        {"head": "spec", "model": {"head": "linear", "l2": [10**400]}},
        {"head": "spec", "model": None},
        {"head": "spec", "code": "import os"},
        {"head": ["spec"]},
        {},
    ],
)
def test_a_proposal_that_cannot_be_is_refused_with_a_sentence(bad):
    with pytest.raises((InputError, TypeCheckError)):
        head_from_json(bad)


def test_a_proposal_nested_without_end_is_refused_before_anything_recurses():
    deep = {"head": "linear"}
    for _ in range(3_000):
        deep = {"head": "ensemble", "members": [deep]}
    with pytest.raises(InputError, match="deep"):
        head_from_json(deep)


def test_selection_keeps_what_goes_with_the_answer():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 30))
    y = (x[:, 17] + 0.3 * rng.normal(size=400) > 0).astype(np.float64)
    head = HeadSpec(components=None, selection=1).build().fit(x, y, kind=TaskKind.YES_NO)
    assert head.front.kept.tolist() == [17]


def test_whitening_gives_all_components_the_same_spread():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(200, 6)) @ rng.normal(size=(6, 6)), np.arange(200) % 2.0
    front = HeadSpec(scaling="whiten").build().fit(x, y, kind=TaskKind.YES_NO).front
    np.testing.assert_allclose(front.apply(x).std(axis=0), 1 / np.sqrt(6))


def test_test_people_cannot_change_what_was_learned():
    """N-03: everything fitted hangs on training people alone."""
    x, y = people()
    spec = HeadSpec(scaling="whiten", selection=5, calibration="isotonic", class_weights="balanced")
    head = spec.build().fit(x[:200], y[:200], kind=TaskKind.YES_NO)
    first = head.predict(x[200:201])
    head.predict(1_000 * x[200:])
    again = spec.build().fit(x[:200].copy(), y[:200].copy(), kind=TaskKind.YES_NO)
    np.testing.assert_array_equal(first, head.predict(x[200:201]))
    np.testing.assert_array_equal(first, again.predict(x[200:201]))


def test_balancing_gives_a_rare_answer_equal_weight_and_calibration_gives_probabilities_back():
    x, y = people(2_000, rate=0.1)
    plain, heavy, back = (
        HeadSpec(class_weights=w, calibration=c).build().fit(x, y, kind=TaskKind.YES_NO).predict(x).mean()
        for w, c in (("none", "none"), ("balanced", "none"), ("balanced", "platt"))
    )
    assert plain == pytest.approx(y.mean(), abs=0.01)
    assert heavy > 2 * plain
    assert back == pytest.approx(y.mean(), abs=0.01)
    w = balanced(np.array([0.0, 0.0, 0.0, 1.0]), kind=TaskKind.YES_NO)
    assert w[:3].sum() == pytest.approx(w[3])
    assert balanced(np.arange(3.0), kind=TaskKind.AMOUNT) is None


def test_age_and_sex_are_wanted_or_it_says_so():
    x, y = people(50)
    with pytest.raises(InputError, match="age and sex"):
        HeadSpec(covariates="age_sex").build().fit(x, y, kind=TaskKind.YES_NO)


def test_a_spec_makes_its_own_rows_from_days():
    rng = np.random.default_rng(0)
    days = DayEmbedding(
        people=("a", "b"), values=rng.normal(size=(2, 3, 4)).astype(np.float32), seen=np.ones((2, 3), dtype=np.bool_),
        weekday=np.tile(np.array([4, 5, 6], dtype=np.int8), (2, 1)), backbone="b",
        columns=("last/hr", "last/steps", "first/hr", "first/steps"),
    )  # fmt: skip
    rows = HeadSpec(layers=("last",), channels=("hr",), pooling="mean").rows(days)
    np.testing.assert_allclose(rows.values[:, 0], days.values[:, :, 0].mean(axis=1), rtol=1e-6)
    with pytest.raises(InputError, match="no sweat"):
        HeadSpec(channels=("sweat",)).rows(days)
    flat = HeadSpec(pooling="days", model=AttentionConfig(days=3)).rows(days)
    said = AttentionConfig(days=3).build().fit(flat.values, np.array([0.0, 1.0]), kind=TaskKind.YES_NO)
    assert np.isfinite(said.predict(flat.values)).all()


def test_a_prototype_inside_a_spec_is_the_prototype():
    x, y = people(100)
    inside = HeadSpec(model=PrototypeConfig()).build().fit(x, y, kind=TaskKind.YES_NO).predict(x)
    alone = PrototypeConfig().build().fit(x, y, kind=TaskKind.YES_NO).predict(x)
    np.testing.assert_allclose(inside, alone, rtol=1e-9)
    assert HeadSpec(model=LinearConfig(components=3)) == HeadSpec(model=LinearConfig(components=4))


def test_calibration_is_not_fooled_by_a_selection_that_saw_the_answers():
    """Pure noise, a thousand columns, the ten that go best with the answers: out of fold nothing is left of them."""
    rng = np.random.default_rng(0)
    x, fresh = rng.normal(size=(150, 1_000)), rng.normal(size=(150, 1_000))
    y = (np.arange(150) % 2).astype(np.float64)
    plain, calibrated = (
        HeadSpec(components=None, selection=10, calibration=way).build().fit(x, y, kind=TaskKind.YES_NO).predict(fresh)
        for way in ("none", "platt")
    )
    assert np.abs(plain - 0.5).mean() > 0.05
    assert np.abs(calibrated - 0.5).mean() < 0.02
