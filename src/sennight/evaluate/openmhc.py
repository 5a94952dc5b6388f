"""OpenMHC's benchmark, from our side: objects its code can call, so that anyone with that data can submit sennight.

    import openmhc
    from sennight.evaluate.openmhc import OpenMhcImputer
    from sennight.generate.released import filler_folder
    from sennight.generate.saved import load_filler

    openmhc.evaluate_imputation(OpenMhcImputer(load_filler(filler_folder("sennight-filler"))))

Its 19 channels are mapped to our registry; a phone and a watch both count steps, so the phone's are filled in a second
look in which they stand for ours. Channels we have no name for (flights, time in bed, kinds of workout) are carried
forward. The data needs an agreement; these objects were run on made-up days in its shapes.
Source of names, order and shapes: AshleyLab/myheartcounts-dataset, openmhc/_constants.py and _protocols.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from jaxtyping import Float, Float32, Shaped

from sennight.backbones.backbone import Backbone
from sennight.errors import InputError
from sennight.generate.baselines import Cells, Population, guess
from sennight.generate.fill import Filler
from sennight.generate.forecast.panel import HOURS, Panel
from sennight.generate.forecast.plain import Point, holt_winters
from sennight.heads.linear import LinearConfig, LinearHead
from sennight.record import MINUTES_PER_DAY, WindowBatch
from sennight.tasks import TaskKind

SENSOR_CHANNELS = (
    "iphone_steps", "iphone_distance", "iphone_flights", "watch_steps", "watch_distance", "watch_hr", "watch_energy",
    "sleep_asleep", "sleep_inbed", "workout_walking", "workout_cycling", "workout_running", "workout_other",
    "workout_mixed_cardio", "workout_strength", "workout_elliptical", "workout_hiit", "workout_functional",
    "workout_yoga",
)  # fmt: skip
N = len(SENSOR_CHANNELS)
SHARED = {"heart_rate": 5, "active_energy": 6, "asleep": 7}
WATCH = {"steps": 3, "distance": 4} | SHARED
PHONE = {"steps": 0, "distance": 1} | SHARED
ENERGY_PER_KCAL = 1_000.0  # "cal/min"; as for their reader, told by size, see `_units`
SMALL_ABOVE, PER_SECOND_BELOW = 10.0, 5.0  # medians of what was measured
KINDS = {
    "binary": TaskKind.YES_NO,
    "regression": TaskKind.AMOUNT,
    "ordinal": TaskKind.AMOUNT,
    "multiclass": TaskKind.ONE_OF_K,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Units:
    """What its numbers are divided by to be ours."""

    heart: float
    energy: float

    @classmethod
    def of(cls, data: Float[np.ndarray, "n 19 step"]) -> "_Units":
        heart, energy = (data[:, c][np.isfinite(data[:, c]) & (data[:, c] > 0)] for c in (5, 6))
        return cls(
            heart=1 / 60 if len(heart) and np.median(heart) < PER_SECOND_BELOW else 1.0,
            energy=ENERGY_PER_KCAL if len(energy) and np.median(energy) > SMALL_ABOVE else 1.0,
        )

    def by(self, channel: str) -> float:
        """The divisor of one of our channels."""
        return {"heart_rate": self.heart, "active_energy": self.energy}.get(channel, 1.0)


class OpenMhcImputer:
    """Its `Imputer`: `impute(data, observed_mask, target_mask)` on (N, 19, 1440).

    With `user_ids` and `dates`, which its harness hands to whoever names them, all days of a person are looked at
    together; without them every day stands alone.
    """

    def __init__(self, filler: Filler) -> None:
        self.filler = filler

    def impute(
        self,
        data: Float32[np.ndarray, "n 19 1440"],
        observed_mask: Shaped[np.ndarray, "n 19 1440"],
        target_mask: Shaped[np.ndarray, "n 19 1440"],
        *,
        user_ids: Sequence[str] | None = None,
        dates: Sequence[str] | None = None,
    ) -> Float32[np.ndarray, "n 19 1440"]:
        """The same array with values at the target cells; nothing at a target cell is looked at."""
        wanted = target_mask.astype(np.bool_)
        seen = observed_mask.astype(np.bool_) & ~wanted & np.isfinite(data)
        out = np.where(seen, data, np.float32(0)).astype(np.float32)
        units = _Units.of(np.where(seen, data, np.nan))
        for rows in _people(len(data), user_ids, dates):
            out[rows] = self._one(out[rows], seen[rows], wanted[rows], units, rows, dates)
        return np.where(wanted | seen, out, data).astype(np.float32)

    def _one(
        self, values: np.ndarray, seen: np.ndarray, wanted: np.ndarray, units: _Units, rows: np.ndarray,
        dates: Sequence[str] | None,
    ) -> np.ndarray:  # fmt: skip
        made = _carried(values, seen, wanted)
        for view, own in ((PHONE, (0, 1)), (WATCH, tuple(WATCH.values()))):
            asked = {c: k for c, k in view.items() if c in self.filler.channels and k in own and wanted[:, k].any()}
            if not asked:
                continue
            windows = _windows(values, seen, view, units, rows, dates)
            timeline = self.filler.fitting(windows)
            cells = np.zeros((timeline.days, MINUTES_PER_DAY, len(timeline.channels)), dtype=np.bool_)
            for name, k in asked.items():
                cells[timeline.day, :, timeline.channels.index(name)] = wanted[:, k]
            flat = cells.reshape(timeline.seen.shape)
            told = np.zeros(timeline.values.shape, dtype=np.float32)
            told[flat] = self.filler.guess(timeline, flat).natural
            by_day = timeline.of_days(told)
            for name, k in asked.items():
                mine = by_day[..., timeline.channels.index(name)] * units.by(name)
                made[:, k][wanted[:, k]] = mine[wanted[:, k]]
        return made


def _people(n: int, user_ids: Sequence[str] | None, dates: Sequence[str] | None) -> list[np.ndarray]:
    """Rows that may be looked at together, in order of dates; a person's day that comes twice stands alone."""
    if user_ids is None or dates is None:
        return [np.array([i]) for i in range(n)]
    held: dict[tuple[str, int], list[int]] = {}
    copies: dict[tuple[str, str], int] = {}
    for i, (who, when) in enumerate(zip(user_ids, dates, strict=True)):
        copy = copies[who, when] = copies.get((who, when), -1) + 1
        held.setdefault((who, copy), []).append(i)
    return [np.array(sorted(rows, key=lambda i: dates[i])) for rows in held.values()]


