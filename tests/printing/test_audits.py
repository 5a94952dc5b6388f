"""An audit in words: tier, cost and the weakness of the attacker are always told."""

from sennight.evaluate.privacy.audit import Audit
from sennight.evaluate.privacy.nearest import Copies
from sennight.evaluate.privacy.rates import Leak, Rate
from sennight.evaluate.privacy.reidentify import Found
from sennight.printing.audits import audit_summary

RATES = tuple(Rate(at=at, value=0.02, low=0.01, high=0.03, fewest=0.001) for at in (0.01, 0.001))
LEAK = Leak(
    attack="loss", auc=0.53, low=0.505, high=0.555, half_width=0.025, rates=RATES, n_members=1000, n_others=1000
)
AUDIT = Audit(
    model="sennight-xxs",
    run="abc",
    membership=(LEAK,),
    control=(LEAK,),
    reidentified=(
        Found(features="sennight-xxs", knows="nothing else", rank_1=0.4, low=0.35, high=0.45, top=0.6, chance=0.001,
              template=0.001, n_people=1000),
    ),
    copies=Copies(n_generated=1000, n_train=5000, n_held_out=2000, bar=0.4, nearest=0.5, median_generated=0.7,
                  median_held_out=0.7, copies=0),
    settings={"shadows": 8, "shadow_steps": 60},
    cost_s={"membership": 61.0},
    notes=("A note.",),
)  # fmt: skip


def test_the_summary_says_tier_cost_and_identifiable() -> None:
    """P-03: the text says "identifiable" when rank 1 exceeds ten times chance."""
    text = audit_summary(AUDIT)
    assert "not assessed: the attacks on loss found too little" in text
    assert "identifiable" in text
    assert "8 shadows of 60 steps. A stronger attacker may find more." in text
    assert "0.530 [0.505, 0.555]" in text
    assert "A note." in text
