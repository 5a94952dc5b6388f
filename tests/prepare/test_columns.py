from dataclasses import replace

import pytest

from sennight.errors import PrepareError
from sennight.prepare.columns import in_order, widen
from sennight.record import Why, channel


def test_channels_stand_in_the_order_of_the_registry_whatever_came_first() -> None:
    mine = replace(channel("steps"), name="a_channel_of_mine")
    names = [c.name for c in in_order([mine, channel("mets"), channel("steps"), channel("heart_rate"), mine])]
    assert names == ["heart_rate", "steps", "mets", "a_channel_of_mine"]


def test_one_name_for_two_things_is_refused() -> None:
    with pytest.raises(PrepareError, match="'glucose'"):
        in_order([channel("glucose"), replace(channel("glucose"), high=40.0)])


def test_a_widened_table_did_not_measure_the_new_channel(table) -> None:
    wide = widen(table(steps=[1, 2]), (channel("heart_rate"), channel("steps")))
    assert (wide.why[:, 0] == Why.NOT_MEASURED).all()
    assert wide.values[:, 1].tolist() == [1, 2]
