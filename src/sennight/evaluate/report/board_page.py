"""The leaderboard as one static HTML file that loads nothing, and the same numbers beside it as JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from sennight.evaluate.leaderboard import Board
from sennight.evaluate.report import plain
from sennight.evaluate.report.tables import METRIC_NAMES

HERE = Path(__file__).parent
PAGE, NUMBERS = "leaderboard.html", "leaderboard.json"
Sheet = tuple[str, Sequence[str], Sequence[Sequence[str]]]  # title, header, rows: such as label efficiency


def write_board(board: Board, folder: Path, *, more: Sequence[Sheet] = ()) -> Path:
    """Write `leaderboard.html` and `leaderboard.json`; give back the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(board.to_json(), indent=1, allow_nan=False, ensure_ascii=False)
    (folder / NUMBERS).write_text(text + "\n", encoding="utf-8")
    page = folder / PAGE
    page.write_text(render_board(board, more=more), encoding="utf-8")
    return page


def render_board(board: Board, *, more: Sequence[Sheet] = ()) -> str:
    """The page as text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_clean,
    )  # fmt: skip
    environment.globals.update(count=plain.count, number=plain.number)
    style = Markup((HERE / "page.css").read_text(encoding="utf-8"))
    return environment.get_template("leaderboard.html.j2").render(
        board=board, rows=_rows(board), style=style, more=more
    )


def _rows(board: Board) -> list[dict[str, Any]]:
    rows = []
    for task in (*board.tasks, *board.partly):
        scores = [s.scores.get(task) for s in board.standings]
        best = max(score[0] for score in scores if score)
        cells = [
            {"text": plain.NONE, "interval": "", "best": False}
            if score is None
            else {
                "text": plain.number(score[0], 3),
                "interval": f"[{plain.number(score[1], 3)}, {plain.number(score[2], 3)}]",
                "best": score[0] == best,
            }
            for score in scores
        ]
        metric = METRIC_NAMES.get(board.metrics[task], board.metrics[task])
        rows.append({"name": task.replace("_", " "), "metric": metric, "cells": cells, "partly": task in board.partly})
    return rows


def _clean(value: Any) -> Any:
    """A name of others without characters that hide or turn."""
    return plain.words(value) if isinstance(value, str) and not isinstance(value, Markup) else value
