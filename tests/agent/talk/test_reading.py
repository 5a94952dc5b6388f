import pytest

from sennight.agent.attacks.scripted import draft
from sennight.agent.talk.reading import MAX_REPLY, Unreadable, read
from sennight.agent.verify.draft import Draft


def test_json_and_fenced_json_are_read() -> None:
    assert read(draft("{E1}"), Draft) == read(f"```json\n{draft('{E1}')}\n```", Draft)


@pytest.mark.parametrize(
    "reply",
    [
        "", " ", "hi", "[" * 100_000, "[" * 9_000, '{"blocks": NaN}', draft("a") + draft("b"), "null", "\ud800",
        '{"blocks": []}', "x" * (MAX_REPLY + 1), '{"blocks": [{"kind": "fact", "text": 5}]}', "9" * 9_000,
    ],
)  # fmt: skip
def test_anything_else_is_a_fault_of_the_schema(reply: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(reply, Draft)
    assert caught.value.fault.check == "schema"
