"""In-context heads against made-up packages: what they are told, what is refused, nothing downloaded."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.heads import TabICLConfig, TabPFNConfig
from sennight.tasks import TaskKind

both = pytest.mark.parametrize("config", [TabICLConfig(), TabPFNConfig()], ids=lambda c: c.name)
X = np.random.default_rng(0).normal(size=(40, 4))
Y = (X[:, 0] > 0).astype(np.float64)


@both
def test_without_the_package_it_says_what_to_install(config, monkeypatch):
    monkeypatch.setitem(sys.modules, config.name, None)
    with pytest.raises(InputError, match=f"needs the package {config.name}"):
        config.build().fit(X, Y, kind=TaskKind.YES_NO)


@both
@pytest.mark.parametrize(("kind", "key"), [(TaskKind.YES_NO, "classifier"), (TaskKind.AMOUNT, "regressor")])
def test_without_weights_it_says_which_and_that_nothing_is_downloaded(config, kind, key, in_context_packages):
    for path in ("", "nowhere/weights.ckpt"):
        with pytest.raises(InputError, match=f"weights of a {key}") as told:
            replace(config, **{key: path}).build().fit(X, Y, kind=kind)
        assert "nothing is downloaded" in str(told.value)


@both
def test_the_package_is_told_path_seed_and_one_core_and_never_to_download(config, in_context_packages):
    head = replace(config, **in_context_packages, seed=7, estimators=3).build().fit(X, Y, kind=TaskKind.YES_NO)
    told = type(head.model).seen
    assert (told["n_estimators"], told["random_state"], told["device"]) == (3, 7, "cpu")
    assert told.get("allow_auto_download", False) is False
    assert 1 in (told.get("n_jobs"), told.get("n_preprocessing_jobs"))


@both
def test_a_choice_that_nobody_gave_has_probability_zero(config, in_context_packages):
    y = np.where(X[:, 0] > 0, 2.0, 0.0)
    p = replace(config, **in_context_packages).build().fit(X, y, kind=TaskKind.ONE_OF_K).predict(X)
    assert p.shape == (40, 3)
    assert (p[:, 1] == 0).all()
    np.testing.assert_allclose(p.sum(axis=1), 1)
