"""What stands on a shelf, listed from the tuples that the code itself reads."""

import pytest

from sennight.errors import InputError
from sennight.fetch import DATASETS
from sennight.heads import HEADS
from sennight.pretrain.recipes import RECIPES
from sennight.printing.shelves import SHELVES, shelf_table
from sennight.readers import READERS
from sennight.record import CHANNELS
from sennight.tasks import TASKS

MEMBERS = {
    "readers": [r.name for r in READERS],
    "backbones": ["engineered", "missingness", "random_init:RUN", "xxs", "xs", "s", "b"],
    "tasks": [t.name for t in TASKS],
    "heads": [h.name for h in HEADS],
    "channels": list(CHANNELS),
    "recipes": list(RECIPES),
    "datasets": list(DATASETS),
}


@pytest.mark.parametrize("shelf", SHELVES)
def test_every_member_of_a_shelf_has_a_line_of_its_own(shelf: str) -> None:
    first_words = [line.split()[0] for line in shelf_table(shelf).splitlines() if line]
    assert [first_words.count(name) for name in MEMBERS[shelf]] == [1] * len(MEMBERS[shelf])


def test_units_and_ranges_of_channels_are_shown() -> None:
    line = next(x for x in shelf_table("channels").splitlines() if x.startswith("heart_rate "))
    assert "beats/min" in line
    assert line.split()[-2:] == ["20", "250"]


def test_a_shelf_that_is_not_there_names_the_nearest() -> None:
    with pytest.raises(InputError) as error:
        shelf_table("reader")
    assert error.value.todo == "Did you mean 'readers'?"
    with pytest.raises(InputError) as error:
        shelf_table("zzz")
    assert all(shelf in error.value.todo for shelf in SHELVES)
