"""Predictions speak through the gate alone, and a truth that is known outranks them."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.agent.predictors.test_predictor import AMOUNT, DOMAIN, FIGURES, SET, YES
from tests.agent.walker import walker

from sennight.agent.evidence import Origin
from sennight.agent.person import DayFacts
from sennight.agent.predictors.predictor import PredictorSet
from sennight.agent.profile import Profile, Sex
from sennight.agent.reply import Declined, Found
from sennight.agent.safety.claims import View
from sennight.agent.tools import TOOLS
from sennight.agent.tools.predict import days_of, predict_tools, released_vectors, with_predictors
from sennight.agent.window import Span

PERSON, STEPS = walker(profile=Profile(born=1974, sex=Sex.FEMALE))


def vectors(days):
    """Thousands of steps above ten, and a second number that says nothing."""
    totals = np.array([d.values[:, 0].sum() for d in days])
    return np.column_stack([(totals - 10_000) / 1_000, totals * 0]).astype(np.float32)


def call(name: str, person=PERSON, kept: PredictorSet = SET, view: View = View.WELLNESS, **arguments):
    return predict_tools(kept, vectors, view=view)[name].call(person, {"task": "napper", **arguments})


def test_a_prediction_says_how_sure_how_common_how_good_and_that_it_is_no_diagnosis() -> None:
    one = call("predict").evidence[0]
    assert one.origin is Origin.PREDICTED
    assert one.interval is not None
    assert one.interval.low <= one.value <= one.interval.high
    said = " ".join(one.caveats)
    for words in ("not a diagnosis", "base rate 30 %", "on 900 people it had not seen", "over age and sex"):
        assert words in said


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"figures": replace(FIGURES, gain_low=-0.01)}, "not clearly better than age and sex"),
        ({"figures": replace(FIGURES, ece=0.2)}, "probabilities were off"),
        ({"figures": replace(FIGURES, covered=0.7)}, "90 % intervals held 70 %"),
        ({"for_clinicians": True}, "clinician view"),
    ],
)
def test_a_predictor_that_did_not_pass_is_withheld_with_the_reason(change, why: str) -> None:
    kept = PredictorSet(domain=DOMAIN, predictors=(replace(YES, **change),))
    for name in ("predict", "explain"):
        reply = call(name, kept=kept)
        assert isinstance(reply, Declined)
        assert why in reply.said


@pytest.mark.parametrize(
    ("person", "domain", "why"),
    [
        (walker(profile=Profile())[0], DOMAIN, "age and sex"),
        (walker(profile=Profile(born=2010, sex=Sex.MALE))[0], DOMAIN, "18 to 85 years"),
        (PERSON, replace(DOMAIN, channels=("hip_counts",), device="a hip device"), "did not record hip_counts"),
        (PERSON, replace(DOMAIN, min_valid_days=99), "needs 99 valid days"),
        (PERSON, replace(DOMAIN, farthest=0.0001), "unlike those of the people"),
    ],
)
def test_a_person_outside_the_training_domain_gets_none(person, domain, why: str) -> None:
    reply = call("predict", person, PredictorSet(domain=domain, predictors=(YES,)))
    assert isinstance(reply, Declined)
    assert why in reply.said


def test_what_the_person_stated_or_a_device_measured_outranks_it() -> None:
    stated, _ = walker(profile=Profile(born=1974, sex=Sex.FEMALE, conditions=("I am a napper",)))
    one = call("predict", stated).evidence[0]
    assert (one.origin, one.value) == (Origin.STATED, "I am a napper")
    assert "no prediction is made" in one.caveats[0]
    fact = DayFacts(name="napper", unit="yes/no", source="diary", ordinal=PERSON.ordinal[-1:], values=np.array([1.0]))
    measured = call("predict", replace(PERSON, facts={"napper": fact}, kept={})).evidence[0]
    assert measured.origin is Origin.MEASURED
    assert measured.value == 1.0


def test_an_explanation_names_the_day_that_moved_it_most() -> None:
    reply = call("explain", task="hours")
    assert isinstance(reply, Found)
    farthest = max(range(len(STEPS)), key=lambda i: abs(STEPS[i] - np.mean(STEPS)))
    days = [e for e in reply.evidence if e.about[:2] == "20"]
    hours = [e for e in reply.evidence if "of every day" in e.about]
    assert str(date.fromordinal(int(PERSON.ordinal[farthest]))) in {e.about for e in days}
    assert hours[0].value > 0, "steps of the morning made the answer higher"
    assert "no cause" in " ".join(hours[0].caveats)


def test_an_unknown_question_is_answered_with_what_there_is() -> None:
    reply = call("predict", task="nothing")
    assert isinstance(reply, Declined)
    assert "napper, hours" in reply.todo


def test_only_valid_days_of_the_window_count() -> None:
    span = Span(first=PERSON.first, last=PERSON.first)
    assert len(days_of(PERSON, span, ("steps",))) == 1
    assert AMOUNT.kind == "amount"


def test_without_a_folder_the_shelf_is_as_it_is_and_with_one_it_has_both(tmp_path: Path) -> None:
    assert with_predictors(None) == TOOLS
    SET.save(tmp_path)
    assert set(with_predictors(tmp_path)) == {*TOOLS, "predict", "explain"}
    assert callable(released_vectors("sennight-xs"))
