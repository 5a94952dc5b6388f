import pytest

from sennight.agent.questions.slots import AskBack, Text, plain, take_condition, take_days_when, take_hours, take_state


def text(words: str) -> Text:
    return Text(left=plain(words)[0])


@pytest.mark.parametrize(
    ("words", "hours"),
    [("between 6 and 9 am", "06:00-09:00"), ("from 22:00 to 06:00", "22:00-06:00"), ("in the evening", "18:00-24:00"),
     ("between 18:00 and midnight", "18:00-24:00"), ("from 9 am to 5 pm", "09:00-17:00"), ("between 11 and noon", "11:00-12:00")],
)  # fmt: skip
def test_hours_of_the_day(words: str, hours: str) -> None:
    t = text(words)
    take_hours(t)
    assert t.slots["hours"] == hours


def test_an_impossible_time_of_day_is_asked_back() -> None:
    with pytest.raises(AskBack, match="no time of day"):
        take_hours(text("between 26:00 and 27:00"))


def test_states() -> None:
    for words, state in (("while i was walking", "walking"), ("during sleep", "asleep"), ("when not moving", "still")):
        t = text(words)
        take_state(t)
        assert t.slots["when"] == state


@pytest.mark.parametrize(
    ("words", "condition"),
    [("on days when i walked more than 8,000 steps", "steps>8000"), ("on days with at least 30 active minutes", "active_minutes>=30"),
     ("after nights with less than 6 hours of sleep", "sleep_minutes<360")],
)  # fmt: skip
def test_conditions_that_choose_days(words: str, condition: str) -> None:
    t = text(words)
    take_days_when(t)
    assert t.slots["days_when"] == condition


def test_thresholds_and_times_of_day() -> None:
    t = text("more than 12k steps")
    take_condition(t)
    assert t.slots["threshold"] == (">", "12", "k", "steps")
    t = text("before 23:30")
    take_condition(t)
    assert t.slots["clock"] == ("<", 1410)


def test_numbers_in_words_become_digits() -> None:
    assert plain("Ten thousand steps, two weeks ago?")[0] == "10000 steps 2 weeks ago"
    assert plain("7h30 min")[0] == "450 minutes"
