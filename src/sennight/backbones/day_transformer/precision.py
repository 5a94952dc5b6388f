"""In what precision a model computes, chosen by what the processor can do: fp32, or bf16 inside the blocks.

Weights, the residual stream, what goes into the first and out of the last layer, and losses are fp32 in both.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch

from sennight.backbones.day_transformer.config import Precision
from sennight.errors import InputError

EXACT = 1e-6  # mean relative error of a product that still counts as fp32; plain fp32 has 2e-7 to 5e-7, TF32 2e-4
BF16_UNITS = ("avx512_bf16", "amx_bf16")
"""Without one of these bf16 is emulated, slower than fp32."""


def precision_on(device: torch.device, wanted: Precision) -> Precision:
    """FP32 or BF16 on this device. Raises: InputError if BF16 is asked for and the hardware has none."""
    can = _has_bf16(device.type)
    if wanted is Precision.BF16 and not can:
        raise InputError(
            f"precision=bf16, but this {device.type} does not multiply in bf16", todo="Use precision=auto or fp32."
        )
    if wanted is Precision.AUTO:
        return Precision.BF16 if can else Precision.FP32
    return wanted


@cache
def _has_bf16(device: str) -> bool:
    if device == "cpu":
        units = torch.cpu.get_capabilities()
        return any(units.get(unit) for unit in BF16_UNITS)
    return device == "cuda" and torch.cuda.is_bf16_supported()


@contextmanager
def fast_fp32() -> Iterator[None]:
    """fp32 products by the quicker library inside the block, if on this processor it is as exact.

    torch's "medium" lets oneDNN multiply: twice as fast as MKL on AVX-512, in true fp32. A processor with AMX
    would round to bf16 instead; there it stays off.
    """
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(fp32_setting())
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@cache
def fp32_setting() -> str:
    """`medium` where that is exact enough, else `highest`; tried once."""
    before = torch.get_float32_matmul_precision()
    try:
        torch.set_float32_matmul_precision("medium")
        return "medium" if product_error() < EXACT else "highest"
    finally:
        torch.set_float32_matmul_precision(before)


def product_error(side: int = 512) -> float:
    """Mean error of an fp32 product as it is set now, as a share of the mean size of its entries."""
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.randn(side, side, generator=generator) for _ in range(2))
    exact = a.double() @ b.double()
    return float(((a @ b).double() - exact).abs().mean() / exact.abs().mean())
