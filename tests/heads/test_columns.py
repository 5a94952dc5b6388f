"""Design rows: what stands beside is standardised on training people, and each part has the scale it promises."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.heads import LinearConfig
from sennight.heads.columns import Columns


def fitted() -> tuple[Columns, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x, beside = rng.normal(size=(200, 6)) * 5, rng.normal(size=(200, 2)) * 3 + 40
    return Columns.fit(x, beside, LinearConfig(components=4)), x, beside


def test_the_design_starts_with_one_then_beside_then_components():
    columns, x, beside = fitted()
    design = columns.design(x, beside)
    assert design.shape == (200, 1 + 2 + 4)
    assert (design[:, 0] == 1).all()
    np.testing.assert_allclose(design[:, 1:3].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(design[:, 1:3].std(axis=0), 1)


def test_plain_columns_have_variance_one_on_average_and_even_ones_one_in_total():
    _, x, beside = fitted()
    whole = Columns.fit(x, beside, LinearConfig(components=6))
    assert whole.plain(x, beside)[:, 2:].var(axis=0).mean() == pytest.approx(1)
    even = whole.even(x, beside)
    assert even[:, :2].var(axis=0).sum() == pytest.approx(1)
    assert even[:, 2:].var(axis=0).sum() == pytest.approx(1)


def test_another_width_beside_is_refused():
    columns, x, beside = fitted()
    with pytest.raises(InputError, match="2 columns beside was given 1"):
        columns.design(x, beside[:, :1])
    with pytest.raises(InputError, match="given 0"):
        columns.plain(x, None)
