import numpy as np
import pytest

from sennight.classroom.material import SEALED, Material
from sennight.classroom.space import proposed
from sennight.errors import InputError
from sennight.heads import Squeeze

X = np.random.default_rng(0).normal(size=(60, 12)).astype(np.float32)
FOLD = np.concatenate([np.full(20, SEALED), np.arange(40) % 2]).astype(np.int16)


def test_fewer_components_are_the_first_of_the_shared_ones() -> None:
    spec, z = Material(x=X, fold=FOLD).seen_by(proposed({"components": 5}), 0)
    assert np.allclose(z, Squeeze.fit(X[FOLD == 1], components=5).apply(X))
    assert (spec.inputs, spec.components) == ("squeezed", None)


def test_sealed_people_never_shape_a_squeeze() -> None:
    other = X.copy()
    other[FOLD == SEALED] += 1_000
    a, b = Material(x=X, fold=FOLD), Material(x=other, fold=FOLD)
    for held_out in (0, 1, SEALED):
        assert np.array_equal(a.squeezed(held_out)[FOLD >= 0], b.squeezed(held_out)[FOLD >= 0])


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(InputError):
        Material(x=X, fold=np.zeros(60, dtype=np.int16))
    with pytest.raises(InputError):
        Material(x=np.where(X > 2, np.nan, X).astype(np.float32), fold=FOLD)
