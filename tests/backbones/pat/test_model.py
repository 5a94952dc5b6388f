"""PAT has the published size, hides what it says, and pays only for what is kept."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from sennight.backbones.pat import PatConfig, PatSize
from sennight.backbones.pat.model import Pat, encoder_parameters, sinusoids
from sennight.record import WindowBatch

Make = Callable[..., WindowBatch]
HIP = ("hip_counts",)


@pytest.fixture(scope="module", name="pat")
def _pat() -> Pat:
    torch.manual_seed(0)
    return PatConfig(channels=HIP, window_days=1).build().eval()


@pytest.mark.parametrize(("size", "encoder"), [("s", 274_720), ("m", 993_440), ("l", 1_984_192)])
def test_encoders_have_the_published_number_of_parameters(size: str, encoder: int) -> None:
    assert encoder_parameters(PatConfig(channels=HIP, size=PatSize(size)).build()) == encoder


def test_the_whole_small_model_has_the_published_number_of_parameters() -> None:
    """The summary in the authors' pretraining notebook: 549,458."""
    assert sum(p.numel() for p in PatConfig(channels=HIP).build().parameters()) == 549_458


def test_positions_are_sines_then_cosines() -> None:
    table = sinusoids(560)
    assert table.shape == (560, 96)
    np.testing.assert_allclose(table[7, 0], np.sin(7), rtol=1e-6)
    np.testing.assert_allclose(table[7, 48], np.cos(7), rtol=1e-6)
    np.testing.assert_allclose(table[7, 1], np.sin(7 * 10_000 ** (-2 / 96)), rtol=1e-5)


def test_output_lies_within_two_standard_deviations(pat: Pat, windows: Make) -> None:
    patches = pat.patches(windows(2, channels=HIP))
    kept = torch.arange(8).repeat(2, 1)
    assert pat.reconstruct(patches, kept).abs().max() <= 2.0


def test_what_is_hidden_cannot_be_seen(pat: Pat, windows: Make) -> None:
    patches = pat.patches(windows(2, channels=HIP))
    kept = torch.tensor([[3, 17, 40], [5, 60, 71]])
    is_kept = torch.zeros(patches.shape[:2], dtype=torch.bool).scatter(1, kept, True)
    other = torch.where(is_kept[:, :, None], patches, torch.randn_like(patches))
    assert torch.equal(pat.reconstruct(patches, kept), pat.reconstruct(other, kept))


def test_hidden_patches_are_never_computed(pat: Pat, windows: Make) -> None:
    patches, seen = pat.patches(windows(2, channels=HIP)), []
    handle = pat.encoder.patch_in.register_forward_hook(lambda _, given, out: seen.append(given[0].shape[1]))
    pat.reconstruct(patches, torch.arange(8).repeat(2, 1))
    handle.remove()
    assert seen == [8]


def test_the_loss_is_over_everything_and_its_parts_are_told_apart_by_patch(pat: Pat, windows: Make) -> None:
    patches = pat.patches(windows(2, channels=HIP))
    kept = torch.tensor([[3, 17, 40, 41], [5, 60, 71, 2]])
    told = pat.reconstruction_loss(patches, kept)
    guess = pat.reconstruct(patches, kept)
    error = ((guess - patches) ** 2).mean(dim=2)
    np.testing.assert_allclose(float(told.loss), float(((guess - patches) ** 2).mean()), rtol=1e-5)
    np.testing.assert_allclose(told.kept, float(error.gather(1, kept).mean()), rtol=1e-5)
    share = kept.shape[1] / patches.shape[1]
    np.testing.assert_allclose(share * told.kept + (1 - share) * told.hidden, float(told.loss), rtol=1e-4)


def test_dropout_acts_in_training_only(pat: Pat, windows: Make) -> None:
    batch = windows(2, channels=HIP)
    assert torch.equal(pat.features(batch), pat.features(batch))
    pat.train()
    assert not torch.equal(pat.features(batch), pat.features(batch))
    pat.eval()
