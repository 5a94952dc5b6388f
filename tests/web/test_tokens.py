from datetime import date
from pathlib import Path

import pytest

from sennight.errors import InputError, StoreError
from sennight.web.tokens import FILE, Tokens

TODAY = date(2026, 1, 1)


def test_a_token_opens_its_home_until_it_is_taken_back(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    token = tokens.make("laptop", tmp_path / "a", on=TODAY)
    found = tokens.opens(token)
    assert found is not None
    assert found.home == str(tmp_path / "a")
    assert tokens.opens(token + "x") is None
    assert token not in (tmp_path / FILE).read_text()
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    tokens.take_back("laptop")
    assert tokens.opens(token) is None


def test_names_are_new_and_known(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    tokens.make("a", tmp_path, on=TODAY)
    for name in ("a", "", "x" * 41, "a\nb"):
        with pytest.raises(InputError):
            tokens.make(name, tmp_path, on=TODAY)
    with pytest.raises(InputError, match="no token"):
        tokens.take_back("b")


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[1]")
    with pytest.raises(StoreError, match="damaged"):
        Tokens(tmp_path).all()
