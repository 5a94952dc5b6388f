"""A planted mood is found from the day it is planted in; a survey looks back seven days only."""

import datetime as dt

import numpy as np

from sennight.evaluate.rows import evaluate_rows
from sennight.heads import LinearConfig
from sennight.record import Facts
from sennight.record.facts import Fact
from sennight.stages.wrist.moods import mood_days, state_anxiety


def facts(seed: int = 0) -> Facts:
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(25):
        person = f"p{i}"
        rows += [
            Fact(person, "sex_female", float(i % 2), "yes/no", "t"),
            Fact(person, "age_30_or_more", 1.0, "yes/no", "t"),
        ]
        for d in range(20):
            date = dt.date(2021, 6, 1) + dt.timedelta(days=d)
            tense = float(rng.random() < 0.4)
            rows.append(Fact(person, "day_steps", 9000 - 4000 * tense + 500 * rng.normal(), "count", "t", date))
            rows.append(Fact(person, "mood_tense", tense, "yes/no", "t", date))
        rows.append(Fact(person, "stai_state_anxiety", 40 + 5 * rng.normal(), "points", "t", dt.date(2021, 6, 10)))
        rows.append(Fact(person, "stai_state_anxiety", 40 + 5 * rng.normal(), "points", "t", dt.date(2021, 6, 2)))
    return Facts.from_rows(rows)


def test_tense_days_with_fewer_steps_are_told_from_others() -> None:
    (task,) = mood_days(facts())
    assert task.name == "mood_tense_day"
    scores = {s.features: s for s in evaluate_rows([task], head=LinearConfig(), replicates=100).scores}
    assert scores["activity"].value > 0.95
    assert abs(scores["weekday"].value - 0.5) < 0.12
    assert (scores["activity"].n_rows, scores["activity"].n_people) == (500, 25)


def test_a_survey_needs_three_days_before_it() -> None:
    task = state_anxiety(facts())
    assert task is not None
    assert len(task.y) == 25  # those of 2 June have one day before them
    assert task.features["activity"].shape == (25, 1)
    assert state_anxiety(Facts.none()) is None
