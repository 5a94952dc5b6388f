"""The day transformer: a pre-norm ViT-1D over the seen tokens of a day or a week, with a light decoder.

Letters: B windows, T minutes, C channels of the token grid (1 in the joint layout), S patches, M cells in a token
(minutes, times channels in the joint layout), E width, N packed tokens.
Source: the SensorFM line (arXiv 2605.22759, 2506.05321); dimensions second-hand, see docs/decisions/0007.
"""

import hashlib
import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Float32, Int64, Shaped
from torch import Tensor, nn

from sennight.backbones.backbone import OverDays
from sennight.backbones.day_transformer.config import (
    DECODERS,
    ENCODERS,
    JOINT_INPUTS,
    Attention,
    DatePart,
    DayTransformerConfig,
    Layout,
    Pool,
    Precision,
    Tower,
    Transform,
    VectorFrom,
)
from sennight.backbones.day_transformer.day_vector import DayVector
from sennight.backbones.day_transformer.packing import Packing, pack, packed_attention, window_mean
from sennight.backbones.day_transformer.precision import fast_fp32, precision_on
from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, WindowBatch

CLIP_SD = 5.0  # z-scores beyond are clipped (second-hand, SensorFM line)
CLOCK_WIDTH = 2 * len(DatePart)
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, kw_only=True, eq=False)
class Tokens:
    """Scaled windows cut into tokens: `values` are 0 where not `seen`; `clock` is sine and cosine of the time.

    `zero` marks seen minutes whose value was 0 before scaling (joint layout only); `distribution` is what the day
    vector is made of.
    """

    values: Float32[Tensor, "B S C M"]
    seen: Bool[Tensor, "B S C M"]
    zero: Bool[Tensor, "B S C M"] | None
    clock: Float32[Tensor, "B S K"]
    distribution: Float32[Tensor, "B D"] | None = None

    @property
    def present(self) -> Bool[Tensor, "B S C"]:
        """Tokens with a seen minute."""
        return self.seen.any(dim=3)


@dataclass(frozen=True, kw_only=True, eq=False)
class Encoded:
    """Hidden states of the kept tokens."""

    z: Float[Tensor, "N E"]
    packing: Packing


class Block(nn.Module):
    """Pre-norm attention and MLP, both with bias."""

    def __init__(self, tower: Tower) -> None:
        super().__init__()
        self.heads = tower.heads
        self.norm_attention = nn.LayerNorm(tower.width)
        self.qkv = nn.Linear(tower.width, 3 * tower.width)
        self.out = nn.Linear(tower.width, tower.width)
        self.norm_mlp = nn.LayerNorm(tower.width)
        self.up = nn.Linear(tower.width, tower.mlp)
        self.down = nn.Linear(tower.mlp, tower.width)

    def forward(self, x_NE: Tensor, packing: Packing) -> Tensor:
        qkv_N3HD = self.qkv(self.norm_attention(x_NE)).unflatten(1, (3, self.heads, -1))
        x_NE = x_NE + self.out(packed_attention(qkv_N3HD, packing).flatten(1))
        # erf-GELU: five times faster than the tanh form on CPU.
        hidden: Tensor = x_NE + self.down(F.gelu(self.up(self.norm_mlp(x_NE))))
        return hidden


