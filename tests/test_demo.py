"""The whole main job on a few synthetic people: stopped, continued, and ending with a page and every artifact."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from sennight import demo
from sennight.backbones.day_transformer import Size
from sennight.demo import FOLDS, DemoReport, Tick
from sennight.evaluate import BenchResult
from sennight.evaluate.controls import MISSINGNESS, RANDOM_INIT
from sennight.pretrain.recipes import Recipe
from sennight.stages.embedded import ENGINEERED
from sennight.stages.who import people_who_count
from sennight.store import Store

SOURCE = "synthetic:people=60,days=4,channels=heart_rate+steps+on_body"
STAGES = ["Read and prepare", "Pretrain", "Embed", "Evaluate"]
RECIPE = Recipe(
    name="test", size=Size.XXS, patch_minutes=60, steps=2, batch=8, validate_windows=8, validate_every=2, save_every=2
)


class Stopped(Exception):
    """Stands for Ctrl-C in the middle of a stage."""


class Screen:
    """Keeps what a progress display would show; stops a stage at a tick if it is told to."""

    def __init__(self, stop_in: str = "") -> None:
        self.stages: list[str] = []
        self.ticks: dict[str, list[tuple[int, int | None]]] = {}
        self.stop_in = stop_in

    @contextmanager
    def __call__(self, name: str) -> Iterator[Tick]:
        """Open a stage."""
        self.stages.append(name)
        heard = self.ticks.setdefault(name, [])

        def tick(done: int, total: int | None, note: str = "") -> None:
            heard.append((done, total))
            if name == self.stop_in and len(heard) == 3:
                raise Stopped

        yield tick


def run(out: Path, screen: Screen) -> DemoReport:
    return demo.run(SOURCE, out, recipe=RECIPE, stage=screen, command="sennight demo", jobs=1)


@pytest.fixture(scope="module", name="out")
def _out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "out"


@pytest.fixture(scope="module", name="screen")
def _screen() -> Screen:
    return Screen()


@pytest.fixture(scope="module", name="finished_before")
def _finished_before(out: Path) -> dict[str, bytes]:
    """What a demo that was stopped in the third step of pretraining had finished."""
    torch.set_num_threads(1)
    with pytest.raises(Stopped):
        run(out, Screen(stop_in="Pretrain"))
    finished = [*(out / "store").rglob("*"), *(out / "run" / "fold-0").rglob("*")]
    return {str(p): p.read_bytes() for p in finished if p.is_file()}


@pytest.fixture(scope="module", name="report")
def _report(out: Path, screen: Screen, finished_before: dict[str, bytes]) -> DemoReport:
    """The same demo, run again to its end."""
    return run(out, screen)


def test_a_stopped_demo_continues_and_does_nothing_twice(
    report: DemoReport, finished_before: dict[str, bytes], screen: Screen
) -> None:
    assert any(name.endswith("model.safetensors") for name in finished_before)
    assert {name: Path(name).read_bytes() for name in finished_before} == finished_before
    total = FOLDS * RECIPE.steps
    assert screen.ticks["Pretrain"] == [(done, total) for done in range(RECIPE.steps + 1, total + 1)]


def test_it_ends_with_a_page_that_says_that_the_people_are_synthetic(report: DemoReport, out: Path) -> None:
    assert report.page == out / "report.html"
    assert report.synthetic
    assert "synthetic" in report.page.read_text().lower()
    told = json.loads((out / "report.json").read_text())
    assert told["synthetic"] is True
    assert told["run"]["overlap_people"] == 0
    assert told["run"]["command"] == "sennight demo"


def test_every_stage_leaves_its_artifact(report: DemoReport, out: Path) -> None:
    store = Store.open(out / "store")
    assert store.complete
    assert sorted(p.name for p in (out / "run").iterdir()) == [f"fold-{i}" for i in range(FOLDS)]
    found = sorted(p.relative_to(out / "embeddings").as_posix() for p in (out / "embeddings").rglob("*.parquet"))
    assert found == sorted(
        ["engineered.parquet", "missingness.parquet", "random_init.parquet"]
        + [f"model/fold-{i}.parquet" for i in range(FOLDS)]
    )
    assert BenchResult.load(out / "result").to_json() == report.result.to_json()
    assert report.result.plan.n_people == len(people_who_count(store))


def test_the_model_stands_beside_engineered_features_and_every_control(report: DemoReport) -> None:
    model = "sennight-xxs"
    assert report.result.scores
    assert {model, ENGINEERED, RANDOM_INIT, MISSINGNESS, "age_sex", f"age_sex+{model}", f"shuffled:{model}"} <= set(
        report.result.plan.features
    )
    for baseline in (ENGINEERED, RANDOM_INIT, MISSINGNESS):
        assert (model, baseline) in report.result.plan.pairs


def test_stages_come_in_order_each_with_its_cost_and_progress_to_the_end(report: DemoReport, screen: Screen) -> None:
    assert screen.stages == STAGES
    assert [cost.name for cost in report.costs] == [name.lower() for name in STAGES]
    for name in STAGES:
        done, total = screen.ticks[name][-1]
        assert done == total, name
