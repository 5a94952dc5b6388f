"""Products are as exact as fp32 says, bf16 runs where the processor has it, and settings do not outlive their block."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Precision, Size, Transform
from sennight.backbones.day_transformer import precision as precision_module
from sennight.backbones.day_transformer.precision import EXACT, fast_fp32, fp32_setting, precision_on, product_error
from sennight.errors import InputError
from sennight.record import WindowBatch

CPU = torch.device("cpu")
SCALES = (
    ChannelScale(channel="hip_counts", transform=Transform.LOG, mean=3.0, sd=1.5),
    ChannelScale(channel="heart_rate", transform=Transform.PLAIN, mean=60.0, sd=20.0),
)
needs_bf16 = pytest.mark.skipif(
    precision_on(CPU, Precision.AUTO) is Precision.FP32, reason="this processor does not multiply in bf16"
)


def test_fast_products_are_exact_and_the_setting_is_put_back() -> None:
    before = torch.get_float32_matmul_precision()
    with fast_fp32():
        assert torch.get_float32_matmul_precision() == fp32_setting()
        assert product_error() < EXACT
    assert torch.get_float32_matmul_precision() == before


def test_a_processor_that_rounds_keeps_the_slow_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision_module, "product_error", lambda: 2e-3)
    fp32_setting.cache_clear()
    try:
        assert fp32_setting() == "highest"
    finally:
        fp32_setting.cache_clear()


def test_bf16_is_refused_where_there_is_none_and_auto_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision_module, "_has_bf16", lambda device: False)
    assert precision_on(CPU, Precision.AUTO) is Precision.FP32
    with pytest.raises(InputError, match="bf16"):
        precision_on(CPU, Precision.BF16)


@needs_bf16
@pytest.mark.parametrize("layout", Layout)
def test_bf16_is_near_fp32_and_has_a_fingerprint_of_its_own(
    windows: Callable[..., WindowBatch], layout: Layout
) -> None:
    torch.manual_seed(0)
    model = DayTransformerConfig(scales=SCALES, size=Size.XXS, layout=layout).build()
    batch = windows(4)
    exact, name = model.encode_windows(batch), model.fingerprint
    model.precision = Precision.BF16
    rounded = model.encode_windows(batch)
    assert not np.array_equal(exact, rounded)
    assert np.abs(exact - rounded).max() < 0.02 * np.abs(exact).max()
    assert rounded.dtype == np.float32
    assert model.fingerprint != name


@needs_bf16
def test_gradients_of_bf16_towers_are_fp32(windows: Callable[..., WindowBatch]) -> None:
    torch.manual_seed(0)
    model = DayTransformerConfig(scales=SCALES, size=Size.XXS).build()
    model.precision = Precision.BF16
    tokens = model.tokens(windows(3))
    encoded = model.encode(tokens, tokens.present)
    guess, _ = model.reconstruct(tokens, encoded, tokens.present)
    assert (encoded.z.dtype, guess.dtype) == (torch.float32, torch.float32)
    guess.square().mean().backward()
    assert {p.grad.dtype for p in model.parameters() if p.grad is not None} == {torch.float32}
