"""What the agent needs of a language model: a text for a text. Whoever has one hands it in; tests hand in scripts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


class ModelError(Exception):
    """The model gave nothing that can be used: unreachable, too slow, over budget, refused, empty."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request: for which role, the instructions, the data as JSON text, and the JSON schema of the reply."""

    role: str
    system: str
    user: str
    schema: Mapping[str, Any]


@runtime_checkable
class Model(Protocol):
    """A language model. `name` says which, `address` where its requests go ("" for nowhere)."""

    @property
    def name(self) -> str: ...

    @property
    def address(self) -> str: ...

    def reply(self, ask: Ask) -> str:
        """The reply as text, which ought to be JSON of the schema. Raises: ModelError."""
        ...
