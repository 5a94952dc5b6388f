"""Everything is judged on people that nothing saw, and the tables are enough to print the page."""

import json
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from sennight.errors import InputError
from sennight.generate import learn
from sennight.generate.saits import train_saits
from sennight.pretrain.run import PretrainReport
from sennight.printing.generated import generated_markdown
from sennight.stages import judged
from sennight.stages.judged import (
    COVERAGE,
    DAILY,
    FILLING,
    FORECAST,
    MADE,
    PERSONAL,
    JudgePlan,
    judge_plan,
    judge_store,
    seen_by,
)
from sennight.stages.prepared import prepare_store
from sennight.store import Store


def test_a_page_from_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "LOOKS", 6)  # a look a person, and a short course, are enough to see every table
    monkeypatch.setattr(judged, "train_saits", partial(train_saits, steps=5))
    prepare_store("synthetic:people=6,days=14,channels=heart_rate+steps+on_body", tmp_path / "store")
    plan = JudgePlan(folds=1, judged=2, networks=False)
    heard: list[str] = []
    out = judge_store(Store.open(tmp_path / "store"), tmp_path / "out", backbone=None, plan=plan, say=heard.append)
    assert {p.name for p in out.iterdir()} >= {FILLING, COVERAGE, DAILY, MADE}
    assert pl.read_parquet(out / FILLING)["person"].n_unique() == 2
    if (out / FORECAST).exists():
        assert set(pl.read_parquet(out / FORECAST)["person"]) <= set(pl.read_parquet(out / FILLING)["person"])
    assert not (out / PERSONAL).exists()
    assert json.loads((out / MADE).read_text())["plan"]["judged"] == 2
    page = generated_markdown([out], made_by="a test")
    assert "### Lift of sennight on the four families" in page
    assert heard[0].startswith("fold 1 of 1: 2 judged")
    heard.clear()
    judge_store(Store.open(tmp_path / "store"), out, backbone=None, plan=plan, say=heard.append)
    assert heard == ["fold 1 of 1 is there"]
    with pytest.raises(InputError, match="another plan"):
        judge_store(Store.open(tmp_path / "store"), out, backbone=None, plan=JudgePlan(folds=1))


def test_nobody_the_backbone_saw_is_judged(store: Store, run: PretrainReport, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="was not pretrained on"):
        judge_store(store, tmp_path / "out", backbone=run.model.parent, plan=JudgePlan())


def test_released_models_saw_everybody_of_their_cohort_and_nobody_else() -> None:
    assert seen_by(["nhanes-31140", "fitabase-1"], "sennight-xs") == {"nhanes-31140"}


def test_settings_of_a_plan() -> None:
    assert judge_plan({"judged": "5", "networks": "0"}) == JudgePlan(judged=5, networks=False)
    with pytest.raises(InputError, match="whole numbers"):
        judge_plan({"judged": "few"})
