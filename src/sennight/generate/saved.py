"""A filler on disk: a folder with `filler.json`, `filler.safetensors` and the day transformer's checkpoint, if any.

Beside `backbones.checkpoint` the only place of this folder's activity that touches disk. Never a pickle.
"""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from sennight.backbones.checkpoint import Checkpoint
from sennight.backbones.checkpoint import load as load_checkpoint
from sennight.backbones.checkpoint import save as save_checkpoint
from sennight.backbones.day_transformer import ChannelScale, Transform
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.backbones.released import load as load_released
from sennight.errors import CheckpointError, SennightError
from sennight.generate.bands import Bands
from sennight.generate.baselines import Population
from sennight.generate.cues import cue_names
from sennight.generate.daily import DailyBands
from sennight.generate.fill import Filler
from sennight.generate.lean import Lean
from sennight.generate.mixer import Mixer
from sennight.generate.scales import Scales

FORMAT = 2  # 2: `lean.share`
DESCRIBED, NUMBERS, DAILY, MODEL = "filler.json", "filler.safetensors", "daily.json", "model"


def save_filler(filler: Filler, folder: Path, *, provenance: dict[str, object], released: str | None = None) -> None:
    """Write a filler; the description comes last, so that a folder with one is whole.

    A day transformer that is `released` under a name is named and not copied.
    Raises: CheckpointError if the disk refuses.
    """
    tensors = {f"mixer.{k}": v.contiguous() for k, v in filler.mixer.state_dict().items()}
    arrays = {
        "population.mean": filler.population.mean,
        "population.time_of_day": filler.population.time_of_day,
        "natural_sd": filler.natural_sd,
        "lean.share": filler.lean.share,
        "bands.shift": filler.bands.shift,
    }
    tensors |= {k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in arrays.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / DESCRIBED).unlink(missing_ok=True)
        save_file(tensors, folder / NUMBERS)
        if filler.model is not None and released is None:
            save_checkpoint(Checkpoint(model=filler.model, step=0, provenance=provenance), folder / MODEL)
        described = {
            "format": FORMAT,
            "scales": [asdict(s) for s in filler.scales.scales],
            "share": filler.bands.share,
            "model": released or filler.model is not None,
            "fingerprint": filler.fingerprint,
            "provenance": provenance,
            "sha256": hashlib.sha256((folder / NUMBERS).read_bytes()).hexdigest(),
        }
        fresh = folder / f".{DESCRIBED}.tmp"
        fresh.write_text(json.dumps(described, indent=1) + "\n")
        fresh.replace(folder / DESCRIBED)
    except OSError as error:
        raise CheckpointError(f"the filler could not be written: {error.strerror}", where=str(folder)) from error


def load_filler(folder: Path) -> Filler:
    """Read a filler back. Raises: CheckpointError if it is absent, damaged, or not what its fingerprint says."""
    where = str(folder)
    if not (folder / DESCRIBED).is_file():
        raise CheckpointError("there is no filler here", where=where, todo="Make one: `sennight generate learn`.")
    try:
        described = json.loads((folder / DESCRIBED).read_text())
        if described["format"] != FORMAT:
            raise CheckpointError(f"this filler has format {described['format']}", where=where, todo="Update sennight.")
        if hashlib.sha256((folder / NUMBERS).read_bytes()).hexdigest() != described["sha256"]:
            raise CheckpointError(f"{NUMBERS} is damaged", where=where, todo="Learn it again.")
        tensors = load_file(folder / NUMBERS)
        scales = Scales(scales=tuple(_scale(s) for s in described["scales"]))
        mixer = Mixer(len(cue_names(scales.channels)))
        mixer.load_state_dict({k.removeprefix("mixer."): v for k, v in tensors.items() if k.startswith("mixer.")})
        filler = Filler(
            scales=scales,
            population=Population(
                mean=tensors["population.mean"].numpy(), time_of_day=tensors["population.time_of_day"].numpy()
            ),
            natural_sd=tensors["natural_sd"].numpy(),
            mixer=mixer.eval(),
            lean=Lean(share=tensors["lean.share"].numpy()),
            bands=Bands(share=float(described["share"]), shift=tensors["bands.shift"].numpy()),
            model=_model(described["model"], folder),
        )
    except SennightError:
        raise
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise CheckpointError("the filler does not parse", where=where, todo="Learn it again.") from error
    if filler.fingerprint != described["fingerprint"]:
        raise CheckpointError("the filler is not the one its description tells of", where=where, todo="Learn it again.")
    return filler


def _model(described: object, folder: Path) -> DayTransformer | None:
    """The released model of that name, the one beside the filler, or none."""
    if isinstance(described, str):
        return load_released(described)
    return load_checkpoint(folder / MODEL).model if described else None


def _scale(fields: dict[str, object]) -> ChannelScale:
    return ChannelScale(
        channel=str(fields["channel"]),
        transform=Transform(str(fields["transform"])),
        mean=float(str(fields["mean"])),
        sd=float(str(fields["sd"])),
    )


def save_daily_bands(bands: DailyBands, folder: Path) -> None:
    """Write the intervals of daily estimates beside the filler they are of. Raises: CheckpointError."""
    try:
        fresh = folder / f".{DAILY}.tmp"
        fresh.write_text(json.dumps(asdict(bands), indent=1) + "\n")
        fresh.replace(folder / DAILY)
    except OSError as error:
        raise CheckpointError(f"the intervals could not be written: {error.strerror}", where=str(folder)) from error


def load_daily_bands(folder: Path) -> DailyBands:
    """Read them back. Raises: CheckpointError if they are absent or do not parse."""
    try:
        raw = json.loads((folder / DAILY).read_text())
        return DailyBands(
            share=float(raw["share"]),
            low={k: tuple(map(float, v)) for k, v in raw["low"].items()},
            high={k: tuple(map(float, v)) for k, v in raw["high"].items()},
            base={k: float(v) for k, v in raw["base"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            "there are no intervals of daily estimates here", where=str(folder), todo="`sennight generate learn`."
        ) from error
