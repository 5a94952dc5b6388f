"""The wear-matched control: what is only wear falls to chance, what is not keeps its value."""

import dataclasses

import numpy as np
import polars as pl
import pytest

from sennight.errors import InputError
from sennight.evaluate import evaluate
from sennight.evaluate.wear_matched import matched_auc, matched_r, wear_matched, wear_strata
from sennight.tasks import TaskKind

PEOPLE = 2_000


def test_matched_auc_counts_pairs_of_one_stratum() -> None:
    rng = np.random.default_rng(0)
    y, p, stratum = (rng.random(80) < 0.4).astype(float), rng.integers(0, 6, 80) / 5.0, rng.integers(0, 5, 80)
    won, pairs = 0.0, 0
    for i in np.flatnonzero(y == 1):
        for j in np.flatnonzero((y == 0) & (stratum == stratum[i])):
            won, pairs = won + (p[i] > p[j]) + 0.5 * (p[i] == p[j]), pairs + 1
    assert matched_auc(y, p, stratum) == pytest.approx(won / pairs, abs=1e-12)
    assert np.isnan(matched_auc(np.ones(3), p[:3], np.zeros(3, dtype=np.int64)))


def test_matched_r_takes_out_what_strata_share() -> None:
    rng = np.random.default_rng(1)
    stratum = np.repeat(np.arange(10), 30)
    y, p = stratum + rng.normal(size=300), stratum + rng.normal(size=300)
    assert np.corrcoef(y, p)[0, 1] > 0.8
    assert abs(matched_r(y, p, stratum)) < 0.15
    assert matched_r(y, y * 2, stratum) == pytest.approx(1)
    assert matched_r(y, np.ones(300), stratum) == 0


def test_strata_hold_neighbours_in_wear() -> None:
    rng = np.random.default_rng(2)
    days, minutes = rng.integers(3, 8, 1000), rng.uniform(600, 1000, 1000)
    stratum = wear_strata(days, minutes)
    assert np.bincount(stratum).tolist() == [100] * 10
    assert days[stratum == 0].max() <= days[stratum == 9].min()
    assert wear_strata(days[:3], minutes[:3]).tolist() == [0, 0, 0]


def test_heads_of_two_folds_are_never_ranked_against_each_other(make) -> None:
    """Predictions of one fold shifted by a constant change nothing; ranked together they would."""
    embed, known, ask = make
    rng = np.random.default_rng(4)
    people = tuple(f"p{i:03d}" for i in range(PEOPLE))
    body = rng.normal(size=PEOPLE)
    facts = known(
        people, ill=(body + rng.normal(size=PEOPLE) > 0).astype(float), hours=body + rng.normal(size=PEOPLE),
        age_years=rng.uniform(20, 80, PEOPLE), sex_female=np.arange(PEOPLE) % 2,
    )  # fmt: skip
    result = evaluate(
        embeddings={"engineered": embed(people, body[:, None])}, facts=facts, people=people, replicates=20,
        tasks=(ask("ill"), ask("hours", TaskKind.AMOUNT)),
    )  # fmt: skip
    strata = dict(zip(people, (np.arange(PEOPLE) // 100).tolist(), strict=True))
    moved = dataclasses.replace(
        result, predictions=result.predictions.with_columns(p=pl.col("p") + 10.0 * (pl.col("fold") == 2))
    )
    before, after = (wear_matched(r, strata, draws=3) for r in (result, moved))
    assert [m.value for m in after] == pytest.approx([m.value for m in before], abs=1e-9)


def test_a_lead_that_is_only_wear_is_gone_and_another_stays(make) -> None:
    embed, known, ask = make
    rng = np.random.default_rng(3)
    people = tuple(f"p{i:03d}" for i in range(PEOPLE))
    wear, body = rng.uniform(-1.7, 1.7, PEOPLE), rng.normal(size=PEOPLE)
    facts = known(
        people,
        ill=(wear + body + 0.5 * rng.normal(size=PEOPLE) > 0).astype(float),
        hours=wear + body,
        age_years=rng.uniform(20, 80, PEOPLE),
        sex_female=np.arange(PEOPLE) % 2,
    )
    result = evaluate(
        embeddings={"body": embed(people, body[:, None]), "engineered": embed(people, wear[:, None]),
                    "missingness": embed(people, wear[:, None])},
        facts=facts, people=people, tasks=(ask("ill"), ask("hours", TaskKind.AMOUNT)), replicates=20,
    )  # fmt: skip
    stratum = wear_strata(np.full(PEOPLE, 7), wear)
    means = {
        (m.features, m.metric): m
        for m in wear_matched(result, dict(zip(people, stratum.tolist(), strict=True)), draws=40)
    }
    assert means["engineered", "auc"].plain > 0.7
    assert means["engineered", "auc"].value == pytest.approx(0.5, abs=0.04)
    assert abs(means["engineered", "pearson_r"].value) < 0.06
    assert means["body", "auc"].value > means["body", "auc"].plain - 0.02
    assert means["body", "pearson_r"].value > 0.8
    lead, over_wear = means["body", "auc"].lead, means["body", "auc"].over_wear
    assert lead is not None
    assert lead[1] > 0.1
    assert lead == over_wear  # both name the same columns here
    assert means["engineered", "auc"].lead is None
    with pytest.raises(InputError, match="not in the store"):
        wear_matched(result, {"p000": 0}, draws=2)
