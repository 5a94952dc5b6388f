import json
from pathlib import Path

import pytest

from sennight.errors import InputError
from sennight.stages import searched
from sennight.stages.searched import NOTEBOOK, OUTCOME, Plan, search_store
from sennight.store import Store

PLAN = Plan(policy="portfolio", evals=2, isolated=False)


def test_a_question_leaves_a_notebook_and_an_outcome_that_is_read_again(
    store: Store, embedded: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searched, "MIN_SEALED", 5)
    monkeypatch.setattr("sennight.classroom.examiner.MIN_IN_CLASS", 3)
    where = Path(embedded["engineered"])
    first = search_store(store.path, where, tmp_path, names=("sex",), plan=PLAN)
    assert (tmp_path / "sex" / NOTEBOOK).is_file()
    assert first == {"sex": json.loads((tmp_path / "sex" / OUTCOME).read_text())}
    assert first["sex"]["openings"] == 1
    assert search_store(store.path, where, tmp_path, names=("sex",), plan=PLAN) == first
    twin = search_store(
        store.path, where, tmp_path / "null", names=("sex",), plan=Plan(**{**PLAN.__dict__, "null": True})
    )
    assert twin["sex"]["null"]


def test_what_cannot_be_asked_is_refused(store: Store, embedded: dict[str, str], tmp_path: Path) -> None:
    where = Path(embedded["engineered"])
    with pytest.raises(InputError, match="no question 'sexx'"):
        search_store(store.path, where, tmp_path, names=("sexx",), plan=PLAN)
