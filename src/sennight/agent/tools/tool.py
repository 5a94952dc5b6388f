"""The contract of the tools shelf: a typed, read-only function over one opened person that returns evidence.

A tool is what an agent, an MCP client, the question engine and a Python user may all call. Its docstring is what a
model reads; its signature gives the JSON schema; what it returns is `Found` or `Declined`, never an exception for
something a caller could ask. Arguments are checked here, once: a wrong type, an unknown name or an odd window is
declined with what would be right. A reply as JSON is at most `REPLY_BYTES` long.
"""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, WithJsonSchema, create_model

from sennight.agent.evidence import Evidence
from sennight.agent.person import OpenPerson
from sennight.agent.reply import CannotTell, Declined, Found, Reason, Reply
from sennight.agent.window import FORMS, Window, parse_window
from sennight.errors import InputError, SennightBug

__all__ = ["REPLY_BYTES", "CannotTell", "Declined", "Found", "Reason", "Reply", "Tool", "WindowWords", "reply_json"]

REPLY_BYTES = 8_192


def _window(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_window(value)
    except InputError as error:
        raise ValueError(f"{error.what}. {error.todo}") from error


WindowWords = Annotated[
    Window,
    BeforeValidator(_window),
    WithJsonSchema({"type": "string", "description": f"A window of days: {FORMS}."}),
]
"""A window in its words; what the function receives is the parsed window."""


@dataclass(frozen=True, eq=False)
class Tool:
    """One member of the shelf: `run(person, **arguments)` with keyword arguments that pydantic can check.

    Raises: SennightBug if the function has no docstring.
    """

    run: Callable[..., Reply]

    def __post_init__(self) -> None:
        if not self.run.__doc__:
            raise SennightBug(f"the tool {self.run.__name__} has no docstring, which is what a model reads")

    @property
    def name(self) -> str:
        """What it is called by: the function's name without a trailing underscore."""
        return self.run.__name__.rstrip("_")

    @property
    def description(self) -> str:
        """What a model reads."""
        return inspect.cleandoc(self.run.__doc__ or "")

    @cached_property
    def arguments(self) -> type[BaseModel]:
        """The arguments as a pydantic model; unknown names are refused."""
        fields: dict[str, Any] = {
            name: (p.annotation, ... if p.default is p.empty else p.default)
            for name, p in list(inspect.signature(self.run).parameters.items())[1:]
        }
        return create_model(f"{self.name}_arguments", __config__=ConfigDict(extra="forbid"), **fields)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments."""
        return self.arguments.model_json_schema()

    def call(self, person: OpenPerson, arguments: Mapping[str, Any]) -> Reply:
        """Check the arguments and run. Never raises for what a caller handed in; nothing is changed by it."""
        try:
            checked = self.arguments.model_validate(dict(arguments))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"][:1])
            return Declined(
                reason=Reason.BAD_ARGUMENT,
                said=f"{self.name}: argument '{where[:40]}': {first['msg'][:300]}.",
                todo=f"Arguments: {', '.join(self.arguments.model_fields) or 'none'}.",
            )
        try:
            return self.run(person, **{name: getattr(checked, name) for name in type(checked).model_fields})
        except CannotTell as cannot:
            return cannot.declined
        except InputError as error:
            return Declined(reason=Reason.BAD_ARGUMENT, said=error.what, todo=error.todo)


def reply_json(reply: Reply) -> str:
    """A reply as JSON of at most `REPLY_BYTES`: what all values share is written once, the last values are left off."""
    if isinstance(reply, Declined):
        plain = {"declined": str(reply.reason), "said": reply.said, "todo": reply.todo}
        return _shortest(plain, reply.evidence, 0)
    return _shortest({}, reply.evidence, reply.left_off)


def _shortest(head: dict[str, Any], evidence: Sequence[Evidence], left_off: int) -> str:
    for n in range(len(evidence), -1, -1):
        away = left_off + len(evidence) - n
        rows = [e.to_json() | {"shown": e.shown} for e in evidence[:n]]
        shared = {k: v for k, v in rows[0].items() if all(row.get(k) == v for row in rows)} if len(rows) > 1 else {}
        values = [{k: v for k, v in row.items() if k not in shared} for row in rows]
        more = {"left_off": f"{away} more; ask for fewer days or a smaller n"} if away else {}
        text = json.dumps({**head, **({"all": shared} if shared else {}), "values": values, **more}, ensure_ascii=False)
        if len(text.encode()) <= REPLY_BYTES:
            return text
    return json.dumps({**head, "values": [], "left_off": f"{left_off + len(evidence)}"}, ensure_ascii=False)
