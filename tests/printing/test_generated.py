"""The page of what was judged holds every table, and refuses what is none."""

import json
from pathlib import Path

import polars as pl
import pytest

from sennight.errors import InputError
from sennight.printing.generated import generated_markdown
from sennight.stages.judged import COVERAGE, DAILY, FILLING, FORECAST, MADE, OURS, PERSONAL, WITHOUT

METHODS = ("linear", "personal_time_of_day", "last_value", WITHOUT, OURS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    people = [f"p{i}" for i in range(4)]
    filling = [
        {"person": p, "scenario": "block", "method": m, "channel": "steps", "cells": 10, "se": s, "ae": s,
         "se_natural": s, "ae_natural": s, "yes": 0.0, "yes_right": 0.0, "no_right": 0.0}
        for i, p in enumerate(people)
        for m, s in zip(METHODS, (10.0 + i, 9.0, 12.0, 6.5, 6.0 + i), strict=True)
    ]  # fmt: skip
    cover = [
        {"person": p, "gap_from": 60, "channel": "steps", "cells": 100, "inside": 91.0, "width": 1.0} for p in people
    ]
    days = [
        {"person": p, "day": d, "metric": "steps", "hidden": 60, "method": m, "truth": 100.0 * (d + i),
         "estimate": 100.0 * (d + i) + off, "low": 0.0, "high": 9e3}
        for i, p in enumerate(people) for d in range(3) for m, off in (("sennight", 5.0), ("scaling_up", 20.0))
    ]  # fmt: skip
    ahead = [
        {"person": p, "model": m, "day": 1, "steps": 4, "ae": e, "se": e, "pinball": e, "inside": 3.0, "series": "s"}
        for p in people for m, e in (("seasonal naive", 8.0), ("MLP", 6.0), ("everybody's", 6.0), ("personal", 7.0))
    ]  # fmt: skip
    out = tmp_path / "somebody"
    out.mkdir()
    for name, rows in ((FILLING, filling), (COVERAGE, cover), (DAILY, days), (FORECAST, ahead), (PERSONAL, ahead)):
        pl.DataFrame(rows).write_parquet(out / name)
    (out / MADE).write_text(json.dumps({"plan": {"folds": 1}, "backbone": "day_transformer-xxs-0"}))
    return out


def test_the_page_tells_what_is_for_and_against(folder: Path) -> None:
    page = generated_markdown([folder], made_by="runs/generate.sh")
    assert "## somebody" in page
    assert "| block | 4 |" in page
    assert "0.910 [0.910, 0.910]" in page
    assert "| MLP | 1.5 | 0.250 [0.250, 0.250] |" in page
    assert "-0.167 [-0.167, -0.167]" in page  # personal was worse, and is printed so
    lines = [line for line in page.splitlines() if line.startswith("| steps | 60 |")]
    assert len(lines) == 1
    assert "100.0 %" in lines[0]  # of r


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder"):
        generated_markdown([tmp_path], made_by="x")
