import json

from sennight.errors import InputError
from sennight.llm.tools import Tool


def add(a: int, b: int = 1) -> dict[str, int]:
    """Adds two numbers."""
    if a > 100:
        raise InputError("too large", todo="Take less.")
    return {"sum": a + b}


def test_a_function_becomes_a_schema_with_its_docstring() -> None:
    described = Tool.of(add).described()
    assert described["name"] == "add"
    assert described["description"] == "Adds two numbers."
    assert described["schema"]["required"] == ["a"]


def test_arguments_that_fit_are_called_and_others_explained() -> None:
    tool = Tool.of(add)
    assert json.loads(tool('{"a": 2}')) == {"sum": 3}
    for written in ('{"a": "x"}', "{", '{"a": 1, "rm": "-rf"}', "[]", '{"b": 2}'):
        assert tool(written).startswith("These arguments do not fit")
    assert "too large" in tool('{"a": 101}')
