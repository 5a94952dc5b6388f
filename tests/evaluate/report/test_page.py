import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.evaluate.report import ReportInput, RunFacts, write_report
from sennight.evaluate.report import page as page_module
from sennight.evaluate.report.page import render
from sennight.evaluate.report.plain import number, signed
from sennight.evaluate.result import BenchResult, TaskNote
from sennight.readers.reader import ReadReport
from sennight.record import PersonDays

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7 * 7 }}"
VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """Tags with their attributes, ids, and the text of every table row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.cell = False
        self.feed(text)
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.cell = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in ("td", "th"):
            self.cell = False

    def handle_data(self, data: str) -> None:
        if self.cell:
            self.rows[-1][-1] += data

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]


@pytest.fixture(scope="module")
def days() -> list[PersonDays]:
    seen = np.ones((1440, 1), dtype=np.bool_)
    seen[:300] = False
    values = np.where(seen, 60, 0).astype(np.float32)
    return [
        PersonDays(
            person="somebody-17", first_date=date(2026, 3, d), ordinal=d, weekday=(d - 2) % 7, values=values,
            seen=seen, channels=("heart_rate",),
        )
        for d in (2, 3)
    ]  # fmt: skip


CURVE = [
    {"step": s, "loss": 1 / s, "skipped": False, "validation": {"loss": 0.5, "mean_baseline": 1.0, "random": 0.4}}
    for s in (1, 2, 3)
]


@pytest.fixture(scope="module")
def full(report: Callable[..., ReportInput], same_wear: dict[str, Any], days: list[PersonDays]) -> str:
    read = ReadReport(reader="fitbit", source="/home/somebody/takeout.zip", notes=["a note"])
    read.keep(10, 3, "no time")
    return render(report(curve=CURVE, wear=same_wear, actogram=days, reads=(read,)))


def test_the_page_loads_nothing(full: str) -> None:
    page = Page(full)
    for attribute in ("src", "href", "action", "data", "poster", "srcset"):
        for value in page.values(attribute):
            assert value.startswith(("#", "data:")), value
    assert not any(tag in ("link", "iframe", "object", "embed", "base") for tag, _ in page.tags)
    assert not re.search(r"url\((?!#)|@import", full)


def test_only_the_page_s_own_script_may_run(full: str) -> None:
    (policy,) = [attrs["content"] for tag, attrs in Page(full).tags if attrs.get("http-equiv")]
    (script,) = re.findall(r"<script>(.*?)</script>", full, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy is not None
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_ids_are_unique_and_links_meet_them(full: str) -> None:
    page = Page(full)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.values("href") if link.startswith("#")} <= set(ids)
    assert {name for names in page.values("aria-labelledby") for name in names.split()} <= set(ids)


def test_headings_do_not_jump_and_tables_have_captions(full: str) -> None:
    page = Page(full)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    assert full.count("<table") == full.count("<caption>")


def test_the_page_is_small(full: str) -> None:
    assert len(full.encode()) < 1_000_000


def test_every_number_of_the_table_is_the_rounded_number_of_the_result(full: str, result: BenchResult) -> None:
    front, columns = ("model", "engineered", "age_sex", "age_sex+model"), 9
    table = [row for row in Page(full).rows if len(row) == columns]
    for note in result.plan.tasks:
        (cells,) = [row for row in table if row[0].startswith(note.question)]
        score = result.score(note.name, "model")
        assert score is not None
        assert cells[1] == (f"{score.n_people} {score.n_events} yes" if score.n_events else str(score.n_people))
        for text, features in zip(cells[3:7], front, strict=True):
            score = result.score(note.name, features)
            assert score is not None
            assert text == f"{number(score.value)} [{number(score.low)}, {number(score.high)}]"
        for text, pair in zip(cells[7:], (("model", "engineered"), ("age_sex+model", "age_sex")), strict=True):
            c = result.comparison(note.name, *pair)
            assert c is not None
            assert text == f"{signed(c.difference)} [{signed(c.low)}, {signed(c.high)}]"


def test_a_synthetic_cohort_is_called_synthetic_wherever_it_shows(report: Callable[..., ReportInput]) -> None:
    made_up, real = render(report(synthetic=True)), render(report(synthetic=False))
    assert "these numbers say nothing about real bodies" in made_up
    assert "<title>A report (synthetic people)</title>" in made_up
    assert "synthetic" not in re.sub(r"<style>.*?</style>", "", real, flags=re.DOTALL).lower()


def test_research_use_is_said(full: str) -> None:
    assert "For research and general wellness" in full
    assert "not a diagnosis" in full


def test_questions_not_assessed_have_their_reason(full: str) -> None:
    assert ["rare thing", "fewer than 20 people in the rarer class", "31", "–"] in Page(full).rows


def test_a_page_without_log_wear_person_or_cost_says_so(report: Callable[..., ReportInput]) -> None:
    text = render(report(stages=(), limits=(), run=RunFacts(command="c", version="0")))
    for words in ("There is no training log", "There is no wear report", "No person's days were chosen"):
        assert words in text
    Page(text)


def test_a_page_without_any_assessed_question_is_made(
    report: Callable[..., ReportInput], measure_notes: Callable[..., BenchResult], result: BenchResult
) -> None:
    plan = replace(result.plan, tasks=())
    empty = replace(result, plan=plan, scores=(), secondary=(), comparisons=(), averages=(), leads=())
    text = render(report(result=replace(empty, predictions=result.predictions.clear())))
    Page(text)
    assert "No question had enough people to be assessed" in text


def test_hostile_text_is_shown_and_never_run(
    report: Callable[..., ReportInput],
    measure_notes: Callable[..., BenchResult],
    make_note: Callable[..., TaskNote],
    wear: dict[str, Any],
) -> None:
    question = f"Is {HOSTILE} so?"
    note = make_note("bad", "yes/no", question=question, domain=HOSTILE, note=HOSTILE)
    result = measure_notes({HOSTILE: 1.0, "engineered": 0.5}, (note,), ((HOSTILE, "engineered"),))
    wear["minutes"] = {HOSTILE: wear["minutes"]["heart_rate"]}
    wear["wear_rules"] = {HOSTILE: 1}
    read = ReadReport(reader=HOSTILE, source=HOSTILE, notes=[HOSTILE])
    read.keep(2, 1, HOSTILE)
    read.unknown[HOSTILE] += 1
    run = RunFacts(command=HOSTILE, version=HOSTILE, more={HOSTILE: HOSTILE}, machine=HOSTILE)
    seen = np.ones((1440, 1), dtype=np.bool_)
    day = PersonDays(
        person=HOSTILE, first_date=None, ordinal=1, weekday=-1, seen=seen, values=seen.astype(np.float32),
        channels=(HOSTILE,),
    )  # fmt: skip
    text = render(
        report(result=result, title=HOSTILE, cohort=HOSTILE, wear=wear, reads=(read,), run=run, actogram=(day,),
               limits=(HOSTILE,), curve=CURVE)
    )  # fmt: skip
    page = Page(text)
    assert text.count("<script") == 1
    assert not any(tag == "img" or any(name.startswith("on") for name in attrs) for tag, attrs in page.tags)
    assert "alert(1)" in text
    assert "49" not in re.findall(r"<h1>.*?</h1>", text)[0]


def test_characters_that_turn_text_around_do_not_reach_the_page(report: Callable[..., ReportInput]) -> None:
    assert "\u202e" not in render(report(title="abc\u202edef"))


def test_page_and_json_are_written_together(report: Callable[..., ReportInput], tmp_path: Path) -> None:
    given = report(curve=[{"step": 1, "loss": float("inf"), "skipped": True}])
    path = write_report(given, tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "report.html"
    assert sorted(p.name for p in path.parent.iterdir()) == ["report.html", "report.json"]
    stored = json.loads(path.with_name("report.json").read_text(encoding="utf-8"))
    assert stored == given.to_json(stored["found"])
    assert len(stored["found"]) >= 3
    for sentence in stored["found"][:1]:
        assert sentence in path.read_text(encoding="utf-8")


def test_the_same_input_gives_the_same_page(report: Callable[..., ReportInput]) -> None:
    assert render(report()) == render(report())


def test_a_failed_write_leaves_the_old_page(
    report: Callable[..., ReportInput], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.html").write_text("old", encoding="utf-8")

    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(page_module.os, "replace", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_report(report(), tmp_path)
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
