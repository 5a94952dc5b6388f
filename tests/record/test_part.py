"""Equal parts, in order, of what divides; anything else is refused."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.record import WHOLE, Part


def test_parts_cover_a_batch_once_in_order() -> None:
    rows = np.arange(12)
    dealt = [rows[Part(rank=r, size=4).share(12)] for r in range(4)]
    assert np.concatenate(dealt).tolist() == rows.tolist()
    assert {len(part) for part in dealt} == {3}
    assert rows[WHOLE.share(12)].tolist() == rows.tolist()
    assert Part(rank=2, size=4).rows(3) == Part(rank=2, size=4).share(12)


def test_what_cannot_be_dealt_equally_is_refused() -> None:
    with pytest.raises(InputError, match="10 windows cannot be dealt to 4 processes"):
        Part(rank=0, size=4).share(10)
    with pytest.raises(InputError, match="part 4 of 4"):
        Part(rank=4, size=4)
