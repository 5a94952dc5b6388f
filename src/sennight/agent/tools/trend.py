"""The tool `trend`: a robust slope over a window, where the level changed, and where the device did."""

from datetime import date

from sennight.agent.choosing import Chosen, call_of, choose
from sennight.agent.evidence import Direction, Evidence, Interval
from sennight.agent.person import OpenPerson
from sennight.agent.statistics import LEVEL, change_point, robust_slope
from sennight.agent.tools.tool import Found, Reply, WindowWords
from sennight.agent.window import LAST_30_DAYS

MIN_TREND_DAYS = 7  # below them nothing is said of a trend
CHANGE_P = 0.01
DAYS_A_WEEK = 7


def trend(person: OpenPerson, *, metric: str, window: WindowWords = LAST_30_DAYS) -> Reply:
    """How a metric moved over a window: the robust slope a week (Theil-Sen) with its 90 % interval and direction, the
    day at which its level changed, if any, and every change of device. Where the device changed inside the window, only
    the days since then are used, because a new device reads differently. Takes at least seven days.
    """
    call = call_of("trend", metric=metric, window=window)
    chosen = choose(person, metric, window, least=MIN_TREND_DAYS)
    boundaries = _boundaries(chosen)
    kept = _since(chosen, boundaries[-1][0]) if boundaries else chosen
    made: list[Evidence] = []
    if len(kept.value) >= MIN_TREND_DAYS:
        found = robust_slope(kept.value, kept.ordinal)
        low, high = DAYS_A_WEEK * found.low, DAYS_A_WEEK * found.high
        clear = low > 0 or high < 0
        direction = (Direction.UP if found.a_day > 0 else Direction.DOWN) if clear else Direction.UNCLEAR
        made.append(
            kept.evidence(
                "slope",
                DAYS_A_WEEK * found.a_day,
                call,
                unit=_unit(chosen),
                about="a week",
                direction=direction,
                interval=Interval(low=low, high=high, level=LEVEL),
                method="Theil-Sen slope, widened for days that are alike",
            )
        )
        if changed := change_point(kept.value):
            at, p = changed
            if p <= CHANGE_P:
                made.append(
                    kept.evidence(
                        "change",
                        date.fromordinal(int(kept.ordinal[at])).isoformat(),
                        call,
                        unit="date",
                        about="the level changed",
                        method=f"greatest difference of ranks, p {p:.3f} by shuffling weeks",
                    )
                )
    for day, device in boundaries:
        made.append(
            chosen.evidence(
                "device_change",
                date.fromordinal(day).isoformat(),
                call,
                unit="date",
                about=device,
                method="device of each day",
            )
        )
    if not any(e.statistic == "slope" for e in made):
        made.append(
            chosen.evidence(
                "days",
                float(len(kept.value)),
                call,
                unit="days",
                about="since the device changed",
                method=f"too few for a slope: {MIN_TREND_DAYS} are needed",
            )
        )
    return Found(evidence=tuple(made))


def _unit(chosen: Chosen) -> str:
    return "min" if chosen.metric.unit == "clock" else ""


def _boundaries(chosen: Chosen) -> list[tuple[int, str]]:
    first, last = int(chosen.ordinal[0]), int(chosen.ordinal[-1])
    return [(s.first.toordinal(), s.device) for s in chosen.person.segments[1:] if first < s.first.toordinal() <= last]


def _since(chosen: Chosen, ordinal: int) -> Chosen:
    rows = chosen.ordinal >= ordinal
    return Chosen(
        person=chosen.person,
        daily=chosen.daily,
        span=chosen.span,
        ordinal=chosen.ordinal[rows],
        value=chosen.value[rows],
        days=chosen.days,
        coverage=chosen.coverage,
        caveats=(*chosen.caveats, "only the days since the device changed are used"),
    )
