"""The card says what the result gives, and verification finds a single changed digit anywhere."""

import json
import re
import shutil
from pathlib import Path

import pytest

from sennight.errors import StoreError
from sennight.evaluate.privacy.audit import Audit
from sennight.stages.carded import add_audit, verify
from sennight.stages.evaluated import evaluate_store
from sennight.store import Store


@pytest.fixture(scope="module")
def evaluated(store: Store, embedded: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("carded") / "out"
    evaluate_store(store.path, embedded, out, command="test", k=3, replicates=100, jobs=1)
    return out


@pytest.fixture
def copy(evaluated: Path, tmp_path: Path) -> Path:
    shutil.copytree(evaluated, tmp_path / "copy")
    return tmp_path / "copy"


def test_every_printed_number_is_computed_again(evaluated: Path) -> None:
    """N-13."""
    checked = verify(evaluated).checked
    assert set(checked) == {"result.json", "groups.json", "report.json", "card.md", "tripod_ai.md"}
    assert all(n > 10 for n in checked.values())


@pytest.mark.parametrize("name", ["card.md", "result/result.json", "result/groups.json", "report.json", "tripod_ai.md"])
def test_one_changed_digit_is_found(copy: Path, name: str) -> None:
    """N-13."""
    path = copy / name
    text = path.read_text()
    if name.endswith(".md"):
        at = next(re.finditer(r"\d(?= |\])", text[len(text) // 3 :])).start() + len(text) // 3
        path.write_text(text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :])
    else:
        stored = json.loads(text)
        row = stored.get("result", stored)["scores"][0]
        row["n_people"] += 1
        path.write_text(json.dumps(stored))
    with pytest.raises(StoreError, match="not what the predictions give"):
        verify(copy)


def test_the_card_says_what_is_synthetic_and_what_was_not_audited(evaluated: Path) -> None:
    card = (evaluated / "card.md").read_text()
    assert "Synthetic people" in card
    assert "Not audited yet" in card
    assert "makes no diagnosis" in card


def test_empty_items_of_the_checklist_are_visibly_empty(evaluated: Path) -> None:
    text = (evaluated / "tripod_ai.md").read_text()
    assert text.count("**to be written**") > 20
    assert "3 folds by person" in text


def test_an_audit_joins_the_card_and_is_verified_with_it(copy: Path) -> None:
    add_audit(copy, Audit(model="sennight-xxs", run="abc", notes=("Nothing was attacked.",)))
    assert "Nothing was attacked." in (copy / "card.md").read_text()
    assert "audit.json" in verify(copy).checked


def test_without_a_card_an_audit_has_no_place(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no card"):
        add_audit(tmp_path, Audit(model="m", run="r"))
