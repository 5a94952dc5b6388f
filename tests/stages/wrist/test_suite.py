"""The suite asks what is there, names what is not, and refuses an empty folder."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.cli import main
from sennight.errors import InputError
from sennight.stages.wrist.stress import SIGNALS
from sennight.stages.wrist.suite import SETS, _of, wrist_suite


def test_one_set_is_asked_and_the_others_are_named(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    n = 400
    columns = {name: rng.normal(size=n) for name in SIGNALS}
    who = {
        "person": [f"p{i % 10}" for i in range(n)],
        "unix_minute": np.arange(n),
        "stress_frac": rng.integers(0, 2, n),
    }
    (tmp_path / "data" / "stress_predict").mkdir(parents=True)
    pl.DataFrame(who | columns).write_parquet(tmp_path / "data" / "stress_predict" / "minute.parquet")
    with pytest.raises(SystemExit) as ended:
        main(["wrist", str(tmp_path / "data"), "--out", str(tmp_path / "out")])
    assert ended.value.code == 0
    page = (tmp_path / "out" / "wrist.md").read_text()
    assert "stressed_minute" in page
    assert "`lifesnaps`: this set is not there" in page


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none of the wrist sets"):
        wrist_suite(tmp_path, tmp_path / "out")
    assert set(SETS) == {"insomnia_couples", "cgmacros", "lifesnaps", "stress_predict", "welltory_covid"}


def test_people_are_found_behind_the_readers_prefix() -> None:
    import datetime as dt

    onset = {"ab12": dt.date(2020, 4, 1)}
    assert _of(onset, "welltory-ab12") == _of(onset, "ab12") == dt.date(2020, 4, 1)
    assert _of(onset, "welltory-zz") is None
