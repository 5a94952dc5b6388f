"""Published weights are read weight for weight: held against what a Keras graph answered (see assets/keras_pat.py)."""

import builtins
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from sennight.backbones.pat import PatSize
from sennight.backbones.pat.keras_weights import load_keras
from sennight.errors import CheckpointError, InputError

ASSETS = Path(__file__).parents[1] / "assets"
WEIGHTS, ANSWERS = ASSETS / "pat_s_weights.h5", ASSETS / "pat_s_answers.npz"


def copied(to: Path, *, under: str = "", without: str = "", extra: str = "") -> Path:
    """The published file again: under a group, without a tensor, or with one more."""
    with h5py.File(WEIGHTS, "r") as old, h5py.File(to, "w") as new:
        into = new.create_group(under) if under else new
        for name in old:
            old.copy(old[name], into, name=name)
        if without:
            del into[without]
        if extra:
            into[extra] = np.zeros(3, dtype=np.float32)
    return to


def test_tokens_are_those_of_keras() -> None:
    model, answers = load_keras(WEIGHTS, channel="hip_counts").eval(), np.load(ANSWERS)
    week = torch.from_numpy(answers["week"])
    with torch.inference_mode():
        tokens = model.encode(week.reshape(1, 560, 18))
    np.testing.assert_allclose(tokens.numpy(), answers["tokens"], rtol=0, atol=1e-4)
    assert np.abs(answers["tokens"]).max() > 1, "the answers must not be all small"


def test_attention_is_that_of_keras() -> None:
    model, answers = load_keras(WEIGHTS, channel="hip_counts").eval(), np.load(ANSWERS)
    with torch.inference_mode():
        x = model.encoder.patch_in(torch.from_numpy(answers["week"]).reshape(1, 560, 18)) + model.positions
        looked_at = model.encoder.blocks[0].attention.weights(x).mean(dim=2)
    np.testing.assert_allclose(looked_at.numpy(), answers["looked_at"], rtol=1e-3, atol=1e-6)


def test_every_weight_has_its_place() -> None:
    """Moving any one tensor of the file moves the model: nothing is read twice or passed over."""
    model = load_keras(WEIGHTS, channel="hip_counts")
    with h5py.File(WEIGHTS, "r") as file:
        total = []
        file.visititems(
            lambda _, e: total.append(np.asarray(e, np.float64).sum()) if isinstance(e, h5py.Dataset) else None
        )
    ours = sum(float(p.double().sum()) for p in model.encoder.parameters())
    np.testing.assert_allclose(ours, sum(total), rtol=1e-6)
    assert model.config.size is PatSize.S


def test_a_whole_saved_model_reads_the_same(tmp_path: Path) -> None:
    saved = load_keras(copied(tmp_path / "model.h5", under="model_weights"), channel="hip_counts")
    alone = load_keras(WEIGHTS, channel="hip_counts")
    for name, weight in alone.encoder.state_dict().items():
        assert torch.equal(weight, saved.encoder.state_dict()[name])


def test_an_absent_tensor_one_too_many_and_another_file_are_refused(tmp_path: Path) -> None:
    norm = "encoder_layer_1_transformer/encoder_layer_1_norm1/gamma:0"
    with pytest.raises(CheckpointError, match="not the weights of a PAT-S"):
        load_keras(copied(tmp_path / "less.h5", without=norm), channel="hip_counts")
    with pytest.raises(CheckpointError, match="nobody asked for: more"):
        load_keras(copied(tmp_path / "more.h5", extra="more"), channel="hip_counts")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["dense/dense/kernel:0"] = np.zeros((18, 96))
    with pytest.raises(CheckpointError, match="not the weights of a PAT"):
        load_keras(tmp_path / "other.h5", channel="hip_counts")
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(CheckpointError, match="no readable HDF5"):
        load_keras(tmp_path / "text.h5", channel="hip_counts")


def test_without_h5py_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: object, **kwargs: object) -> object:
        if name == "h5py":
            raise ImportError(name)
        return real(name, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match="needs h5py"):
        load_keras(WEIGHTS, channel="hip_counts")
