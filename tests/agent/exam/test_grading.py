from datetime import date

import pytest
from tests.agent.people import flat, person

from sennight.agent.evidence import Answer, Status
from sennight.agent.exam.grading import Mark, call_of, close, mark_answer, mark_reply, window_words
from sennight.agent.exam.spec import Question, When
from sennight.agent.questions import ask
from sennight.agent.reply import Declined, Reason
from sennight.agent.tools import TOOLS

PERSON = person({"steps": flat(10, 2)})
MEAN = Question(kind="value", metric="steps", when=When(sort="all"))


def test_a_right_number_is_right_and_a_wrong_one_is_wrong() -> None:
    tool, arguments = call_of(MEAN)
    reply = TOOLS[tool].call(PERSON, arguments)
    assert mark_reply(MEAN, reply, [("", 2880.0)]) is Mark.RIGHT
    assert mark_reply(MEAN, reply, [("", 2881.0)]) is Mark.WRONG
    assert mark_reply(MEAN, reply, None) is Mark.WRONG


def test_a_refusal_is_right_only_where_there_is_no_answer() -> None:
    declined = Declined(reason=Reason.OUTSIDE, said="")
    assert mark_reply(MEAN, declined, None) is Mark.RIGHT
    assert mark_reply(MEAN, declined, [("", 1.0)]) is Mark.WRONG


def test_asking_back_is_not_wrong() -> None:
    back = Answer(question="", reading="", sentences=("?",), status=Status.ASKS_BACK)
    assert mark_answer(MEAN, back, [("", 1.0)]) is Mark.ASKED_BACK
    assert mark_answer(MEAN, back, None) is Mark.RIGHT
    assert mark_answer(MEAN, ask(PERSON, "average steps over all time").answer, [("", 2880.0)]) is Mark.RIGHT


def test_a_day_must_be_the_right_day() -> None:
    q = Question(kind="top", metric="steps", agg="highest", when=When(sort="all"))
    reply = TOOLS["days"].call(PERSON, call_of(q)[1])
    assert mark_reply(q, reply, [("2024-03-04", 2880.0)]) is Mark.RIGHT
    assert mark_reply(q, reply, [("2024-03-05", 2880.0)]) is Mark.WRONG


@pytest.mark.parametrize(
    ("when", "words"),
    [(When(sort="all"), "all"), (When(sort="last", n=7), "last_7_days"), (When(sort="calendar", n=-1, unit="week"), "calendar:week:-1"),
     (When(sort="since", first=date(2024, 1, 2)), "since:2024-01-02"), (When(sort="all", weekdays=(5, 6)), "weekdays:sat+sun:all")],
)  # fmt: skip
def test_windows_in_the_tools_grammar(when: When, words: str) -> None:
    assert window_words(when) == words


def test_words_are_not_numbers() -> None:
    assert close(1.0 + 1e-9, 1.0)
    assert not close("1.0", 1.0)
