"""The contract of heads: refused training data, and configs as plain data."""

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from sennight.errors import InputError
from sennight.heads import LinearConfig, head_from_json, to_json
from sennight.heads.head import check_training
from sennight.tasks import TaskKind

X, Y = np.zeros((3, 2)), np.array([0.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("x", "y", "kind", "beside"),
    [
        (np.zeros((0, 2)), np.zeros(0), TaskKind.AMOUNT, None),
        (X, Y[:2], TaskKind.YES_NO, None),
        (X, Y, TaskKind.YES_NO, np.zeros((2, 1))),
        (X, np.array([0.0, np.nan, 1.0]), TaskKind.AMOUNT, None),
        (X, Y, TaskKind.AMOUNT, np.full((3, 1), np.inf)),
        (X, np.array([0.0, 1.0, 2.0]), TaskKind.YES_NO, None),
        (X, np.array([0.0, 0.5, 2.0]), TaskKind.ONE_OF_K, None),
    ],
)
def test_training_data_no_head_could_learn_from_is_refused(x, y, kind, beside):
    # Where shapes are checked, as in these tests, a difference in length is caught by its type already.
    with pytest.raises((InputError, TypeCheckError)):
        check_training(x, y, kind=kind, beside=beside)


def test_sound_training_data_passes():
    check_training(X, Y, kind=TaskKind.YES_NO, beside=np.zeros((3, 0)))


def test_a_config_is_plain_data_and_back():
    stored = to_json(LinearConfig(components=7, l2=(3.0, 1.0)))
    assert stored == {"head": "linear", "components": 7, "inputs": "raw", "l2": [3.0, 1.0]}
    assert head_from_json(stored) == LinearConfig(components=7, l2=(3.0, 1.0))


def test_an_unknown_head_or_setting_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="Did you mean 'linear'"):
        head_from_json({"head": "linaer"})
    with pytest.raises(InputError, match="Did you mean 'components'"):
        head_from_json({"head": "linear", "component": 3})


def test_a_setting_of_the_wrong_type_is_refused():
    with pytest.raises((InputError, TypeCheckError)):
        head_from_json({"head": "linear", "components": "many"})
