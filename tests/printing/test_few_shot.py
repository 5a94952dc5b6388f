"""Learning curves as text: censored people are named, questions without a meaningful aim stand in brackets."""

from dataclasses import replace

import polars as pl
import pytest

from sennight.evaluate.learning_curve import CurvePlan, CurveResult, MeanPoint, Need
from sennight.evaluate.result import NotAssessed, TaskNote
from sennight.evaluate.score import Score
from sennight.printing.few_shot import few_shot_markdown, few_shot_summary, people

NEED = Need(
    task="smoker", features="model", target=0.7, people=123.4, low=60.2, high=None, at_most=None, more_than=None,
    ratio=0.061, ratio_low=0.03, ratio_high=0.9, fewer=0.99, meaningful=True,
)  # fmt: skip


@pytest.fixture
def result() -> CurveResult:
    task = TaskNote(
        name="smoker",
        question="Smokes?",
        domain="lifestyle",
        kind="yes/no",
        metric="auc",
        who="adults",
        source="made up",
    )
    names = ("engineered", "model")
    plan = CurvePlan(
        tasks=(task,), features=names, reference="engineered", head={"head": "linear"}, sizes={"smoker": (5,)},
        n_all={"smoker": 2_000}, draws=10, k=5, seed=0, replicates=500, n_people=2_500, backbones={"model": "m-1"},
        not_assessed=(NotAssessed(task="rare", reason="too few", n_people=12),),
    )  # fmt: skip
    scores = tuple(
        Score(
            task="smoker",
            features=n,
            head="linear",
            metric="auc",
            value=v,
            low=v - 0.02,
            high=v + 0.02,
            n_people=p,
            shots=s,
        )
        for n in names
        for v, p, s in ((0.6, 10, 5), (0.7, 2_000, None))
    )
    means = tuple(
        MeanPoint(features=n, metric="auc", shots=s, value=0.65, low=0.6, high=0.7, n_tasks=1)
        for n in names
        for s in (5, None)
    )
    own = replace(NEED, features="engineered", people=2_000.0, high=2_000.0, ratio=1.0, ratio_high=1.0, fewer=0.0)
    return CurveResult(
        plan=plan, scores=scores, needs=(own, NEED), means=means, predictions=pl.DataFrame(), answers=pl.DataFrame()
    )


def test_people_needed_are_written_with_what_is_censored():
    assert people(NEED) == "123 [60, never]"
    assert people(replace(NEED, people=None, more_than=2_000)) == "> 2,000 [60, never]"
    assert people(replace(NEED, people=10.0, at_most=10, low=10.0, high=44.0)) == "<= 10 [10, 44]"


def test_the_page_has_every_table_and_the_verdict(result):
    page = few_shot_markdown(result, title="Few | shot", made_by="sennight few-shot")
    assert "`model` needs fewer labelled people than `engineered` in 1 of 1 questions (1 with the whole" in page
    assert "| smoker | 0.700 | 2,000 [60, 2,000] | 123 [60, never] | 0.06 |" in page
    assert "| all | 2,000 | 0.700 [0.680, 0.720] | 0.700 [0.680, 0.720] |" in page
    assert "- rare: too few (n 12)" in page
    assert "| 5 | 1 | 0.650 [0.600, 0.700] | 0.650 [0.600, 0.700] |" in page


def test_a_reference_not_above_chance_stands_in_brackets_and_counts_for_nobody(result):
    vague = replace(result, needs=tuple(replace(n, meaningful=False) for n in result.needs))
    page = few_shot_markdown(vague, title="t", made_by="m")
    assert "| (smoker) |" in page
    assert "needs fewer" not in page


def test_the_terminal_gets_means_and_verdict(result):
    said = few_shot_summary(result)
    assert "needs fewer labelled people" in said
    assert "`" not in said
