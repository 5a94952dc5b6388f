"""A result and its store give the wear-matched control; folds of a result can be shown alone."""

from pathlib import Path

import numpy as np
import pytest

from sennight.backbones.handcrafted import HandcraftedConfig
from sennight.cli import main
from sennight.errors import InputError
from sennight.evaluate import BenchResult, evaluate, of_folds
from sennight.stages.embedded import embed_store
from sennight.stages.prepared import prepare_store
from sennight.stages.wear_matched import wear_matched_store
from sennight.stages.who import people_who_count
from sennight.store import Store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("matched")
    prepare_store("synthetic:people=60,days=4,channels=steps", folder / "store")
    store = Store.open(folder / "store")
    embedding = embed_store(store, [HandcraftedConfig(channels=("steps",)).build()], folder / "e.parquet")[0]
    result = evaluate(
        embeddings={"engineered": embedding}, facts=store.facts, people=people_who_count(store), replicates=20
    )
    result.save(folder / "result")
    return folder


def test_strata_come_from_the_stores_wear(made: Path) -> None:
    result, means = wear_matched_store(made / "result", made / "store")
    assert {m.features for m in means} >= {"engineered", "age_sex"}
    assert all(np.isfinite(m.value) and m.low <= m.high for m in means)
    assert result.plan.n_people > 50


def test_it_is_shown_and_so_are_some_folds_alone(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["show", str(made / "result"), "--wear-matched", str(made / "store"), "--made-by", "this test"])
    assert "equal wear" in capsys.readouterr().out
    whole, some = BenchResult.load(made / "result"), of_folds(BenchResult.load(made / "result"), "1,2")
    assert set(some.predictions["fold"]) == {1, 2}
    assert some.plan.n_people < whole.plan.n_people
    for wrong in ("7", "x", ""):
        with pytest.raises(InputError, match="no folds"):
            of_folds(whole, wrong)
