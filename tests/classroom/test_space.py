from typing import Any

import pytest

from sennight.classroom.policies import GeneratorDraws
from sennight.classroom.space import MODELS, PORTFOLIO, PROBE, Proposal, drawn, proposed, simplicity
from sennight.errors import InputError
from sennight.heads import config_hash, to_json


def test_every_draw_passes_the_door_it_must_pass() -> None:
    made = [drawn(GeneratorDraws([0, n])) for n in range(60)]
    assert {s.model.name for s in made} == set(MODELS)
    assert all(config_hash(proposed(to_json(s))) == config_hash(s) for s in made)


def test_the_portfolio_is_sixteen_different_specs_and_begins_with_the_probe() -> None:
    assert PORTFOLIO[0] == PROBE
    assert len({config_hash(s) for s in PORTFOLIO}) == len(PORTFOLIO) == 16


BAD: list[Any] = [
    {"components": 1e9}, {"components": None}, {"components": 300}, {"model": {"head": "tabpfn"}},
    {"model": {"head": "os.system"}}, {"model": {"head": "linear", "l2": [float("nan")]}}, {"l2": "rm -rf"},
    {"model": {"head": "neighbours"}}, {"pooling": "days"}, {"covariates": "age_sex"}, {"model": "x" * 9_000},
    {"model": {"head": "boosted", "trees": 10**9}}, {"head": "linear"}, {"model": []}, {"components": "fifty"},
    {"model": {"head": "ensemble", "members": [{"head": "linear"}] * 50}}, {"scaling": ["shrink"]},
]  # fmt: skip


@pytest.mark.parametrize("plain", BAD, ids=range(len(BAD)))
def test_what_leaves_its_bounds_or_is_not_offered_is_refused(plain: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        proposed(plain)


def test_bombs_of_nesting_are_refused() -> None:
    deep: Any = {"head": "spec"}
    for _ in range(50):
        deep = {"head": "spec", "model": deep}
    with pytest.raises(InputError):
        proposed(deep)


def test_simpler_means_fewer_components_and_a_plainer_model() -> None:
    few, many = proposed({"components": 10}), proposed({"components": 100})
    trees = proposed({"components": 5, "model": {"head": "boosted"}})
    assert sorted([trees, many, few], key=simplicity) == [few, many, trees]
    assert Proposal(spec=few, source="a").hash == Proposal(spec=few, source="b").hash
