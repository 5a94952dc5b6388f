"""What a bench found, as text: narrow enough, complete, and never kinder than the numbers."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from sennight.demo import DemoReport
from sennight.evaluate import BenchResult
from sennight.evaluate.report import StageCost
from sennight.printing.results import SHORT_LIST, found, result_summary, verdict
from sennight.stages.prepared import PrepareReport

MODEL, ENGINEERED = "sennight-xxs", "engineered"
Make = Callable[..., BenchResult]


def test_every_question_fits_into_120_columns_with_all_its_intervals(make_result: Make) -> None:
    text = result_summary(make_result(p_holm=0.001))
    assert max(map(len, text.splitlines())) <= 120
    row = next(line for line in text.splitlines() if line.startswith("memory_confusion_problems"))
    assert row.split() == [
        "memory_confusion_problems", "4115/12345", *[".71", "[.65", ".77]"] * 4, "-.123", "[-.234", "-.012]*"
    ]  # fmt: skip
    row = next(line for line in text.splitlines() if line.startswith("hdl "))
    assert row.split()[1:5] == ["12345", "-.25", "[-.35", "-.15]"]


def test_a_difference_is_marked_only_where_it_holds_after_correction(make_result: Make) -> None:
    assert "-.012]*" in result_summary(make_result(p_holm=0.049))
    assert "-.012]*" not in result_summary(make_result(p_holm=0.05))


def test_what_was_not_assessed_is_listed_with_its_reason_and_counts(make_result: Make) -> None:
    text = result_summary(make_result())
    assert any(line.split()[:3] == ["ckd", "78", "6"] and "fewer than 20" in line for line in text.splitlines())
    assert "note: age and sex are made up" in text


def test_an_embedding_alone_is_summed_up_without_differences(make_result: Make) -> None:
    text = result_summary(make_result(features=("mine",), pairs=()))
    assert "mine" in text
    assert "difference" not in text


def test_a_result_without_a_single_question_still_says_why(make_result: Make) -> None:
    text = result_summary(make_result(tasks=()))
    assert "not assessed" in text
    assert "ckd" in text


def test_the_name_of_an_embedding_cannot_steer_the_terminal(make_result: Make) -> None:
    name = "x\x1b[2J"
    text = result_summary(make_result(features=(name, ENGINEERED), pairs=((name, ENGINEERED),)))
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("auc", "r", "words"),
    [
        (0.05, 0.0, "is ahead of engineered:"),
        (-0.05, 0.0, "is behind engineered:"),
        (0.01, -0.01, "is level with engineered, no difference is shown:"),
        (0.05, -0.05, "is ahead of engineered in one kind of question and behind in the other:"),
    ],
)
def test_the_verdict_follows_the_intervals_and_nothing_else(
    make_result: Make, auc: float, r: float, words: str
) -> None:
    (sentence,) = verdict(make_result(auc=auc, r=r), MODEL, ENGINEERED)
    assert sentence.startswith(f"{MODEL} {words}")
    assert "ahead in 7 of 35 questions [3 to 12]" in sentence
    assert "clearly ahead in 1, clearly behind in 2" in sentence


def test_a_pair_that_was_not_compared_has_no_verdict(make_result: Make) -> None:
    assert verdict(make_result(), ENGINEERED, "nobody") == []


def told(result: BenchResult, *, synthetic: bool = True, width: int = 80) -> str:
    report = DemoReport(
        page=Path("out/demo/report.html"),
        result=result,
        costs=(StageCost(name="pretrain", seconds=75.0, peak_mb=2048.0), StageCost(name="embed", seconds=1.5)),
        prepared=PrepareReport(
            read={"records_seen": 1_000, "records_kept": 990, "dropped": {"heart_rate out of range": 10}},
            wear={"people": 300, "person_days": 2_400, "valid_days": 2_380, "valid_day_minutes": 600},
        ),
        synthetic=synthetic,
    )
    file = io.StringIO()
    found(Console(file=file, width=width), report)
    return file.getvalue()


def test_the_end_of_the_demo_says_who_how_well_what_it_cost_and_what_to_open(make_result: Make) -> None:
    text = told(make_result())
    for part in (
        "Synthetic people", "300 people and 2,400 days, 2,380 of them worn for 600 minutes", "12,345 people evaluated",
        "1,000 records read: 990 kept, 10 dropped", f"{MODEL} is behind {ENGINEERED}", "0.650 [0.600 0.700]",
        "pretrain 1 min 15 s, 2.0 GB; embed 1.5 s, -", "Open out/demo/report.html",
    ):  # fmt: skip
        assert part in text, part


def test_real_people_are_not_called_synthetic(make_result: Make) -> None:
    assert "ynthetic" not in told(make_result(), synthetic=False)


def test_the_demo_does_not_excuse_a_model_that_is_not_behind(make_result: Make) -> None:
    assert "short" in told(make_result(auc=-0.05))
    assert "short" not in told(make_result(auc=0.05, r=0.05))


def test_the_short_table_is_chosen_before_the_result(make_result: Make) -> None:
    text = told(make_result())
    assert all(any(line.startswith(f"{task} (") for line in text.splitlines()) for task in SHORT_LIST)
    few = told(make_result(tasks=("age", "hdl", "obese")))
    assert sum(line.startswith(("age (", "hdl (", "obese (")) for line in few.splitlines()) == 3


def test_a_pipe_gets_the_same_lines_as_a_screen(make_result: Make) -> None:
    assert told(make_result(), width=40) == told(make_result(), width=200)


def test_a_demo_that_could_assess_nothing_says_so(make_result: Make) -> None:
    text = told(make_result(tasks=()))
    assert "No question had enough people to be assessed." in text
    assert "Open out/demo/report.html" in text