def _windows(
    values: np.ndarray, seen: np.ndarray, view: dict[str, int], units: _Units, rows: np.ndarray,
    dates: Sequence[str] | None,
) -> WindowBatch:  # fmt: skip
    days = [date.fromisoformat(dates[i]) for i in rows] if dates is not None else None
    scale = np.array([units.by(c) for c in view], dtype=np.float32)
    known = seen[:, list(view.values())].transpose(0, 2, 1)
    held = values[:, list(view.values())].transpose(0, 2, 1) / scale
    return WindowBatch(
        people=("one",) * len(values),
        ordinal=tuple(d.toordinal() for d in days) if days else tuple(range(len(values))),
        weekday=np.array([d.weekday() for d in days] if days else [-1] * len(values), dtype=np.int16),
        day_of_year=np.array([d.timetuple().tm_yday for d in days] if days else [-1] * len(values), dtype=np.int16),
        values=np.where(known, held, 0).astype(np.float32),
        seen=known,
        channels=tuple(view),
    )


def _carried(values: np.ndarray, seen: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The last value of every channel carried forward, day by day."""
    made = values.copy()
    nothing = Population(mean=np.zeros(N), time_of_day=np.zeros((MINUTES_PER_DAY, N)))
    for i in range(len(values)):
        cells = Cells.of(wanted[i].T)
        told = guess("last_value", values[i].T, seen[i].T, cells, weekday=np.array([-1]), population=nothing)
        made[i][cells.channel, cells.minute] = told
    return made


class OpenMhcForecaster:
    """Its `Forecaster`: `predict(history, horizon)` on (channels, hours); each channel alone, by ETS unless said."""

    def __init__(self, point: Point = holt_winters) -> None:
        self.point = point

    def predict(self, history: Float[np.ndarray, "channel hour"], horizon: int) -> Float32[np.ndarray, "channel ahead"]:
        """Hours ahead; NaN in the history is not known."""
        n = len(history)
        panel = Panel(
            history=history.astype(np.float64), future=np.full((n, horizon), np.nan), person=("one",) * n,
            cut=np.zeros(n, dtype=np.int64), weekday=np.full(n, -1), season=HOURS,
        )  # fmt: skip
        return np.maximum(self.point(panel), 0).astype(np.float32)


class OpenMhcMethod:
    """Its `Method` and `Encoder` on (days, 24, 38): our backbone over hours held for sixty minutes, and a linear head.

    Hours are all that track gives, so a backbone that reads minutes sees steps of an hour.
    """

    input_granularity = "daily"
    predicts_from_arrays = True

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone
        self.head: LinearHead | None = None

    def encode(self, data: Float[np.ndarray, "day 24 38"]) -> Float32[np.ndarray, " width"]:
        """Mean and sd over days of the backbone's vectors. Raises: InputError if it knows none of the channels."""
        values = np.repeat(data[:, :, :N], MINUTES_PER_DAY // HOURS, axis=1).transpose(0, 2, 1)
        seen = (np.repeat(data[:, :, N:], MINUTES_PER_DAY // HOURS, axis=1).transpose(0, 2, 1) == 0) & np.isfinite(
            values
        )
        values = np.where(seen, values, 0)
        units = _Units.of(np.where(seen, values, np.nan))
        rows = np.arange(len(data))
        vectors = self.backbone.encode_windows(_windows(values, seen, WATCH, units, rows, None))
        return np.concatenate([vectors.mean(axis=0), vectors.std(axis=0)]).astype(np.float32)

    def fit(self, data: list[np.ndarray], labels: np.ndarray, task_type: str) -> None:
        """Learn the head. Raises: InputError on a kind of task that is not known."""
        if task_type not in KINDS:
            raise InputError(f"task_type '{task_type}' is not known", todo=f"Known: {', '.join(KINDS)}.")
        x = np.stack([self.encode(person) for person in data])
        self.head = LinearConfig().build().fit(x, labels.astype(np.float64), kind=KINDS[task_type])

    def predict(self, data: list[np.ndarray]) -> np.ndarray:
        """One answer a person. Raises: InputError before `fit`."""
        if self.head is None:
            raise InputError("this method was not fitted")
        answers: np.ndarray = self.head.predict(np.stack([self.encode(person) for person in data]))
        return answers
