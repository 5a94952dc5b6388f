"""Profiles: which language model, where it runs, and what it may cost, from a TOML file. Keys are named, never held.

[profiles.mine]
kind = "openai"                      # any server that speaks its protocol: vLLM, llama.cpp, LM Studio, Ollama
url = "http://127.0.0.1:8000/v1"
model = "qwen3-8b"
local_only = true                    # the default for "openai"; a remote address is then refused in code

[profiles.claude]
kind = "anthropic"                   # or "gemini"
model = "claude-sonnet-4-5"
key_env = "ANTHROPIC_API_KEY"        # the variable's NAME
price_in = 3.0                       # money a million tokens, of your own contract
price_out = 15.0
[profiles.claude.budget]
money = 2.0
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_type_hints

from pydantic import TypeAdapter, ValidationError

from sennight.errors import InputError
from sennight.llm.budget import Budget
from sennight.llm.local import host_of, is_loopback, refuse_beyond

Kind = Literal["openai", "anthropic", "gemini"]
Structured = Literal["native", "tool", "prompted"]
HOMES: Mapping[str, str] = {
    "anthropic": "https://api.anthropic.com",
    "gemini": "https://generativelanguage.googleapis.com/v1beta/openai/",  # Google's own OpenAI-compatible door
}
WHERE = "SENNIGHT_LLM"  # variable that names the file
MOST_BYTES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One language model one can ask. Raises: InputError if a field is not possible, NotLocal if it may not be."""

    name: str
    model: str
    kind: Kind = "openai"
    url: str = ""
    """Of "openai": the address that ends in /v1. Others know theirs."""
    key_env: str = ""
    """Name of the environment variable that holds the key; local servers need none."""
    local_only: bool = True
    """Refuse every address that is not this machine, and every proxy."""
    structured: Structured = "native"
    """How a typed answer is asked for: by JSON schema, by a tool, or in words only."""
    stream: bool = False
    """Ask for the answer piece by piece; what grows beyond `most_chars` is cut off."""
    temperature: float | None = None
    max_tokens: int = 2_048
    most_chars: int = 200_000
    """Longest reply that is read."""
    timeout_s: float = 120.0
    """Of one request, however slowly it drips."""
    retries: int = 2
    """After a failed connection, a 429 or a 5xx."""
    repairs: int = 2
    """Turns in which a model may mend an answer that is not what was asked for."""
    price_in: float = 0.0
    price_out: float = 0.0
    budget: Budget = field(default_factory=Budget)

    def __post_init__(self) -> None:
        if self.kind not in ("openai", "anthropic", "gemini"):
            raise _bad(self.name, "kind must be openai, anthropic or gemini")
        if self.structured not in ("native", "tool", "prompted"):
            raise _bad(self.name, "structured must be native, tool or prompted")
        if not self.model.strip() or len(self.model) > 200:
            raise _bad(self.name, "model is empty or too long")
        if self.key_env and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", self.key_env):
            raise _bad(self.name, "key_env must be the NAME of a variable, not a key")
        if not (self.timeout_s > 0 and self.max_tokens > 0 and self.most_chars > 0):
            raise _bad(self.name, "timeout_s, max_tokens and most_chars must be above 0")
        if not (0 <= self.retries <= 10 and 0 <= self.repairs <= 10):
            raise _bad(self.name, "retries and repairs lie from 0 to 10")
        if not self.address:
            raise _bad(self.name, "url is missing")
        host_of(self.address)  # which refuses what is no address
        if self.local_only:
            refuse_beyond(self.address)

    @property
    def address(self) -> str:
        """Where requests go."""
        return self.url or HOMES.get(self.kind, "")

    @property
    def loopback(self) -> bool:
        """Whether that is this machine."""
        return is_loopback(self.address)

    def key(self) -> str | None:
        """The key, read from the environment now. Raises: InputError if the variable named is not set."""
        if not self.key_env:
            return None
        found = os.environ.get(self.key_env)
        if not found:
            raise InputError(
                f"the variable {self.key_env} of the profile '{self.name}' is not set", todo="Export the key under it."
            )
        return found


def profile_file() -> Path:
    """Where profiles are looked for: the variable SENNIGHT_LLM, else the user's config folder."""
    if named := os.environ.get(WHERE):
        return Path(named)
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "sennight" / "llm.toml"


def load_profiles(path: Path | None = None) -> dict[str, Profile]:
    """All profiles of a file. Raises: InputError if it is absent, no TOML, or a profile is not possible."""
    path = path or profile_file()
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        raise InputError(
            "there is no file of language-model profiles here", where=str(path),
            todo=f"Write one (see `sennight llm --help`), or name yours in the variable {WHERE}.",
        )  # fmt: skip
    try:
        stored = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("this is not TOML", where=str(path), todo="See `sennight llm --help`.") from error
    tables = stored.get("profiles", {})
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise InputError("profiles are tables [profiles.NAME]", where=str(path))
    return {name: profile_from(name, table) for name, table in tables.items()}


def find_profile(name: str, path: Path | None = None) -> Profile:
    """The profile of that name. Raises: InputError naming the nearest."""
    known = load_profiles(path)
    if name not in known:
        raise InputError(
            f"there is no profile '{name[:100]}'", where=str(path or profile_file()), todo=_near(name, list(known))
        )
    return known[name]


def profile_from(name: str, table: Mapping[str, Any]) -> Profile:
    """One table of the file as a profile; unknown keys are refused. Raises: InputError."""
    given = dict(table)
    if found := {"key", "api_key", "token"} & set(given):
        raise _bad(name, f"a key must not stand in the file ({min(found)}); write key_env = the NAME of a variable")
    limits = given.pop("budget", {})
    if not isinstance(limits, dict):
        raise _bad(name, "budget is a table")
    budget = Budget(**_typed(name, Budget, limits))
    given.setdefault("local_only", given.get("kind", "openai") == "openai")
    return Profile(name=name, **_typed(name, Profile, given), budget=budget)


def _typed(name: str, of: type[Budget] | type[Profile], given: Mapping[str, Any]) -> dict[str, Any]:
    """Values with the types of their fields, whole numbers as amounts where those are wanted. Raises: InputError."""
    hints = {f.name: get_type_hints(of)[f.name] for f in fields(of) if f.name not in ("name", "budget")}
    out = {}
    for key, value in given.items():
        if key not in hints:
            raise _bad(name, f"there is no setting '{str(key)[:60]}'. {_near(str(key), list(hints))}")
        try:
            out[key] = TypeAdapter(hints[key]).validate_python(value, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise _bad(name, f"{key}: {first['msg'][:200]}") from error
    return out


def _bad(name: str, what: str) -> InputError:
    return InputError(f"profile '{name[:60]}': {what}", todo="See `sennight llm --help`.")


def _near(word: str, known: list[str]) -> str:
    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(known) or 'none'}."
