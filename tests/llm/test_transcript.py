import stat
from pathlib import Path

import pytest

from sennight.errors import InputError, StoreError
from sennight.llm.transcript import Replay, Transcript, request_hash


def test_calls_are_kept_for_the_owner_and_play_again_in_order(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    kept = Transcript(path)
    for text in ("one", "two"):
        kept.add({"q": 1}, {"text": text})
    kept.add({"q": 2}, {"error": "down"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = Replay(path)
    assert [again.next({"q": 1})["text"], again.next({"q": 2})["error"], again.next({"q": 1})["text"]] == [
        "one", "down", "two",
    ]  # fmt: skip
    with pytest.raises(InputError, match="no reply"):
        again.next({"q": 1})


def test_a_damaged_transcript_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_text('{"request_hash": "a"')
    with pytest.raises(StoreError):
        Replay(path)


def test_the_hash_does_not_depend_on_order() -> None:
    assert request_hash({"a": 1, "b": 2}) == request_hash({"b": 2, "a": 1})
