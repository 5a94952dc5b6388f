"""Reading what a model sent: JSON of a given type or a fault; never more than that, and never run."""

import json
import re
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sennight.agent.verify.verify import Fault

MAX_REPLY = 64_000  # characters; a draft is below two thousand
Wanted = TypeVar("Wanted", bound=BaseModel)


class Unreadable(Exception):
    """The reply is not what was asked for; `fault` says why, for a repair turn."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.fault = Fault(check="schema", block=0, said=said)


def read(reply: str, wanted: type[Wanted]) -> Wanted:
    """The reply as the wanted type. Raises: Unreadable."""
    if not reply.strip():
        raise Unreadable("the reply is empty")
    if len(reply) > MAX_REPLY:
        raise Unreadable(f"the reply is longer than {MAX_REPLY} characters")
    fenced = re.fullmatch(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", reply, re.DOTALL)
    try:
        plain = json.loads(fenced[1] if fenced else reply, parse_constant=_no_constant)
        return wanted.model_validate(plain)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Unreadable(f"{where[:60]}: {first['msg'][:160]}") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable("the reply is not one JSON object of the schema") from error


def _no_constant(name: str) -> float:
    raise ValueError(name)
