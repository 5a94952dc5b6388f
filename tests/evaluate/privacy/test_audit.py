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
    assert audit(scores(leak=0.0, control=0.1)).tier.startswith("not assessed: the attacks found too little")
    assert Audit(model="m", run="m-1").tier == "not assessed"


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
