import pytest

from sennight.errors import InputError
from sennight.llm.local import is_loopback, refuse_beyond
from sennight.llm.trouble import NotLocal


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/v1", "http://localhost/v1", "http://[::1]:1/v1", "http://127.9.8.7/v1"]
)
def test_this_machine_is_let_through(url: str) -> None:
    assert is_loopback(url)
    refuse_beyond(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.openai.com/v1", "http://127.0.0.1.evil.example/v1", "http://localhost.evil.example",
        "http://10.0.0.3:8000/v1", "http://0.0.0.0/v1", "http://[::ffff:8.8.8.8]/v1", "http://2130706433/v1",
    ],
)  # fmt: skip
def test_everything_else_is_refused_by_its_letters_alone(url: str) -> None:
    with pytest.raises(NotLocal):
        refuse_beyond(url)


@pytest.mark.parametrize("url", ["", "127.0.0.1:80", "file:///etc/passwd", "http://", "http://[::1/v1"])
def test_what_is_no_address_is_said_to_be_none(url: str) -> None:
    with pytest.raises(InputError, match="is none"):
        is_loopback(url)


def test_a_password_in_an_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(InputError) as told:
        is_loopback("http://me:hunter2@127.0.0.1/v1")
    assert "hunter2" not in str(told.value)
