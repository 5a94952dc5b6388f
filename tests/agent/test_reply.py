from sennight.agent.reply import CannotTell, Declined, Reason


def test_what_cannot_be_told_becomes_a_reply_with_its_reason() -> None:
    cannot = CannotTell(Reason.OUTSIDE, "nothing was recorded then", todo="Ask about March.")
    assert cannot.declined == Declined(reason=Reason.OUTSIDE, said="nothing was recorded then", todo="Ask about March.")
