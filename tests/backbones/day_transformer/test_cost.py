"""Operations and weights are counted as the towers have them."""

import numpy as np

from sennight.backbones.day_transformer.config import Tower
from sennight.backbones.day_transformer.cost import tower_flop


def test_operations_by_hand() -> None:
    tower = Tower(4, 8, 1, 3)
    # A token: 4 projections of 4 x 4 and two of 4 x 8, two operations a product; attention: 2 x 2 x 4 x 5 x 5.
    by_hand = 3 * (5 * 2 * (4 * 16 + 2 * 32) + 4 * 4 * 25)
    assert tower_flop(tower, np.array([5])) == by_hand
    assert tower_flop(tower, np.array([5, 0])) == by_hand, "a window of nothing costs nothing"


def test_attention_is_within_a_window() -> None:
    tower = Tower(64, 256, 1, 2)
    assert tower_flop(tower, np.array([50, 50])) < tower_flop(tower, np.array([100]))
