"""The tree of errors: what can be mended by the caller is one branch, our own faults another."""

import re
from pathlib import Path

import pytest

from sennight import errors
from sennight.errors import InputError, SennightBug, SennightError

CLASSES = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, SennightError)]
KINDS_OF_INPUT = [c for c in CLASSES if issubclass(c, InputError)]


def test_an_error_says_what_where_and_what_to_do_in_that_order() -> None:
    error = InputError("the file is cut off", where="minutes.xpt", todo="Download it again.")
    assert str(error) == "the file is cut off\n  in minutes.xpt\n  Download it again."
    assert (error.what, error.where, error.todo) == ("the file is cut off", "minutes.xpt", "Download it again.")
    assert error.args == ("the file is cut off",)


@pytest.mark.parametrize(
    ("where", "todo", "text"),
    [("", "", "what"), ("here", "", "what\n  in here"), ("", "Do that.", "what\n  Do that.")],
)
def test_parts_that_are_not_known_leave_no_gap(where: str, todo: str, text: str) -> None:
    assert str(InputError("what", where=where, todo=todo)) == text


@pytest.mark.parametrize("kind", KINDS_OF_INPUT)
def test_every_error_of_input_is_caught_as_one(kind: type[InputError]) -> None:
    with pytest.raises(InputError, match="what"):
        raise kind("what", where="here", todo="Do that.")


def test_our_own_faults_are_no_input_errors() -> None:
    assert issubclass(SennightBug, SennightError)
    assert not issubclass(SennightBug, InputError)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    assert errors.__doc__ is not None
    drawn = re.findall(r"^([│├└─ ]*)(\w+)(?: {2,}.*)?$", errors.__doc__.split("\n\n")[1], re.MULTILINE)
    depth = {name: len(lines) // 4 for lines, name in drawn}
    assert depth == {c.__name__: len(c.__mro__) - len(Exception.__mro__) - 1 for c in CLASSES}


def test_every_error_is_raised_somewhere_or_is_a_base() -> None:
    source = Path(errors.__file__).parent
    text = "".join(p.read_text(encoding="utf-8") for p in source.rglob("*.py"))
    unused = [c.__name__ for c in CLASSES if f"{c.__name__}(" not in text.replace(f"class {c.__name__}(", "")]
    assert set(unused) <= {
        "SennightError",
        "SennightBug",
        "LanguageModelError",
    }  # bases; llm/trouble.py has the latter's
