from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.errors import PrepareError
from sennight.prepare.merge import MergeRule, merge
from sennight.record import Clock, Why

NAN = np.nan


def test_one_source_speaks_in_the_overlap_and_each_where_it_is_alone(table) -> None:
    watch = table(device="watch", steps=[10, 20, 30, NAN, NAN])
    phone = table(device="phone", steps=[NAN, NAN, 33, 44])
    both = merge([phone, watch])
    assert both.values[:, 0].tolist() == [10, 20, 30, 44, 0]
    assert both.why[4, 0] == Why.NOT_MEASURED
    assert both.devices == ("phone", "watch")


def test_steps_are_never_added_up(table) -> None:
    devices = [table(device=f"source {i}", steps=[100, 100, 100]) for i in range(6)]
    assert merge(devices).values.sum() == 300


def test_the_device_with_more_minutes_that_day_speaks_and_may_change_overnight(table) -> None:
    a, b = np.full(2880, NAN), np.full(2880, NAN)
    a[0:600], b[500:700] = 1, 2  # the first day: a saw more
    a[1500:1600], b[1500:2000] = 1, 2  # the second: b did
    merged = merge([table(device="a", steps=a), table(device="b", steps=b)]).values[:, 0]
    assert merged[500:600].tolist() == 100 * [1]
    assert merged[600:700].tolist() == 100 * [2]
    assert merged[1500:1600].tolist() == 100 * [2]


def test_each_channel_has_its_own_speaker(table) -> None:
    watch = table(device="watch", heart_rate=[60, 60, 60], steps=[1, NAN, NAN])
    strap = table(device="strap", heart_rate=[80, NAN, NAN], steps=[2, 2, 2])
    assert merge([watch, strap]).values[0].tolist() == [60, 2]


def test_a_tie_goes_to_the_first_name_and_by_name_always_does(table) -> None:
    a, b = table(device="a", steps=[1, NAN]), table(device="b", steps=[2, NAN])
    more = table(device="b", steps=[2, 2])
    assert merge([b, a]).values[0, 0] == 1
    assert merge([more, a]).values[0, 0] == 2
    assert merge([more, a], rule=MergeRule.BY_NAME).values[0, 0] == 1


def test_the_most_telling_reason_is_kept(table) -> None:
    a, b = table(device="a", steps=[NAN, NAN, NAN]), table(device="b", steps=[NAN, NAN, NAN])
    a.why[:, 0] = [Why.NOT_MEASURED, Why.OFF_BODY, Why.DEVICE_OFF]
    b.why[:, 0] = [Why.DEVICE_OFF, Why.OUT_OF_RANGE, Why.OFF_BODY]
    assert merge([a, b]).why[:, 0].tolist() == [Why.DEVICE_OFF, Why.OUT_OF_RANGE, Why.OFF_BODY]


def test_tables_with_a_gap_between_them_keep_their_place_and_the_offset_before(table) -> None:
    early = table(device="a", steps=[1], start_utc=0, offset_min=60)
    late = table(device="b", steps=[2, 2], start_utc=180, offset_min=120)
    merged = merge([late, early])
    assert merged.values[:, 0].tolist() == [1, 0, 0, 2, 2]
    assert merged.offset_min.tolist() == [60, 60, 60, 120, 120]


def test_the_offset_is_that_of_the_most_worn_device(table) -> None:
    watch = table(device="watch", steps=[1, 1, 1], offset_min=120)
    phone = table(device="phone", steps=[NAN, NAN, 1, 1], offset_min=60)
    assert merge([phone, watch]).offset_min.tolist() == [120, 120, 120, 60]


def test_one_table_is_itself_and_none_is_refused(table) -> None:
    alone = table(steps=[1])
    assert merge([alone]) is alone
    with pytest.raises(PrepareError, match="no minute tables"):
        merge([])


def test_other_people_and_other_clocks_are_refused(table) -> None:
    with pytest.raises(PrepareError, match="different people or clocks"):
        merge([table(steps=[1]), table(steps=[1], person="q")])
    with pytest.raises(PrepareError, match="different people or clocks"):
        merge([table(steps=[1]), table(steps=[1], clock=Clock.LOCAL)])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_six_sources_conserve_minutes_in_any_order(table, data) -> None:
    minutes = 8
    cell = st.one_of(st.just(NAN), st.integers(0, 200).map(float))
    rows = data.draw(st.lists(st.lists(cell, min_size=minutes, max_size=minutes), min_size=6, max_size=6))
    sources = [table(device=f"d{i}", steps=row) for i, row in enumerate(rows)]
    merged = merge(sources)
    stacked = np.array(rows)
    seen = ~np.isnan(stacked)
    assert (merged.seen[:, 0] == seen.any(axis=0)).all()  # nothing lost, nothing invented
    for minute in np.flatnonzero(seen.any(axis=0)):
        assert merged.values[minute, 0] in stacked[seen[:, minute], minute]  # one source's value, not a sum
    for order in list(permutations(sources))[:: data.draw(st.integers(50, 200))]:
        assert (merge(order).values == merged.values).all()
        assert (merge(order).why == merged.why).all()
