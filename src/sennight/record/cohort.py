"""People, cohorts, and how a cohort is split: by person, from a seed, with a hash one can compare."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int16

from sennight.errors import InputError
from sennight.record.facts import Facts
from sennight.record.recording import Recording


@dataclass(frozen=True, kw_only=True, eq=False)
class Person:
    """One person and everything their devices recorded.

    Raises: InputError if a recording is somebody else's.
    """

    id: str
    recordings: tuple[Recording, ...]

    def __post_init__(self) -> None:
        if not self.id:
            raise InputError("a person needs an id")
        if any(r.person != self.id for r in self.recordings):
            raise InputError(f"person '{self.id}' holds a recording of somebody else")


@dataclass(frozen=True, kw_only=True, eq=False)
class Cohort:
    """The people one asks about, and what is known of them. Raises: InputError if an id repeats."""

    name: str
    people: tuple[str, ...]
    facts: Facts

    def __post_init__(self) -> None:
        if len(set(self.people)) != len(self.people):
            raise InputError(f"cohort '{self.name}': a person is listed twice")


def _draw(people: Iterable[str], seed: int) -> list[str]:
    """People in an order that depends on the seed and their ids only, not on how they were listed."""
    return sorted(set(people), key=lambda p: hashlib.sha256(f"{seed}:{p}".encode()).digest())


@dataclass(frozen=True, kw_only=True)
class Split:
    """Who trains, who validates, who tests.

    Raises: InputError if the parts share a person.
    """

    train: tuple[str, ...]
    validate: tuple[str, ...]
    test: tuple[str, ...]
    seed: int

    def __post_init__(self) -> None:
        parts = [set(self.train), set(self.validate), set(self.test)]
        if sum(map(len, parts)) != len(set().union(*parts)):
            raise InputError("a split has one person on two sides", todo="Split by person before anything is fitted.")

    @classmethod
    def by_person(
        cls, people: Iterable[str], *, seed: int = 0, validate_share: float = 0.1, test_share: float = 0.2
    ) -> "Split":
        """Draw people; the same people and seed always give the same split.

        >>> s = Split.by_person(["a", "b", "c", "d", "e"], validate_share=0.2, test_share=0.2)
        >>> len(s.train), len(s.validate), len(s.test)
        (3, 1, 1)
        """
        drawn = _draw(people, seed)
        n_test, n_validate = round(len(drawn) * test_share), round(len(drawn) * validate_share)
        return cls(
            test=tuple(drawn[:n_test]),
            validate=tuple(drawn[n_test : n_test + n_validate]),
            train=tuple(drawn[n_test + n_validate :]),
            seed=seed,
        )

    @cached_property
    def sha256(self) -> str:
        """Hash over who is where."""
        text = "|".join(",".join(sorted(part)) for part in (self.train, self.validate, self.test))
        return hashlib.sha256(f"{self.seed}|{text}".encode()).hexdigest()


def folds(people: Sequence[str], *, k: int = 5, seed: int = 0) -> Int16[np.ndarray, " person"]:
    """Fold 0..k-1 of each person, equal in size up to one; depends on ids and seed only.

    Raises: InputError if an id repeats (a person would sit in two folds) or k < 2.
    """
    if len(set(people)) != len(people):
        raise InputError("a person is listed twice, so folds by person cannot be drawn")
    if k < 2:
        raise InputError(f"k={k} folds: at least 2 are needed")
    place = {person: i % k for i, person in enumerate(_draw(people, seed))}
    return np.array([place[person] for person in people], dtype=np.int16)
