from tests.agent.people import flat, person

from sennight.agent.profile import Profile, Sex
from sennight.agent.tools import TOOLS, Declined, Found, Reason
from sennight.agent.tools.peers import LEVELS, table


def with_steps(a_minute: float, **profile: object) -> Found | Declined:
    entered = Profile(**profile)  # type: ignore[arg-type]
    return TOOLS["peers"].call(person({"steps": flat(6, a_minute)}, profile=entered), {"metric": "steps"})


def test_the_table_has_both_sexes_all_ages_and_rising_percentiles() -> None:
    rows = table()
    assert {(r.sex, r.age_low) for r in rows if r.metric == "steps"} == {
        (sex, age) for sex in ("female", "male") for age in (6, 12, 20, 30, 40, 50, 60, 70, 80)
    }
    assert all(list(r.cuts) == sorted(r.cuts) and r.people >= 50 and len(r.cuts) == len(LEVELS) for r in rows)


def test_a_person_is_placed_among_their_own_age_and_sex() -> None:
    row = next(r for r in table() if (r.metric, r.sex, r.age_low) == ("steps", "female", 40))
    reply = with_steps(row.cuts[3] / 1440, born=1980, sex=Sex.FEMALE)
    assert isinstance(reply, Found)
    assert reply.evidence[0].value == 50
    assert reply.evidence[2].value == row.cuts[3]
    assert any("hip accelerometer" in c for c in reply.evidence[0].caveats)


def test_beyond_the_table_it_says_so() -> None:
    reply = with_steps(40.0, born=1980, sex=Sex.FEMALE)
    assert isinstance(reply, Found)
    assert reply.evidence[0].about == "above the 95th"


def test_without_age_and_sex_nobody_is_placed() -> None:
    for profile in ({}, {"born": 1980}, {"born": 1980, "sex": Sex.OTHER}):
        reply = with_steps(5.0, **profile)
        assert isinstance(reply, Declined)
        assert reply.reason is Reason.NOT_IN_PROFILE