class Positions(nn.Module):
    """Half of the width says which channel, half says when: a table that starts sinusoidal, and the clock."""

    def __init__(self, *, channels: int, patches: int, width: int) -> None:
        super().__init__()
        self.channel = nn.Parameter(torch.randn(channels, width // 2) * 0.02)
        self.time = nn.Parameter(_sinusoids(patches, width // 2 - CLOCK_WIDTH))

    def forward(self, clock: Tensor, window: Tensor, patch: Tensor, channel: Tensor) -> Float[Tensor, "N E"]:
        at = window * clock.shape[1] + patch
        return torch.cat(
            [self.channel.index_select(0, channel), self.time.index_select(0, patch),
             clock.flatten(0, 1).index_select(0, at)], dim=1
        )  # fmt: skip


def _sinusoids(places: int, width: int) -> Float32[Tensor, "place width"]:
    half = math.ceil(width / 2)
    angle = torch.arange(places)[:, None] * torch.exp(-math.log(10_000) * torch.arange(half) / half)
    return torch.cat([angle.sin(), angle.cos()], dim=1)[:, :width].contiguous()


class DayTransformer(nn.Module):
    """See `DayTransformerConfig`. Built by its `build()`."""

    name = "day_transformer"

    def __init__(self, config: DayTransformerConfig) -> None:
        super().__init__()
        encoder, decoder = ENCODERS[config.size], DECODERS[config.size]
        m, n = config.cells, config.token_channels
        self.config = config
        self.precision = Precision.FP32
        """What its towers compute in; may be set at any time, is no part of what is saved."""
        self.channels = config.channels
        pooled = encoder.width * (2 if config.pool is Pool.MEAN_SD else 1)
        self.width = config.vector or pooled
        self.over_days = OverDays.MEAN if config.vector else OverDays.MEAN_SD

        inputs = m if config.layout is Layout.CHANNEL else JOINT_INPUTS * m
        self.patch_in = nn.Linear(inputs, encoder.width)
        self.encoder_positions = Positions(channels=n, patches=config.patches, width=encoder.width)
        self.encoder = nn.ModuleList(Block(encoder) for _ in range(encoder.layers))
        self.encoder_norm = nn.LayerNorm(encoder.width)

        self.bridge = nn.Linear(encoder.width, decoder.width)
        self.mask_token = nn.Parameter(torch.randn(decoder.width) * 0.02)
        self.decoder_positions = Positions(channels=n, patches=config.patches, width=decoder.width)
        self.decoder = nn.ModuleList(Block(decoder) for _ in range(decoder.layers))
        self.decoder_norm = nn.LayerNorm(decoder.width)
        self.patch_out = nn.Linear(decoder.width, m)

        transforms = [s.transform for s in config.scales]
        logged = tuple(t is Transform.LOG for t in transforms)
        self.reads_tokens = not config.vector or config.vector_from is VectorFrom.BOTH
        """Whether the vector of a window needs its tokens encoded."""
        beside = pooled if self.reads_tokens else 0
        self.day_vector = DayVector(logged=logged, width=config.vector, pooled=beside) if config.vector else None
        self.register_buffer("logged", torch.tensor([t is Transform.LOG for t in transforms]), persistent=False)
        self.register_buffer("binary", torch.tensor([t is Transform.BINARY for t in transforms]), persistent=False)
        binary = torch.tensor([t is Transform.BINARY for t in transforms])
        cells = binary[:, None].expand(-1, m) if n == len(transforms) else binary.repeat(config.patch_minutes)[None]
        self.register_buffer("binary_cells", cells.clone(), persistent=False)
        self.register_buffer("mean", torch.tensor([s.mean for s in config.scales]), persistent=False)
        self.register_buffer("sd", torch.tensor([s.sd for s in config.scales]), persistent=False)
        self.logged: Tensor
        self.binary: Tensor
        self.binary_cells: Tensor
        self.mean: Tensor
        self.sd: Tensor

    @property
    def fingerprint(self) -> str:
        """Hash over config and weights."""
        digest = hashlib.sha256(self.config.sha256.encode())
        for name, weight in sorted(self.state_dict().items()):
            digest.update(name.encode() + weight.detach().cpu().contiguous().numpy().tobytes())
        if precision_on(self.mean.device, self.precision) is Precision.BF16:
            digest.update(b"bf16")  # its vectors differ in the third digit
        return f"{self.name}-{self.config.size}-{digest.hexdigest()[:12]}"

    def tokens(self, batch: WindowBatch) -> Tokens:
        """Scale and cut windows; channels the batch lacks are unseen.

        Raises: InputError if windows have another length, none of the model's channels, or one it does not know.
        """
        if not set(batch.channels) & set(self.channels):
            raise InputError(
                "the windows hold none of the channels this model knows",
                todo=f"They hold {', '.join(batch.channels)}; it knows {', '.join(self.channels)}.",
            )
        unknown = [c for c in batch.channels if c not in self.channels]
        if unknown:
            raise InputError(
                f"this model does not know the channels {', '.join(unknown)}",
                todo="Leave them out: `batch.select(model.channels)`; or teach it: `grown(model, scales)`, and train.",
            )
        if batch.values.shape[1] != self.config.window_days * MINUTES_PER_DAY:
            raise InputError(
                f"this model takes windows of {self.config.window_days} days, "
                f"not of {batch.values.shape[1] / MINUTES_PER_DAY:g}"
            )
        batch = batch if batch.channels == self.channels else batch.select(self.channels)
        device = self.mean.device
        values = torch.from_numpy(batch.values).to(device)
        seen = torch.from_numpy(batch.seen).to(device)
        scaled = torch.where(self.logged, values.clamp(min=0).log1p(), values)
        scaled = torch.where(self.binary, values, ((scaled - self.mean) / self.sd).clamp(-CLIP_SD, CLIP_SD))
        scaled = torch.where(seen, scaled, 0)
        return Tokens(
            values=self.fold(scaled),
            seen=self.fold(seen),
            zero=self.fold((values == 0) & seen) if self.config.layout is Layout.JOINT else None,
            clock=torch.from_numpy(self._clock(batch)).to(device),
            distribution=self.day_vector.distribution(batch) if self.day_vector is not None else None,
        )

    def fold(self, x: Shaped[Tensor, "B T channel"]) -> Shaped[Tensor, "B S C M"]:
        """Minutes of channels into the cells of tokens."""
        b, _, c = x.shape
        x = x.reshape(b, self.config.patches, self.config.patch_minutes, c)
        return x.transpose(2, 3) if self.config.layout is Layout.CHANNEL else x.flatten(2)[:, :, None]

    def unfold(self, x: Shaped[Tensor, "B S C M"]) -> Shaped[Tensor, "B T channel"]:
        """The inverse of `fold`: cells of tokens back into minutes of channels."""
        if self.config.layout is Layout.CHANNEL:
            return x.transpose(2, 3).flatten(1, 2)
        return x.reshape(len(x), -1, len(self.channels))

    def _clock(self, batch: WindowBatch) -> Float32[np.ndarray, "B S K"]:
        """Sine and cosine of each switched-on date part at the start of each patch; 0 where not known."""
        b, s, m = len(batch), self.config.patches, self.config.patch_minutes
        minute = np.arange(s) * m
        day = minute // MINUTES_PER_DAY
        turns = {
            DatePart.MINUTE_OF_HOUR: np.broadcast_to(minute % 60 / 60, (b, s)),
            DatePart.HOUR_OF_DAY: np.broadcast_to(minute % MINUTES_PER_DAY / MINUTES_PER_DAY, (b, s)),
            DatePart.DAY_OF_WEEK: np.where(batch.weekday[:, None] < 0, np.nan, (batch.weekday[:, None] + day) % 7 / 7),
            DatePart.DAY_OF_YEAR: np.where(
                batch.day_of_year[:, None] < 0, np.nan, (batch.day_of_year[:, None] + day) / DAYS_PER_YEAR
            ),
        }
        clock = np.zeros((b, s, CLOCK_WIDTH), dtype=np.float32)
        for i, part in enumerate(DatePart):
            if part in self.config.date_parts:
                angle = 2 * np.pi * turns[part]
                clock[:, :, 2 * i] = np.nan_to_num(np.sin(angle))
                clock[:, :, 2 * i + 1] = np.nan_to_num(np.cos(angle))
        return clock

    def encode(
        self, tokens: Tokens, kept: Bool[Tensor, "B S C"], hidden: Bool[Tensor, "B S C M"] | None = None
    ) -> Encoded:
        """Hidden states of the kept tokens; tokens that are not kept are never computed.

        `hidden` blanks single cells inside kept tokens, as if they had not been seen.
        """
        packing = self._pack(kept)
        x = self.patch_in(self._inputs(tokens, kept, hidden))
        x = x + self.encoder_positions(tokens.clock, packing.window, packing.patch, packing.channel)
        return Encoded(z=self.encoder_norm(self._through(self.encoder, x, packing)), packing=packing)

    def _pack(self, kept: Bool[Tensor, "B S C"]) -> Packing:
        return pack(kept, parts=self.config.window_days if self.config.attention is Attention.DAY else 1)

    def _through(self, blocks: nn.ModuleList, x_NE: Tensor, packing: Packing) -> Float32[Tensor, "N E"]:
        """A tower; in bf16 its products and attention are, what runs beside them from block to block stays fp32."""
        device = x_NE.device
        with torch.autocast(
            device.type, torch.bfloat16, enabled=precision_on(device, self.precision) is Precision.BF16
        ):
            for block in blocks:
                x_NE = block(x_NE, packing)
        return x_NE

    def _inputs(
        self, tokens: Tokens, kept: Bool[Tensor, "B S C"], hidden: Bool[Tensor, "B S C M"] | None
    ) -> Float32[Tensor, "N inputs"]:
        values, seen = tokens.values[kept], tokens.seen[kept]
        if hidden is not None:
            seen = seen & ~hidden[kept]
            values = torch.where(seen, values, 0)
        if tokens.zero is None:
            return values
        return torch.cat([values, tokens.zero[kept] & seen, seen], dim=1)

    def reconstruct(
        self, tokens: Tokens, encoded: Encoded, wanted: Bool[Tensor, "B S C"]
    ) -> tuple[Float[Tensor, "n M"], Int64[Tensor, "n 3"]]:
        """Scaled values (logits for binary channels) of the wanted tokens, and their window, patch and channel.

        A wanted token that was not encoded enters the decoder as a mask token.
        """
        e = encoded.packing
        kept = torch.zeros_like(wanted)
        kept[e.window, e.patch, e.channel] = True
        packing = self._pack(kept | wanted)
        is_kept = kept[packing.window, packing.patch, packing.channel]
        x = torch.where(is_kept[:, None], 0.0, self.mask_token)
        x = x.index_copy(0, is_kept.nonzero(as_tuple=True)[0], self.bridge(encoded.z).to(x.dtype))
        x = x + self.decoder_positions(tokens.clock, packing.window, packing.patch, packing.channel)
        x = self._through(self.decoder, x, packing)
        place = torch.stack([packing.window, packing.patch, packing.channel], dim=1)
        is_wanted = wanted[packing.window, packing.patch, packing.channel]
        return self.patch_out(self.decoder_norm(x[is_wanted])), place[is_wanted]

    def pool(self, encoded: Encoded) -> Float[Tensor, "B W"]:
        """One vector a window; 0 for a window without tokens."""
        mean = window_mean(encoded.z, encoded.packing)
        if self.config.pool is Pool.MEAN:
            return mean
        centred = encoded.z - mean[encoded.packing.window]
        variance = window_mean(centred**2, encoded.packing)
        # The small term keeps the gradient of the root finite in windows of one token.
        return torch.cat([mean, (variance + 1e-8).sqrt()], dim=1)

    def vector(
        self, tokens: Tokens, kept: Bool[Tensor, "B S C"], blank: Bool[Tensor, "B D"] | None = None
    ) -> Float[Tensor, "B V"]:
        """What a window says of its person: the day vector, or the pooled tokens of a model without one.

        Tokens that are not `kept`, and `blank` numbers of the distribution, are held back. Without need of tokens none
        is computed.
        """
        pooled = self.pool(self.encode(tokens, kept)) if self.reads_tokens else None
        if self.day_vector is None or tokens.distribution is None:
            assert pooled is not None
            return pooled
        spread = tokens.distribution
        vector: Tensor = self.day_vector(spread if blank is None else spread.masked_fill(blank, 0.0), pooled)
        return vector

    def encode_windows(self, batch: WindowBatch) -> Float32[np.ndarray, "batch width"]:
        """One vector a window, from all its seen tokens."""
        was_training = self.training
        self.eval()
        with torch.inference_mode(), fast_fp32():
            tokens = self.tokens(batch)
            vectors = self.vector(tokens, tokens.present).float().cpu().numpy()
        self.train(was_training)
        return vectors
