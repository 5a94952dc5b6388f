"""Words that assert something a reference must carry: directions, periods, units, causes; and what is no plain text."""

import re
from collections.abc import Sequence

from sennight.agent.evidence import Direction, Evidence, Origin
from sennight.agent.safety.words import fold
from sennight.agent.verify.draft import BlockKind
from sennight.agent.verify.numerals import MARK
from sennight.agent.verify.words import released

MAX_SENTENCE_WORDS = 45
MARKUP = re.compile(
    r"https?:|www\.|ftp:|file:|data:|javascript:|mailto:|\]\(|!\[|<[a-z!/]|&#|&[a-z]+;|```|\$\(|\\x|\\u|"
    r"\b[\w-]+\.(?:com|org|net|io|ai|dev|ru|cn|app|xyz|info|me|co)\b|\S+@\S+\.\S+|[{}]|[|]{2}",
    re.IGNORECASE,
)
_MOST = {"maximum", "max", "highest", "top", "longest", "most", "peak"}
_LEAST = {"minimum", "min", "lowest", "bottom", "shortest", "least"}


def plain_words(text: str) -> list[str]:
    """The folded words of a text."""
    return re.findall(r"[^\W\d_]+", _folded(text))


def _folded(text: str) -> str:
    return fold(text).replace("'", "")


def directions(text: str, kind: BlockKind, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Direction words of one sentence that its evidence (what the sentence refers to) does not carry.

    A word upwards needs evidence that goes up and none that goes down. Where all of it is unclear, "no clear change"
    words may stand. Advice that refers to nothing and states nothing may say "earlier", "more" and the like.
    """
    words, known = plain_words(text), released()
    carried = {e.direction for e in evidence if e.direction is not None}
    may = set[str]()
    if carried == {Direction.UP}:
        may |= known.up
    if carried == {Direction.DOWN}:
        may |= known.down
    if carried == {Direction.UNCLEAR} and {"clear", "clearly", "unclear"} & set(words):
        may |= known.still
    if kind is BlockKind.ADVICE and not evidence and not known.states & set(words):
        may |= known.in_advice
    if any(_MOST & set(e.statistic.split()) for e in evidence):
        may |= {"most", "highest", "longest"}
    if any(_LEAST & set(e.statistic.split()) for e in evidence):
        may |= {"least", "lowest", "shortest"}
    asserts = known.up | known.down | known.verdicts | known.still
    return tuple(dict.fromkeys(w for w in words if w in asserts and w not in may))


def windows(text: str, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """Periods named in words that are not those of the sentence's evidence."""
    here = " ".join(fold(f"{e.window} {e.window.asked} {e.about}").replace("_", " ") for e in evidence)
    known = re.sub(r"\b(?:" + "|".join(_NAMES) + r")\b", lambda m: _NAMES[m[0]], here)
    named = (m[0] for m in released().windows.finditer(_folded(text)))
    return tuple(dict.fromkeys(name for name in named if name.removesuffix("s") not in known))


_NAMES = {
    "mon": "monday", "tue": "tuesday", "wed": "wednesday", "thu": "thursday", "fri": "friday", "sat": "saturday",
    "sun": "sunday", "jan": "january", "feb": "february", "mar": "march", "apr": "april", "jun": "june",
    "jul": "july", "aug": "august", "sep": "september", "oct": "october", "nov": "november", "dec": "december",
}  # fmt: skip


def units(text: str) -> tuple[str, ...]:
    """Unit words directly after a reference, which is printed with its own; `text` has its references as marks."""
    after = re.findall(rf"{MARK}\s*([^\W\d_]+)", _folded(text))
    return tuple(word for word in after if word in released().units)


def causes(text: str) -> tuple[str, ...]:
    """Words that claim a cause: a watch shows what goes together, never why."""
    return tuple(dict.fromkeys(m[0] for m in released().causes.finditer(_folded(text))))


def markup(text: str) -> tuple[str, ...]:
    """Links, addresses, markup, braces and invisible characters: nothing of a model is rendered but plain words."""
    hidden = (f"U+{ord(c):04X}" for c in text if not c.isprintable() and c != "\n")
    return (*(m[0] for m in MARKUP.finditer(text)), *dict.fromkeys(hidden))


def mixes_devices(evidence: Sequence[Evidence]) -> bool:
    """Does a sentence hold values of different devices side by side? Then it compares watches, not days."""
    measured = [frozenset(e.devices) for e in evidence if e.origin is Origin.MEASURED and e.devices]
    return len(set(measured)) > 1
