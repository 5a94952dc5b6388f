"""Two stores of different devices are brought to what they share; their heads are asked there."""

from pathlib import Path

import numpy as np
import pytest

from sennight.cli import main
from sennight.errors import InputError
from sennight.stages import shifted
from sennight.stages.prepared import prepare_store
from sennight.stages.shifted import ShiftPlan, _steps, shift_stores


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("shift")
    prepare_store("synthetic:people=80,days=3,channels=steps+heart_rate", folder / "home")
    prepare_store("synthetic:people=50,days=3,seed=9,channels=steps", folder / "away")
    return folder / "home", folder / "away"


def test_what_both_know_is_asked_over_shared_channels_and_hours(stores: tuple[Path, Path], tmp_path: Path) -> None:
    made = shift_stores(*stores, tmp_path, backbones=(), plan=ShiftPlan(channels={}, asks={}, replicates=100))
    assert {r.features for r in made.rows} == {"engineered", "age_sex", "age_sex+engineered"}
    assert {"age", "sex"} <= {r.task for r in made.rows}
    assert any("hidden at home too: heart_rate" in note for note in made.notes)
    assert made.told_apart["engineered"] < 0.9  # the same synthetic people at both


def test_the_verb_writes_its_table(stores: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["shift", str(stores[0]), str(stores[1]), "--out", str(tmp_path), "--match", "none", "--title", "A to B"])
    assert ended.value.code == 0
    text = (tmp_path / "shift.md").read_text()
    assert text.startswith("## A to B")
    assert "| at home |" in text.replace("at home | n", "at home |")


def test_what_cannot_be_asked_is_said(stores: tuple[Path, Path], tmp_path: Path, monkeypatch) -> None:
    with pytest.raises(InputError, match="no such channels"):
        shift_stores(*stores, tmp_path, backbones=(), plan=ShiftPlan(channels={"mets": "steps"}, asks={}))
    with pytest.raises(InputError, match="matched by quantiles or none"):
        ShiftPlan(channels={}, asks={}, match="mean")
    with pytest.raises(InputError, match="no part of a day"):
        ShiftPlan(channels={}, asks={}, hours=(22, 7))
    monkeypatch.setattr(shifted, "_known", lambda *_: None)
    with pytest.raises(InputError, match="share no question"):
        shift_stores(*stores, tmp_path, backbones=(), plan=ShiftPlan(channels={}, asks={}))


def test_matched_values_rise_and_a_shared_value_goes_to_the_middle() -> None:
    theirs = np.array([0.0, 0.0, 0.0, 1.0, 2.0])
    levels, to = _steps(theirs, np.array([0.0, 10.0, 20.0, 30.0, 40.0]))
    assert levels.tolist() == [0, 1, 2]
    assert to.tolist() == [10, 30, 40]
