"""The suite's table shows rows, people, both figures and what a question is."""

from sennight.evaluate.rows import RowResult, RowScore
from sennight.printing.wrist import wrist_markdown

SCORE = RowScore(
    task="sleep_minute", features="counts", metric="auc", value=0.99, low=0.98, high=0.995,
    within=(0.97, 0.96, 0.98, 5000), mae=None, n_rows=40_000, n_people=67, n_events=14_000,
)  # fmt: skip
ABOUT = {"name": "sleep_minute", "question": "Asleep?", "unit": "minute", "source": "Dryad", "note": "a rule"}


def test_every_figure_and_question_is_on_the_page() -> None:
    result = RowResult(
        scores=(SCORE,), tasks=(ABOUT,), plan={"k": 5, "seed": 0, "replicates": 500}, not_asked={"lifesnaps": "absent"}
    )
    page = wrist_markdown(result, title="Wrist", made_by="sennight wrist")
    wanted = "| sleep_minute | counts | AUC | 0.990 [0.980, 0.995] | 0.970 [0.960, 0.980] | - | 40,000 | 14,000 | 67 |"
    assert wanted in page
    assert "a minute a row: Asleep? Dryad; a rule." in page
    assert "`lifesnaps`: absent" in page
