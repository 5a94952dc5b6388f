"""Cohorts list everybody once; splits and folds follow from ids and a seed alone, and nobody is on two sides."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sennight.errors import InputError
from sennight.record import Clock, Cohort, Facts, Person, Recording, Split, channel, folds

people_lists = st.lists(st.text("abcdefgh0123", min_size=1, max_size=6), unique=True, min_size=1, max_size=40)


def steps_of(person: str) -> Recording:
    return Recording.from_samples(
        person=person, device="band", channel=channel("steps"), times_utc=np.zeros(1, dtype=np.int64), utc_offset_s=0,
        values=np.ones(1), clock=Clock.LOCAL, source="made up",
    )  # fmt: skip


def test_a_person_holds_their_own_recordings_only() -> None:
    assert Person(id="a", recordings=(steps_of("a"),)).id == "a"
    with pytest.raises(InputError, match="person 'a' holds a recording of somebody else"):
        Person(id="a", recordings=(steps_of("a"), steps_of("b")))


def test_a_person_needs_an_id() -> None:
    with pytest.raises(InputError, match="a person needs an id"):
        Person(id="", recordings=())


def test_a_cohort_lists_everybody_once() -> None:
    assert Cohort(name="ward", people=("a", "b"), facts=Facts.none()).people == ("a", "b")
    with pytest.raises(InputError, match="cohort 'ward': a person is listed twice"):
        Cohort(name="ward", people=("a", "b", "a"), facts=Facts.none())


@pytest.mark.parametrize("parts", [("a", "a", ""), ("a", "", "a"), ("", "a", "a")])
def test_a_split_with_a_person_on_two_sides_is_refused(parts: tuple[str, str, str]) -> None:
    train, validate, test = (tuple(part) for part in parts)
    with pytest.raises(InputError, match="one person on two sides") as refused:
        Split(train=train, validate=validate, test=test, seed=0)
    assert "before anything is fitted" in refused.value.todo


@given(people=people_lists, seed=st.integers(0, 5), order=st.randoms(use_true_random=False))
def test_a_split_takes_everybody_once_whatever_their_order(people: list[str], seed: int, order: object) -> None:
    shuffled = [*people, *people[:3]]  # somebody named twice is still one person
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    split, again = Split.by_person(people, seed=seed), Split.by_person(shuffled, seed=seed)
    assert split == again
    assert split.sha256 == again.sha256
    assert sorted((*split.train, *split.validate, *split.test)) == sorted(people)
    assert len(split.test) == round(0.2 * len(people))
    assert len(split.validate) == round(0.1 * len(people))


def test_another_seed_gives_another_split_and_another_hash() -> None:
    people = [f"p{i}" for i in range(50)]
    splits = [Split.by_person(people, seed=seed) for seed in range(4)]
    assert len({s.test for s in splits}) == 4
    assert len({s.sha256 for s in splits}) == 4


def test_the_hash_is_of_who_is_where_not_of_their_order() -> None:
    split = Split(train=("a", "b"), validate=("c",), test=("d",), seed=0)
    assert split.sha256 == Split(train=("b", "a"), validate=("c",), test=("d",), seed=0).sha256
    assert split.sha256 != Split(train=("a", "c"), validate=("b",), test=("d",), seed=0).sha256
    assert split.sha256 != Split(train=("a", "b"), validate=("d",), test=("c",), seed=0).sha256


def test_a_split_drawn_once_is_drawn_again_in_years_to_come() -> None:
    split = Split.by_person([f"p{i}" for i in range(10)], seed=0)
    assert split.test == ("p2", "p7")
    assert split.validate == ("p4",)


@given(people=people_lists, k=st.integers(2, 7), seed=st.integers(0, 5), order=st.randoms(use_true_random=False))
def test_folds_are_balanced_and_follow_ids_and_seed_alone(people: list[str], k: int, seed: int, order: object) -> None:
    fold = dict(zip(people, folds(people, k=k, seed=seed).tolist(), strict=True))
    sizes = np.bincount(list(fold.values()), minlength=k)
    assert len(sizes) == k
    assert sizes.max() - sizes.min() <= 1
    shuffled = list(people)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert dict(zip(shuffled, folds(shuffled, k=k, seed=seed).tolist(), strict=True)) == fold


def test_another_seed_gives_other_folds() -> None:
    people = [f"p{i}" for i in range(50)]
    assert not np.array_equal(folds(people, seed=0), folds(people, seed=1))


def test_folds_of_a_person_listed_twice_are_refused() -> None:
    with pytest.raises(InputError, match="a person is listed twice"):
        folds(["a", "b", "a"])


@pytest.mark.parametrize("k", [1, 0, -1])
def test_fewer_than_two_folds_are_refused(k: int) -> None:
    with pytest.raises(InputError, match=f"k={k} folds: at least 2 are needed"):
        folds(["a", "b"], k=k)
