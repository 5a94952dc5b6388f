"""A plan says what is measured and what is assumed, and its amounts can be read."""

from sennight.backbones.day_transformer import Size
from sennight.plan import Cohort, Measured, Training, plan
from sennight.printing.plans import measured_text, plan_text


def test_it_says_what_it_takes_and_what_it_assumed() -> None:
    made = plan(Cohort(people=5_000_000, days=139, channels=34), Training(size=Size.B, gpus=256))
    text = plan_text(made)
    for words in ("5,000,000 people x 139 days x 34 channels", "TB in", "256 GPUs", "Assumed: 989 TFLOP/s",
                  "Measured by us", "Not counted"):  # fmt: skip
        assert words in text
    assert "1e+12" not in text


def test_runs_stand_in_a_table() -> None:
    text = measured_text([Measured(name="fold-0", size=Size.XS, flop_a_step=2e11, step_s=1.0)])
    assert "fold-0" in text
    assert "200.0" in text
