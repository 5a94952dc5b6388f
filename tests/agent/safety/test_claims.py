import pytest

from sennight.agent.safety.claims import View, parse, released
from sennight.errors import InputError

CLAIMS = released()


@pytest.mark.parametrize("rule", CLAIMS.rules, ids=lambda r: r.id)
def test_every_rule_fires_and_keeps_silent_on_its_own_cases(rule) -> None:
    for text in rule.fires_on:
        assert rule.id in {c.rule for c in CLAIMS.lint(text)}, text
    for text in rule.silent_on:
        assert not CLAIMS.lint(text), text


def test_disguised_words_are_read() -> None:
    assert CLAIMS.lint("Your pulse is n0rmal.")
    assert CLAIMS.lint("You have d\u0456ab\u0435t\u0435s.")
    assert CLAIMS.lint("t a c h y c a r d i a")


def test_a_clinician_view_may_name_diseases_and_still_advises_on_no_medicine() -> None:
    assert not CLAIMS.lint("Score for diabetes", View.CLINICIAN)
    assert CLAIMS.lint("Score for diabetes", View.WELLNESS)
    assert CLAIMS.lint("Stop taking metoprolol", View.CLINICIAN)


def test_a_list_that_lacks_a_part_is_refused() -> None:
    with pytest.raises(InputError, match="lacks 'words'"):
        parse("version: '1'\nrules: [{id: a, why: b}]")
