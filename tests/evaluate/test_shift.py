"""Heads that learned at home: a planted answer travels, one that depends on the device does not."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import StoreError
from sennight.evaluate.shift import Question, ShiftResult, shift, told_apart
from sennight.heads import LinearConfig
from sennight.record import Embedding, Facts
from sennight.tasks import task

HOME, AWAY = 300, 80


def embedding(prefix: str, values: np.ndarray) -> Embedding:
    people = tuple(f"{prefix}{i}" for i in range(len(values)))
    days = np.full(len(values), 3, dtype=np.int32)
    return Embedding(people=people, values=values.astype(np.float32), backbone="test-1", days_used=days)


def asked(*, same_device: bool, seed: int = 0) -> ShiftResult:
    """Column 0 tells the answer at home; there only if the device is the same. Column 1 is noise."""
    rng = np.random.default_rng(seed)
    y_home, y_away = (np.arange(n) % 2 * 1.0 for n in (HOME, AWAY))
    x_home, x_away = rng.normal(size=(HOME, 2)), rng.normal(size=(AWAY, 2))
    x_home[:, 0] += 2 * y_home
    x_away[:, 0] += 2 * y_away if same_device else 0
    home, away = embedding("h", x_home), embedding("a", x_away)
    none = Facts.none()
    return shift(
        home={"m": home}, away={"m": away}, home_facts=none, away_facts=none,
        questions=[Question(task=task("sex"), home=y_home, away=y_away, asked="she")], home_people=home.people,
        away_people=away.people, group=np.arange(AWAY) // 2 * 1.0, head=LinearConfig(), replicates=200, seed=seed,
    )  # fmt: skip


def test_what_holds_on_both_devices_travels() -> None:
    (row,) = asked(same_device=True).rows
    assert row.travelled
    assert row.away.value > 0.85
    assert row.pairs is not None
    assert row.pairs.value > 0.8
    assert row.pairs.n_people == AWAY // 2
    assert row.there is not None
    assert row.there.value > 0.85
    assert (row.home.n_people, row.away.n_people, row.away.n_events) == (HOME, AWAY, AWAY // 2)


def test_what_the_other_device_does_not_measure_does_not_travel() -> None:
    lost = [asked(same_device=False, seed=s).rows[0] for s in range(5)]
    assert sum(row.travelled for row in lost) <= 1
    assert all(row.lost[2] < 0 for row in lost)


def test_shuffled_answers_there_stay_at_chance() -> None:
    """N-05: over ten seeds."""
    values = [asked(same_device=False, seed=s).rows[0].away.value for s in range(10)]
    assert abs(float(np.mean(values)) - 0.5) < 0.05


def test_too_few_people_are_named_and_not_measured() -> None:
    home, away = embedding("h", np.zeros((HOME, 2))), embedding("a", np.zeros((10, 2)))
    y = np.array([1.0] * 3 + [0.0] * 7)
    made = shift(
        home={"m": home}, away={"m": away}, home_facts=Facts.none(), away_facts=Facts.none(),
        questions=[Question(task=task("sex"), home=np.arange(HOME) % 2 * 1.0, away=y)], home_people=home.people,
        away_people=away.people, group=None, head=LinearConfig(), replicates=100,
    )  # fmt: skip
    assert made.rows == ()
    assert made.not_asked == {"sex": "3 people in the rarer answer of 10"}


def test_a_cohort_is_told_by_a_vector_that_holds_its_device() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3)).astype(np.float32)
    assert told_apart(x[:100], x[100:] + 5, LinearConfig()) > 0.99
    assert abs(told_apart(x[:100], x[100:], LinearConfig()) - 0.5) < 0.15


def test_every_figure_is_computed_again_when_it_is_read(tmp_path: Path) -> None:
    """N-13: a changed figure is refused."""
    made = asked(same_device=True)
    made.save(tmp_path)
    assert ShiftResult.load(tmp_path).rows == made.rows
    first = made.rows[0]
    wrong = dataclasses.replace(first, away=dataclasses.replace(first.away, value=first.away.value + 0.01))
    dataclasses.replace(made, rows=(wrong,)).save(tmp_path)
    with pytest.raises(StoreError, match="not what its predictions give"):
        ShiftResult.load(tmp_path)
