"""Forecasters of others behind our shape: AutoETS and AutoTheta (statsforecast), Chronos and TimesFM (transformers).

Those packages are in the bench extra and imported when asked for; weights come from a folder on this machine, never
from a network. The adapters were run on random weights of the right shapes; no result of theirs is claimed.
Letters: N pairs, L steps of history, H steps ahead, Q quantiles.
"""

import warnings
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64

from sennight.errors import InputError
from sennight.generate.forecast.panel import Panel
from sennight.generate.forecast.plain import LEVELS, seasonal_mean

SAMPLES = 20
MISSING = "Install it: pip install 'sennight[bench]'."


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(f"the package '{name}' is not installed", todo=MISSING) from error


def _whole(panel: Panel) -> Float64[np.ndarray, "N L"]:
    """Histories without holes, for models that know none: what is missing takes the mean of its step of the season."""
    usual = seasonal_mean(panel)
    length = panel.history.shape[1]
    step = [(i - length) % panel.season % panel.horizon for i in range(length)]
    return np.where(np.isfinite(panel.history), panel.history, usual[:, step])


def statsforecast(panel: Panel, name: str) -> Float64[np.ndarray, "N H Q"]:
    """`AutoETS` or `AutoTheta` on each history alone. Raises: InputError if statsforecast is not installed."""
    models = _package("statsforecast.models")
    widths = [50, 90]
    out = np.empty((len(panel), panel.horizon, len(LEVELS)))
    for i, history in enumerate(_whole(panel)):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # it divides by zero on a history of few steps, and says so each time
            made = getattr(models, name)(season_length=panel.season).forecast(y=history, h=panel.horizon, level=widths)
        columns = (made["lo-90"], made["lo-50"], made["mean"], made["hi-50"], made["hi-90"])
        told = np.stack(columns, axis=1)
        out[i] = np.where(np.isfinite(told), told, np.nan_to_num(made["mean"])[:, None])
    return np.maximum(out, 0)


@dataclass(frozen=True, kw_only=True)
class Bins:
    """Chronos' words: a history divided by its mean size, in bins of equal width (arXiv 2403.07815)."""

    low: float
    high: float
    words: int
    special: int
    pad: int
    eos: int | None

    @classmethod
    def of(cls, config: dict[str, Any]) -> "Bins":
        """From the `chronos_config` of a checkpoint. Raises: InputError if a field is missing."""
        try:
            limits = config["tokenizer_kwargs"]
            return cls(
                low=float(limits["low_limit"]), high=float(limits["high_limit"]), words=int(config["n_tokens"]),
                special=int(config["n_special_tokens"]), pad=int(config["pad_token_id"]),
                eos=int(config["eos_token_id"]) if config.get("use_eos_token", True) else None,
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise InputError("this folder's config has no chronos_config that sennight reads") from error

    @property
    def centres(self) -> Float64[np.ndarray, " word"]:
        """The values of the words that are not special."""
        return np.linspace(self.low, self.high, self.words - self.special - 1)

    def said(self, history: Float64[np.ndarray, "N L"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Words, which of them count, and the scale of each history."""
        known = np.isfinite(history)
        size = np.where(known, np.abs(history), 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        scale = np.where(size > 0, size, 1.0)
        edges = (self.centres[1:] + self.centres[:-1]) / 2
        words = np.digitize(np.nan_to_num(history) / scale[:, None], edges) + self.special + 1
        words = np.where(known, np.clip(words, 0, self.words - 1), self.pad)
        if self.eos is not None:
            end = np.full((len(words), 1), self.eos)
            words, known = np.concatenate([words, end], axis=1), np.concatenate([known, end >= 0], axis=1)
        return words.astype(np.int64), known, scale

    def heard(self, words: np.ndarray, scale: Float64[np.ndarray, " N"]) -> Float64[np.ndarray, "N sample H"]:
        """Values of generated words."""
        at = np.clip(words - self.special - 1, 0, len(self.centres) - 1)
        return self.centres[at] * scale[:, None, None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Chronos:
    """A Chronos (T5) checkpoint: samples of what comes next. `model` is the sequence model, `bins` its words."""

    model: Any
    bins: Bins

    @classmethod
    def load(cls, folder: Path) -> "Chronos":
        """From a folder on this machine. Raises: InputError if transformers or the folder is missing."""
        model = _loaded("T5ForConditionalGeneration", folder)
        return cls(model=model, bins=Bins.of(getattr(model.config, "chronos_config", None) or {}))

    def __call__(self, panel: Panel, *, seed: int = 0) -> Float64[np.ndarray, "N H Q"]:
        words, known, scale = self.bins.said(panel.history)
        torch.manual_seed(seed)
        with torch.inference_mode():
            made = self.model.generate(
                input_ids=torch.from_numpy(words), attention_mask=torch.from_numpy(known.astype(np.int64)),
                do_sample=True, num_return_sequences=SAMPLES, min_new_tokens=panel.horizon,
                max_new_tokens=panel.horizon, eos_token_id=self.bins.eos, pad_token_id=self.bins.pad,
            )  # fmt: skip
        # The first word is where decoding starts.
        heard = self.bins.heard(made[:, 1:].numpy().reshape(len(panel), SAMPLES, panel.horizon), scale)
        return np.maximum(np.moveaxis(np.quantile(heard, LEVELS, axis=1), 0, 2), 0)


@dataclass(frozen=True, kw_only=True, eq=False)
class TimesFm:
    """A TimesFM checkpoint in transformers' form: means and nine deciles of what comes next (arXiv 2310.10688)."""

    model: Any
    hourly: bool

    @classmethod
    def load(cls, folder: Path, *, hourly: bool) -> "TimesFm":
        """From a folder on this machine. Raises: InputError if transformers or the folder is missing."""
        return cls(model=_loaded("TimesFmModelForPrediction", folder), hourly=hourly)

    def __call__(self, panel: Panel) -> Float64[np.ndarray, "N H Q"]:
        past = [torch.from_numpy(row).float() for row in _whole(panel)]
        # Its mark of how often something is measured: 0 up to daily, 1 weekly and monthly.
        frequency = torch.zeros(len(past), dtype=torch.long)
        with torch.inference_mode():
            made = self.model(past_values=past, freq=frequency).full_predictions
        deciles = made[:, : panel.horizon, 1:].double().numpy()
        at = np.clip(np.array(LEVELS) * 10 - 1, 0, deciles.shape[2] - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, deciles.shape[2] - 1)
        return np.maximum(deciles[..., low] + (deciles[..., high] - deciles[..., low]) * (at - low), 0)


def _loaded(kind: str, folder: Path) -> Any:
    if not (folder / "config.json").is_file():
        raise InputError("there are no weights here", where=str(folder), todo="Give a folder with a config.json.")
    transformers = _package("transformers")
    try:
        return getattr(transformers, kind).from_pretrained(str(folder), local_files_only=True).eval()
    except (AttributeError, OSError, ValueError) as error:
        raise InputError(f"the weights do not open as {kind}", where=str(folder)) from error
