"""Hiding takes seen tokens only, by three families whose rates are what their definition says."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.errors import InputError
from sennight.record import Family, Hidden, hide, seen_tokens
from sennight.record.part import Part

ONLY = {Family.RANDOM: (1.0, 0.0, 0.0), Family.TIME_BLOCK: (0.0, 1.0, 0.0), Family.CHANNELS: (0.0, 0.0, 1.0)}


def tokens_of(*, windows: int = 60, patches: int = 24, channels: int = 5, share: float = 0.7, seed: int = 0) -> Any:
    return np.random.default_rng(seed).random((windows, patches, channels)) < share


def hidden_by(tokens: np.ndarray, *, seed: int = 0, **options: Any) -> Hidden:
    return hide(tokens, rng=np.random.default_rng(seed), **options)


token_arrays = st.builds(
    tokens_of,
    windows=st.integers(0, 6),
    patches=st.integers(1, 12),
    channels=st.integers(1, 5),
    share=st.sampled_from([0.0, 0.1, 0.6, 1.0]),
    seed=st.integers(0, 1000),
)


def test_a_token_is_seen_if_any_of_its_minutes_was() -> None:
    seen = np.zeros((1, 60, 2), dtype=np.bool_)
    seen[0, 19, 0] = seen[0, 40, 1] = True
    assert seen_tokens(seen, 20)[0].tolist() == [[True, False], [False, False], [False, True]]


def test_patches_that_do_not_divide_a_window_are_refused() -> None:
    with pytest.raises(InputError, match="patches of 7 minutes do not divide a window of 60"):
        seen_tokens(np.zeros((1, 60, 2), dtype=np.bool_), 7)


@settings(max_examples=150, deadline=None)
@given(tokens=token_arrays, seed=st.integers(0, 1000))
def test_every_token_is_inherited_hidden_or_kept_and_only_seen_ones_are_hidden(tokens: np.ndarray, seed: int) -> None:
    hidden = hidden_by(tokens, seed=seed)
    assert np.array_equal(hidden.inherited, ~tokens)
    assert not (hidden.hidden & hidden.inherited).any()
    assert np.array_equal(hidden.kept, tokens & ~hidden.hidden)
    assert hidden.family.shape == (len(tokens),)


@settings(max_examples=50, deadline=None)
@given(tokens=token_arrays, seed=st.integers(0, 1000))
def test_the_same_generator_hides_the_same_and_tokens_are_left_alone(tokens: np.ndarray, seed: int) -> None:
    before = tokens.copy()
    one, two = hidden_by(tokens, seed=seed), hidden_by(tokens, seed=seed)
    assert np.array_equal(one.hidden, two.hidden)
    assert np.array_equal(one.family, two.family)
    assert np.array_equal(tokens, before)


def test_another_seed_hides_others() -> None:
    tokens = tokens_of()
    assert not np.array_equal(hidden_by(tokens, seed=0).hidden, hidden_by(tokens, seed=1).hidden)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.8, 1.0])
def test_random_hides_its_share_of_the_seen_tokens_up_to_rounding(share: float) -> None:
    tokens = tokens_of(share=0.6)
    hidden = hidden_by(tokens, mix=ONLY[Family.RANDOM], random_share=share)
    seen = tokens.sum(axis=(1, 2))
    assert (hidden.family == Family.RANDOM).all()
    assert np.array_equal(hidden.hidden.sum(axis=(1, 2)), np.rint(share * seen))


def test_random_hides_80_percent_by_default_and_each_token_as_often() -> None:
    often = hidden_by(np.ones((4_000, 10, 2), dtype=np.bool_), mix=ONLY[Family.RANDOM]).hidden.mean(axis=0)
    assert often.mean() == pytest.approx(0.8)
    assert np.abs(often - 0.8).max() < 5 * np.sqrt(0.8 * 0.2 / 4_000)


def test_a_time_block_is_one_stretch_of_half_the_window_over_all_channels() -> None:
    tokens = np.ones((200, 24, 3), dtype=np.bool_)
    hidden = hidden_by(tokens, mix=ONLY[Family.TIME_BLOCK])
    in_block = hidden.hidden.all(axis=2)
    assert np.array_equal(in_block, hidden.hidden.any(axis=2))
    assert (in_block.sum(axis=1) == 12).all()
    edges = np.diff(in_block.astype(np.int8), axis=1, prepend=0, append=0)
    assert ((edges == 1).sum(axis=1) == 1).all()
    starts = in_block.argmax(axis=1)
    assert set(starts.tolist()) == set(range(13))


def test_a_time_block_passes_over_holes() -> None:
    tokens = tokens_of(share=0.5)
    hidden = hidden_by(tokens, mix=ONLY[Family.TIME_BLOCK], time_share=0.25)
    for window, drawn in zip(tokens, hidden.hidden, strict=True):
        patches = np.flatnonzero(drawn.any(axis=1))
        assert np.ptp(patches) < 6
        assert np.array_equal(drawn[patches.min() : patches.max() + 1], window[patches.min() : patches.max() + 1])


def test_channels_hides_half_of_those_a_window_has_rounded_down_and_whole() -> None:
    tokens = tokens_of(channels=7)
    tokens[:30, :, 2:] = False  # two channels left
    tokens[30:45, :, 5:] = False  # five left
    hidden = hidden_by(tokens, mix=ONLY[Family.CHANNELS])
    assert (hidden.family == Family.CHANNELS).all()
    drawn = hidden.hidden.any(axis=1)
    assert drawn.sum(axis=1).tolist() == [1] * 30 + [2] * 15 + [3] * 15
    assert np.array_equal(hidden.hidden, tokens & drawn[:, None, :])
    assert drawn[:30, :2].any(axis=0).all()  # not always the same one


def test_a_window_with_one_channel_draws_random_instead_of_hiding_it_whole() -> None:
    tokens = np.zeros((50, 24, 4), dtype=np.bool_)
    tokens[np.arange(50), :, np.arange(50) % 4] = True
    hidden = hidden_by(tokens, mix=ONLY[Family.CHANNELS])
    assert (hidden.family == Family.RANDOM).all()
    assert (hidden.hidden.sum(axis=(1, 2)) == 19).all()


def test_windows_without_a_token_hide_nothing_and_nothing_is_divided() -> None:
    tokens = tokens_of(windows=30)
    tokens[::2] = False
    with np.errstate(all="raise"):
        hidden = hidden_by(tokens)
    assert not hidden.hidden[::2].any()
    assert hidden.hidden[1::2].any(axis=(1, 2)).all()
    assert not (hidden.family[::2] == Family.CHANNELS).any()


def test_no_windows_at_all_give_nothing_at_all() -> None:
    assert hidden_by(tokens_of(windows=0)).kept.shape == (0, 24, 5)


@pytest.mark.parametrize("mix", [(1 / 3, 1 / 3, 1 / 3), (0.2, 0.5, 0.3), (2.0, 1.0, 1.0)])
def test_families_come_as_often_as_the_mix_says(mix: tuple[float, float, float]) -> None:
    n = 10_000
    family = hidden_by(np.ones((n, 4, 2), dtype=np.bool_), mix=mix).family
    for kind in Family:
        share = mix[kind] / sum(mix)
        bound = 5 * np.sqrt(n * share * (1 - share))  # five sd of a binomial: once in two million
        assert abs((family == kind).sum() - n * share) < bound, kind


def test_parts_of_a_batch_are_hidden_as_the_whole_batch_is() -> None:
    tokens = np.random.default_rng(0).random((12, 72, 4)) < 0.7
    whole = hide(tokens, rng=np.random.default_rng(5))
    for rank in range(3):
        part = Part(rank=rank, size=3)
        mine = hide(tokens[part.share(12)], rng=np.random.default_rng(5), part=part)
        np.testing.assert_array_equal(mine.hidden, whole.hidden[part.share(12)])
        np.testing.assert_array_equal(mine.family, whole.family[part.share(12)])
