from pathlib import Path

import pytest

from sennight.errors import InputError
from sennight.llm import profile as p
from sennight.llm.trouble import NotLocal

GOOD = """
[profiles.mine]
url = "http://127.0.0.1:8000/v1"
model = "small"
[profiles.claude]
kind = "anthropic"
model = "claude"
key_env = "A_KEY"
price_out = 15.0
[profiles.claude.budget]
money = 2.0
[profiles.google]
kind = "gemini"
model = "gemini"
key_env = "G_KEY"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "llm.toml"
    path.write_text(text)
    return path


def test_profiles_are_read_and_know_where_they_go(tmp_path: Path) -> None:
    found = p.load_profiles(write(tmp_path, GOOD))
    assert found["mine"].local_only
    assert found["mine"].loopback
    assert (found["claude"].address, found["claude"].budget.money) == ("https://api.anthropic.com", 2.0)
    assert found["google"].address.startswith("https://generativelanguage.googleapis.com")


def test_the_file_can_be_named_by_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(p.WHERE, str(write(tmp_path, GOOD)))
    assert p.find_profile("mine").model == "small"
    with pytest.raises(InputError, match="there is no profile 'claud'") as told:
        p.find_profile("claud")
    assert told.value.todo == "Did you mean 'claude'?"


def test_an_openai_server_elsewhere_needs_the_word_for_it(tmp_path: Path) -> None:
    remote = '[profiles.a]\nurl = "https://api.openai.com/v1"\nmodel = "m"\n'
    with pytest.raises(NotLocal, match="local-only"):
        p.load_profiles(write(tmp_path, remote))
    assert not p.load_profiles(write(tmp_path, remote + "local_only = false\n"))["a"].loopback


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('api_key = "sk-secret"', "key_env"),
        ('key_env = "sk-secret-value"', "NAME of a variable"),
        ("modell = 3", "Did you mean 'model'"),
        ("retries = 99", "retries"),
        ('kind = "mystery"', "kind"),
        ("budget = {monney = 2}", "Did you mean 'money'"),
        ("budget = {requests = true}", "requests"),
        ("budget = 3", "a table"),
        ('timeout_s = "soon"', "timeout_s"),
        ("url = 3", "url"),
    ],
)
def test_what_is_wrong_is_said_without_the_key(tmp_path: Path, line: str, said: str) -> None:
    url = "" if line.startswith("url") else 'url = "http://127.0.0.1/v1"'
    with pytest.raises(InputError) as told:
        p.load_profiles(write(tmp_path, f'[profiles.a]\nmodel = "m"\n{url}\n{line}\n'))
    assert said in str(told.value)
    assert "sk-secret" not in str(told.value)


@pytest.mark.parametrize("text", ["profiles = 3", "[profiles", "\xff", "profiles.a = 1"])
def test_a_broken_file_is_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "llm.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError):
        p.load_profiles(path)


def test_a_key_comes_from_the_environment_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = p.Profile(name="a", model="m", url="http://127.0.0.1/v1", key_env="SENNIGHT_TEST_KEY")
    with pytest.raises(InputError, match="SENNIGHT_TEST_KEY"):
        one.key()
    monkeypatch.setenv("SENNIGHT_TEST_KEY", "sesame")
    assert one.key() == "sesame"
    assert "sesame" not in repr(one)
