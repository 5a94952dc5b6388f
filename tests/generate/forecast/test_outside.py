"""Adapters of others' forecasters: words and scales by hand, stand-ins for their models, a plain sentence if absent."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sennight.errors import InputError
from sennight.generate.forecast.outside import SAMPLES, Bins, Chronos, TimesFm, statsforecast
from sennight.generate.forecast.panel import Panel

CONFIG = {
    "tokenizer_kwargs": {"low_limit": -15.0, "high_limit": 15.0}, "n_tokens": 4096, "n_special_tokens": 2,
    "pad_token_id": 0, "eos_token_id": 1, "use_eos_token": True,
}  # fmt: skip


def panel(n: int = 3, horizon: int = 4) -> Panel:
    rng = np.random.default_rng(0)
    history = 50 + rng.normal(0, 5, (n, 14))
    history[0, 3] = np.nan
    return Panel(history=history, future=np.zeros((n, horizon)), person=("a",) * n, cut=np.arange(n),
                 weekday=np.zeros(n, dtype=np.int64), season=7)  # fmt: skip


class SaysTheLastWord:
    """Stands in for the sequence model: repeats the last word of the history."""

    def generate(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **settings: int) -> torch.Tensor:
        assert settings["num_return_sequences"] == SAMPLES
        assert not attention_mask[0, 3]
        last = input_ids[:, -2:-1].repeat_interleave(SAMPLES, dim=0)
        return torch.cat([torch.zeros_like(last), last.expand(-1, settings["max_new_tokens"])], dim=1)


def test_words_come_back_as_the_values_they_stand_for() -> None:
    bins = Bins.of(CONFIG)
    history = panel().history
    words, known, scale = bins.said(history)
    assert words.shape == (3, 15)
    assert words[0, 3] == bins.pad
    assert not known[0, 3]
    assert (words[:, -1] == bins.eos).all()
    back = bins.heard(words[:, None, :-1], scale)[:, 0]
    step = 30 / (4096 - 3) * scale.max()
    assert np.nanmax(np.abs(back - history)) <= step


def test_chronos_samples_become_quantiles() -> None:
    pairs = panel()
    made = Chronos(model=SaysTheLastWord(), bins=Bins.of(CONFIG))(pairs)
    assert made.shape == (3, 4, 5)
    assert made[:, 0, 2] == pytest.approx(pairs.history[:, -1], abs=0.5)


def test_timesfm_deciles_become_our_levels() -> None:
    def model(past_values: list[torch.Tensor], freq: torch.Tensor) -> SimpleNamespace:
        assert all(bool(torch.isfinite(x).all()) for x in past_values)
        deciles = torch.arange(1, 10).float() * 10
        mean = torch.full((len(past_values), 128, 1), 50.0)
        return SimpleNamespace(full_predictions=torch.cat([mean, deciles.expand(len(past_values), 128, 9)], dim=2))

    made = TimesFm(model=model, hourly=True)(panel())
    assert made[0, 0].tolist() == pytest.approx([10, 25, 50, 75, 90])  # its deciles end at 10 and 90


def test_statsforecast_is_asked_for_each_history(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ets:
        def __init__(self, season_length: int) -> None:
            assert season_length == 7

        def forecast(self, y: np.ndarray, h: int, level: list[int]) -> dict[str, np.ndarray]:
            assert np.isfinite(y).all()
            return {
                name: np.full(h, y.mean() + k) for k, name in enumerate(("lo-90", "lo-50", "mean", "hi-50", "hi-90"))
            }

    monkeypatch.setitem(sys.modules, "statsforecast.models", SimpleNamespace(AutoETS=Ets))
    made = statsforecast(panel(), "AutoETS")
    assert made.shape == (3, 4, 5)
    assert np.diff(made[0, 0]).tolist() == pytest.approx([1, 1, 1, 1])


def test_statsforecast_itself_answers_short_and_level_histories() -> None:
    pytest.importorskip("statsforecast", reason="needs the bench extra")
    pairs = panel()
    pairs.history[1] = 5.0
    for name in ("AutoETS", "AutoTheta"):
        made = statsforecast(pairs, name)
        assert np.isfinite(made).all()
        assert (np.diff(made, axis=2) >= -1e-6).all()
        assert made[1] == pytest.approx(5.0)


def test_absent_packages_and_folders_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "statsforecast.models", None)
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(InputError, match="not installed"):
        statsforecast(panel(), "AutoETS")
    with pytest.raises(InputError, match="no weights"):
        Chronos.load(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({}))
    with pytest.raises(InputError, match="not installed"):
        TimesFm.load(tmp_path, hourly=False)
    with pytest.raises(InputError, match="chronos_config"):
        Bins.of({})


def test_random_weights_of_the_right_shapes_run(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers", reason="needs the bench extra")
    config = transformers.T5Config(
        vocab_size=4096, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2, pad_token_id=0, eos_token_id=1,
        decoder_start_token_id=0, chronos_config=CONFIG,
    )  # fmt: skip
    transformers.T5ForConditionalGeneration(config).save_pretrained(tmp_path / "chronos")
    made = Chronos.load(tmp_path / "chronos")(panel())
    assert made.shape == (3, 4, 5)
    assert np.isfinite(made).all()
    small = transformers.TimesFmConfig(
        hidden_size=16, intermediate_size=16, head_dim=8, num_attention_heads=2, num_hidden_layers=1, context_length=64,
    )  # fmt: skip
    transformers.TimesFmModelForPrediction(small).save_pretrained(tmp_path / "timesfm")
    assert np.isfinite(TimesFm.load(tmp_path / "timesfm", hourly=False)(panel())).all()
