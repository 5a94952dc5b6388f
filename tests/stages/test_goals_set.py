from pathlib import Path

import pytest

from sennight.agent.home import open_person
from sennight.errors import InputError
from sennight.stages.goals_set import remove_goal, set_goal
from sennight.stages.imported import import_export
from sennight.store.home import Home


def test_a_goal_is_set_replaced_and_removed_and_the_rest_of_the_profile_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    import_export("synthetic:people=1,days=3,seed=4", home)
    Home(home).write_profile({"born": 1980})
    set_goal(home, "steps>=8000", days_a_week=5)
    set_goal(home, "steps>=9000")
    person = open_person(home)
    assert [(g.metric, g.target, g.days_a_week) for g in person.profile.goals] == [("steps", 9_000.0, 7)]
    assert person.profile.born == 1980
    remove_goal(home, "steps")
    assert open_person(home).profile.goals == ()
    with pytest.raises(InputError, match="no goal for 'steps'"):
        remove_goal(home, "steps")
