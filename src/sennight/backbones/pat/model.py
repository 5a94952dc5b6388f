"""PAT: a post-norm transformer over patches of a week, with a one-block decoder for pretraining.

Letters: B windows, T minutes, C channels, S patches, V patches that are kept, E width, H heads.
Source: Ruan et al. 2024, arXiv 2411.15240, and its public notebooks for names and epsilons.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor, nn

from sennight.backbones.minute_scale import MinuteScale
from sennight.backbones.network import HeadShape, WeekNetwork
from sennight.backbones.pat.attention import attention_weights, folded_attention
from sennight.backbones.pat.config import DROPOUT, FEED_FORWARD, WIDTH, PatConfig
from sennight.record import WindowBatch

NORM_EPSILON = 1e-6  # Keras as published; torch's default is 1e-5
OUTPUT_SCALE = 2.0  # of the decoder's tanh


class Attention(nn.Module):
    """Multi-head attention with keys as wide as the tokens, held as four projections and computed as two."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.heads = heads
        wide = heads * WIDTH
        self.query, self.key, self.value = (nn.Linear(WIDTH, wide) for _ in range(3))
        self.out = nn.Linear(wide, WIDTH)
        # Keras counts the fans of these kernels, which have three axes there, in a way of its own.
        for layer in (self.query, self.key, self.value):
            _uniform(layer, fans=WIDTH * (heads + WIDTH))
        _uniform(self.out, fans=2 * wide)

    def forward(self, x: Float[Tensor, "B L E"], precision: torch.dtype) -> Float[Tensor, "B L E"]:
        turned = self.out.weight.view(WIDTH, self.heads, WIDTH).permute(1, 2, 0)  # [H, key, E]
        values = torch.bmm(self.value.weight.view(self.heads, WIDTH, WIDTH).transpose(1, 2), turned)  # [H, E, E]
        constant = self.out.bias + torch.einsum("hk,hke->e", self.value.bias.view(self.heads, WIDTH), turned)
        asked, y = self._asked(x), self._answers(x, values)
        mixed = folded_attention(x.to(precision), asked.to(precision), y.to(precision))
        return mixed.to(x.dtype) + constant

    def weights(self, x: Float[Tensor, "B L E"]) -> Float[Tensor, "B H L L"]:
        """How much each token looks at each other, a head at a time."""
        return attention_weights(x, self._asked(x))

    def _asked(self, x: Float[Tensor, "B L E"]) -> Float[Tensor, "B L H E"]:
        """Queries in the space of the tokens, scaled."""
        query, key = (layer.weight.view(self.heads, WIDTH, WIDTH) for layer in (self.query, self.key))  # [H, key, E]
        folded = torch.bmm(key.transpose(1, 2), query).flatten(0, 1)  # rows: head and token column
        bias = torch.einsum("hke,hk->he", key, self.query.bias.view(self.heads, WIDTH)).flatten()
        scale = WIDTH**-0.5
        return F.linear(x, folded * scale, bias * scale).unflatten(2, (self.heads, WIDTH))  # type: ignore[no-untyped-call]

    def _answers(self, x: Tensor, values: Tensor) -> Float[Tensor, "B H L E"]:
        """Values in the space of the tokens."""
        b, length, _ = x.shape
        flat = torch.matmul(x.reshape(1, b * length, WIDTH), values)  # [H, B L, E]
        return flat.view(self.heads, b, length, WIDTH).transpose(0, 1)


class Block(nn.Module):
    """Post-norm attention and ReLU feed-forward."""

    def __init__(self, heads: int) -> None:
        super().__init__()
        self.attention = Attention(heads)
        self.norm1 = nn.LayerNorm(WIDTH, eps=NORM_EPSILON)
        self.up = nn.Linear(WIDTH, FEED_FORWARD)
        self.down = nn.Linear(FEED_FORWARD, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=NORM_EPSILON)
        _as_keras(self.up)
        _as_keras(self.down)

    def forward(self, x: Float[Tensor, "B L E"], precision: torch.dtype) -> Float[Tensor, "B L E"]:
        x = self.norm1(x + F.dropout(self.attention(x, precision), DROPOUT, self.training))
        hidden = self.down(F.relu(self.up(x)))
        out: Tensor = self.norm2(x + F.dropout(hidden, DROPOUT, self.training))
        return out


class Encoder(nn.Module):
    """Patches in, tokens out: what is kept after pretraining, and what published weights hold."""

    def __init__(self, config: PatConfig) -> None:
        super().__init__()
        d = config.dimensions
        self.patch_in = nn.Linear(d.patch_minutes * len(config.channels), WIDTH)
        self.blocks = nn.ModuleList(Block(d.heads) for _ in range(d.layers))
        _as_keras(self.patch_in)

    def forward(self, x: Float[Tensor, "B V E"], precision: torch.dtype) -> Float[Tensor, "B V E"]:
        for block in self.blocks:
            x = block(x, precision)
        return x


