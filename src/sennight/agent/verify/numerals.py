"""Numerals: a draft may hold none, in any script or spelling; numbers come from evidence and are printed by code."""

import re
import unicodedata

from sennight.agent.evidence import REFERENCE
from sennight.agent.safety.words import fold
from sennight.agent.verify.words import released

MARK = "\N{SECTION SIGN}"  # stands where a value stood, which is printed with its unit
OTHER = "\N{CURRENCY SIGN}"  # stands where another part of evidence stood
_MAY_STAND = "one"  # "one thing to try"
_STEMS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundert", "zwanzig")
_ROMAN = re.compile(
    r"(?<![A-Za-z])(?=[IVXLCDM]{2,}(?![A-Za-z]))M*(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
)


def without_references(text: str) -> str:
    """The text with each reference replaced by a mark."""
    bare = text.replace(MARK, "").replace(OTHER, "")
    return REFERENCE.sub(lambda found: MARK if found[2] in (None, "interval") else OTHER, bare)


def numerals(text: str) -> tuple[str, ...]:
    """Everything outside references that says a number, as it was found; empty is what a draft must give."""
    bare = without_references(text)
    found = [c for c in bare if c not in (MARK, OTHER) and (_is_numeric(c) or c in "%\u2030\u00b0")]
    found += [m[0] for m in _ROMAN.finditer(bare) if m[0]]
    known = released()
    words = re.findall(rf"[^\W\d_]+|{MARK}", _joined(fold(bare)))
    for i, word in enumerate(words):
        if word == _MAY_STAND:
            if known.counted & set(words[i + 1 : i + 3]):
                found.append(word)
        elif word in known.numbers or any(word.startswith(stem) or word.endswith(stem) for stem in _STEMS):
            found.append(word)
    return tuple(dict.fromkeys(found))


def _is_numeric(character: str) -> bool:
    """Digits of any script, fractions, circled and superscript numbers, and what decomposes to them."""
    return any(
        c.isnumeric() or c.isdigit() or unicodedata.category(c) in ("Nd", "Nl", "No")
        for c in unicodedata.normalize("NFKD", character)
    )


def _joined(text: str) -> str:
    """Letters that were spaced or hyphenated out, put together: `s e v e n` and `se-ven` are read too."""
    spaced = re.sub(r"\b(?:[^\W\d_][ .\-_*]){2,}[^\W\d_]\b", lambda m: re.sub(r"[ .\-_*]", "", m[0]), text)
    glued = re.sub(r"(?<=[^\W\d_])[-_*.\u00ad]+(?=[^\W\d_])", "", spaced)
    return f"{spaced} {glued}" if glued != spaced else spaced
