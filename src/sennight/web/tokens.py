"""Tokens: each opens the home of one person, over HTTP, until it is taken back. Only their hashes are kept."""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sennight.errors import InputError, StoreError
from sennight.store.atomic import make_folder, write_file

FILE = "tokens.json"
NAME_CHARS = 40


@dataclass(frozen=True, kw_only=True)
class TokenRecord:
    """What is kept of a token: what it was made for and when, the home it opens, its SHA-256."""

    name: str
    made: str
    home: str
    sha256: str


class Tokens:
    """The tokens kept in a folder. Raises: StoreError if the file is damaged."""

    def __init__(self, folder: Path) -> None:
        """Nothing is written before the first token is made."""
        self.path = folder / FILE

    def all(self) -> tuple[TokenRecord, ...]:
        """Every token, by name."""
        try:
            raw = json.loads(self.path.read_text(encoding="utf-8"))
            return tuple(TokenRecord(**one) for one in raw)
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError) as error:
            raise StoreError(
                "the file of tokens is damaged", where=str(self.path), todo="Delete it, make new ones."
            ) from error

    def make(self, name: str, home: Path, *, on: date) -> str:
        """A new token, shown this once. Raises: InputError if the name is taken or odd."""
        known = self.all()
        if any(one.name == name for one in known) or not 1 <= len(name) <= NAME_CHARS or not name.isprintable():
            raise InputError(f"a token needs a new name of 1 to {NAME_CHARS} characters")
        token = secrets.token_urlsafe(32)
        one = TokenRecord(name=name, made=str(on), home=str(home.expanduser().resolve()), sha256=_hash(token))
        self._write((*known, one))
        return token

    def take_back(self, name: str) -> None:
        """That token opens nothing any more. Raises: InputError if there is none of this name."""
        known = self.all()
        if not any(one.name == name for one in known):
            raise InputError(f"no token is called '{name[:NAME_CHARS]}'")
        self._write(tuple(one for one in known if one.name != name))

    def opens(self, token: str) -> TokenRecord | None:
        """Which token this is, compared in constant time; None for none."""
        mine, found = _hash(token), None
        for one in self.all():
            if hmac.compare_digest(one.sha256, mine):
                found = one
        return found

    def _write(self, tokens: tuple[TokenRecord, ...]) -> None:
        make_folder(self.path.parent)
        write_file(self.path, json.dumps([one.__dict__ for one in tokens], indent=1).encode())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
