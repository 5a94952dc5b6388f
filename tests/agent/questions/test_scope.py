import pytest

from sennight.agent.questions.scope import out_of_scope


@pytest.mark.parametrize(
    "question",
    ["Should I take aspirin?", "Do I have sleep apnea?", "Is my heart rate normal?", "How can I improve my sleep?",
     "what is a healthy heart rate", "Am I sick?", "which medication helps"],
)  # fmt: skip
def test_advice_and_medicine_are_not_answered(question: str) -> None:
    said = out_of_scope(question)
    assert "health professional" in said


@pytest.mark.parametrize(
    "question",
    ["How many steps did I take last week?", "How many days of data do I have?", "Was my heart rate unusual?",
     "is this week normal for me", "what was my oxygen saturation"],
)  # fmt: skip
def test_questions_about_data_are(question: str) -> None:
    assert out_of_scope(question) == ""
