from collections.abc import Callable
from dataclasses import replace

from sennight.evaluate.report.shown import Shown, plain_name
from sennight.evaluate.result import BenchResult


def test_the_model_the_reference_and_age_and_sex_stand_in_front(result: BenchResult) -> None:
    shown = Shown.of(result.plan)
    assert shown.front == ("model", "engineered", "age_sex", "age_sex+model")
    assert shown.others == ("random_init", "shuffled:model")
    assert shown.pairs == (("model", "engineered"), ("age_sex+model", "age_sex"))


def test_every_feature_set_has_a_plain_name(result: BenchResult) -> None:
    assert plain_name("age_sex+engineered") == "age + sex + engineered features"
    assert plain_name("shuffled:model") == "shuffled labels (model)"
    assert set(Shown.of(result.plan).names) == set(result.plan.features)


def test_a_plan_without_a_reference_shows_what_there_is(measure_notes: Callable[..., BenchResult]) -> None:
    only = measure_notes({"engineered": 0.6}, pairs=())
    assert Shown.of(only.plan).front == ("engineered",)


def test_a_model_can_be_chosen(result: BenchResult) -> None:
    shown = Shown.of(result.plan, model="random_init")
    assert shown.front == ("random_init", "engineered", "age_sex")
    assert shown.pairs == ()


def test_pairs_that_were_not_compared_are_not_promised(result: BenchResult) -> None:
    assert Shown.of(replace(result.plan, pairs=())).pairs == ()


def test_a_control_that_is_not_compared_with_the_reference_is_no_model(
    measure_notes: Callable[..., BenchResult],
) -> None:
    both = measure_notes({"half_hour": 0.5, "model": 1.0, "engineered": 0.6}, pairs=(("model", "engineered"),))
    assert Shown.of(both.plan).model == "model"
