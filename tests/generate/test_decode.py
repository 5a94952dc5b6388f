"""The decoder's guess lands on the cells that were asked for, and knows nothing of hidden ones."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import DayTransformerConfig, Layout, Size
from sennight.generate.baselines import Cells
from sennight.generate.decode import decode
from sennight.generate.scales import Scales
from sennight.generate.timeline import Timeline
from sennight.record import WindowBatch


@pytest.mark.parametrize(
    ("layout", "days", "patch"), [(Layout.JOINT, 1, 10), (Layout.CHANNEL, 1, 20), (Layout.JOINT, 7, 30)]
)
def test_hidden_values_cannot_change_the_guess_and_order_is_kept(
    make_person: Callable[..., WindowBatch], scales: Scales, layout: Layout, days: int, patch: int
) -> None:
    torch.manual_seed(0)
    config = DayTransformerConfig(
        scales=scales.scales, size=Size.XXS, layout=layout, patch_minutes=patch, window_days=days
    )
    model = config.build()
    timeline = Timeline.of(make_person("a", days=3))
    wanted = np.zeros(timeline.seen.shape, dtype=np.bool_)
    wanted[2000:2030] = timeline.seen[2000:2030]
    cells = Cells.of(wanted)
    made = decode(model, timeline.without(wanted), cells)
    assert made.shape == cells.minute.shape
    assert np.isfinite(made).all()
    assert made.std() > 0
    louder = Timeline(**{**vars(timeline), "values": np.where(wanted, 300, timeline.values).astype(np.float32)})
    assert np.array_equal(decode(model, louder.without(wanted), cells), made)
    # Cells of the same tokens, asked for in part, are told the same: nothing is shifted.
    part = Cells(minute=cells.minute[::3], channel=cells.channel[::3])
    assert decode(model, timeline.without(wanted), part) == pytest.approx(made[::3], abs=1e-4)


def test_a_channel_the_model_does_not_know_gets_no_guess(
    make_person: Callable[..., WindowBatch], scales: Scales
) -> None:
    model = DayTransformerConfig(scales=scales.of(("steps",)).scales, size=Size.XXS).build()
    timeline = Timeline.of(make_person("a", days=2))
    wanted = np.zeros(timeline.seen.shape, dtype=np.bool_)
    wanted[1000:1010] = True
    made = decode(model, timeline.without(wanted), Cells.of(wanted)).reshape(10, 2)
    assert np.isnan(made[:, 0]).all()
    assert np.isfinite(made[:, 1]).all()


def test_a_window_in_which_nothing_was_seen_is_still_guessed(
    make_person: Callable[..., WindowBatch], scales: Scales
) -> None:
    model = DayTransformerConfig(scales=scales.scales, size=Size.XXS, layout=Layout.JOINT, patch_minutes=30).build()
    timeline = Timeline.of(make_person("a", days=3))
    wanted = np.zeros(timeline.seen.shape, dtype=np.bool_)
    wanted[1440:2880] = timeline.seen[1440:2880]
    assert np.isfinite(decode(model, timeline.without(wanted), Cells.of(wanted))).all()
