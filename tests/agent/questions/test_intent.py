from sennight.agent.questions.intent import Intent, Kind
from sennight.agent.window import LAST_7_DAYS


def test_a_reading_says_every_slot() -> None:
    intent = Intent(
        kind=Kind.VALUE, metric="steps", agg="mean", window=LAST_7_DAYS, hours="06:00-09:00", when="walking",
        days_when="energy>2000", said=("'setps' read as 'steps'",),
    )  # fmt: skip
    for part in (
        "value",
        "steps",
        "mean",
        "last_7_days",
        "hours 06:00-09:00",
        "while walking",
        "energy>2000",
        "read as",
    ):
        assert part in intent.reading
