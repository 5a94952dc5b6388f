"""What every head on the shelf must do: a new one is tested by being listed."""

import json
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.heads import HEADS, Head, HeadConfig, Squeeze, head_from_json, to_json
from sennight.tasks import TaskKind

every_head = pytest.mark.parametrize("config", [head() for head in HEADS], ids=lambda c: c.name)
KINDS = [TaskKind.YES_NO, TaskKind.ONE_OF_K, TaskKind.AMOUNT, TaskKind.RANK]


def people(kind: TaskKind, *, n: int, width: int = 8, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, width)).astype(np.float32)
    amount = x[:, 0] + 0.5 * x[:, 1] + 0.3 * rng.normal(size=n)
    if kind is TaskKind.YES_NO:
        y = amount > 0.3
    elif kind is TaskKind.ONE_OF_K:
        y = np.digitize(amount, [-0.5, 0.5])
    else:
        y = amount if kind is TaskKind.AMOUNT else amount.argsort().argsort()
    return x, np.asarray(y, dtype=np.float64)


def test_the_shelf_has_no_name_twice():
    assert len({head.name for head in HEADS}) == len(HEADS)


@every_head
def test_it_keeps_the_contract(config):
    assert isinstance(config, HeadConfig)
    assert isinstance(config.build(), Head)
    with pytest.raises(FrozenInstanceError):
        setattr(config, fields(config)[0].name, None)


@every_head
def test_its_config_goes_through_json_and_back(config):
    assert head_from_json(json.loads(json.dumps(to_json(config)))) == config
    with pytest.raises(InputError, match="nonsense"):
        head_from_json({**to_json(config), "nonsense": 1})


@every_head
@pytest.mark.parametrize("kind", KINDS)
def test_twenty_people_are_enough(config, kind):
    x, y = people(kind, n=20)
    fresh, _ = people(kind, n=7, seed=1)
    answers = config.build().fit(x, y, kind=kind).predict(fresh)
    assert len(answers) == 7
    assert np.isfinite(answers).all()
    if kind is TaskKind.ONE_OF_K:
        assert answers.shape == (7, 3)
        np.testing.assert_allclose(answers.sum(axis=1), 1)
    else:
        assert answers.shape == (7,)
    if kind in (TaskKind.YES_NO, TaskKind.ONE_OF_K):
        assert answers.min() >= 0
        assert answers.max() <= 1


@every_head
@pytest.mark.parametrize("kind", [TaskKind.YES_NO, TaskKind.AMOUNT])
def test_it_learns_what_can_be_learned(config, kind):
    x, y = people(kind, n=400)
    fresh, truth = people(kind, n=400, seed=1)
    answers = config.build().fit(x, y, kind=kind).predict(fresh)
    assert np.corrcoef(answers, truth)[0, 1] > 0.5


@every_head
@pytest.mark.parametrize(("kind", "answer"), [(TaskKind.YES_NO, 0.0), (TaskKind.YES_NO, 1.0), (TaskKind.AMOUNT, 4.2)])
def test_with_one_answer_only_it_predicts_that_answer(config, kind, answer):
    x, _ = people(kind, n=20)
    answers = config.build().fit(x, np.full(20, answer), kind=kind).predict(x)
    np.testing.assert_allclose(answers, answer, atol=0.03)


@every_head
def test_people_who_do_not_differ_get_the_base_rate(config):
    x, y = np.ones((40, 3)), np.repeat([0.0, 1.0], [30, 10])
    np.testing.assert_allclose(config.build().fit(x, y, kind=TaskKind.YES_NO).predict(x), 0.25, atol=0.02)


@every_head
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_deterministic_and_leaves_its_inputs_alone(config, kind):
    x, y = people(kind, n=60)
    x0, y0 = x.copy(), y.copy()
    once = config.build().fit(x, y, kind=kind).predict(x)
    again = config.build().fit(x, y, kind=kind).predict(x)
    np.testing.assert_array_equal(once, again)
    np.testing.assert_array_equal(x, x0)
    np.testing.assert_array_equal(y, y0)


@every_head
def test_predicting_teaches_it_nothing(config):
    x, y = people(TaskKind.YES_NO, n=60)
    head = config.build().fit(x, y, kind=TaskKind.YES_NO)
    first = head.predict(x)
    head.predict(1000 * people(TaskKind.YES_NO, n=30, seed=5)[0])
    np.testing.assert_array_equal(head.predict(x), first)
    np.testing.assert_allclose(head.predict(x[:1]), first[:1], rtol=1e-9)


@every_head
def test_squeezing_for_it_beforehand_changes_nothing(config):
    x, y = people(TaskKind.YES_NO, n=80)
    inside = replace(config, inputs="raw").build().fit(x, y, kind=TaskKind.YES_NO).predict(x)
    squeezed = Squeeze.fit(x, components=config.components).apply(x)
    outside = replace(config, inputs="squeezed").build().fit(squeezed, y, kind=TaskKind.YES_NO).predict(squeezed)
    np.testing.assert_allclose(inside, outside, rtol=1e-9)


@every_head
def test_columns_beside_are_used_even_alone(config):
    x, y = people(TaskKind.YES_NO, n=300)
    nothing = np.zeros((300, 0))
    head = config.build().fit(nothing, y, kind=TaskKind.YES_NO, beside=x[:, :2].astype(np.float64))
    answers = head.predict(nothing, beside=x[:, :2].astype(np.float64))
    assert answers[y == 1].mean() > answers[y == 0].mean() + 0.2


@every_head
def test_a_value_that_is_not_finite_is_refused(config):
    x, y = people(TaskKind.YES_NO, n=20)
    x[3, 0] = np.nan
    with pytest.raises(InputError):
        config.build().fit(x, y, kind=TaskKind.YES_NO)
