"""The tool `profile`: what the person entered of themselves, as they entered it."""

from sennight.agent.choosing import call_of
from sennight.agent.evidence import Evidence, Origin
from sennight.agent.person import OpenPerson
from sennight.agent.tools.tool import Declined, Found, Reason, Reply
from sennight.agent.window import Span

BY_THE_USER = "entered by the person"
HOW_TO = "Enter it in profile.json of the home folder; nothing is inferred."


def profile(person: OpenPerson) -> Reply:
    """What the person entered of themselves: age, sex, height, weight, conditions and goals. Nothing is inferred: what
    they did not enter is not known.
    """
    call = call_of("profile")
    today = Span(first=person.today, last=person.today, asked="today")
    mine = person.profile
    entered: list[tuple[str, float | str | None, str]] = [
        ("age", None if mine.age_on(person.today) is None else float(mine.age_on(person.today) or 0), "years"),
        ("sex", None if mine.sex is None else str(mine.sex), "word"),
        ("height", mine.height_cm, "cm"),
        ("weight", mine.weight_kg, "kg"),
        *(("condition", words, "word") for words in mine.conditions),
    ]
    made = [
        Evidence(
            metric=name,
            statistic="stated",
            value=value,
            unit=unit,
            window=today,
            method=BY_THE_USER,
            call=call,
            origin=Origin.STATED,
        )
        for name, value, unit in entered
        if value is not None
    ]
    made += [
        Evidence(
            metric=goal.metric,
            statistic="goal",
            value=goal.target,
            unit=goal.unit,
            window=today,
            method=BY_THE_USER,
            call=call,
            about=f"{goal.sense}, {goal.days_a_week} days a week",
            origin=Origin.STATED,
        )
        for goal in mine.goals
    ]
    if not made:
        return Declined(reason=Reason.NOT_IN_PROFILE, said="the profile is empty", todo=HOW_TO)
    return Found(evidence=tuple(made))
