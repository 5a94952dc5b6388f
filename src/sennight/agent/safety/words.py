"""Words as a triage rule sees them: folded, split, and compared so that typing badly or cleverly changes little.

Folding takes away accents, case, invisible characters, look-alike letters and letters written as digits. Comparing
forgives one slip in a word of five letters or more. Nothing here knows what a word means.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

FORGIVEN_FROM = 5  # letters; shorter words turn into each other by one slip
STOP = "."  # the token that ends a sentence; no phrase reaches over it
_LOOKALIKE = str.maketrans("аеорсухікмтвнԁѕјіɡαεοικυνρτ", "aeopcyxikmtbhdsjigaeoikuvpt")
_LEET = str.maketrans("013457@$!", "oieastasi")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)?(?![\w@$])|[^\W_](?:[\w'@$]|(?<=\w)[*!](?=\w))*|[.!?;:,\n]+")
_NUMBER_WORDS = """
zero
one ein eine einen un uno una um uma une
two zwei dos deux due dois duas
three drei tres trois tre
four vier cuatro quatre quattro quatro
five funf cinco cinq cinque
six sechs seis sei
seven sieben siete sept sette sete
eight acht ocho huit otto oito
nine neun nueve neuf nove
ten zehn diez dix dieci dez
eleven elf once onze undici
twelve zwolf doce douze dodici doze
thirteen dreizehn
fourteen vierzehn
fifteen funfzehn quince quinze
sixteen sechzehn
"""
_NUMBERS = {word: n for n, line in enumerate(_NUMBER_WORDS.split("\n")[1:]) for word in line.split()}


@dataclass(frozen=True)
class Token:
    """One folded word, number or sentence end: `word`, other ways to read it, and its value if it is a number."""

    word: str
    also: frozenset[str] = field(default_factory=frozenset)
    number: float | None = None


def fold(text: str) -> str:
    """Lower case without accents, invisible characters or look-alike letters.

    >>> fold("Herzschlag: ÄRGER")
    'herzschlag: arger'
    """
    shown = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc") or c in "\n\t")
    plain = unicodedata.normalize("NFKD", shown).casefold().translate(_LOOKALIKE)
    return re.sub("[\u2018\u2019\u02bc`\u00b4]", "'", "".join(c for c in plain if not unicodedata.combining(c)))


def tokens(text: str) -> tuple[Token, ...]:
    """Split a text. Letters with blanks between them ("d i e") are one word; `n't` and `'s` stay on their word.

    >>> [t.word for t in tokens("I can't, 38,5 C. Now")]
    ['i', "can't", ',', '38.5', 'c', '.', 'now']
    """
    spaced = re.sub(r"\b(?:[^\W\d_][ .\-_]){3,}[^\W\d_]\b", lambda m: re.sub(r"[ .\-_]", "", m[0]), fold(text))
    return tuple(_token(found) for found in _TOKEN.findall(spaced))


def _token(found: str) -> Token:
    if not (found[0].isalnum()):
        return Token("," if set(found) <= set(",:;") else STOP)
    if found[0].isdigit() and re.fullmatch(r"\d+(?:[.,]\d+)?", found):
        value = found.replace(",", ".")
        return Token(value, number=float(value))
    bare = found.strip("'")
    also = {bare.replace("'", ""), re.sub(r"[*!]", "", bare)}
    if (elided := re.fullmatch(r"(?:[cdjlmnst]|qu)'(\w{2,})", bare)) is not None:  # French and Italian articles
        also.add(elided[1])
    if re.search(r"[a-z]", bare) and re.search(r"[0-9@$!]", bare) and not re.fullmatch(r"\d+[a-z]{1,4}", bare):
        also.add(bare.translate(_LEET))
    if re.search(r"(.)\1", bare):
        also |= {re.sub(r"(.)\1+", r"\1", bare), re.sub(r"(.)\1{2,}", r"\1\1", bare)}
    if (joined := re.fullmatch(r"(\d+)([a-z]{1,4})", bare)) is not None:
        return Token(bare, frozenset(also - {bare}), number=float(joined[1]))
    number = _NUMBERS.get(bare)
    return Token(bare, frozenset(also - {bare}), None if number is None else float(number))


def _deletes(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def one_slip(a: str, b: str) -> bool:
    """Equal but for one letter added, lost, changed or swapped with its neighbour.

    >>> one_slip("breathe", "braethe"), one_slip("chest", "crust")
    (True, False)
    """
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1:
        return False
    i = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    swapped = a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :]
    return swapped or a[i + 1 :] == b[i + 1 :] or a[i + 1 :] == b[i:] or a[i:] == b[i + 1 :]


class Vocabulary:
    """The words of all terms, and which of them a token may be meant to be. `stem*` is any word that begins so."""

    def __init__(self, words: Iterable[str], never_typos: Iterable[str] = ()) -> None:
        """`never_typos` are real words that must not be taken for a slip of another."""
        self._exact = {w for w in words if not w.endswith("*")}
        self._stems = defaultdict(set)
        for word in words:
            if word.endswith("*"):
                self._stems[word[:3]].add(word)
        self._never = frozenset(fold(w) for w in never_typos)
        self._near: dict[str, set[str]] = defaultdict(set)
        for word in self._exact:
            if len(word) >= FORGIVEN_FROM:
                for cut in {word, *_deletes(word)}:
                    self._near[cut].add(word)
        self.meant = lru_cache(maxsize=20_000)(self._meant)

    def said(self, token: Token) -> frozenset[str]:
        """Words and stems that the token is, no slip forgiven: for words that silence a rule."""
        found: set[str] = set()
        for word in {token.word, *token.also}:
            found |= {word} & self._exact
            found |= {s for s in self._stems.get(word[:3], ()) if word.startswith(s[:-1])}
        return frozenset(found)

    def _meant(self, token: Token) -> frozenset[str]:
        """Words and stems that the token is or may be meant to be."""
        found = set(self.said(token))
        for word in {token.word, *token.also}:
            if len(word) >= FORGIVEN_FROM and word not in self._never and word.isalpha():
                close = {near for cut in {word, *_deletes(word)} for near in self._near.get(cut, ())}
                found |= {near for near in close if one_slip(word, near)} | set(self._slipped_stems(word))
        return frozenset(found)

    def _slipped_stems(self, word: str) -> Iterable[str]:
        """Stems of five letters or more that the beginning of the word is one slip away from."""
        for stems in self._stems.values():
            for stem in stems:
                n = len(stem) - 1
                if (
                    n >= FORGIVEN_FROM
                    and word[0] == stem[0]
                    and any(one_slip(word[:k], stem[:-1]) for k in (n - 1, n, n + 1))
                ):
                    yield stem
