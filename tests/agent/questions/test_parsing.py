from datetime import date

import numpy as np
import pytest
from tests.agent.people import flat, person

from sennight.agent.metrics import metrics_of
from sennight.agent.questions.dates import Today
from sennight.agent.questions.intent import Intent, Kind
from sennight.agent.questions.parsing import checked
from sennight.agent.questions.slots import AskBack

MINE = metrics_of(person({name: flat(2, 1) for name in ("steps", "heart_rate", "asleep", "mets", "energy")}))
NOW = Today(today=date(2024, 3, 14), first=date(2024, 1, 1))


def read(question: str, before: Intent | None = None) -> Intent:
    return checked(question, NOW, MINE, before)


@pytest.mark.parametrize(
    ("question", "kind", "slots"),
    [
        ("How many steps did I take last week?", Kind.VALUE, {"metric": "steps", "agg": "mean"}),
        ("What was my lowest resting heart rate this year?", Kind.VALUE, {"metric": "resting_heart_rate", "agg": "lowest"}),
        ("Which day had the most steps?", Kind.TOP, {"metric": "steps", "agg": "highest", "n": 1}),
        ("the 3 nights with the least sleep", Kind.TOP, {"metric": "sleep_minutes", "agg": "lowest", "n": 3}),
        ("On how many days did I walk at least 10k steps?", Kind.THRESHOLD, {"metric": "steps", "condition": ">=10000"}),
        ("How many nights did I sleep less than 6 hours?", Kind.THRESHOLD, {"metric": "sleep_minutes", "condition": "<360"}),
        ("How often was my bedtime after 23:30 in february?", Kind.THRESHOLD, {"metric": "sleep_onset", "condition": ">-30"}),
        ("steps by hour of the day", Kind.GROUPS, {"by": "hour"}),
        ("which month did i burn the most calories", Kind.TOP_GROUP, {"metric": "energy", "by": "month"}),
        ("Do I sleep longer on weekends than on weekdays?", Kind.COMPARE, {"metric": "sleep_minutes"}),
        ("is my pulse going up", Kind.TREND, {"metric": "mean_heart_rate"}),
        ("does my sleep affect my resting heart rate the next day", Kind.ASSOCIATE, {"lag": 1}),
        ("were my steps unusual yesterday", Kind.BASELINE, {"metric": "steps"}),
        ("how did i sleep last night", Kind.NIGHT, {}),
        ("my longest workouts last month", Kind.WORKOUTS, {"agg": "highest"}),
        ("forecast my steps for the next 3 days", Kind.FORECAST, {"metric": "steps", "n": 3}),
        ("how many steps will i take tomorrow", Kind.FORECAST, {"metric": "steps"}),
        ("am i sedentary compared to people my age", Kind.PEERS, {"metric": "sedentary_minutes"}),
        ("plot my steps", Kind.PLOT, {"metric": "steps"}),
        ("anything notable?", Kind.INSIGHTS, {}),
        ("am I meeting my steps goal", Kind.GOALS, {}),
        ("what data do you have", Kind.LIST, {}),
        ("how many days of sleep data do I have", Kind.COVERAGE, {"metric": "sleep_minutes"}),
    ],
)  # fmt: skip
def test_questions_are_read_as_they_are_meant(question: str, kind: Kind, slots: dict[str, object]) -> None:
    intent = read(question)
    assert intent.kind is kind
    assert {k: getattr(intent, k) for k in slots} == slots


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many stairs did I climb?", "stairs"),
        ("how am i", "which metric"),
        ("steps and sleep last week", "two metrics"),
        ("average and median steps", "which of them"),
        ("compare my steps", "compared with what"),
        ("steps on 3/4/2024", "two ways"),
        ("steps last week and last month and last year", "more than two periods"),
        ("is sleep related", "two metrics"),
        ("more than 5 hours of steps on how many days", "does not fit"),
    ],
)
def test_what_is_not_clear_is_asked_back(question: str, said: str) -> None:
    with pytest.raises(AskBack, match=said):
        read(question)


def test_follow_ups_change_what_they_name_and_keep_the_rest() -> None:
    first = read("What was my average resting heart rate last month?")
    second = read("and this month?", first)
    assert (second.metric, second.agg, str(second.window)) == ("resting_heart_rate", "mean", "this_month")
    third = read("what about steps?", second)
    assert (third.metric, str(third.window)) == ("steps", "this_month")
    fourth = read("and the highest?", third)
    assert fourth.agg == "highest"
    assert "following the last question" in fourth.reading


def test_a_follow_up_without_a_question_before_is_no_follow_up() -> None:
    with pytest.raises(AskBack):
        read("and last month?")


def test_what_was_filled_in_is_said() -> None:
    assert "no period named" in read("average steps").reading
    assert "'setps' read as 'steps'" in read("average setps").reading


def test_no_text_breaks_the_reading() -> None:
    rng = np.random.default_rng(0)
    words = ["steps", "sleep", "on", "days", "when", "more", "than", "8000", "last", "week", "compare", "between", "and", "may",
             "{E1}", "%s", "\u202e", "hours", "<script>", "per", "hour", "23:00", "before", "2024-13-40", "'", "top", "5"]  # fmt: skip
    for _ in range(300):
        try:
            read(" ".join(rng.choice(words, size=int(rng.integers(1, 12)))))
        except AskBack:
            continue
