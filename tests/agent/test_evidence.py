import json
from datetime import date

import pytest

from sennight.agent.evidence import Answer, Call, Direction, Evidence, Interval, Origin, print_references
from sennight.agent.window import Span
from sennight.errors import InputError


def evidence(**changed: object) -> Evidence:
    made = {
        "metric": "steps", "statistic": "mean", "value": 7_423.5, "unit": "steps",
        "window": Span(first=date(2016, 5, 6), last=date(2016, 5, 12), weekdays=frozenset({5, 6})),
        "method": "mean of daily totals", "call": Call(tool="metric", arguments={"metric": "steps"}),
        "interval": Interval(low=6_000.0, high=8_000.0), "valid_days": 6, "days": 7, "coverage": 0.91,
        "devices": ("Fitbit",), "caveats": ("one day was worn too little",), "direction": Direction.UP,
    }  # fmt: skip
    return Evidence(**{**made, **changed})  # type: ignore[arg-type]


def test_evidence_comes_back_from_json_as_it_was() -> None:
    found = evidence(origin=Origin.FILLED)
    assert Evidence.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_number_without_a_unit_is_refused() -> None:
    with pytest.raises(InputError, match="no unit"):
        evidence(unit="")


def test_a_footnote_has_period_days_coverage_device_origin_and_method() -> None:
    said = evidence().footnote
    for part in ("weekends of 6 May 2016", "6 of 7 days", "91%", "Fitbit", "measured", "mean of daily"):
        assert part in said


def test_sentences_refer_and_code_prints() -> None:
    answer = Answer(
        question="steps?", reading="mean steps", sentences=("You took {E1} a day, {E1.interval}.",),
        evidence=(evidence(),),
    )  # fmt: skip
    assert answer.text == "You took 7,424 steps a day, 6,000 to 8,000 steps (90% interval)."
    assert answer.all_caveats == ("one day was worn too little",)
    assert Answer.from_json(json.loads(json.dumps(answer.to_json()))).text == answer.text


@pytest.mark.parametrize("sentence", ["{E2} steps", "{E1.secret}", "{E0}"])
def test_a_reference_to_nothing_is_refused(sentence: str) -> None:
    with pytest.raises(InputError, match="refers to"):
        Answer(question="", reading="", sentences=(sentence,), evidence=(evidence(),))


def test_other_braces_stay_as_they_are() -> None:
    assert print_references("{x} {E1}", [evidence(value=3.0)]) == "{x} 3 steps"


def test_an_interval_has_its_low_end_first() -> None:
    with pytest.raises(InputError, match="wrong way round"):
        Interval(low=2.0, high=1.0)
