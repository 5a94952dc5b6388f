"""A store and a word become out-of-fold predictions that stand beside those of frozen embeddings."""

from pathlib import Path

import polars as pl
import pytest

from sennight.errors import InputError
from sennight.evaluate import BenchResult, evaluate
from sennight.evaluate.beside import beside
from sennight.evaluate.rescore import rescore
from sennight.finetune import FinetuneSpec
from sennight.record import folds
from sennight.stages.embedded import backbones_of, load_embeddings
from sennight.stages.finetuned import finetune_store, spec_of
from sennight.stages.who import people_who_count
from sennight.store import Store

K = 3
SPEC = FinetuneSpec(epochs=1, batch=16)


@pytest.fixture(scope="module", name="tuned")
def _tuned(store: Store, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BenchResult]:
    out = tmp_path_factory.mktemp("tuned") / "lstm"
    report = finetune_store(store, "lstm", out, spec=SPEC, name="LSTM", k=K, replicates=100)
    assert report is not None
    return out, report.result


def test_everybody_is_answered_once_by_the_fold_they_were_outside_of(
    store: Store, tuned: tuple[Path, BenchResult]
) -> None:
    people = people_who_count(store)
    fold = dict(zip(people, folds(people, k=K, seed=0).tolist(), strict=True))
    frame = tuned[1].predictions.with_columns(pl.col("task").cast(pl.String))
    assert frame.columns == ["task", "features", "person", "fold", "y", "p"]
    for task, part in frame.partition_by("task", as_dict=True).items():
        assert part["person"].is_unique().all(), task
        assert [fold[p] for p in part["person"]] == part["fold"].to_list()


def test_the_stored_result_recomputes_to_itself(tuned: tuple[Path, BenchResult]) -> None:
    stored = BenchResult.load(tuned[0] / "result")
    assert rescore(stored.predictions, stored.plan).to_json() == stored.to_json()
    assert stored.plan.features == ("LSTM",)


def test_a_finished_fold_is_not_done_again_and_one_fold_can_be_done_alone(store: Store, tmp_path: Path) -> None:
    first = finetune_store(store, "lstm", tmp_path / "a", spec=SPEC, k=K, only_folds=(1,), replicates=100)
    assert first is None
    stamp = (tmp_path / "a/fold-1.parquet").stat().st_mtime_ns
    report = finetune_store(store, "lstm", tmp_path / "a", spec=SPEC, k=K, replicates=100)
    assert report is not None
    assert report.seconds[1] == 0 < report.seconds[0]
    assert (tmp_path / "a/fold-1.parquet").stat().st_mtime_ns == stamp
    assert not list((tmp_path / "a").glob("*.safetensors"))


def test_another_setting_in_the_same_folder_is_refused(store: Store, tuned: tuple[Path, BenchResult]) -> None:
    with pytest.raises(InputError, match="another fine-tuning"):
        finetune_store(store, "cnn_1d", tuned[0], spec=SPEC, k=K)


def test_a_pretrained_run_is_tuned_fold_by_fold(store: Store, fold_run: Path, tmp_path: Path) -> None:
    report = finetune_store(store, str(fold_run), tmp_path / "day", spec=SPEC, name="tuned", k=K, replicates=100)
    assert report is not None
    assert report.result.plan.features == ("tuned",)
    assert len(report.result.scores) > 3


def test_predictions_stand_beside_the_probe_in_one_result(
    store: Store, tuned: tuple[Path, BenchResult], embedded: dict[str, str]
) -> None:
    frozen = evaluate(
        embeddings={name: load_embeddings(Path(path)) for name, path in embedded.items()}, facts=store.facts,
        people=people_who_count(store), k=K, replicates=100, jobs=1,
    )  # fmt: skip
    joined = beside(frozen, [tuned[1]])
    assert joined.plan.features[-1] == "LSTM"
    for score in tuned[1].scores:
        assert joined.score(score.task, "LSTM") is not None
    ahead = {(lead.features, lead.baseline) for lead in joined.leads}
    assert {("sennight-xxs", "LSTM"), ("engineered", "LSTM")} <= ahead
    one = beside(frozen, [tuned[1]], tasks=[joined.plan.tasks[0].name])
    assert [t.name for t in one.plan.tasks] == [joined.plan.tasks[0].name]


def test_settings_are_parsed_and_nonsense_names_the_nearest() -> None:
    assert spec_of({"epochs": "3", "learning_rate": "0.01"}) == FinetuneSpec(epochs=3, learning_rate=0.01)
    with pytest.raises(InputError, match="no setting 'epoch'") as error:
        spec_of({"epoch": "3"})
    assert "epochs" in error.value.todo
    with pytest.raises(InputError, match="expected int"):
        spec_of({"batch": "many"})


def test_backbones_that_are_not_folders_are_still_words(store: Store) -> None:
    assert backbones_of("engineered", store)[0].channels == store.channels
