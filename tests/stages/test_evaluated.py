"""Evaluating a store ends in a result that can be read again and a page that says who learned from whom."""

import json
from pathlib import Path
from typing import Any

import pytest

from sennight.errors import InputError
from sennight.evaluate import BenchResult, evaluate
from sennight.evaluate.report import ReportInput
from sennight.pretrain.run import PretrainReport, pretraining_people
from sennight.stages.embedded import load_embeddings
from sennight.stages.evaluated import EvaluateReport, evaluate_store
from sennight.stages.prepared import prepare_store
from sennight.stages.who import people_who_count
from sennight.store import Store

K = 3
REPLICATES = 20


def evaluated(store: Store, embedded: dict[str, str], out: Path, **changes: Any) -> EvaluateReport:
    options = {"command": "sennight evaluate", "k": K, "replicates": REPLICATES, "jobs": 1, **changes}
    return evaluate_store(store.path, embedded, out, **options)


def page_json(report: EvaluateReport) -> dict[str, Any]:
    return dict(json.loads(report.page.with_suffix(".json").read_text()))


@pytest.fixture(scope="module", name="report")
def _report(
    store: Store, embedded: dict[str, str], fold_run: Path, tmp_path_factory: pytest.TempPathFactory
) -> EvaluateReport:
    return evaluated(store, embedded, tmp_path_factory.mktemp("evaluated"), run=fold_run)


def test_the_result_on_disk_is_the_result(report: EvaluateReport) -> None:
    assert report.result.scores
    saved = BenchResult.load(report.page.parent / "result")
    assert saved.to_json() == report.result.to_json()
    assert saved.predictions.equals(report.result.predictions)


def test_everybody_who_counts_is_judged_and_nobody_else(store: Store, report: EvaluateReport) -> None:
    assert report.result.plan.n_people == len(people_who_count(store))
    assert set(report.result.predictions["person"]) <= set(people_who_count(store))


def test_embeddings_read_from_files_are_judged_as_those_in_hand(
    store: Store, embedded: dict[str, str], report: EvaluateReport
) -> None:
    in_hand = evaluate(
        embeddings={name: load_embeddings(Path(path)) for name, path in embedded.items()},
        facts=store.facts, people=people_who_count(store), k=K, replicates=REPLICATES, jobs=1,
    )  # fmt: skip
    assert in_hand.to_json() == report.result.to_json()


def test_the_page_says_that_the_people_are_synthetic_and_what_made_it(store: Store, report: EvaluateReport) -> None:
    assert report.page.name == "report.html"
    assert "synthetic" in report.page.read_text().lower()
    told = page_json(report)
    assert told["synthetic"] is True
    assert told["cohort"].startswith("synthetic")
    assert told["run"]["store"] == store.fingerprint
    assert told["run"]["command"] == "sennight evaluate"
    assert [line["step"] for line in told["learning_curve"]] == [1, 2]
    assert told["wear"]["person_days"] == len(store)


def test_a_run_with_folds_judges_nobody_it_learned_from(report: EvaluateReport, fold_run: Path) -> None:
    told = page_json(report)["run"]
    assert told["overlap_people"] == 0
    assert told["pretraining_people"] == max(len(pretraining_people(fold_run / f"fold-{i}")) for i in range(K))


@pytest.fixture(name="told")
def _told(monkeypatch: pytest.MonkeyPatch) -> list[ReportInput]:
    """What the page would say, without the seconds it takes to draw it."""
    told: list[ReportInput] = []

    def keep(contents: ReportInput, out: Path) -> Path:
        told.append(contents)
        return out

    monkeypatch.setattr("sennight.stages.evaluated.write_report", keep)
    return told


def test_folds_drawn_with_another_seed_are_told_as_overlap(
    store: Store, embedded: dict[str, str], fold_run: Path, tmp_path: Path, told: list[ReportInput]
) -> None:
    evaluated(store, {"engineered": embedded["engineered"]}, tmp_path, run=fold_run, seed=1)
    assert told[0].run.overlap_people is not None
    assert told[0].run.overlap_people > 0


def test_a_run_on_everybody_is_told_as_overlap(
    store: Store, embedded: dict[str, str], run: PretrainReport, tmp_path: Path, told: list[ReportInput]
) -> None:
    evaluated(store, {"engineered": embedded["engineered"]}, tmp_path, run=run.model.parent)
    assert told[0].run.pretraining_people == len(store.people)
    assert told[0].run.overlap_people == len(people_who_count(store))


def test_without_a_run_nothing_is_said_of_who_learned(
    store: Store, embedded: dict[str, str], tmp_path: Path, told: list[ReportInput]
) -> None:
    evaluated(store, {"engineered": embedded["engineered"]}, tmp_path)
    assert (told[0].run.pretraining_people, told[0].run.overlap_people) == (None, None)
    assert not told[0].curve


def test_what_earlier_stages_cost_is_passed_on(report: EvaluateReport) -> None:
    assert [cost.name for cost in report.costs] == ["evaluate"]
    assert page_json(report)["stages"][0]["name"] == "evaluate"


def test_embeddings_of_another_number_of_folds_are_refused(
    store: Store, embedded: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="has 3 embeddings for 5 folds"):
        evaluated(store, embedded, tmp_path, k=5)
    assert not (tmp_path / "result").exists()


def test_a_store_in_which_nobody_counts_is_refused(embedded: dict[str, str], tmp_path: Path) -> None:
    prepare_store("synthetic:people=2,days=2,channels=heart_rate+on_body", tmp_path / "store")
    with pytest.raises(InputError, match="nobody in this store has enough valid days") as refused:
        evaluated(Store.open(tmp_path / "store"), embedded, tmp_path / "out")
    assert "three days of ten worn hours" in refused.value.todo
