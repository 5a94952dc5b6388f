"""A plan multiplies what it says: parts grow with what they depend on, and agree with models and runs that exist."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size, Transform
from sennight.backbones.day_transformer.cost import weights
from sennight.errors import InputError
from sennight.plan import Cohort, Rates, Training, flop_a_window, measured, plan
from sennight.record import CHANNELS, WindowBatch

COHORT = Cohort(people=1_000, days=10, channels=4)
TRAINING = Training(size=Size.XS, batch=100, gpus=4)


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("size", [Size.XXS, Size.S])
def test_it_counts_the_weights_of_the_model_that_would_be_built(size: Size, layout: Layout) -> None:
    names = tuple(CHANNELS)[:5]
    scales = tuple(ChannelScale(channel=n, transform=Transform.PLAIN, mean=0.0, sd=1.0) for n in names)
    model = DayTransformerConfig(scales=scales, size=size, layout=layout, patch_minutes=20).build()
    counted = weights(size, layout=layout, channels=5, patch_minutes=20, patches=72)
    assert counted == sum(p.numel() for p in model.parameters())


def test_ten_times_the_people_cost_ten_times_the_store_and_the_time() -> None:
    one, ten = plan(COHORT, TRAINING), plan(replace(COHORT, people=10_000), TRAINING)
    for name in ("store_bytes", "steps", "days", "gpu_days", "cost"):
        assert getattr(ten, name) == pytest.approx(10 * getattr(one, name))
    assert ten.step_s == one.step_s
    assert ten.loader_cores == one.loader_cores


def test_cost_grows_with_what_was_seen_and_twice_the_gpus_halve_the_time() -> None:
    half, whole = plan(replace(COHORT, seen=0.4), TRAINING), plan(replace(COHORT, seen=0.8), TRAINING)
    assert 2 <= whole.flop_a_day / half.flop_a_day < 4, "attention grows faster than tokens, never slower"
    twice = plan(COHORT, replace(TRAINING, gpus=8))
    assert twice.days == pytest.approx(plan(COHORT, TRAINING).days / 2)
    assert twice.cost == pytest.approx(plan(COHORT, TRAINING).cost)
    assert twice.gpu_state_bytes == pytest.approx(plan(COHORT, TRAINING).gpu_state_bytes / 2)


def test_joint_tokens_are_cheaper_and_checkpointing_keeps_less() -> None:
    wide = Cohort(people=10, days=10, channels=26)
    by_channel, joint = (flop_a_window(replace(TRAINING, layout=k), channels=26, seen_tokens=72.0 * n * 0.6)
                         for k, n in ((Layout.CHANNEL, 26), (Layout.JOINT, 1)))  # fmt: skip
    assert by_channel > 20 * joint
    made = plan(wide, replace(TRAINING, size=Size.S))
    assert made.gpu_activation_bytes_checkpointed < made.gpu_activation_bytes


def test_rates_are_changed_by_name() -> None:
    slow = Rates().with_settings({"utilisation": "0.2", "shard_days": "100"})
    assert slow.utilisation == 0.2
    assert plan(COHORT, TRAINING, slow).shards == 100
    assert plan(COHORT, TRAINING, slow).days == pytest.approx(2 * plan(COHORT, TRAINING).days)
    for settings in ({"speed": "1"}, {"tflops": "many"}, {"tflops": "0"}):
        with pytest.raises(InputError):
            Rates().with_settings(settings)


@pytest.mark.parametrize("wrong", [{"people": 0}, {"seen": 0.0}, {"seen": 1.1}, {"channels": -1}])
def test_a_cohort_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError):
        replace(COHORT, **wrong)  # type: ignore[arg-type]


def test_a_measured_run_stands_beside_its_count(tmp_path: Path) -> None:
    recipe = {"size": "xs", "layout": "channel", "patch_minutes": 20, "batch": 128, "aim_windows": 64,
              "aim_weight": 1.0, "window_days": 1}  # fmt: skip
    (tmp_path / "run.json").write_text(json.dumps({"recipe": recipe, "channels": ["a", "b"]}))
    (tmp_path / "log.jsonl").write_text("\n".join(json.dumps({"seconds": s}) for s in (9.0, 0.5, 0.5, 0.6)))
    found = measured(tmp_path, seen=0.5)
    assert found.step_s == 0.5, "the first step, which warms up, does not count"
    assert found.flop_a_step == 64 * flop_a_window(replace(TRAINING, batch=64), channels=2, seen_tokens=72.0)
    assert found.gflops == pytest.approx(found.flop_a_step / 0.5e9)
    with pytest.raises(InputError, match="no pretraining run"):
        measured(tmp_path / "nothing", seen=0.5)


def test_the_count_is_that_of_the_tokens_really_computed(windows: Callable[..., WindowBatch]) -> None:
    """What the plan expects on average is what AIM keeps and decodes on windows that are wholly seen."""
    import numpy as np

    from sennight.backbones.day_transformer.cost import step_flop
    from sennight.pretrain.objectives import hide_cells

    names = tuple(CHANNELS)[:6]
    scales = tuple(ChannelScale(channel=n, transform=Transform.PLAIN, mean=0.0, sd=1.0) for n in names)
    model = DayTransformerConfig(scales=scales, size=Size.XXS, patch_minutes=20).build()
    n = 96
    batch = WindowBatch(
        people=tuple(map(str, range(n))), ordinal=tuple(range(n)), weekday=np.zeros(n, dtype=np.int16),
        day_of_year=np.ones(n, dtype=np.int16), values=np.ones((n, 1440, 6), dtype=np.float32),
        seen=np.ones((n, 1440, 6), dtype=np.bool_), channels=names,
    )  # fmt: skip
    tokens = model.tokens(batch)
    hidden = hide_cells(model, tokens, np.random.default_rng(0))
    wanted = hidden.cells.any(dim=3)
    real = step_flop(
        Size.XXS, inputs=20, outputs=20, kept=hidden.kept.sum(dim=(1, 2)).numpy(),
        decoded=(hidden.kept | wanted).sum(dim=(1, 2)).numpy(), rebuilt=int(wanted.sum()),
    )  # fmt: skip
    expected = n * flop_a_window(Training(size=Size.XXS), channels=6, seen_tokens=72.0 * 6)
    assert expected == pytest.approx(real, rel=0.1)
