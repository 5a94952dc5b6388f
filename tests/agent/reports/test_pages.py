import json

import numpy as np
from tests.agent.people import flat, person

from sennight.agent.reports.content import make
from sennight.agent.reports.pages import as_html, as_json, as_markdown, as_pdf, broken

HOSTILE = "<script>alert(1)</script>|`[x](http://evil)`"
STEPS = flat(60, 0) + np.random.default_rng(0).integers(3, 9, (60, 1)).astype(np.float32)
REPORT = make(person({"steps": STEPS}, devices=["A"] * 30 + [HOSTILE] * 30), "visit")


def test_a_page_needs_nothing_else_and_names_out_of_files_stay_text() -> None:
    page = as_html(REPORT)
    assert "<svg" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert 'src="' not in page
    assert "no language model was used" in page


def test_markdown_has_the_tables_and_no_live_link() -> None:
    text = as_markdown(REPORT)
    assert "| Steps |" in text
    assert "[x](http" not in text


def test_a_pdf_is_one_page_and_the_same_twice() -> None:
    made = as_pdf(REPORT)
    assert made.startswith(b"%PDF")
    assert made.count(b"/Type /Page\n") + made.count(b"/Type /Page ") == 1
    assert made == as_pdf(REPORT)


def test_json_has_all_evidence() -> None:
    plain = json.loads(as_json(REPORT))
    assert plain["sections"][2]["evidence"]


def test_lines_break_at_words() -> None:
    assert broken("one two three", 7) == ["one two", "three"]
    assert broken("", 5) == [""]
