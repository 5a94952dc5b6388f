from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sennight.agent.predictors.gate import GateFigures
from sennight.agent.predictors.predictor import FILE, Likes, Predictor, PredictorSet, TrainingDomain, names
from sennight.errors import InputError, StoreError

FIGURES = GateFigures(
    n_people=900, metric="AUC", value=0.8, gain=0.05, gain_low=0.02, gain_high=0.08, errors=4.0, ece=0.02, covered=0.9
)
YES = Predictor(
    task="napper", question="Does the person nap?", kind="yes/no", unit="share", bias=0.0, weights=(1.0, 0.0),
    beside=(0.5, 0.0, 0.0, 0.0), slope=1.0, intercept=0.0, reach=0.4, base_rate=0.3, figures=FIGURES,
    likes=(Likes(up_to=0.4, share=0.2, low=0.1, high=0.3, n=90), Likes(up_to=1.0, share=0.7, low=0.6, high=0.8, n=90)),
    truth_words=("napper",), for_clinicians=False,
)  # fmt: skip
AMOUNT = replace(YES, task="hours", kind="amount", unit="h", bias=7.0, likes=(), reach=1.5)
DOMAIN = TrainingDomain(
    channels=("steps",), device="a pedometer", backbone="b", youngest=18.0, oldest=85.0, min_valid_days=3,
    centre=(0.0, 0.0), spread=(1.0, 2.0), farthest=9.0, people="9 people",
)  # fmt: skip
SET = PredictorSet(domain=DOMAIN, predictors=(YES, AMOUNT))


def test_a_probability_comes_with_what_became_of_people_with_like_predictions() -> None:
    said = YES.predict(np.array([1.0, 9.0], dtype=np.float32), age=50.0, female=1.0)
    assert said.value == pytest.approx(1 / (1 + np.exp(-1)))
    assert (said.low, said.high) == (0.6, 0.8)
    older = YES.predict(np.array([1.0, 9.0], dtype=np.float32), age=70.0, female=1.0)
    assert older.value == pytest.approx(1 / (1 + np.exp(-2)))
    assert older.high == older.value, "an interval holds its value"


def test_an_amount_comes_with_its_reach() -> None:
    said = AMOUNT.predict(np.array([1.0, 0.0], dtype=np.float32), age=50.0, female=0.0)
    assert (said.low, said.value, said.high) == (6.5, 8.0, 9.5)


def test_they_come_back_from_disk_the_same(tmp_path: Path) -> None:
    SET.save(tmp_path)
    assert PredictorSet.load(tmp_path) == SET
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE).write_text("{}")
    with pytest.raises(StoreError, match="damaged"):
        PredictorSet.load(tmp_path)


def test_distance_names_and_widths() -> None:
    assert DOMAIN.distance(np.array([1.0, 2.0], dtype=np.float32)) == pytest.approx(1.0)
    assert SET.find("napper") is YES
    assert SET.find("x") is None
    assert names(SET.predictors) == "napper, hours"
    with pytest.raises(InputError, match="vectors of 2 numbers"):
        YES.predict(np.zeros(3, dtype=np.float32), age=50.0, female=0.0)
