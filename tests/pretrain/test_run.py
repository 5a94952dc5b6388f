"""Pretraining runs learn, resume to the same bytes, survive kill -9, and refuse what is not theirs."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from sennight.backbones.checkpoint import load
from sennight.backbones.day_transformer import Size
from sennight.backbones.day_transformer.precision import precision_on
from sennight.errors import InputError
from sennight.pretrain.recipes import Recipe
from sennight.pretrain.run import LOG, fit_scales, pretrain, read_curve
from sennight.record import MINUTES_PER_DAY, PersonDays, WindowBatch
from sennight.store import Store, StoreWriter

RECIPE = Recipe(
    name="test",
    size=Size.XXS,
    steps=12,
    batch=8,
    learning_rate=3e-3,
    validate_every=4,
    save_every=5,
    validate_windows=8,
)


@pytest.fixture(scope="module", name="store")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Twelve people, four days each, with a daily wave that can be learned."""
    folder = tmp_path_factory.mktemp("pretrain") / "store"
    rng = np.random.default_rng(0)
    minute = np.arange(MINUTES_PER_DAY)
    with StoreWriter(folder, channels=("heart_rate", "steps"), provenance={}) as writer:
        for p in range(12):
            for day in range(4):
                pulse = 60 + p + 25 * np.clip(np.sin(2 * np.pi * (minute - 360) / MINUTES_PER_DAY), 0, 1)
                steps = np.where(rng.random(MINUTES_PER_DAY) < 0.1, 40.0, 0.0)
                values = np.stack([pulse + rng.normal(0, 2, MINUTES_PER_DAY), steps], axis=1).astype(np.float32)
                seen = np.ones(values.shape, dtype=np.bool_)
                seen[: 60 * p // 2] = False
                writer.append(
                    PersonDays(
                        person=f"p{p:02d}",
                        first_date=None,
                        ordinal=day,
                        weekday=day,
                        values=np.where(seen, values, 0),
                        seen=seen,
                        channels=("heart_rate", "steps"),
                    )
                )
    return Store.open(folder)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def weights(run: Path) -> bytes:
    return (run / "model" / "model.safetensors").read_bytes()


def test_the_loss_falls_below_guessing_the_mean(store: Store, tmp_path: Path) -> None:
    recipe = RECIPE.with_settings({"steps": "60", "validate_every": "20", "save_every": "60"})
    report = pretrain(store, recipe, tmp_path / "run", seed=1)
    assert report.validation["loss"] < 0.8 * report.validation["mean_baseline"]
    curve = read_curve(tmp_path / "run")
    assert [line["step"] for line in curve] == list(range(1, 61))
    assert curve[-1]["loss"] < curve[0]["loss"]


def test_nobody_trains_and_validates(store: Store, tmp_path: Path) -> None:
    report = pretrain(store, RECIPE, tmp_path / "run", people=store.people[:8], seed=0)
    assert not set(report.train_people) & set(report.validate_people)
    assert set(report.train_people) | set(report.validate_people) == set(store.people[:8])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(store: Store, tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        pretrain(store, RECIPE, tmp_path / name, seed=seed)
    assert weights(tmp_path / "a") == weights(tmp_path / "b")
    assert weights(tmp_path / "a") != weights(tmp_path / "c")


def test_a_stopped_run_ends_in_the_same_bytes(store: Store, tmp_path: Path) -> None:
    pretrain(store, RECIPE, tmp_path / "whole", seed=0)

    class Stopped(Exception):
        pass

    def stop(line: object) -> None:
        if line.step == 8:  # type: ignore[attr-defined]
            raise Stopped

    with pytest.raises(Stopped):
        pretrain(store, RECIPE, tmp_path / "stopped", seed=0, progress=stop)
    pretrain(store, RECIPE, tmp_path / "stopped", seed=0)
    assert weights(tmp_path / "stopped") == weights(tmp_path / "whole")
    losses = [[line["loss"] for line in read_curve(tmp_path / run)] for run in ("stopped", "whole")]
    assert losses[0] == losses[1]


def test_a_run_that_tells_people_apart_stops_and_continues_to_the_same_bytes(store: Store, tmp_path: Path) -> None:
    recipe = RECIPE.with_settings(
        {"person_weight": "1", "layout": "joint", "patch_minutes": "10", "aim_windows": "4", "save_every": "4"}
    )
    pretrain(store, recipe, tmp_path / "whole", seed=0)

    class Stopped(Exception):
        pass

    def stop(line: object) -> None:
        if line.step == 6:  # type: ignore[attr-defined]
            raise Stopped

    with pytest.raises(Stopped):
        pretrain(store, recipe, tmp_path / "stopped", seed=0, progress=stop)
    pretrain(store, recipe, tmp_path / "stopped", seed=0)
    assert weights(tmp_path / "stopped") == weights(tmp_path / "whole")
    assert {"person", "person_accuracy", "aim"} <= set(read_curve(tmp_path / "whole")[-1]["parts"])


@pytest.mark.parametrize(
    "changed",
    [{"optimizer": "muon"}, {"ema_decay": "0.8"}, {"patience": "2", "learning_rate": "0.5", "validate_every": "2"}],
    ids=["muon", "average", "patience"],
)
def test_every_option_of_the_loop_stops_and_continues_to_the_same_bytes(
    store: Store, tmp_path: Path, changed: dict[str, str]
) -> None:
    recipe = RECIPE.with_settings({"save_every": "3", **changed})
    whole = pretrain(store, recipe, tmp_path / "whole", seed=0)

    class Stopped(Exception):
        pass

    def stop(line: object) -> None:
        if line.step == 4:  # type: ignore[attr-defined]
            raise Stopped

    with pytest.raises(Stopped):
        pretrain(store, recipe, tmp_path / "stopped", seed=0, progress=stop)
    again = pretrain(store, recipe, tmp_path / "stopped", seed=0)
    assert weights(tmp_path / "stopped") == weights(tmp_path / "whole")
    assert (again.steps, again.validation) == (whole.steps, whole.validation)


def test_a_run_without_patience_left_releases_its_best(store: Store, tmp_path: Path) -> None:
    recipe = RECIPE.with_settings(
        {"steps": "40", "patience": "2", "learning_rate": "0.5", "validate_every": "2", "warmup_share": "1"}
    )
    report = pretrain(store, recipe, tmp_path / "run", seed=0)
    curve = read_curve(tmp_path / "run")
    errors = {line["step"]: line["validation"]["loss"] for line in curve if line["validation"]}
    assert curve[-1]["step"] < 40
    assert report.steps == min(errors, key=lambda step: errors[step])
    assert weights(tmp_path / "run") == (tmp_path / "run" / "best" / "model.safetensors").read_bytes()


def test_precision_is_part_of_where_a_model_comes_from(store: Store, tmp_path: Path) -> None:
    for precision in ("fp32", "auto"):
        recipe = RECIPE.with_settings({"precision": precision, "steps": "1"})
        made = load(pretrain(store, recipe, tmp_path / precision, seed=0).model)
        assert made.provenance["precision"] == precision_on(torch.device("cpu"), recipe.precision)
        assert made.provenance["fp32_products"] in ("medium", "highest")


def test_a_model_of_some_channels_trains_on_a_store_with_more(store: Store, tmp_path: Path) -> None:
    report = pretrain(store, RECIPE, tmp_path / "run", channels=("steps",), seed=0)
    assert load(report.model).model.channels == ("steps",)


def test_a_finished_run_is_found_again_not_made_again(store: Store, tmp_path: Path) -> None:
    first = pretrain(store, RECIPE, tmp_path / "run", seed=0)
    before = weights(tmp_path / "run"), (tmp_path / "run" / LOG).read_text()
    again = pretrain(store, RECIPE, tmp_path / "run", seed=0)
    assert (weights(tmp_path / "run"), (tmp_path / "run" / LOG).read_text()) == before
    assert again.validation == first.validation


def test_another_recipe_in_the_same_folder_is_refused(store: Store, tmp_path: Path) -> None:
    pretrain(store, RECIPE, tmp_path / "run", seed=0)
    with pytest.raises(InputError, match="another pretraining run"):
        pretrain(store, RECIPE, tmp_path / "run", seed=5)


def test_too_few_windows_are_refused_with_a_number(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too few"):
        pretrain(store, RECIPE.with_settings({"batch": "500"}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_the_model_says_where_it_comes_from(store: Store, tmp_path: Path) -> None:
    pretrain(store, RECIPE, tmp_path / "run", seed=0)
    provenance = load(tmp_path / "run" / "model").provenance
    assert provenance["store"] == store.fingerprint
    assert {"recipe", "seed", "split", "torch", "threads", "sennight", "cpu_capability"} <= set(provenance)


def test_a_week_model_trains_and_embeds(store: Store, tmp_path: Path) -> None:
    recipe = RECIPE.with_settings({"window_days": "7", "batch": "4", "steps": "3"})
    report = pretrain(store, recipe, tmp_path / "run", seed=0)
    model = load(report.model).model
    assert model.encode_windows(store.read_weeks(store.weeks()["row"].to_numpy())).shape == (12, model.width)


def test_kill_9_leaves_a_run_that_continues_to_the_same_bytes(store: Store, tmp_path: Path) -> None:
    changed = {"size": "xxs", "steps": "30", "validate_every": "4", "save_every": "2"}
    recipe = RECIPE.with_settings(changed)
    pretrain(store, recipe, tmp_path / "whole", seed=0)
    script = tmp_path / "train.py"
    script.write_text(
        "import torch; torch.set_num_threads(1)\n"
        "from pathlib import Path\n"
        "from sennight.pretrain.recipes import Recipe\n"
        "from sennight.pretrain.run import pretrain\n"
        "from sennight.store import Store\n"
        f"recipe = Recipe(name='test', batch=8, learning_rate=3e-3, validate_windows=8).with_settings({changed!r})\n"
        f"pretrain(Store.open(Path({str(store.path)!r})), recipe, Path({str(tmp_path / 'killed')!r}), seed=0,\n"
        "    progress=lambda line: print(line.step, flush=True))\n"
    )
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    rng = np.random.default_rng(0)
    for stop_after in (3, 9):
        with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, env=env) as child:
            assert child.stdout is not None
            for _ in range(stop_after):
                child.stdout.readline()
            time.sleep(float(rng.uniform(0, 0.05)))
            child.send_signal(signal.SIGKILL)
    pretrain(store, recipe, tmp_path / "killed", seed=0)
    assert weights(tmp_path / "killed") == weights(tmp_path / "whole")
    assert [line["step"] for line in read_curve(tmp_path / "killed")] == list(range(1, 31))


def test_scales_are_of_the_seen_minutes_alone() -> None:
    values = np.zeros((2, MINUTES_PER_DAY, 2), dtype=np.float32)
    seen = np.zeros(values.shape, dtype=np.bool_)
    values[:, :10, 0], seen[:, :10, 0] = 80.0, True
    values[:, 10:20, 0], seen[:, 10:20, 0] = 60.0, True
    batch = WindowBatch(
        people=("a", "b"), ordinal=(0, 0), weekday=np.zeros(2, np.int16), day_of_year=np.full(2, -1, np.int16),
        values=values, seen=seen, channels=("heart_rate", "steps"),
    )  # fmt: skip
    pulse, steps = fit_scales(batch, ("heart_rate", "steps"))
    assert (pulse.mean, pulse.sd) == (70.0, 10.0)
    assert (steps.mean, steps.sd) == (0.0, 1.0)
