"""Predictors of a made-up cohort: what the vectors tell is learned, what is dealt out at random is withheld."""

import numpy as np
import pytest

from sennight.agent.predictors.learning import Cohort, learn, permuted_within
from sennight.record import Fact, Facts, folds
from sennight.tasks import AGE, SEX, task

N = 900
RNG = np.random.default_rng(4)
PEOPLE = tuple(f"p{i}" for i in range(N))
AGES, SEXES, BODY = RNG.uniform(20, 80, N), RNG.integers(0, 2, N).astype(float), RNG.normal(size=N)
VIGOROUS = (RNG.random(N) < 1 / (1 + np.exp(-(2 * BODY - (AGES - 50) / 20)))).astype(float)
SLEEP = 7 + 0.8 * BODY - (AGES - 50) / 40 + RNG.normal(size=N) * 0.7


def facts() -> Facts:
    rows = []
    for i, person in enumerate(PEOPLE):
        known = {AGE: AGES[i], SEX: SEXES[i], "self_vigorous_30d": VIGOROUS[i], "sleep_hours_selfreport": SLEEP[i]}
        rows += [Fact(person=person, name=n, value=float(v), unit="1", source="made up") for n, v in known.items()]
    return Facts.from_rows(rows)


def cohort() -> Cohort:
    x = np.column_stack([BODY, RNG.normal(size=(N, 5))]).astype(np.float32)
    return Cohort(
        people=PEOPLE, facts=facts(), fold=folds(PEOPLE), by_fold=[x] * 5, whole=x, device="a pedometer",
        channels=("steps",), backbone="b", named="made-up people", min_valid_days=3,
    )  # fmt: skip


MADE_UP = cohort()


@pytest.mark.parametrize("name", ["self_vigorous_30d", "sleep_hours_selfreport"])
def test_what_vectors_tell_beyond_age_and_sex_passes_the_gate(name: str) -> None:
    one = learn(MADE_UP, task(name))
    assert one.refused == ()
    assert one.figures.gain_low > 0.02
    row = 17
    said = one.predict(MADE_UP.whole[row], age=float(AGES[row]), female=float(SEXES[row]))
    assert said.low <= said.value <= said.high


def test_the_head_as_plain_numbers_says_what_the_head_says() -> None:
    one = learn(MADE_UP, task("sleep_hours_selfreport"))
    said = [one.predict(MADE_UP.whole[i], age=float(AGES[i]), female=float(SEXES[i])).value for i in range(N)]
    assert np.corrcoef(said, SLEEP)[0, 1] > 0.75
    assert np.mean(said) == pytest.approx(SLEEP.mean(), abs=0.02)
    low_high = [one.predict(MADE_UP.whole[i], age=float(AGES[i]), female=float(SEXES[i])) for i in range(N)]
    held = np.mean([p.low <= y <= p.high for p, y in zip(low_high, SLEEP, strict=True)])
    assert 0.86 < held < 0.95


def test_answers_dealt_out_among_like_people_are_withheld_and_keep_what_age_says() -> None:
    true = task("self_vigorous_30d").target(MADE_UP.facts, PEOPLE)
    dealt = permuted_within(true, MADE_UP.facts, PEOPLE, seed=1)
    assert sorted(dealt[np.isfinite(dealt)]) == sorted(true[np.isfinite(true)])
    assert np.corrcoef(dealt, AGES)[0, 1] < -0.1
    assert abs(np.corrcoef(dealt, BODY)[0, 1]) < 0.1
    assert "not clearly better" in learn(MADE_UP, task("self_vigorous_30d"), y=dealt).refused[0]


def test_the_domain_holds_its_people() -> None:
    domain = MADE_UP.domain()
    inside = [domain.distance(v) <= domain.farthest for v in MADE_UP.whole]
    assert np.mean(inside) == pytest.approx(0.99, abs=0.005)
    assert domain.distance(MADE_UP.whole[0] + 50) > domain.farthest
