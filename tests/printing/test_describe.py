"""What an artifact says of itself; one small store, run and embedding are made once for all tests."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sennight.errors import InputError, StoreError
from sennight.evaluate import BenchResult, evaluate
from sennight.pretrain.recipes import recipe
from sennight.pretrain.run import pretrain
from sennight.printing.describe import MOST_ROWS, describe, recomputed
from sennight.record import Embedding, Facts
from sennight.stages.embedded import missingness_store
from sennight.stages.prepared import prepare_store
from sennight.stages.pretrained import pretrain_folds
from sennight.store import Store

TINY = recipe("demo").with_settings(
    {"steps": "2", "batch": "4", "save_every": "1", "validate_every": "1", "validate_windows": "4"}
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A store of 16 synthetic people, a run, a run with folds, and embeddings."""
    folder = tmp_path_factory.mktemp("artifacts")
    prepare_store("synthetic:people=16,days=3,channels=steps", folder / "store")
    store = Store.open(folder / "store")
    pretrain(store, TINY, folder / "run")
    pretrain_folds(store, TINY, folder / "folds", k=2)
    missingness_store(store, folder / "wear.parquet")
    shutil.copy(folder / "wear.parquet", folder / "plain.parquet")
    (folder / "by_fold").mkdir()
    for i in range(2):
        shutil.copy(folder / "wear.parquet", folder / "by_fold" / f"fold-{i}.parquet")
    return SimpleNamespace(folder=folder, store=store)


def test_a_store_says_who_how_much_from_what_and_whether_it_is_complete(made: SimpleNamespace) -> None:
    text = describe(made.folder / "store")
    lines = text.splitlines()
    assert lines[0] == "a store of person-days, complete"
    assert lines[1] == f"fingerprint: {made.store.fingerprint}"
    assert "source=synthetic:people=16" in lines[2]
    assert "people: 16" in lines
    assert f"days: {len(made.store)}, of which" in text
    assert "  steps (1/min)" in lines
    assert "names" in text
    assert describe(made.folder / "store" / "manifest.json") == text


def test_a_store_that_was_left_unfinished_says_so(made: SimpleNamespace, tmp_path: Path) -> None:
    from sennight.store import StoreWriter

    with pytest.raises(KeyboardInterrupt), StoreWriter(tmp_path / "s", channels=("steps",), provenance={}):
        raise KeyboardInterrupt
    text = describe(tmp_path / "s")
    assert "NOT complete" in text.splitlines()[0]
    assert "days: 0, of which 0 valid" in text
    assert "dates:" not in text


def test_a_run_shows_every_validation(made: SimpleNamespace) -> None:
    lines = describe(made.folder / "run").splitlines()
    assert lines[0] == "a pretraining run, finished"
    assert lines[1].startswith("steps: 2 of 2, ")
    assert any(made.store.fingerprint in line for line in lines)
    assert [line.split()[0] for line in lines[-3:]] == ["step", "1", "2"]
    assert "guessing the mean" in lines[-3]


def test_a_long_learning_curve_is_thinned_out_and_keeps_its_end(made: SimpleNamespace, tmp_path: Path) -> None:
    shutil.copytree(made.folder / "run", tmp_path / "run")
    line = json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[0])
    n = 3 * MOST_ROWS
    (tmp_path / "run" / "log.jsonl").write_text(
        "".join(json.dumps({**line, "step": i}) + "\n" for i in range(1, n + 1))
    )
    lines = describe(tmp_path / "run").splitlines()
    table = lines[lines.index(next(x for x in lines if x.startswith("learning curve"))) + 2 :]
    assert [row.split()[0] for row in table] == [str(i) for i in range(3, n + 1, 3)]
    assert "one validation in 3" in "\n".join(lines)


def test_a_run_that_was_stopped_says_how_to_go_on(made: SimpleNamespace, tmp_path: Path) -> None:
    shutil.copytree(made.folder / "run", tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "model")
    (tmp_path / "run" / "log.jsonl").write_text("")
    text = describe(tmp_path / "run")
    assert "not finished" in text
    assert "no validation yet" in text


def test_a_run_with_folds_has_a_line_a_fold(made: SimpleNamespace) -> None:
    lines = describe(made.folder / "folds").splitlines()
    assert "2 folds" in lines[0]
    assert [line.split()[:3] for line in lines[-2:]] == [["fold-0", "finished", "2/2"], ["fold-1", "finished", "2/2"]]


def test_a_checkpoint_says_what_model_it_is_and_what_made_it(made: SimpleNamespace) -> None:
    text = describe(made.folder / "run" / "model")
    assert text.startswith("a checkpoint of a day_transformer, size xxs, ")
    assert "after 2 steps" in text
    assert f"store: {made.store.fingerprint}" in text
    assert "holds: weights\n" in text
    (last,) = (made.folder / "run" / "checkpoints").glob("*2")
    assert "optimizer" in describe(last)


