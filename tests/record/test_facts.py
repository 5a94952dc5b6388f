"""Facts keep unit, source and date; the latest one counts; two sets join without losing any."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sennight.errors import ReadError
from sennight.record import Fact, FactColumn, Facts

MARCH, MAY = dt.date(2024, 3, 1), dt.date(2024, 5, 1)


def weight(person: str, kg: float, date: dt.date | None = None, *, source: str = "scale") -> Fact:
    return Fact(person, "weight", kg, "kg", source, date)


def rows_of(facts: Facts) -> list[tuple[str, str, float, str]]:
    """Every fact as (person, name, value, date), sorted."""
    found = []
    for name, c in facts.columns.items():
        triples = zip(c.person_code, c.values, c.dates, strict=True)
        found += [(facts.people[p], name, float(v), str(d)) for p, v, d in triples]
    return sorted(found)


facts_lists = st.lists(
    st.builds(
        weight,
        st.sampled_from("abc"),
        st.integers(40, 120).map(float),
        st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
    ),
    max_size=8,
)


def test_rows_become_columns_with_unit_source_and_dates() -> None:
    facts = Facts.from_rows([weight("b", 61), Fact("a", "age", 40.0, "a", "survey"), weight("a", 70, MAY)])
    column = facts.columns["weight"]
    assert facts.people == ("b", "a")
    assert (column.unit, column.source) == ("kg", "scale")
    assert column.person_code.tolist() == [0, 1]
    assert column.values.tolist() == [61, 70]
    assert [str(d) for d in column.dates] == ["NaT", "2024-05-01"]


@pytest.mark.parametrize(("unit", "source"), [("", "scale"), ("kg", "")])
def test_a_fact_without_unit_or_source_is_refused(unit: str, source: str) -> None:
    with pytest.raises(ReadError, match="fact 'weight' has no unit or no source") as refused:
        Facts.from_rows([Fact("a", "weight", 60.0, unit, source)])
    assert "unit '1'" in refused.value.todo


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_fact_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ReadError, match="not finite") as refused:
        Facts.from_rows([weight("a", value)])
    assert refused.value.where == "scale"


def test_a_column_of_uneven_length_is_refused() -> None:
    column = Facts.from_rows([weight("a", 60), weight("b", 61)]).columns["weight"]
    uneven = FactColumn(**{**vars(column), "dates": column.dates[:1]})
    with pytest.raises(ReadError, match="different length"):
        Facts(people=("a", "b"), columns={"weight": uneven})


def test_one_name_in_two_units_is_refused_within_a_set_and_across_two() -> None:
    pounds = Fact("b", "weight", 130.0, "lb", "scale")
    with pytest.raises(ReadError, match="comes in two units: kg, lb"):
        Facts.from_rows([weight("a", 60), pounds])
    with pytest.raises(ReadError, match="comes in two units: kg, lb"):
        Facts.from_rows([weight("a", 60)]).merged(Facts.from_rows([pounds]))


def test_wide_values_that_are_not_known_leave_no_fact() -> None:
    facts = Facts.from_wide(
        people=("a", "b", "c"), values={"age": np.array([40, np.nan, 50])}, units={"age": "a"}, source="survey"
    )
    assert facts.people == ("a", "b", "c")
    assert facts.latest("age") == {"a": 40, "c": 50}
    assert np.isnat(facts.columns["age"].dates).all()


def test_no_facts_at_all_answer_nothing() -> None:
    assert Facts.none().latest("age") == {}
    assert np.isnan(Facts.none().vector("age", ["a", "b"])).all()


@given(rows=facts_lists)
def test_the_latest_date_counts_and_the_last_given_among_equals(rows: list[Fact]) -> None:
    expected: dict[str, Fact] = {}
    for row in rows:
        held = expected.get(row.person)
        if held is None or (row.date or dt.date.min) >= (held.date or dt.date.min):
            expected[row.person] = row
    assert Facts.from_rows(rows).latest("weight") == {person: row.value for person, row in expected.items()}


def test_an_undated_fact_never_beats_a_dated_one() -> None:
    long_ago = dt.date(1900, 1, 1)
    assert Facts.from_rows([weight("a", 70, long_ago), weight("a", 60)]).latest("weight") == {"a": 70}


def test_a_vector_follows_the_people_asked_for() -> None:
    facts = Facts.from_rows([weight("a", 60, MARCH), weight("a", 62, MAY), weight("b", 80)])
    assert np.array_equal(facts.vector("weight", ["b", "nobody", "a"]), [80, np.nan, 62], equal_nan=True)


@given(one=facts_lists, two=facts_lists)
def test_merging_loses_nothing_and_equals_collecting_at_once(one: list[Fact], two: list[Fact]) -> None:
    merged, at_once = Facts.from_rows(one).merged(Facts.from_rows(two)), Facts.from_rows([*one, *two])
    assert merged.people == at_once.people
    assert rows_of(merged) == rows_of(at_once)
    assert merged.latest("weight") == at_once.latest("weight")


def test_merging_with_nothing_changes_nothing() -> None:
    facts = Facts.from_rows([weight("b", 61, MAY), Fact("a", "age", 40.0, "a", "survey")])
    for merged in (facts.merged(Facts.none()), Facts.none().merged(facts)):
        assert merged.people == facts.people
        assert rows_of(merged) == rows_of(facts)


@given(rows=facts_lists, people=st.sets(st.sampled_from("abcd")))
def test_the_facts_of_some_people_are_theirs_and_nobody_elses(rows: list[Fact], people: set[str]) -> None:
    facts = Facts.from_rows(rows)
    theirs = facts.of(people)
    assert theirs.people == tuple(p for p in facts.people if p in people)
    assert rows_of(theirs) == [row for row in rows_of(facts) if row[0] in people]
    assert all(len(column.values) for column in theirs.columns.values())


def test_the_facts_of_nobody_are_none() -> None:
    assert Facts.from_rows([weight("a", 60)]).of([]).columns == {}
    assert Facts.none().of(["a"]).people == ()


def test_merging_finds_people_by_name_not_by_place() -> None:
    here = Facts.from_rows([weight("a", 60), weight("b", 61)])
    there = Facts.from_rows([weight("c", 90), weight("b", 62), Fact("a", "age", 40.0, "a", "survey")])
    merged = here.merged(there)
    assert merged.people == ("a", "b", "c")
    assert merged.latest("weight") == {"a": 60, "b": 62, "c": 90}
    assert merged.latest("age") == {"a": 40}
    assert here.people == ("a", "b")
