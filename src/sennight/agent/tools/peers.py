"""The tool `peers`: where a person's mean stands among people of their sex and age, by a table of NHANES 2005-2006.

The table (`agent/peers.csv`) is computed by sennight from the survey's public minutes, weighted to the civilian
population of the United States: `python -m sennight.stages.peers out/nhanes/store src/sennight/agent/peers.csv`.
"""

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from sennight.agent.choosing import call_of, choose
from sennight.agent.person import OpenPerson
from sennight.agent.tools.tool import CannotTell, Found, Reason, Reply, WindowWords
from sennight.agent.window import LAST_30_DAYS

LEVELS = (5, 10, 25, 50, 75, 90, 95)
MIN_DAYS = 4  # as in the survey
SOURCE = "NHANES 2005-2006 (CDC, public domain), people with four valid days, weighted by wtmec2yr"
OTHER_DEVICE = (
    "the survey's people wore a hip accelerometer while awake in 2005-2006; a watch counts differently, so this is a "
    "rough place, not a rank"
)


class Peers(NamedTuple):
    """One row of the table."""

    metric: str
    sex: str
    age_low: int
    age_high: int
    people: int
    cuts: tuple[float, ...]


@cache
def table() -> tuple[Peers, ...]:
    """The shipped table."""
    text = (files("sennight.agent") / "peers.csv").read_text(encoding="utf-8")
    return tuple(
        Peers(
            row["metric"],
            row["sex"],
            int(row["age_low"]),
            int(row["age_high"]),
            int(row["people"]),
            tuple(float(row[f"p{level}"]) for level in LEVELS),
        )
        for row in csv.DictReader(text.splitlines())
    )


def peers(person: OpenPerson, *, metric: str = "steps", window: WindowWords = LAST_30_DAYS) -> Reply:
    """Where the person's mean of steps, active_minutes or sedentary_minutes stands among people of the same sex and age
    (percentile, and the peers' median), from a survey of the United States in 2005-2006. Age and sex come from the
    profile. Takes four days.
    """
    call = call_of("peers", metric=metric, window=window)
    chosen = choose(person, metric, window, least=MIN_DAYS)
    known = sorted({row.metric for row in table()})
    if metric not in known:
        raise CannotTell(
            Reason.NOT_SUPPORTED,
            f"there is no table of peers for {chosen.metric.title}",
            todo=f"There is one for {', '.join(known)}.",
        )
    age, sex = person.profile.age_on(person.today), person.profile.sex
    if age is None or sex is None or str(sex) not in ("female", "male"):
        raise CannotTell(
            Reason.NOT_IN_PROFILE,
            "peers need an age and a sex (female or male) in the profile, which only you can enter",
            todo="Enter `born` and `sex` in profile.json of the home folder.",
        )
    rows = [r for r in table() if r.metric == metric and r.sex == sex and r.age_low <= age <= r.age_high]
    if not rows:
        raise CannotTell(Reason.NOT_SUPPORTED, f"the survey has too few people of {age} years")
    row, mean = rows[0], float(chosen.value.mean())
    place = float(np.interp(mean, row.cuts, LEVELS))
    who = f"{row.people} {'women' if sex == 'female' else 'men'} of {row.age_low} to {row.age_high}"
    if row.age_high > 120:
        who = f"{row.people} {'women' if sex == 'female' else 'men'} of {row.age_low} and over"
    edge = "below the 5th" if mean < row.cuts[0] else "above the 95th" if mean > row.cuts[-1] else ""
    caveats = (OTHER_DEVICE,)
    return Found(
        evidence=(
            chosen.evidence(
                "percentile",
                float(round(place)),
                call,
                unit="percentile",
                about=edge or who,
                caveats=caveats,
                method=f"place among {who}; {SOURCE}",
            ),
            chosen.evidence("mean", mean, call, about="you", caveats=caveats, method="mean of your days"),
            chosen.evidence(
                "peer_median", row.cuts[3], call, about=who, caveats=caveats, method=f"median of {who}; {SOURCE}"
            ),
            chosen.evidence(
                "peer_low", row.cuts[2], call, about=who, caveats=caveats, method=f"quarter of {who} lie below"
            ),
            chosen.evidence(
                "peer_high", row.cuts[4], call, about=who, caveats=caveats, method=f"quarter of {who} lie above"
            ),
        )
    )
