from datetime import date

import pytest

from sennight.agent.questions.dates import Today
from sennight.agent.questions.slots import plain
from sennight.agent.questions.workout_questions import known_words, read_workout_question

NOW = Today(today=date(2024, 3, 14), first=date(2024, 1, 1))
KINDS = ["Run", "Bike", "Walk", "Interval Workout", "Workout"]


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        (
            "What was my total distance for run over the last 4 days?",
            {"kind": "Run", "agg": "total", "amount": "distance_m", "window": "last_4_days"},
        ),
        ("How many times did I bike last 7 days?", {"kind": "Bike", "agg": "count", "window": "last_7_days"}),
        ("How many days did I run where steps at least 72?", {"kind": "Run", "agg": "days", "condition": "steps>=72"}),
        (
            "What was the sum of my calories over my last 2 walk",
            {"agg": "total", "amount": "energy_kcal", "take": "last 2"},
        ),
        (
            "average heart rate of my runs last month",
            {"kind": "Run", "agg": "mean", "amount": "mean_heart_rate", "window": "last_month"},
        ),
        (
            "What is my total duration for bike on days when I slept less than 400 minutes?",
            {"days_when": "sleep_minutes<400"},
        ),
        (
            "What is the total duration did I interval workout yesterday",
            {"kind": "Interval Workout", "amount": "minutes", "window": "yesterday"},
        ),
        ("total calories for run on days where speed more than 34", {"workout_days": "speed>34"}),
        ("total distance for run on days where steps at most 62", {"days_when": "steps<=62"}),
    ],
)
def test_questions_about_workouts_are_read_whole(question: str, arguments: dict[str, object]) -> None:
    found = read_workout_question(plain(question, known_words(KINDS))[0], NOW, KINDS)
    assert found is not None
    assert {k: found.arguments.get(k) for k in arguments} == arguments


@pytest.mark.parametrize(
    "question",
    ["How many steps did I take last week?", "Do I run and bike a lot?", "what is my favourite run", "total distance for run and my stairs",
     "Is my resting heart rate going up?"],
)  # fmt: skip
def test_other_questions_are_left_to_other_rules(question: str) -> None:
    assert read_workout_question(plain(question, known_words(KINDS))[0], NOW, KINDS) is None
