from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.classroom.room import examiner

from sennight.classroom import worker
from sennight.classroom.examiner import Examiner, Failed, Limits, checked
from sennight.classroom.space import PROBE, Proposal, proposed
from sennight.errors import InputError
from sennight.tasks import TaskKind

PLAIN = Proposal(spec=PROBE, source="probe")


def test_a_process_of_its_own_says_the_same_and_ends_when_it_takes_too_long() -> None:
    inside, apart = examiner(), examiner(isolated=True)
    assert apart.score(PLAIN).by_fold == inside.score(PLAIN).by_fold
    assert inside.score(PLAIN).score > 0.7
    apart.limits, apart.best = Limits(wall_s=0.001), -np.inf
    slow = apart.score(PLAIN)
    assert (slow.error, slow.score) == ("timeout", 0.0)
    assert apart.best == -np.inf


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (np.full(4, np.nan), "not finite"), (np.full(4, np.inf), "not finite"), (np.full(3, 0.5), "wrong length"),
        (np.full((4, 1), 0.5), "wrong length"), (np.full(4, 1.5), "no probability"), (np.full(4, -0.1), "no prob"),
    ],
)  # fmt: skip
def test_answers_that_are_none_fail(said: np.ndarray, why: str) -> None:
    with pytest.raises(Failed, match=why):
        checked(said, n=4, kind=TaskKind.YES_NO)


@pytest.mark.parametrize("cheat", ["constant", "row order", "stash", "crash"])
def test_cheating_programs_get_chance_or_worse(cheat: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever answers in a worker's place sees no held-out label, so a stash or an order is worth nothing."""
    kept: list[np.ndarray] = []

    def answer(spec: object, train: np.ndarray, y: np.ndarray, test: np.ndarray, *, kind: TaskKind) -> np.ndarray:
        kept.append(y)
        if cheat == "constant":
            return np.full(len(test), 0.5)
        if cheat == "row order":
            return np.linspace(0, 1, len(test))
        if cheat == "crash":
            raise RuntimeError("boom")
        return np.resize(kept[0], len(test))  # labels of an earlier fold, by row

    monkeypatch.setattr(worker, "answer", answer)
    trial = examiner(n=900).score(PLAIN)
    assert trial.score <= 0.56
    assert bool(trial.error) is (cheat == "crash")


def test_hopeless_specs_stop_after_two_folds_and_noise_scores_at_chance() -> None:
    one = examiner(noise=True, n=900)
    assert abs(one.score(PLAIN).score - 0.5) < 0.06
    one.best = 0.999
    assert one.score(PLAIN).error == "stopped after two folds"


def test_every_opening_of_the_sealed_people_is_written_down(tmp_path: Path) -> None:
    one = examiner(tmp_path)
    for n in range(2):
        one.open_sealed({"probe": PROBE})
        assert one.notebook is not None
        assert len(one.notebook.of("opening")) == n + 1


def test_sealed_answers_do_not_reach_a_score() -> None:
    a, b = examiner(seed=1), examiner(seed=1)
    b._y = np.where(b.sealed, 1 - b._y, b._y)
    assert a.score(PLAIN).by_fold == b.score(PLAIN).by_fold


def test_equal_specs_written_otherwise_are_one() -> None:
    assert Proposal(spec=proposed({"components": 50}), source="a").hash == PLAIN.hash
    assert replace(PLAIN, reason="give me 1.0").hash == PLAIN.hash


def test_few_people_and_choices_are_refused() -> None:
    one = examiner()
    y = np.where(np.arange(len(one._y)) < 5, 1.0, 0.0)
    with pytest.raises(InputError, match="rarer"):
        Examiner(one.material, y, kind=TaskKind.YES_NO)
    with pytest.raises(InputError, match="k choices"):
        Examiner(one.material, one._y, kind=TaskKind.ONE_OF_K)
