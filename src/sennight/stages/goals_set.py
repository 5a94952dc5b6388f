"""Goals set or removed by the person: the profile of their home is read, changed and written whole."""

from dataclasses import replace
from pathlib import Path

from sennight.agent.goals import parse_goal
from sennight.agent.home import open_person
from sennight.agent.profile import Profile
from sennight.errors import InputError
from sennight.store.home import Home


def set_goal(home: Path, words: str, *, days_a_week: int = 7) -> None:
    """Set a goal, in place of an older one of the same metric. Raises: InputError, StoreError."""
    person = open_person(home)
    goal = parse_goal(person, words, days_a_week=days_a_week)
    _write(home, person.profile, (*(g for g in person.profile.goals if g.metric != goal.metric), goal))


def remove_goal(home: Path, metric: str) -> None:
    """Remove the goal of a metric. Raises: InputError if there is none."""
    person = open_person(home)
    kept = tuple(g for g in person.profile.goals if g.metric != metric)
    if len(kept) == len(person.profile.goals):
        raise InputError(f"there is no goal for '{metric[:40]}'", todo="`sennight goals` lists them.")
    _write(home, person.profile, kept)


def _write(home: Path, profile: Profile, goals: tuple[object, ...]) -> None:
    changed = replace(profile, goals=goals)  # type: ignore[arg-type]
    Home(home.expanduser()).write_profile({k: v for k, v in changed.to_json().items() if v not in (None, [], ())})
