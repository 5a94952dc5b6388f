from typing import Any

import pytest

from sennight.classroom.policies import POLICIES, choices_of, policy_named
from sennight.classroom.space import PORTFOLIO, PROBE
from sennight.errors import InputError
from sennight.heads import config_hash, to_json


def trial(spec: Any, score: float) -> dict[str, Any]:
    return {"spec": to_json(spec), "score": score, "source": "x", "spec_hash": str(score)}


@pytest.mark.parametrize("name", ["probe", *POLICIES])
def test_a_policy_is_a_function_of_the_notebook_and_the_seed(name: str) -> None:
    history = [trial(s, 0.5 + 0.01 * i) for i, s in enumerate(PORTFOLIO[:9])]
    said = [policy_named(name, seed=3).propose(history, evals=20).spec for _ in range(2)]
    assert config_hash(said[0]) == config_hash(said[1])


def test_classical_search_begins_with_the_portfolio_and_goes_on_with_the_optimiser() -> None:
    policy = policy_named("portfolio+tpe", seed=0)
    assert policy.propose([], evals=40).spec == PROBE
    history = [trial(s, 0.5) for s in PORTFOLIO[:10]]
    assert policy.propose(history, evals=40).source == "tpe"


@pytest.mark.parametrize("spec", PORTFOLIO, ids=range(len(PORTFOLIO)))
def test_the_optimiser_can_learn_from_every_spec(spec: Any) -> None:
    assert choices_of(to_json(spec))["model"] == spec.model.name


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(InputError, match="no policy"):
        policy_named("magic", seed=0)
