from pathlib import Path
from typing import Any

import pytest
from tests.classroom.room import examiner

from sennight.classroom.campaign import chosen_of, finish, search, verify
from sennight.classroom.notebook import Notebook
from sennight.classroom.policies import policy_named
from sennight.classroom.space import proposed
from sennight.errors import InputError, StoreError
from sennight.heads import to_json

EVALS = 8
PORTFOLIO = policy_named("portfolio", seed=0)


def book(folder: Path) -> Notebook:
    return Notebook(folder / "notebook.jsonl")


def test_a_killed_campaign_goes_on_and_ends_with_the_same_leaderboard(tmp_path: Path) -> None:
    whole, cut = tmp_path / "a", tmp_path / "b"
    search(examiner(), PORTFOLIO, book(whole), evals=EVALS, seed=0)
    cut.mkdir()
    lines = (whole / "notebook.jsonl").read_bytes().splitlines(keepends=True)
    (cut / "notebook.jsonl").write_bytes(b"".join(lines[:5]) + lines[5][:30])  # killed while writing
    done: list[int] = []
    search(examiner(), PORTFOLIO, book(cut), evals=EVALS, seed=0, tick=lambda n, of, s: done.append(n))
    assert done == list(range(5, EVALS + 1))
    assert book(cut).leaderboard_hash() == book(whole).leaderboard_hash()


def test_the_end_freezes_opens_once_and_can_be_verified(tmp_path: Path) -> None:
    one = examiner(tmp_path, n=600)
    assert one.notebook is not None
    search(one, PORTFOLIO, one.notebook, evals=EVALS, seed=0)
    outcome = finish(one, PORTFOLIO, one.notebook, evals=EVALS, seed=0)
    kinds = [e["kind"] for e in one.notebook.entries]
    assert kinds.index("frozen") < kinds.index("opening") < kinds.index("sealed score")
    assert outcome.openings == 1
    assert all(g.low <= g.gain <= g.high for g in outcome.gains)
    assert verify(one, one.notebook) <= 1e-9
    assert list(outcome.anytime) == sorted(outcome.anytime)


def test_a_faked_score_in_the_notebook_is_found_by_verify(tmp_path: Path) -> None:
    one = examiner(tmp_path)
    assert one.notebook is not None
    trial = search(one, PORTFOLIO, one.notebook, evals=1, seed=0)[0]
    forged = {k: v for k, v in trial.items() if k not in ("kind", "before")}
    one.notebook.add("trial", **{**forged, "score": 0.999, "se": 0.0, "spec_hash": "x"})
    with pytest.raises(StoreError, match="otherwise"):
        verify(one, one.notebook)


def test_another_campaign_may_not_go_on_in_a_notebook(tmp_path: Path) -> None:
    search(examiner(), PORTFOLIO, book(tmp_path), evals=1, seed=0)
    with pytest.raises(StoreError, match="another campaign"):
        search(examiner(), PORTFOLIO, book(tmp_path), evals=1, seed=1)


def test_duplicates_are_answered_from_the_notebook(tmp_path: Path) -> None:
    trials = search(examiner(), policy_named("probe", seed=0), book(tmp_path), evals=4, seed=0)
    assert [t["seconds"] for t in trials[1:]] == [0.0] * 3
    assert len({t["score"] for t in trials}) == 1


def test_the_simplest_within_one_standard_error_is_chosen() -> None:
    def trial(components: int, score: float) -> dict[str, Any]:
        return {"spec": to_json(proposed({"components": components})), "score": score, "se": 0.02, "error": ""}

    assert chosen_of([trial(100, 0.80), trial(20, 0.79), trial(5, 0.70)]).components == 20
    with pytest.raises(InputError):
        chosen_of([{**trial(5, 0.9), "error": "crash"}])
