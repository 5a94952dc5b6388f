from datetime import date

import pytest

from sennight.agent.profile import Goal, Profile, Sex
from sennight.errors import InputError


def test_a_profile_comes_back_from_json() -> None:
    profile = Profile(
        born=1980, sex=Sex.FEMALE, height_cm=170.0, conditions=("asthma",),
        goals=(Goal(metric="steps", target=8_000.0, unit="steps", days_a_week=5, since=date(2024, 1, 1)),),
    )  # fmt: skip
    assert Profile.from_json(profile.to_json()) == profile


def test_age_is_counted_in_years_and_unknown_where_nothing_was_said() -> None:
    assert Profile(born=1980).age_on(date(2016, 5, 1)) == 36
    assert Profile().age_on(date(2016, 5, 1)) is None


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({"height_cm": 1.7}, "height_cm must lie between"),
        ({"hight": 170}, "unknown entry 'hight'"),
        ({"sex": "yes"}, "profile: sex"),
        ({"conditions": ["x" * 300]}, "at most"),
        ({"goals": [{"metric": "steps", "target": -1, "unit": "steps"}]}, "not possible"),
    ],
)
def test_what_cannot_be_is_refused(plain: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Profile.from_json(plain)
