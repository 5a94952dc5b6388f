"""What may leave this machine for a language model, decided in code: nothing, aggregates, or all with consent.

- `local-only`: a model whose address is not this machine is refused.
- `aggregates` (the default): the question without known names and with dates as offsets from today; evidence over
  several days; age and sex. A value of a single day is held back: the model refers to it, and code prints it here.
- `full`: evidence as it is, notes and profile; only with consent given for this session.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from sennight.agent.evidence import Evidence
from sennight.agent.memory import Memory
from sennight.agent.person import OpenPerson
from sennight.errors import InputError

AGGREGATE_DAYS = 3  # counted days that a value must be over before it leaves
MAX_TEXT = 256  # characters of a name or a note that a model is shown
MAX_QUESTION = 2_000
HELD_BACK = "held back: of few days; refer to it and it is printed"
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip


class Outbound(StrEnum):
    """What may leave."""

    LOCAL_ONLY = "local-only"
    AGGREGATES = "aggregates"
    FULL = "full"


class RefusedByPolicy(InputError):
    """The outbound policy does not let this leave."""


def is_loopback(address: str) -> bool:
    """Does this URL (or "", which is nowhere) stay on this machine? A name other than localhost could be anything."""
    host = urlsplit(address).hostname or ""
    if not address or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def allow(policy: Outbound, address: str, *, consent: bool) -> None:
    """Raises: RefusedByPolicy where the policy forbids this address, or consent for `full` was not given."""
    if is_loopback(address):
        return
    if policy is Outbound.LOCAL_ONLY:
        raise RefusedByPolicy(
            "the model is not on this machine, and the outbound policy is local-only",
            todo="Use a model on this machine, or allow `--outbound aggregates`.",
        )
    if policy is Outbound.FULL and not consent:
        raise RefusedByPolicy(
            "full data would leave this machine, and that needs your consent for this session",
            todo="Give it with --consent, or use `--outbound aggregates`.",
        )


def plain(text: str, limit: int = MAX_TEXT) -> str:
    """Text of a person's data as a model is shown it: printable, on one line, short."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Veil:
    """Stands between a person and a model under a policy: hides on the way out, reveals windows on the way back."""

    person: OpenPerson
    policy: Outbound
    memory: Memory

    @property
    def hides(self) -> bool:
        """Is anything hidden? Not on this machine, and not with consent."""
        return self.policy is Outbound.AGGREGATES

    @cached_property
    def _names(self) -> re.Pattern[str] | None:
        """Names out of the person's data that must not leave: devices, sources, the person's id."""
        said = {self.person.id, *self.person.device, *(s.device for s in self.person.segments)}
        said |= {f.source for f in self.person.facts.values()}
        names = sorted((re.escape(n) for n in said if len(n) > 1), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", re.IGNORECASE) if names else None

    def text(self, text: str, limit: int = MAX_TEXT) -> str:
        """A text on its way out."""
        shown = plain(text, limit)
        if not self.hides:
            return shown
        if self._names is not None:
            shown = self._names.sub("[name]", shown)
        return _hide_dates(shown, self.person.today)

    def reveal(self, value: Any) -> Any:
        """Arguments on their way back: `day-12` becomes a date wherever it stands."""
        if isinstance(value, str):
            return re.sub(r"\bday([+-])(\d{1,5})\b", lambda m: _date_of(m, self.person.today), value)
        if isinstance(value, list):
            return [self.reveal(v) for v in value]
        if isinstance(value, dict):
            return {k: self.reveal(v) for k, v in value.items()}
        return value

    def evidence(self, evidence: Sequence[Evidence]) -> dict[str, Any]:
        """Evidence as a model is shown it, by name."""
        shown = self._aggregate if self.hides else self._whole
        return {f"E{i}": shown(e) for i, e in enumerate(evidence, start=1)}

    def _whole(self, e: Evidence) -> dict[str, Any]:
        texts = {"about": plain(e.about), "caveats": [plain(c) for c in e.caveats], "shown": plain(e.shown)}
        devices = [plain(d) for d in e.devices]
        return e.to_json() | {k: v for k, v in texts.items() if v} | ({"devices": devices} if devices else {})

    def _aggregate(self, e: Evidence) -> dict[str, Any]:
        enough = e.valid_days >= AGGREGATE_DAYS and e.unit not in ("date", "word")
        told: dict[str, Any] = {
            "metric": e.metric, "statistic": e.statistic, "value": e.value if enough else HELD_BACK, "unit": e.unit,
            "period": _hide_dates(f"{e.window.first}..{e.window.last}", self.person.today),
            "counted_days": e.valid_days, "days": e.days, "coverage": round(e.coverage, 2), "origin": str(e.origin),
            "about": self.text(e.about) if enough else "", "caveats": [self.text(c) for c in e.caveats],
            "direction": None if e.direction is None else str(e.direction),
            "interval": [e.interval.low, e.interval.high] if e.interval and enough else None,
            "devices": len(e.devices),
        }  # fmt: skip
        return {k: v for k, v in told.items() if v not in (None, "", [], {})}

    def about_person(self) -> dict[str, Any]:
        """What a model is told of the person: age and sex always; the rest, and notes, only in full."""
        profile = self.person.profile
        told: dict[str, Any] = {"age": profile.age_on(self.person.today), "sex": profile.sex and str(profile.sex)}
        if not self.hides:
            told |= {
                "height_cm": profile.height_cm, "weight_kg": profile.weight_kg,
                "conditions": [plain(c) for c in profile.conditions],
                "notes": [{"kind": str(n.kind), "note": plain(n.text)} for n in self.memory.notes],
            }  # fmt: skip
        return {k: v for k, v in told.items() if v not in (None, "", [])}


_DAY = r"(?:\d{1,2})(?:st|nd|rd|th)?"
_MONTH = "|".join((*MONTHS, *(m[:3] for m in MONTHS), "sept"))
_DATES = re.compile(
    rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b|\b\d{{4}}/\d{{1,2}}/\d{{1,2}}\b"
    rf"|\b{_DAY}\s+(?:of\s+)?(?:{_MONTH})\b\.?(?:,?\s+\d{{4}})?|\b(?:{_MONTH})\.?\s+{_DAY}\b(?:,?\s+\d{{4}})?"
    rf"|\b(?:{_MONTH})\s+\d{{4}}\b|\b(?:in|since|until|from|during)\s+(?:{_MONTH})\b|\b(?:19|20)\d{{2}}\b",
    re.IGNORECASE,
)


def _hide_dates(text: str, today: date) -> str:
    """Every date becomes its distance from today; a date that cannot be read becomes `[date]`."""
    return _DATES.sub(lambda m: _offset(m[0], today), text)


def _offset(written: str, today: date) -> str:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
        try:
            return _told(date.fromisoformat(written), today)
        except ValueError:
            return "[date]"
    numbers = [int(n) for n in re.findall(r"\d+", written)]
    month = next((i for i, m in enumerate(MONTHS, start=1) if re.search(rf"\b{m[:3]}", written.lower())), None)
    years = [n for n in numbers if n > 1900]
    days = [n for n in numbers if 1 <= n <= 31]
    if month is None:
        return "[date]"
    year = years[0] if years else today.year - (month > today.month)
    lead = re.match(r"(in|since|until|from|during)\s", written, re.IGNORECASE)
    try:
        first = date(year, month, days[0] if days else 1)
        if days:
            return _told(first, today)
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        return "[date]"
    return f"{lead[0] if lead else ''}{_told(first, today)}..{_told(min(last, max(today, first)), today)}"


def _told(day: date, today: date) -> str:
    """`day-12`: twelve days before today; `day+3`: three after."""
    return f"day{(day - today).days:+d}" if day > today else f"day-{(today - day).days}"


def _date_of(found: re.Match[str], today: date) -> str:
    days = int(found[2]) * (1 if found[1] == "+" else -1)
    try:
        return str(today + timedelta(days=days))
    except OverflowError:
        return found[0]


def describe(policy: Outbound, address: str) -> Mapping[str, str]:
    """In words, for `sennight privacy`: what a policy means for this address."""
    where = "this machine" if is_loopback(address) else (urlsplit(address).hostname or "")
    what = {
        Outbound.LOCAL_ONLY: "everything, to this machine alone",
        Outbound.AGGREGATES: "the question without known names, dates as offsets, evidence over "
        f"{AGGREGATE_DAYS} or more days, age and sex",
        Outbound.FULL: "the question, evidence of single days, dates, devices, profile and notes",
    }
    return {"policy": str(policy), "to": where, "what leaves": what[policy]}
