"""Settings from the command line: split once, at the first equals sign, each key once."""

import pytest

from sennight.config import settings
from sennight.errors import InputError


def test_pairs_become_a_mapping_in_order() -> None:
    assert list(settings(["steps=10", "size=xs"]).items()) == [("steps", "10"), ("size", "xs")]


def test_nothing_becomes_nothing() -> None:
    assert settings([]) == {}


def test_only_the_first_equals_sign_separates_and_values_may_be_empty_or_blank() -> None:
    assert settings(["engineered=a=b.parquet", "note=", "path=/with blanks/x"]) == {
        "engineered": "a=b.parquet",
        "note": "",
        "path": "/with blanks/x",
    }


@pytest.mark.parametrize("text", ["steps", "=10", "", "steps:10"])
def test_what_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=f"'{text}' is not of the form key=value"):
        settings([text])


def test_a_key_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match="'steps' is given twice"):
        settings(["steps=10", "steps=10"])
