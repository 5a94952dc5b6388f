"""What is printed of an explanation warns where the checks fail."""

from pathlib import Path

from sennight.printing.explanations import explain_summary
from sennight.stages.explained import ExplainReport


def report(top: float) -> ExplainReport:
    return ExplainReport(
        task="sex", n_people=12, days=Path("d.png"), week=Path("w.png"), unit="log-odds", shifted_r=0.8, random_r=0.1,
        top=top, random=0.1, beaten=0.9,
    )  # fmt: skip


def test_a_faithful_picture_is_told_apart_from_a_mirage() -> None:
    assert "they hold more than random ones" in explain_summary(report(0.4))
    assert "do not show these" in explain_summary(report(0.05))
    assert "12 people explained" in explain_summary(report(0.4))
    assert "w.png" in explain_summary(report(0.4))
