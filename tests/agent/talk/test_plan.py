import pytest
from pydantic import ValidationError
from tests.agent.walker import walker

from sennight.agent.attacks.scripted import plan
from sennight.agent.talk.plan import MAX_CALLS, Plan, act, listing
from sennight.agent.tools import TOOLS

PERSON, _ = walker()


def acted(*calls):
    return act(Plan.model_validate_json(plan(*calls)), PERSON, TOOLS)


def test_equal_calls_run_once_and_evidence_is_not_doubled() -> None:
    one = ("metric", {"metric": "steps", "window": "last_7_days"})
    done = acted(one, one, ("metric", {"window": "last_7_days", "metric": "steps"}))
    assert len(done.steps) == 1
    assert len(done.evidence) == len({str(e) for e in done.evidence}) >= 1


def test_what_is_not_on_the_shelf_is_refused_and_written_down() -> None:
    done = acted(("open_file", {"path": "/etc/passwd"}), ("metric", {"metric": "steps", "person": "p2"}))
    assert len(done.refused) == 1
    assert not done.evidence
    assert done.told_declined == ()
    assert "passwd" in str(done.steps[0])


def test_what_is_told_holds_no_word_of_the_plan() -> None:
    done = acted(("metric", {"metric": "99 beats"}), ("metric", {"metric": "steps", "window": "last_7_days"}))
    assert "99" not in done.reading
    assert done.told_declined == ()


def test_a_plan_has_few_calls_and_known_fields() -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate_json(plan(*[("metric", {"metric": str(i)}) for i in range(MAX_CALLS + 1)]))
    with pytest.raises(ValidationError):
        Plan.model_validate({"route": "data", "code": "1+1"})


def test_the_listing_shows_every_tool_and_no_argument_for_a_person() -> None:
    shown = listing(TOOLS)
    assert [t["tool"] for t in shown] == list(TOOLS)
    assert all("person" not in t["arguments"] for t in shown)
