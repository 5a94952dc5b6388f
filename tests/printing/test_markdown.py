"""The Markdown page holds every question once, with its counts, and no number that is not the result's."""

import re
from collections.abc import Callable
from dataclasses import replace

from sennight.evaluate import BenchResult
from sennight.printing.markdown import markdown


def test_every_question_has_a_line_with_its_counts_and_scores(make_result: Callable[..., BenchResult]) -> None:
    result = make_result()
    page = markdown(result, title="A title", made_by="sennight evaluate STORE")
    assert page.startswith("# A title\n")
    assert "`sennight evaluate STORE`" in page
    page = page.partition("## Not assessed")[0]
    for task in result.plan.tasks:
        lines = [line for line in page.splitlines() if line.startswith(f"| {task.name} |")]
        assert len(lines) == 1
        score = result.score(task.name, result.plan.features[0])
        assert score is not None
        assert f"{score.n_people:,}" in lines[0]
        assert f"{score.value:.3f}".replace("-0.000", "0.000") in lines[0]


def test_rows_have_as_many_cells_as_their_heading(make_result: Callable[..., BenchResult]) -> None:
    width, result = None, make_result()
    for line in markdown(result, title="t", made_by="c").splitlines():
        if not line.startswith("|"):
            width = None
            continue
        cells = len(re.split(r"(?<!\\)\|", line)) - 2
        assert width in (None, cells)
        width = cells


def test_severity_is_one_output_judged_in_every_way(make_result: Callable[..., BenchResult]) -> None:
    result = make_result()
    score = next(s for s in result.scores if s.task == "phq9" and s.features == "engineered")
    others = (
        replace(score, metric="mae", value=3.0, low=2.9, high=3.1),
        replace(score, metric="auc_at_10", value=0.7, low=0.6, high=0.8, n_events=150),
    )
    tasks = tuple(replace(t, thresholds=(10.0,)) if t.name == "phq9" else t for t in result.plan.tasks)
    plan = replace(result.plan, tasks=tasks)
    page = markdown(replace(result, plan=plan, secondary=(*result.secondary, *others)), title="t", made_by="m")
    section = page.partition("## Severity: phq9")[2].partition("\n## ")[0]
    assert "| mean absolute error | - |" in section
    assert "3.000 [2.900, 3.100]" in section
    assert "| AUC at 10 or more | 150 |" in section
