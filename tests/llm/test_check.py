from collections.abc import Callable
from typing import Any

from sennight.llm import Played, Profile, StandIn
from sennight.llm.check import check

Start = Callable[..., StandIn]
WORDS = (50, 200, 400)


def found(server: StandIn, **settings: Any) -> dict[str, tuple[bool | None, str]]:
    profile = Profile(name="t", model="m", url=server.url, retries=0, **settings)
    return {one.name: (one.good, one.said) for one in check(profile, words=WORDS)}


def test_a_server_that_can_do_everything(stand_in: Start) -> None:
    got = found(stand_in())
    assert [good for good, _ in got.values()] == [True] * 5
    assert "at least 400 words" in got["context"][1]


def test_silent_truncation_is_found(stand_in: Start) -> None:
    good, said = found(stand_in(context=250))["context"]
    assert good is False
    assert "SILENT TRUNCATION" in said
    assert "200 are read" in said


def test_a_model_without_tools_or_types_is_told_apart(stand_in: Start) -> None:
    got = found(stand_in(lambda body, n: Played(text="I would rather talk.")))
    assert got["ping"][0]
    assert got["tools"][0] is False
    assert got["structured answer"][0] is False
    assert "prompted" in got["structured answer"][1]


def test_a_dead_server_ends_the_check_with_one_sentence(stand_in: Start) -> None:
    got = found(stand_in(lambda body, n: Played(status=401)))
    assert list(got) == ["ping"]
    assert "401" in got["ping"][1]
