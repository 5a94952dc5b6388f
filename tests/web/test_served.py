from datetime import date
from pathlib import Path

import pytest

from sennight.errors import InputError
from sennight.web.served import served_app
from sennight.web.tokens import Tokens


def test_without_a_token_nobody_could_ask(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no token"):
        served_app(tmp_path, port=1)
    Tokens(tmp_path).make("a", tmp_path, on=date(2026, 1, 1))
    assert callable(served_app(tmp_path, port=1))
