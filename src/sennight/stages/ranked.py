"""Leaderboard: result folders and files of others become one page."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sennight.evaluate.leaderboard import board, read_entries
from sennight.evaluate.report.board_page import write_board


def leaderboard_page(entries: Sequence[str], out: Path, *, split: str = "") -> Path:
    """Rank `[NAME=]FOLDER` words on one page. A name stands before each of its feature sets.

    Raises: InputError, StoreError if an entry is absent, damaged, or of another split.
    """
    rows = []
    for text in entries:
        name, equals, path = text.partition("=")
        found = read_entries(Path(path if equals else text))
        rows += [replace(e, name=f"{name}: {e.name}") for e in found] if equals else found
    return write_board(board(rows, split=split), out)
