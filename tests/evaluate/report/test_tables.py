from collections.abc import Callable
from dataclasses import replace

from sennight.evaluate.report import tables
from sennight.evaluate.report.plain import number, signed
from sennight.evaluate.report.shown import Shown
from sennight.evaluate.result import BenchResult


def test_every_cell_is_the_rounded_score_of_its_question(result: BenchResult) -> None:
    shown = Shown.of(result.plan)
    table = tables.main_table(result, shown)
    assert [row.note.name for row in table.rows] == ["short_sleep", "diabetes", "phq9"]
    for row in table.rows:
        for features, cell in zip(shown.front, row.cells, strict=False):
            score = result.score(row.note.name, features)
            assert score is not None
            assert cell.text == number(score.value)
            assert cell.interval == f"[{number(score.low)}, {number(score.high)}]"
        for pair, cell in zip(shown.pairs, row.cells[len(shown.front) :], strict=True):
            comparison = result.comparison(row.note.name, *pair)
            assert comparison is not None
            assert cell.text == signed(comparison.difference)


def test_the_better_of_a_pair_is_marked_only_when_zero_is_left_out(measure: Callable[..., BenchResult]) -> None:
    result = measure(model=0.6, engineered=0.6)
    shown = Shown.of(result.plan)
    marks = []
    for row in tables.main_table(result, shown).rows:
        comparison = result.comparison(row.note.name, "model", "engineered")
        assert comparison is not None
        clear = comparison.low > 0 or comparison.high < 0
        marks.append(clear)
        better = 0 if comparison.difference > 0 else 1
        assert row.cells[better].clear == clear
        assert not row.cells[1 - better].clear
    assert not all(marks)


def test_a_feature_set_that_did_not_answer_is_a_dash(result: BenchResult) -> None:
    scores = tuple(s for s in result.scores if (s.task, s.features) != ("diabetes", "engineered"))
    table = tables.main_table(replace(result, scores=scores), Shown.of(result.plan))
    assert table.rows[1].cells[1].text == "–"


def test_controls_hold_all_other_feature_sets(result: BenchResult) -> None:
    table = tables.control_table(result, Shown.of(result.plan))
    assert table.columns == ("untrained network", "shuffled labels (model)")


def test_other_metrics_stand_a_row_a_question_and_feature_set(result: BenchResult) -> None:
    table = tables.other_metrics(result, Shown.of(result.plan), metrics=tables.YES_NO_METRICS)
    assert [row.note.name for row in table.rows] == ["short_sleep"] * 4 + ["diabetes"] * 4
    brier = result.other_scores("short_sleep", "engineered")["brier"]
    assert table.rows[1].features == "engineered features"
    assert table.rows[1].cells[1].text == number(brier.value)


def test_thresholds_without_people_on_both_sides_are_left_out(result: BenchResult) -> None:
    ((note, rows),) = tables.threshold_tables(result, Shown.of(result.plan))
    assert note.name == "phq9"
    assert [row.at for row in rows] == ["10"]
    score = result.other_scores("phq9", "model")["auc_at_10"]
    assert rows[0].cells[0].text == number(score.value)
    assert rows[0].events == score.n_events
