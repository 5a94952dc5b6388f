from collections.abc import Callable
from dataclasses import replace

from sennight.evaluate.report.found import found
from sennight.evaluate.report.plain import number, signed
from sennight.evaluate.report.shown import Shown
from sennight.evaluate.result import BenchResult


def say(result: BenchResult, *, synthetic: bool = False) -> str:
    return " ".join(found(result, Shown.of(result.plan), synthetic=synthetic)).replace("\u00a0", " ")


def test_between_three_and_five_sentences_are_made(result: BenchResult) -> None:
    assert 3 <= len(found(result, Shown.of(result.plan), synthetic=False)) <= 5


def test_the_means_and_their_intervals_are_those_of_the_result(result: BenchResult) -> None:
    text = say(result)
    for average in result.averages:
        if average.features == "model":
            assert f"{number(average.value)} [{number(average.low)}, {number(average.high)}]" in text
    lead = next(x for x in result.leads if (x.features, x.baseline, x.metric) == ("model", "engineered", "auc"))
    assert f"mean AUC higher: {signed(lead.difference)} [{signed(lead.low)}, {signed(lead.high)}]" in text
    assert "ahead of engineered features in 3 of 3 questions" in text


def test_a_model_that_is_behind_is_said_to_be(measure: Callable[..., BenchResult]) -> None:
    text = say(measure(model=0.3, engineered=2.5))
    assert "ahead of engineered features in 0 of 3 questions" in text
    assert "mean AUC lower: −" in text
    assert "clearly behind in 3" in text


def test_an_interval_with_zero_inside_is_no_difference(measure: Callable[..., BenchResult]) -> None:
    result = measure(model=0.6, engineered=0.6)
    lead = next(x for x in result.leads if (x.features, x.baseline, x.metric) == ("model", "engineered", "auc"))
    assert lead.low < 0 < lead.high
    assert "an interval that includes 0, so no difference is shown" in say(result)


def test_a_check_above_chance_warns_of_a_leak(result: BenchResult) -> None:
    assert "shows no leak" in say(result)
    leaky = tuple(
        replace(a, low=0.7, value=0.8, high=0.9) if a.features.startswith("shuffled") else a for a in result.averages
    )
    assert "look for a leak" in say(replace(result, averages=leaky))


def test_synthetic_people_are_called_synthetic(result: BenchResult) -> None:
    assert "synthetic people" in say(result, synthetic=True)
    assert "synthetic" not in say(result, synthetic=False)


def test_nothing_assessed_is_said_plainly(result: BenchResult) -> None:
    empty = replace(result, scores=(), averages=(), leads=(), comparisons=())
    assert say(empty).startswith("No question had enough people to be assessed")