class Decoder(nn.Module):
    """One block over kept and mask tokens, then the minutes of each patch."""

    def __init__(self, config: PatConfig) -> None:
        super().__init__()
        d = config.dimensions
        self.mask_token = nn.Parameter(torch.randn(WIDTH) * 0.05)  # Keras' random_normal
        self.block = Block(d.heads)
        self.patch_out = nn.Linear(WIDTH, d.patch_minutes * len(config.channels))
        _as_keras(self.patch_out)

    def forward(self, x: Float[Tensor, "B S E"], precision: torch.dtype) -> Float[Tensor, "B S M"]:
        return OUTPUT_SCALE * torch.tanh(self.patch_out(self.block(x, precision)))


@dataclass(frozen=True, kw_only=True, eq=False)
class PatLoss:
    """`loss` to descend (over everything, as published); `hidden` and `kept` errors apart."""

    loss: Float[Tensor, ""]
    hidden: float
    kept: float


class Pat(WeekNetwork):
    """See `PatConfig`. `precision` is that of attention: fp32 (exact), or bfloat16 where the processor has it."""

    name = "pat"
    head_shape = HeadShape(hidden=128, before=0.1, after=0.0)

    def __init__(self, config: PatConfig) -> None:
        super().__init__()
        self.config = config
        self.channels = config.channels
        self.window_days = config.window_days
        self.width = WIDTH
        self.precision = torch.float32
        self.scale = MinuteScale(channels=config.channels, days=config.window_days)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.register_buffer("positions", sinusoids(config.patches), persistent=False)
        self.positions: Tensor

    def patches(self, batch: WindowBatch) -> Float[Tensor, "B S M"]:
        """Standardised minutes, cut."""
        x: Tensor = self.scale(batch)
        return x.reshape(len(batch), self.config.patches, -1)

    def encode(self, patches: Float[Tensor, "B S M"]) -> Float[Tensor, "B S E"]:
        """Tokens of all patches."""
        x = self.encoder.patch_in(patches) + self.positions
        out: Tensor = self.encoder(x, self.precision)
        return out

    def features(self, batch: WindowBatch) -> Float[Tensor, "B width"]:
        """Mean over tokens."""
        return self.encode(self.patches(batch)).mean(dim=1)

    def reconstruct(self, patches: Float[Tensor, "B S M"], kept: Int64[Tensor, "B V"]) -> Float[Tensor, "B S M"]:
        """Every patch from the kept ones. What is hidden is taken out before the first product: it costs nothing."""
        rows = torch.arange(len(patches), device=patches.device)[:, None]
        x = self.encoder.patch_in(patches[rows, kept]) + self.positions[kept]
        x = self.encoder(x, self.precision)
        whole = self.decoder.mask_token.expand(len(patches), self.config.patches, WIDTH)
        whole = whole.scatter(1, kept[:, :, None].expand(-1, -1, WIDTH), x) + self.positions
        out: Tensor = self.decoder(whole, self.precision)
        return out

    def reconstruction_loss(self, patches: Float[Tensor, "B S M"], kept: Int64[Tensor, "B V"]) -> PatLoss:
        """Squared error over all minutes, kept patches included; the two kinds are told apart by patch."""
        error = ((self.reconstruct(patches, kept) - patches) ** 2).mean(dim=2)
        with torch.no_grad():
            is_kept = torch.zeros_like(error, dtype=torch.bool).scatter(1, kept, True)
            hidden, seen = float(error[~is_kept].mean()), float(error[is_kept].mean())
        return PatLoss(loss=error.mean(), hidden=hidden, kept=seen)


def sinusoids(places: int) -> Float[Tensor, "place width"]:
    """Sines of all frequencies, then cosines: not interleaved, as published."""
    frequency = torch.exp(torch.arange(0, WIDTH, 2) * (-math.log(10_000.0) / WIDTH))
    angle = torch.arange(places)[:, None] * frequency
    return torch.cat([angle.sin(), angle.cos()], dim=1)


def encoder_parameters(model: Pat) -> int:
    """What the paper counts: everything but decoder and fitted minutes."""
    return sum(p.numel() for p in model.encoder.parameters())


def _as_keras(layer: nn.Linear) -> None:
    """Glorot-uniform weights and no bias, as the published models start."""
    _uniform(layer, fans=layer.in_features + layer.out_features)


def _uniform(layer: nn.Linear, *, fans: int) -> None:
    limit = math.sqrt(6 / fans)
    nn.init.uniform_(layer.weight, -limit, limit)
    nn.init.zeros_(layer.bias)
