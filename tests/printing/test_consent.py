from datetime import date

import pytest

from sennight.agent.memory import Memory
from sennight.agent.outbound import Outbound, describe
from sennight.agent.outbox import Sent
from sennight.errors import InputError
from sennight.printing.consent import memory_text, outbox_text, policy_named, preview_text


def test_memory_is_told_line_by_line() -> None:
    assert memory_text(Memory()) == "Nothing is remembered of you."
    shown = memory_text(Memory().add("Has a dog", on=date(2026, 1, 1), source="you said", days=None))
    assert shown == "m1  note, 2026-01-01, ends never, you said\n    Has a dog"


def test_the_outbox_says_when_where_and_how_much() -> None:
    assert "Nothing was sent" in outbox_text((), whole=True)
    one = Sent(
        at="2026-01-01T00:00:00+00:00", to="https://m", policy="aggregates", role="planner", body="{}", before=""
    )
    assert outbox_text((one,), whole=False).endswith("planner  2 bytes")
    assert outbox_text((one,), whole=True).endswith("\n{}")


def test_policies_have_names() -> None:
    assert policy_named("full") is Outbound.FULL
    with pytest.raises(InputError, match="no outbound policy"):
        policy_named("everything")


def test_a_preview_says_that_nothing_was_sent() -> None:
    shown = preview_text(describe(Outbound.AGGREGATES, "https://m.example"), {"planner": {"question": "q"}})
    assert "Nothing was sent." in shown
    assert "--- planner" in shown
