"""Explanations find minutes that were made to matter, change with the weights, and are faithful to the model."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from sennight.backbones.backbone import OverDays
from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.errors import InputError
from sennight.explain import (
    agreement,
    attention_received,
    average_attention,
    average_week,
    explain,
    faithfulness,
    shifted,
    without,
)
from sennight.record import WindowBatch

CHANNELS = ("hip_counts", "heart_rate")


class Listening:
    """A backbone of known truth: the mean of 12:00 to 14:00, and nothing else."""

    name, channels, width = "listening", CHANNELS, 1
    over_days = OverDays.MEAN_SD
    fingerprint = "listening-1"

    def encode_windows(self, batch: WindowBatch) -> np.ndarray:
        noon = slice(720, 840)
        seen = batch.seen[:, noon, 1]
        total = np.where(seen, batch.values[:, noon, 1], 0).sum(axis=1)
        return (total / 120)[:, None].astype(np.float32)


def answer(vectors: np.ndarray) -> float:
    return float(vectors.mean())


@pytest.fixture
def days(windows) -> WindowBatch:
    batch = windows(6, seed=4)
    seen = batch.seen.copy()
    seen[:, 700:860] = True  # everybody wears it at noon
    values = np.where(seen, np.where(batch.values > 0, batch.values, 60), 0).astype(np.float32)
    return replace(batch, people=("p0",) * 6, values=values, seen=seen, weekday=np.arange(6, dtype=np.int16))


def model(seed: int = 0, layout: Layout = Layout.CHANNEL) -> DayTransformer:
    torch.manual_seed(seed)
    scales = tuple(
        ChannelScale(channel=c, transform=ChannelScale.default_transform(c), mean=m, sd=s)
        for c, m, s in (("hip_counts", 4.0, 0.5), ("heart_rate", 60.0, 20.0))
    )
    return DayTransformerConfig(size=Size.XXS, scales=scales, patch_minutes=60, layout=layout).build()


def test_occlusion_finds_the_hours_that_were_made_to_matter(days) -> None:
    told = explain(days, Listening(), answer)
    at_noon = np.zeros(48, dtype=np.bool_)
    at_noon[24:28] = True
    assert (told.effect[:, at_noon] > 0).all()
    assert (told.effect[:, ~at_noon] == 0).all()
    # The effects of the four blocks add up to the whole answer of a day, a sixth of the mean over days.
    assert told.effect.sum() == pytest.approx(told.answer, rel=1e-4)
    assert told.attention.shape == (6, 0)


def test_hiding_the_top_blocks_moves_the_answer_more_than_random_ones(days) -> None:
    told = explain(days, Listening(), answer)
    kept = faithfulness(days, Listening(), answer, told, np.random.default_rng(0))
    assert kept.top > 3 * kept.random
    assert kept.beaten == 1.0


def test_an_explanation_that_points_elsewhere_is_unfaithful(days) -> None:
    """The check can fail: effects dealt out at random beat no random draw."""
    told = explain(days, Listening(), answer)
    rng = np.random.default_rng(1)
    wrong = replace(told, effect=rng.normal(size=told.effect.shape) * (told.effect == 0))
    assert faithfulness(days, Listening(), answer, wrong, rng).beaten < 0.5


def test_the_same_model_gives_the_same_picture_and_random_weights_another(days) -> None:
    a, again, other = (explain(days, model(s), answer) for s in (0, 0, 7))
    assert (a.effect == again.effect).all()
    assert (a.attention == again.attention).all()
    assert agreement(a, again) == pytest.approx(1.0)
    assert agreement(a, other) < 0.9


def test_shifted_blocks_give_about_the_same_picture(days) -> None:
    told = explain(days, Listening(), answer)
    assert shifted(days, Listening(), answer, told) > 0.6


@pytest.mark.parametrize("layout", list(Layout))
def test_attention_shares_add_up_and_nothing_unseen_is_looked_at(days, layout: Layout) -> None:
    got = attention_received(model(layout=layout), days)
    assert got.shape == (6, 1440)
    nothing = ~days.seen.any(axis=2).reshape(6, 24, 60).any(axis=2)
    assert nothing.any()
    assert (got.reshape(6, 24, 60)[nothing] == 0).all()
    hourly = got.reshape(6, 24, 60)[:, :, 0]
    if layout is Layout.JOINT:
        assert [row[row > 0].mean() for row in hourly] == pytest.approx([1.0] * 6, rel=1e-4)


def test_attention_is_what_the_block_computes(days) -> None:
    """Against torch's own attention weights: identity values give back the softmax."""
    made = model(layout=Layout.JOINT)
    tokens = made.tokens(days)
    block = made.encoder[-1]
    caught = []
    handle = block.register_forward_pre_hook(lambda _m, given: caught.append(given[0].detach()))
    with torch.no_grad():
        made.encode(tokens, tokens.present)
        handle.remove()
        first = int(tokens.present[0].sum())
        qkv = block.qkv(block.norm_attention(caught[0][:first])).unflatten(1, (3, block.heads, -1))
        q, k = qkv[:, 0].transpose(0, 1), qkv[:, 1].transpose(0, 1)
        same = torch.nn.functional.scaled_dot_product_attention(q, k, torch.eye(first).expand(block.heads, -1, -1))
    expected = same.mean(dim=(0, 1)).numpy() * first
    hours = attention_received(made, days)[0].reshape(24, 60)[:, 0]
    assert hours[hours > 0] == pytest.approx(expected, rel=1e-4)


def test_hidden_minutes_are_gone_and_the_others_stay(days) -> None:
    hidden = np.zeros((6, 1440, 1), dtype=np.bool_)
    hidden[2, 720:750] = True
    left = without(days, hidden)
    assert not left.seen[2, 720:750].any()
    assert (left.values[2, 720:750] == 0).all()
    assert (left.seen[1] == days.seen[1]).all()


def test_the_average_week_has_a_row_a_weekday(days) -> None:
    effect, count = average_week([explain(days, Listening(), answer)])
    assert effect.shape == count.shape == (7, 48)
    assert np.isfinite(effect[0, 24])
    assert np.isnan(effect[6]).all()  # nobody has a Sunday here
    with pytest.raises(InputError, match="no weekday"):
        average_week([explain(replace(days, weekday=np.full(6, -1, dtype=np.int16)), Listening(), answer)])


def test_attention_of_the_average_week_is_the_mean_over_days_that_saw_it(days) -> None:
    told = explain(days, Listening(), answer)
    looked = np.zeros((6, 1440), dtype=np.float32)
    looked[:, 600:660] = np.arange(1, 7)[:, None]
    week = average_attention([replace(told, attention=looked)] * 2)
    assert week.shape == (7, 1440)
    assert np.nanmean(week[0, 600:660]) == pytest.approx(looked[days.weekday == 0, 600].mean())
    assert np.isnan(week[:, 0]).all()
    assert average_attention([told]).shape == (7, 0)  # engineered features look nowhere


def test_days_of_two_people_are_refused(windows) -> None:
    with pytest.raises(InputError, match="one person"):
        explain(windows(4), Listening(), answer)
