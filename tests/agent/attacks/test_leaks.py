"""P9: nothing of a single day, no date and no name leaves in aggregates mode; and the search would find it."""

from tests.agent.walker import agent, walker

from sennight.agent.attacks.leaks import attack
from sennight.agent.outbound import Outbound

PERSON, STEPS = walker()


def test_aggregates_leave_and_nothing_else() -> None:
    score = attack(agent, PERSON, STEPS)
    assert (score.dates, score.names, score.day_values) == ((), (), ())
    assert score.bytes_sent > 100_000


def test_with_consent_to_everything_the_search_finds_all_of_it() -> None:
    score = attack(lambda script: agent(script, outbound=Outbound.FULL, consent=True), PERSON, STEPS)
    assert score.dates
    assert score.names
    assert score.day_values
