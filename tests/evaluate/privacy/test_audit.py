"""An audit says only what its own scores give, and calls nothing private that was not attacked well."""

import dataclasses
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import StoreError
from sennight.evaluate.privacy.audit import CONTROL, AttributeLeak, Audit, differs, found_of, leaks_of


def scores(*, leak: float, control: float) -> pl.DataFrame:
    rng = np.random.default_rng(0)
    member = np.arange(2000) < 1000
    frames = []
    for attack, strength in (("loss", leak), (f"{CONTROL}loss", control)):
        score = rng.normal(size=2000) + strength * member
        people = [f"p{i}" for i in range(2000)]
        frames.append(pl.DataFrame({"attack": [attack] * 2000, "person": people, "member": member, "score": score}))
    return pl.concat(frames)


def audit(table: pl.DataFrame) -> Audit:
    rng = np.random.default_rng(1)
    ranks = pl.DataFrame(
        {
            "features": ["m"] * 300, "knows": ["nothing else"] * 300,
            "rank": rng.integers(0, 300, 300), "candidates": [300] * 300,
        }
    )  # fmt: skip
    guess = AttributeLeak(
        task="sex", metric="auc", n_people=300, template=0.5, alone=0.7, both=0.72, gain=0.22, low=0.1, high=0.3
    )
    return Audit(
        model="m", run="m-1", membership=leaks_of(table, control=False), control=leaks_of(table, control=True),
        reidentified=found_of(ranks), attributes=(guess,), scores=table, ranks=ranks,
    )  # fmt: skip


def test_private_needs_weak_leaks_and_strong_attacks() -> None:
    """P-02: an attack that does not find an over-trained model out is too weak to quote."""
    assert audit(scores(leak=0.0, control=3.0)).tier == "private"
    assert audit(scores(leak=0.5, control=3.0)).tier == "not private"
    assert audit(scores(leak=0.0, control=0.1)).tier.startswith("not assessed: the attacks on loss found too little")
    assert audit(scores(leak=0.5, control=0.1)).tier == "not private"  # a weak attack that finds a leak has found one
    assert Audit(model="m", run="m-1").tier == "not assessed"


def test_an_attack_that_is_strong_on_one_thing_says_nothing_of_another() -> None:
    """P-02: each thing that is looked at needs a control of its own."""
    table = scores(leak=0.0, control=3.0)
    of_vectors = table.with_columns(attack=pl.col("attack") + ", vectors")
    weak = scores(leak=0.0, control=0.1).with_columns(attack=pl.col("attack") + ", minutes")
    made = audit(pl.concat([of_vectors, weak]))
    assert made.weak_signals == ("minutes",)
    assert made.tier == "not assessed: the attacks on minutes found too little in an over-trained model"
    assert audit(of_vectors).tier == "private"


def test_galleries_of_strangers_are_told_apart_and_old_audits_have_none() -> None:
    """P-03: the tier of a finder is what it knows, whoever is in the gallery."""
    ranks = pl.DataFrame(
        {
            "features": ["m"] * 4, "knows": ["nothing else"] * 4, "among": ["everybody"] * 2 + ["strangers"] * 2,
            "rank": [0, 1, 1, 1], "candidates": [2] * 4,
        }
    )  # fmt: skip
    everybody, strangers = found_of(ranks)
    assert (everybody.among, everybody.rank_1, strangers.rank_1) == ("everybody", 0.5, 0.0)
    assert found_of(ranks.drop("among"))[0].n_people == 4
    tiers = Audit(model="m", run="m-1", reidentified=(everybody, strangers)).tiers
    assert [t.tier for t in tiers] == [0, 0]
    assert "strangers" in tiers[1].goal


def test_every_tier_is_told_minus_its_template() -> None:
    """P-04."""
    tiers = audit(scores(leak=0.0, control=3.0)).tiers
    assert [t.tier for t in tiers] == [0, 1]
    assert tiers[1].gain == pytest.approx(0.22)


def test_a_figure_that_its_scores_do_not_give_is_found(tmp_path: Path) -> None:
    """N-13: from the disk too."""
    made = audit(scores(leak=0.3, control=3.0))
    made.save(tmp_path)
    assert differs(Audit.load(tmp_path)) == ()
    first = made.membership[0]
    lied = dataclasses.replace(made, membership=(dataclasses.replace(first, auc=first.auc - 0.01),))
    lied.save(tmp_path)
    assert differs(Audit.load(tmp_path)) == ("membership",)
    (tmp_path / "audit.json").write_text("{}")
    with pytest.raises(StoreError, match="no audit here"):
        Audit.load(tmp_path)
