"""What every head on the shelf must do: a new one is tested by being listed."""

import json
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from sennight.errors import InputError
from sennight.heads import HEADS, Head, HeadConfig, Squeeze, config_hash, grammar, head_from_json, to_json
from sennight.heads.setting import Number, setting_of
from sennight.tasks import TaskKind

every_head = pytest.mark.parametrize("config", HEADS, ids=lambda c: c.name, indirect=True)
KINDS = [TaskKind.YES_NO, TaskKind.ONE_OF_K, TaskKind.AMOUNT, TaskKind.RANK]


@pytest.fixture
def config(request, in_context_packages) -> HeadConfig:
    """The head as it comes; those that need weights of others are given fake ones beside a fake package."""
    weights = {f.name: in_context_packages[f.name] for f in fields(request.param) if f.name in in_context_packages}
    return request.param(**weights)


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
def test_every_setting_has_bounds_and_keeps_them(config):
    assert set(grammar(config)) == {f.name for f in fields(config)}
    for one in fields(config):
        bounds = setting_of(one)
        if bounds is None:
            assert one.name in ("members", "model", "teacher", "student")
        elif isinstance(bounds, Number):
            assert replace(config, **{one.name: type(bounds.low)(bounds.low)}) is not None
            for bad in (bounds.high + 1, bounds.low - 1, float("nan"), True):
                with pytest.raises((InputError, TypeCheckError)):
                    replace(config, **{one.name: bad})
        else:
            with pytest.raises((InputError, TypeCheckError)):
                replace(config, **{one.name: 1e400})


@every_head
def test_equal_configs_have_one_hash_and_others_another(config):
    assert config_hash(head_from_json(json.loads(json.dumps(to_json(config))))) == config_hash(config)
    assert config_hash(replace(config, components=7)) != config_hash(config)
    assert len({config_hash(head()) for head in HEADS}) == len(HEADS)


@every_head
def test_asked_before_it_was_taught_it_says_so(config):
    with pytest.raises(InputError, match="learned nothing"):
        config.build().predict(np.zeros((3, 8)))


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
@pytest.mark.parametrize("kind", [TaskKind.YES_NO, TaskKind.AMOUNT])
def test_people_count_as_much_as_they_weigh(config, kind):
    """Half of the people answer the other way round; those with more weight are believed."""
    x, y = people(kind, n=400)
    wrong = np.arange(400) % 2 == 1
    y[wrong] = 1 - y[wrong] if kind is TaskKind.YES_NO else -y[wrong]
    fresh, truth = people(kind, n=200, seed=1)
    if config.name in ("tabicl", "tabpfn"):
        with pytest.raises(InputError, match="cannot weigh"):
            config.build().fit(x, y, kind=kind, weights=np.where(wrong, 0.05, 1.0))
        return
    believed = config.build().fit(x, y, kind=kind, weights=np.where(wrong, 0.05, 1.0)).predict(fresh)
    turned = config.build().fit(x, y, kind=kind, weights=np.where(wrong, 1.0, 0.05)).predict(fresh)
    assert np.corrcoef(believed, truth)[0, 1] > 0.4
    assert np.corrcoef(turned, truth)[0, 1] < -0.4


@every_head
def test_equal_weights_in_another_unit_change_nothing(config):
    x, y = people(TaskKind.YES_NO, n=80)
    plain = config.build().fit(x, y, kind=TaskKind.YES_NO).predict(x)
    heavy = config.build().fit(x, y, kind=TaskKind.YES_NO, weights=np.full(80, 4.0)).predict(x)
    np.testing.assert_allclose(plain, heavy, rtol=1e-5)


@every_head
def test_answers_between_yes_and_no_are_learned_or_refused(config):
    x, y = people(TaskKind.YES_NO, n=200)
    soft = 0.1 + 0.8 * y
    if not config.soft_answers:
        with pytest.raises(InputError, match="0 or 1"):
            config.build().fit(x, soft, kind=TaskKind.YES_NO)
        return
    answers = config.build().fit(x, soft, kind=TaskKind.YES_NO).predict(x)
    assert np.corrcoef(answers, y)[0, 1] > 0.5
    assert answers.mean() == pytest.approx(soft.mean(), abs=0.05)


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
