"""The tool `sleep_night`: one night in numbers, by the day of its waking up."""

from datetime import date

import numpy as np

from sennight.agent.choosing import call_of, choose
from sennight.agent.daily import daily
from sennight.agent.metrics import metrics_of
from sennight.agent.person import OpenPerson
from sennight.agent.tools.tool import CannotTell, Found, Reason, Reply
from sennight.agent.window import Between

SHOWN = (
    "sleep_minutes",
    "sleep_onset",
    "wake_time",
    "time_in_bed",
    "awake_minutes",
    "sleep_efficiency",
    "sleep_deep",
    "sleep_rem",
    "sleep_light",
    "sleep_score",
    "night_heart_rate",
    "hrv_rmssd",
)


def sleep_night(person: OpenPerson, *, night: date | None = None) -> Reply:
    """One night: time asleep, falling asleep, waking up, time awake, efficiency and stages, as far as measured. `night`
    is the date of waking up ("2016-05-12"); without it, the last recorded night.
    """
    mine = metrics_of(person)
    if "sleep_minutes" not in mine:
        raise CannotTell(Reason.NOT_MEASURED, "no device of this person measured sleep")
    series = daily(person, mine["sleep_minutes"])
    known = np.zeros(0) if series is None else series.ordinal[series.counts]
    known = known[known <= person.today.toordinal()]
    if not len(known):
        raise CannotTell(Reason.TOO_FEW_DAYS, "no night was seen well enough to count")
    day = date.fromordinal(int(known[-1])) if night is None else night
    window = Between(first=day, last=day)
    call = call_of("sleep_night", night=day.isoformat())
    if day.toordinal() not in known:
        near = known[np.argmin(np.abs(known - day.toordinal()))]
        raise CannotTell(
            Reason.OUTSIDE,
            f"no sleep was recorded for the night that ended on {day.day} {day:%b %Y}",
            todo=f"The nearest recorded night ended on {date.fromordinal(int(near)).isoformat()}.",
        )
    made = []
    for name in SHOWN:
        if name not in mine:
            continue
        try:
            one = choose(person, name, window)
        except CannotTell:
            continue
        made.append(one.evidence("value", float(one.value[0]), call, about=day.isoformat(), method="one night"))
    return Found(evidence=tuple(made))
