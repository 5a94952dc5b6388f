"""Scripted stand-ins for a language model: they say what a script says. Nothing made with them is a model's work."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sennight.agent.talk.model import Ask, ModelError

NAME = "a scripted stand-in, not a language model"
Reply = str | ModelError | Callable[[Ask], str]


@dataclass(kw_only=True)
class Scripted:
    """Replies in turn, the last for ever; keeps what it was asked. `address`: where it pretends to be."""

    replies: Sequence[Reply]
    address: str = ""
    name: str = NAME
    asked: list[Ask] = field(default_factory=list)

    def reply(self, ask: Ask) -> str:
        """The next reply. Raises: ModelError where the script holds one."""
        one = self.replies[min(len(self.asked), len(self.replies) - 1)]
        self.asked.append(ask)
        if isinstance(one, ModelError):
            raise one
        return one if isinstance(one, str) else one(ask)


def plan(*calls: tuple[str, dict[str, Any]], route: str = "data", remember: Sequence[str] = ()) -> str:
    """A plan as a well-behaved model writes it."""
    return json.dumps(
        {"route": route, "calls": [{"tool": t, "arguments": a} for t, a in calls], "remember": list(remember)}
    )


def draft(*texts: str, kind: str = "fact") -> str:
    """A draft of one kind of blocks."""
    return json.dumps({"blocks": [{"kind": kind, "text": text} for text in texts]}, ensure_ascii=False)
