"""Recurrent baselines in PAT's shapes: an LSTM along the week, a ConvLSTM from day to day over hours and minutes.

As published the LSTM steps through all 10,080 minutes, which takes hours on a processor and forgets all but the last
of them; `step_minutes` averages that many minutes into a step (1 is the published one).

Letters: B windows, T minutes, C channels, D days, H hidden filters.
Shapes of layers: the public notebooks of PAT, arXiv 2411.15240.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from sennight.backbones.minute_scale import MinuteScale
from sennight.backbones.network import HeadShape, WeekNetwork
from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, WINDOW_DAYS, WindowBatch

LSTM_UNITS = 50
FIRST, SECOND = 32, 64  # filters
HOURS, MINUTES = 24, 60


class RecurrentKind(StrEnum):
    """LINE is an LSTM over the window; GRID a ConvLSTM whose steps are days."""

    LINE = "lstm"
    GRID = "conv_lstm"


@dataclass(frozen=True, kw_only=True)
class RecurrentConfig:
    """Raises: InputError if no channel is given, the window is neither 1 nor 7 days, or steps do not divide a day."""

    channels: tuple[str, ...]
    kind: RecurrentKind = RecurrentKind.LINE
    window_days: int = 7
    step_minutes: int = 30
    """Minutes averaged into one step of the LSTM; the ConvLSTM has none of it."""

    def __post_init__(self) -> None:
        if not self.channels or len(set(self.channels)) != len(self.channels):
            raise InputError("a recurrent network needs at least one channel, each listed once")
        if self.window_days not in WINDOW_DAYS:
            raise InputError(f"window_days={self.window_days}: a window is 1 or 7 days")
        if self.step_minutes < 1 or MINUTES_PER_DAY % self.step_minutes:
            raise InputError(f"step_minutes={self.step_minutes} does not divide {MINUTES_PER_DAY}")

    def build(self) -> "Recurrent":
        """The model, with random weights from torch's current seed."""
        return Recurrent(self)

    @classmethod
    def from_dict(cls, fields: dict[str, object]) -> "RecurrentConfig":
        """The inverse of `dataclasses.asdict`. Raises: InputError on an unknown key or value."""
        try:
            channels = fields["channels"]
            known = {"channels", "kind", "window_days", "step_minutes"}
            if set(fields) != known or not isinstance(channels, Sequence):
                raise ValueError(f"it has the keys {', '.join(sorted(known))}")
            return cls(
                channels=tuple(map(str, channels)),
                kind=RecurrentKind(str(fields["kind"])),
                window_days=int(str(fields["window_days"])),
                step_minutes=int(str(fields["step_minutes"])),
            )
        except (KeyError, ValueError) as error:
            raise InputError(f"a recurrent config does not parse: {error}") from error


class ConvLSTM(nn.Module):
    """An LSTM whose products are convolutions: over the input without padding, over the hidden state with it.

    Source: Shi et al. 2015, arXiv 1506.04214, without peepholes. Gates are plain sigmoids (piecewise linear in Keras).
    """

    def __init__(self, inputs: int, hidden: int, kernel: int, activation: str) -> None:
        super().__init__()
        self.hidden = hidden
        self.activation = {"relu": torch.relu, "tanh": torch.tanh}[activation]
        self.of_input = nn.Conv2d(inputs, 4 * hidden, kernel)
        self.of_state = nn.Conv2d(hidden, 4 * hidden, kernel, padding="same", bias=False)
        nn.init.zeros_(self.of_input.bias)  # type: ignore[arg-type]
        with torch.no_grad():
            self.of_input.bias[hidden : 2 * hidden] = 1.0  # type: ignore[index]

    def forward(self, x: Float[Tensor, "B D C y x"]) -> Float[Tensor, "B D H v u"]:
        given = self.of_input(x.flatten(0, 1)).unflatten(0, x.shape[:2])
        state = memory = None
        states = []
        for day in range(x.shape[1]):
            gates = given[:, day] if state is None else given[:, day] + self.of_state(state)
            enter, keep, fresh, leave = gates.split(self.hidden, dim=1)
            new = enter.sigmoid() * self.activation(fresh)
            memory = new if memory is None else keep.sigmoid() * memory + new
            state = leave.sigmoid() * self.activation(memory)
            states.append(state)
        return torch.stack(states, dim=1)


class Recurrent(WeekNetwork):
    """See `RecurrentConfig`."""

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config = config
        self.name = str(config.kind)
        self.channels = config.channels
        self.window_days = config.window_days
        self.scale = MinuteScale(channels=config.channels, days=config.window_days)
        c = len(config.channels)
        if config.kind is RecurrentKind.LINE:
            self.lstm = nn.LSTM(c, LSTM_UNITS, batch_first=True)
            self.width = LSTM_UNITS
            self.head_shape = HeadShape(hidden=100, before=0.0, after=0.0)
        else:
            self.first = ConvLSTM(c, FIRST, 5, "relu")
            self.second = ConvLSTM(FIRST, SECOND, 2, "tanh")
            self.width = SECOND * ((HOURS - 4) // 2 - 1) * ((MINUTES - 4) // 2 - 1)
            self.head_shape = HeadShape(hidden=100, before=0.36, after=0.0)  # two dropouts of .2 in a row

    def features(self, batch: WindowBatch) -> Float[Tensor, "B width"]:
        """The state after the last step."""
        x: Tensor = self.scale(batch)
        if self.config.kind is RecurrentKind.LINE:
            x = x.unflatten(1, (-1, self.config.step_minutes)).mean(dim=2)  # type: ignore[no-untyped-call]
            return self.lstm(x)[1][0][0]
        x = x.unflatten(1, (self.window_days, HOURS, MINUTES_PER_DAY // HOURS)).movedim(4, 2)  # type: ignore[no-untyped-call]
        x = self.first(x)
        b = len(x)
        x = F.max_pool2d(x.flatten(0, 1), 2).unflatten(0, (b, self.window_days))  # type: ignore[no-untyped-call]
        return self.second(x)[:, -1].flatten(1)
