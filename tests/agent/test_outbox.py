from pathlib import Path

import pytest

from sennight.agent.outbox import FILE, Outbox
from sennight.errors import StoreError


def filled(home: Path) -> Outbox:
    box = Outbox(home)
    for role in ("planner", "interpreter", "coach"):
        box.keep(to="https://m.example", policy="aggregates", role=role, body="{}")
    return box


def test_what_is_kept_can_be_read_and_only_by_its_owner(tmp_path: Path) -> None:
    assert [s.role for s in filled(tmp_path).sent()] == ["planner", "interpreter", "coach"]
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert list(Outbox(tmp_path / "new").sent()) == []


@pytest.mark.parametrize("how", ["changed", "removed", "torn"])
def test_a_line_that_was_touched_shows(tmp_path: Path, how: str) -> None:
    box = filled(tmp_path)
    lines = box.path.read_text().splitlines(keepends=True)
    if how == "changed":
        lines[1] = lines[1].replace("interpreter", "interpretes")
    elif how == "removed":
        del lines[1]
    else:
        lines[1] = lines[1][:20] + "\n"
    box.path.write_text("".join(lines))
    with pytest.raises(StoreError, match=r"changed|damaged"):
        list(box.sent())


def test_what_cannot_be_written_down_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(StoreError):
        Outbox(tmp_path).keep(to="x", policy="full", role="planner", body="{}")
