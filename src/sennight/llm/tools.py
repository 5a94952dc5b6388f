"""A tool for a language model: a typed function whose docstring is its prompt, called by its schema or not at all."""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError, create_model

from sennight.errors import SennightError

MOST_CHARS = 20_000  # of a result that a model is shown


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A function a model may ask for. Only code calls it, with arguments that fit its types."""

    name: str
    function: Callable[..., Any]
    arguments: type[Any]

    @classmethod
    def of(cls, function: Callable[..., Any]) -> "Tool":
        """From a typed function with keyword-able parameters; its docstring is what the model reads."""
        taken: dict[str, Any] = {
            name: (p.annotation, ... if p.default is inspect.Parameter.empty else p.default)
            for name, p in inspect.signature(function).parameters.items()
        }
        model = create_model(function.__name__, __config__=ConfigDict(extra="forbid"), **taken)
        return cls(name=function.__name__, function=function, arguments=model)

    def described(self) -> dict[str, Any]:
        """Name, description and JSON schema."""
        schema = self.arguments.model_json_schema()
        return {"name": self.name, "description": inspect.getdoc(self.function) or "", "schema": schema}

    def __call__(self, written: str) -> str:
        """The result as JSON text, or a sentence on what was wrong; nothing that a model writes raises."""
        try:
            given = self.arguments.model_validate_json(written or "{}")
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            return f"These arguments do not fit: {'.'.join(map(str, first['loc']))[:80]}: {first['msg'][:200]}"
        try:
            done = self.function(**{k: getattr(given, k) for k in self.arguments.model_fields})
        except SennightError as error:
            return f"The tool could not answer: {error}"[:MOST_CHARS]
        plain = TypeAdapter(Any).dump_python(done, mode="json")
        return json.dumps(plain, ensure_ascii=False)[:MOST_CHARS]
