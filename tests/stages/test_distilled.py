"""Distilling on a store leaves a bench that can be computed again, the bars, and refuses unknown questions."""

import json
from pathlib import Path

import pytest

from sennight.errors import InputError
from sennight.heads import DistilledConfig, NeighboursConfig
from sennight.printing import recomputed
from sennight.printing.distilled import bar_line, distill_markdown
from sennight.stages.distilled import DISTILLED, chosen_tasks, distill_store
from sennight.store import Store


def test_it_leaves_a_bench_the_bars_and_a_page(store: Store, embedded: dict[str, str], tmp_path: Path) -> None:
    config = DistilledConfig(teacher=NeighboursConfig(), folds=2)
    report = distill_store(
        store.path, Path(embedded["engineered"]), tmp_path, config=config, names=("sex",), k=3, replicates=20, jobs=1
    )
    assert "numbers are the same" in recomputed(report.bench)
    stored = json.loads((tmp_path / DISTILLED).read_text())
    assert [bar["name"] for bar in stored["bars"]] == [bar.name for bar in report.result.bars]
    page = distill_markdown(report.result, title="t", made_by="m")
    assert all(f"- {bar_line(bar)}" in page for bar in report.result.bars)
    assert "| sex |" in page


def test_a_question_that_is_not_known_or_no_yes_no_one_is_told() -> None:
    with pytest.raises(InputError, match="no yes/no question 'phq9'"):
        chosen_tasks(("phq9",))
    assert [t.name for t in chosen_tasks(("sex",))] == ["sex"]
    assert len(chosen_tasks(())) == 24
