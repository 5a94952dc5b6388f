"""Checkpoints: a folder with `config.json` and `model.safetensors`, written whole or not at all. Never a pickle.

A folder is written under a temporary name, synced, and renamed; the one it replaces steps aside until
then, and is read if a kill fell between the two renames. So there is always the old checkpoint or the
new one. The `trainer` tensors (optimizer state) ride in their own file.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from sennight.backbones.convolution import ConvolutionConfig, ConvolutionKind
from sennight.backbones.day_transformer.config import DayTransformerConfig
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.network import WeekNetwork
from sennight.backbones.pat import PatConfig
from sennight.backbones.recurrent import RecurrentConfig, RecurrentKind
from sennight.errors import CheckpointError, InputError

FORMAT = 1
CONFIG, MODEL, TRAINER = "config.json", "model.safetensors", "trainer.safetensors"

Network = DayTransformer | WeekNetwork
Model = TypeVar("Model", bound=DayTransformer | WeekNetwork)


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkpoint(Generic[Model]):
    """A model, what made it (`provenance`: data fingerprint, split, seed, versions), and trainer tensors if kept."""

    model: Model
    step: int
    provenance: Mapping[str, Any]
    trainer: Mapping[str, torch.Tensor] = field(default_factory=dict)


def save(checkpoint: Checkpoint[Any], folder: Path) -> None:
    """Write a checkpoint; an existing one of that name is replaced. Raises: CheckpointError if the disk refuses."""
    parent = folder.parent
    fresh, old = parent / f".{folder.name}.tmp", _aside(folder)
    try:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        weights = {k: v.detach().cpu().contiguous() for k, v in checkpoint.model.state_dict().items()}
        save_file(weights, fresh / MODEL)
        if checkpoint.trainer:
            save_file({k: v.detach().cpu().contiguous() for k, v in checkpoint.trainer.items()}, fresh / TRAINER)
        described = {
            "format": FORMAT,
            "backbone": checkpoint.model.name,
            "config": asdict(checkpoint.model.config),
            "step": checkpoint.step,
            "provenance": dict(checkpoint.provenance),
            "sha256": {p.name: _sha256(p) for p in sorted(fresh.iterdir())},
        }
        (fresh / CONFIG).write_text(json.dumps(described, indent=2, sort_keys=True) + "\n")
        for path in (*fresh.iterdir(), fresh):
            _sync(path)
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
            folder.rename(old)
        fresh.rename(folder)
        _sync(parent)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise CheckpointError(
            f"the checkpoint could not be written: {error.strerror}",
            where=str(folder),
            todo="Free some space or choose another --out; earlier checkpoints are untouched.",
        ) from error


def load(folder: Path) -> Checkpoint[DayTransformer]:
    """Read a day transformer's checkpoint back, checking hashes and shapes.

    Raises: CheckpointError if it is absent, damaged, from a newer version, of another backbone, or does not fit its
    config.
    """
    found = load_network(folder)
    if not isinstance(found.model, DayTransformer):
        raise CheckpointError(
            f"this is the checkpoint of a {found.model.name}, not of a day transformer", where=str(folder)
        )
    return Checkpoint(model=found.model, step=found.step, provenance=found.provenance, trainer=found.trainer)


def load_network(folder: Path) -> Checkpoint[Network]:
    """The same for whatever backbone it holds."""
    where = str(folder)
    if not folder.exists() and _aside(folder).exists():
        folder = _aside(folder)
    if not (folder / CONFIG).is_file():
        raise CheckpointError("there is no checkpoint here", where=where, todo=f"Give a folder that holds {CONFIG}.")
    try:
        described = json.loads((folder / CONFIG).read_text())
        version, config, hashes = described["format"], described["config"], described["sha256"]
        step, provenance = int(described["step"]), dict(described["provenance"])
        backbone = str(described["backbone"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{CONFIG} does not parse", where=where, todo="Use an earlier checkpoint.") from error
    if version != FORMAT:
        raise CheckpointError(
            f"this checkpoint has format {version}, this sennight reads {FORMAT}", where=where, todo="Update sennight."
        )
    for name, expected in hashes.items():
        if name not in (MODEL, TRAINER) or not (folder / name).is_file() or _sha256(folder / name) != expected:
            raise CheckpointError(f"{name} is absent or damaged", where=where, todo="Use an earlier checkpoint.")
    try:
        model = _built(backbone, config)
        model.load_state_dict(load_file(folder / MODEL))
        trainer = load_file(folder / TRAINER) if TRAINER in hashes else {}
    except (InputError, SafetensorError, RuntimeError, KeyError, OSError) as error:
        raise CheckpointError("the weights do not fit their config", where=where) from error
    return Checkpoint(model=model, step=step, provenance=provenance, trainer=trainer)


def _built(backbone: str, config: dict[str, object]) -> Network:
    """The model of a saved config, still with random weights. Raises: InputError on a backbone not known here."""
    if backbone == DayTransformer.name:
        return DayTransformerConfig.from_dict(config).build()
    if backbone == "pat":
        return PatConfig.from_dict(config).build()
    if backbone in tuple(ConvolutionKind):
        return ConvolutionConfig.from_dict(config).build()
    if backbone in tuple(RecurrentKind):
        return RecurrentConfig.from_dict(config).build()
    raise InputError(f"there is no backbone '{backbone}'", todo="Update sennight.")


def _aside(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.old"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
