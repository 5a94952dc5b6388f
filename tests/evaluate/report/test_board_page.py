"""The board's page holds every figure, marks the best, loads nothing, and hides no characters."""

import json
from pathlib import Path

import pytest

from sennight.evaluate.leaderboard import Board, Entry, board
from sennight.evaluate.report.board_page import render_board, write_board


@pytest.fixture
def small() -> Board:
    def entry(name: str, ill: float, **more: tuple[float, float, float]) -> Entry:
        scores = {"ill": (ill, ill - 0.05, ill + 0.05), **more}
        return Entry(
            name=name, split="ab" * 32, config="linear head", seed=0, source="x", scores=scores,
            metrics=dict.fromkeys(scores, "auc"),
        )  # fmt: skip

    return board([entry("first", 0.812), entry("<b>second</b>", 0.7, tired=(0.6, 0.5, 0.7))])


def test_every_figure_is_on_the_page(small: Board) -> None:
    page = render_board(small, more=[("Label efficiency", ("entry", "people"), [("first", "50")])])
    assert "<strong>0.812</strong>" in page
    assert "0.700" in page
    assert "tired (not ranked: some did not answer)" in page
    assert "&lt;b&gt;second" in page
    assert "Label efficiency" in page
    assert "http" not in page.replace("http-equiv", "")


def test_page_and_numbers_are_written(small: Board, tmp_path: Path) -> None:
    page = write_board(small, tmp_path)
    assert page.read_text().startswith("<!doctype html>")
    stored = json.loads((tmp_path / "leaderboard.json").read_text())
    assert stored["standings"][0]["name"] == "first"
    assert stored["tasks"] == ["ill"]