def test_an_embedding_says_what_made_it_and_from_what(made: SimpleNamespace) -> None:
    text = describe(made.folder / "plain.parquet")
    assert "an embedding: 16 people, 27 numbers each" in text
    assert "made by: missingness" in text
    assert f"made from store: {made.store.fingerprint}" in text
    by_fold = describe(made.folder / "by_fold")
    assert by_fold.startswith("2 embeddings, one a fold")
    assert by_fold.count("made by: missingness") == 2


@pytest.fixture(scope="module")
def result() -> BenchResult:
    """A real, small result: one embedding of 120 synthetic people that knows their sex."""
    people, rng = tuple(f"p{i}" for i in range(120)), np.random.default_rng(0)
    sex = rng.integers(0, 2, 120).astype(np.float64)
    values = {"sex_female": sex, "age_years": rng.uniform(20, 80, 120)}
    facts = Facts.from_wide(people=people, values=values, units=dict.fromkeys(values, "1"), source="synthetic")
    x = (sex[:, None] + rng.normal(0, 1, (120, 3))).astype(np.float32)
    embedding = Embedding(people=people, values=x, backbone="wave", days_used=np.full(120, 5, dtype=np.int32))
    return evaluate(embeddings={"engineered": embedding}, facts=facts, people=people, k=3, replicates=20, jobs=1)


def test_a_result_is_summed_up_with_what_made_it(result: BenchResult, tmp_path: Path) -> None:
    result.save(tmp_path)
    text = describe(tmp_path)
    assert text.startswith("a result\n")
    assert "engineered: wave" in text
    assert any(line.startswith("sex ") for line in text.splitlines())
    assert describe(tmp_path / "result.json") == text


def test_every_number_of_a_result_can_be_computed_again(result: BenchResult, tmp_path: Path) -> None:
    result.save(tmp_path)
    assert recomputed(tmp_path).endswith("numbers are the same")
    stored = json.loads((tmp_path / "result.json").read_text())
    stored["averages"][0]["value"] += 0.001
    (tmp_path / "result.json").write_text(json.dumps(stored))
    with pytest.raises(StoreError, match="1 of "):
        recomputed(tmp_path)


def report(**changes: object) -> dict[str, object]:
    return {
        "title": "a report", "synthetic": True, "cohort": "made up", "found": ["It is level."],
        "result": {"plan": {"n_people": 300, "tasks": [1, 2], "not_assessed": [3]}},
        "run": {"command": "sennight demo", "version": "0.1.0", "backbone": "abc", "store": ""},
        "stages": [{"name": "embed", "seconds": 1.5, "peak_mb": None}], **changes,
    }  # fmt: skip


def test_a_report_is_told_from_its_json(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps(report()))
    (tmp_path / "report.html").write_text("<html>")
    lines = describe(tmp_path).splitlines()
    assert lines[0] == "a report: a report (synthetic people)"
    assert "people: 300; questions: 2 assessed, 1 not" in lines
    assert "made by: sennight demo (sennight 0.1.0)" in lines
    assert "It is level." in lines
    assert lines[-1] == f"Open {tmp_path / 'report.html'}"


@pytest.mark.parametrize("content", ["{", "[]", "{}", json.dumps(report(run=None)), json.dumps(report(stages=[1]))])
def test_a_damaged_report_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "report.json").write_text(content)
    with pytest.raises(InputError):
        describe(tmp_path / "report.json")


@pytest.mark.parametrize("name", ["manifest.json", "run.json", "config.json", "result.json", "report.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"format": 1}', b"\xff\xfe\x00", b"[" * 100_000])
def test_a_file_that_only_bears_the_name_is_an_error_and_never_a_crash(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError):
        describe(tmp_path)


def test_an_embedding_that_is_cut_short_is_an_error(made: SimpleNamespace, tmp_path: Path) -> None:
    content = (made.folder / "plain.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreError):
        describe(tmp_path / "cut.parquet")


def test_a_result_whose_predictions_are_cut_short_is_an_error(result: BenchResult, tmp_path: Path) -> None:
    result.save(tmp_path)
    content = (tmp_path / "predictions.parquet").read_bytes()
    (tmp_path / "predictions.parquet").write_bytes(content[: len(content) // 2])
    with pytest.raises(StoreError):
        describe(tmp_path)


def test_what_is_nothing_of_ours_is_an_error_that_says_what_to_do(made: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "steps.csv").write_text("time,steps\n")
    for path, todo in (
        (tmp_path, "sennight read"),
        (tmp_path / "steps.csv", "sennight read"),
        (tmp_path / "nowhere", "Check the path"),
        (made.folder, str(made.folder / "run")),
    ):
        with pytest.raises(InputError) as error:
            describe(path)
        assert error.value.where == str(path)
        assert todo in error.value.todo
