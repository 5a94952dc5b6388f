"""The table of a shift says what travelled in words, and shows n and intervals."""

from sennight.evaluate.shift import Figure, ShiftResult, ShiftRow
from sennight.printing.shifted import sentences, shift_markdown

GOOD = Figure(value=0.8, low=0.7, high=0.9, n_people=60, n_events=30)
POOR = Figure(value=0.5, low=0.4, high=0.6, n_people=60, n_events=30)
HOME = Figure(value=0.85, low=0.83, high=0.87, n_people=4000, n_events=2000)
ROWS = (
    ShiftRow(task="sex", asked="", features="m", metric="auc", home=HOME, away=GOOD, lost=(-0.05, -0.15, 0.05),
             there=GOOD, pairs=Figure(value=0.9, low=0.8, high=1.0, n_people=29, n_events=None)),
    ShiftRow(task="told_trouble_sleeping", asked="insomnia", features="m", metric="auc", home=HOME, away=POOR,
             lost=(-0.35, -0.45, -0.2)),
)  # fmt: skip
RESULT = ShiftResult(
    rows=ROWS, not_asked={"ckd": "3 people in the rarer answer of 10"}, told_apart={"m": 0.99},
    plan={"seed": 0, "k": 5, "replicates": 100, "home": 4000, "away": 60, "grouped": 1}, notes=("Channels: a.",),
)  # fmt: skip


def test_what_did_not_travel_is_said_in_words() -> None:
    (line,) = sentences(RESULT)
    assert "above chance there in 1 of 2 (sex)" in line
    assert "clearly below home in 1 (told_trouble_sleeping)" in line


def test_the_table_shows_people_pairs_and_what_was_asked_instead() -> None:
    page = shift_markdown(RESULT, title="hip to wrist")
    assert "told_trouble_sleeping, asked there as insomnia" in page
    assert "29 pairs" in page
    assert "| 60 (30) |" in page
    assert "Not asked, too few people: ckd" in page
