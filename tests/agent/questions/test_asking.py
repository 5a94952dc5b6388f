import pytest
from tests.agent.people import flat, person

from sennight.agent.evidence import NO_MODEL, Status
from sennight.agent.questions import Conversation, ask

PERSON = person({"steps": flat(20, 5), "heart_rate": flat(20, 60)})


def test_an_answer_has_its_number_reading_evidence_and_author() -> None:
    answer = ask(PERSON, "How many steps did I take yesterday?").answer
    assert answer.text == "Your steps, 22 Mar 2024: 7,200 steps."
    assert answer.reading == "value · steps · mean · yesterday"
    assert answer.made_by == NO_MODEL
    assert answer.evidence[0].valid_days == 1


@pytest.mark.parametrize(
    ("question", "status"),
    [("", Status.ASKS_BACK), ("How many stairs did I climb?", Status.ASKS_BACK), ("my glucose last week", Status.NOT_ENOUGH_DATA),
     ("steps in 2019", Status.NOT_ENOUGH_DATA), ("Should I take a pill?", Status.OUT_OF_SCOPE), ("x" * 100_000, Status.ASKS_BACK)],
)  # fmt: skip
def test_what_cannot_be_answered_says_so(question: str, status: Status) -> None:
    assert ask(PERSON, question).answer.status is status


def test_a_question_back_offers_questions_that_would_be_clear() -> None:
    answer = ask(PERSON, "how is it").answer
    assert answer.choices
    for choice in answer.choices:
        assert ask(PERSON, choice).answer.status is not Status.ASKS_BACK, choice


def test_a_conversation_remembers_the_last_question_over_one_that_was_not_clear() -> None:
    talk = Conversation(PERSON)
    talk.ask("average steps last week")
    talk.ask("how many stairs")
    assert "last_7_days" in talk.ask("and the past week?").reading
