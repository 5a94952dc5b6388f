"""A conversation with the data of a real person of Fitabase 2016, as a new user would have it: a golden transcript.

It holds places where numbers go; they are computed here from the data by plain polars, when they lie on this machine.
"""

from pathlib import Path

import polars as pl
import pytest

from sennight.agent.exam.gold import daily
from sennight.agent.exam.people import candidate
from sennight.agent.questions import Conversation
from sennight.agent.shown import shown
from sennight.readers import read

PERSON = "fitabase-2022484408"
DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "fitabase_2016"
GOLDEN = Path(__file__).with_name("conversation.txt")


def numbers(record) -> dict[str, str]:  # type: ignore[no-untyped-def]
    """What the transcript's places stand for."""
    steps, rest = daily(record, "steps"), daily(record, "resting_heart_rate")
    walking = daily(record, "mean_heart_rate", state="walking")
    assert steps is not None
    assert rest is not None
    assert walking is not None

    def between(table: pl.DataFrame, first: str, last: str) -> pl.DataFrame:
        return table.filter(pl.col("date").is_between(pl.lit(first).str.to_date(), pl.lit(last).str.to_date()))

    def mean(table: pl.DataFrame, unit: str) -> str:
        return shown(float(table["v"].mean()), unit)  # type: ignore[arg-type]

    last_week, before = between(steps, "2016-05-02", "2016-05-08"), between(steps, "2016-04-25", "2016-05-01")
    april = between(steps, "2016-04-01", "2016-04-30")
    top = steps.sort("v", descending=True)
    weekend = steps["date"].dt.weekday() >= 6
    return {
        "steps_last_week": mean(last_week, "steps"), "total_last_week": shown(float(last_week["v"].sum()), "steps"),
        "days_last_week": str(len(last_week)), "steps_before": mean(before, "steps"),
        "top_day": shown(str(top["date"][0]), "date"), "top_steps": shown(float(top["v"][0]), "steps"),
        "april_days": shown(float((april["v"] >= 10_000).sum()), "days"), "april_counted": str(len(april)),
        "rest_april": mean(between(rest, "2016-04-01", "2016-04-30"), "beats/min"),
        "walking": mean(between(walking, "2016-04-13", "2016-05-12"), "beats/min"),
        "weekend": mean(steps.filter(weekend), "steps"), "weekday": mean(steps.filter(~weekend), "steps"),
        "thursday": mean(steps.filter(steps["date"].dt.weekday() == 4), "steps"),
    }  # fmt: skip


@pytest.mark.real
def test_ten_questions_are_answered_right_from_the_data_of_a_real_person() -> None:
    if not DATA.is_dir():
        pytest.skip("needs ../shared/data")
    reading = read(DATA)
    person = next(p for p in reading.people if p.id == PERSON)
    made = candidate(person, reading.facts.of([PERSON]), label="fitabase_2016", synthetic=False)
    assert made is not None
    known = numbers(made.record)
    talk = Conversation(made.person)
    turns = GOLDEN.read_text(encoding="utf-8").strip().split("\n\n")
    assert len(turns) == 10
    for turn in turns:
        question, reading_line, *expected = turn.split("\n")
        answer = talk.ask(question.removeprefix("Q: "))
        assert answer.reading == reading_line.removeprefix("   read as: "), question
        for line in expected:
            assert line.strip().format(**known) in answer.text, (question, answer.text)
        assert answer.made_by == "no language model was used"
        assert all(e.footnote and e.call for e in answer.evidence)
