from pathlib import Path

import pytest

from sennight.classroom.notebook import Notebook
from sennight.errors import StoreError


def filled(path: Path) -> Notebook:
    book = Notebook(path)
    for n in range(3):
        book.add("trial", spec_hash=f"h{n}", score=0.1 * n, source="x")
    return book


def test_a_line_cut_by_a_kill_is_dropped_and_writing_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    whole = filled(path)
    assert Notebook(path).entries == whole.entries
    path.write_bytes(path.read_bytes()[:-10])
    book = Notebook(path)
    assert len(book.entries) == 2
    book.add("trial", spec_hash="h2", score=0.2, source="x")
    assert Notebook(path).leaderboard_hash() == whole.leaderboard_hash()


@pytest.mark.parametrize("attack", ["score", "remove", "swap", "reseed", "garbage"])
def test_an_edited_log_is_refused(tmp_path: Path, attack: str) -> None:
    path = tmp_path / "n.jsonl"
    filled(path)
    lines = path.read_text().splitlines()
    changed = {
        "score": [lines[0], lines[1].replace("0.1", "0.9"), lines[2]], "remove": [lines[0], lines[2]],
        "swap": [lines[1], lines[0], lines[2]], "reseed": lines[1:], "garbage": [lines[0], "{}", lines[2]],
    }[attack]  # fmt: skip
    path.write_text("\n".join(changed) + "\n")
    with pytest.raises(StoreError):
        Notebook(path)
