"""The day transformer's own guess for wanted cells: its decoder's reconstruction, in scaled units."""

import numpy as np
import torch
from jaxtyping import Float32

from sennight.backbones.day_transformer import Layout
from sennight.backbones.day_transformer.model import DayTransformer
from sennight.generate.baselines import Cells
from sennight.generate.timeline import Timeline
from sennight.record import MINUTES_PER_DAY

BATCH_DAYS = 64


def decode(model: DayTransformer, timeline: Timeline, cells: Cells) -> Float32[np.ndarray, " n"]:
    """What the model reconstructs at wanted cells; NaN for channels it does not know.

    The timeline must hold nothing that may not be looked at: whatever it has seen, the encoder sees. Binary channels
    come back as probabilities.
    """
    names = model.config.channels
    known = [i for i, c in enumerate(timeline.channels) if c in names]
    guess = np.full(timeline.values.shape, np.nan, dtype=np.float32)
    if not known or not len(cells.minute):
        return guess[cells.minute, cells.channel]
    wanted = np.zeros(timeline.seen.shape, dtype=np.bool_)
    wanted[cells.minute, cells.channel] = True
    days = model.config.window_days
    windows = timeline.windows(days).select(names)
    asked = _padded(wanted, len(windows), days)
    column = [names.index(timeline.channels[i]) for i in known]
    wanted_windows = np.zeros(windows.seen.shape, dtype=np.bool_)
    wanted_windows[..., column] = asked[..., known]
    filled = np.zeros(windows.values.shape, dtype=np.float32)
    rows = np.flatnonzero(wanted_windows.any(axis=(1, 2)))
    was_training = model.training
    model.eval()
    step = max(1, BATCH_DAYS // days)
    for i in range(0, len(rows), step):
        part = rows[i : i + step]
        filled[part] = _decode_windows(model, windows.take(part), wanted_windows[part])
    model.train(was_training)
    flat = filled.reshape(-1, len(names))[: len(guess)]
    guess[:, known] = flat[:, column]
    return guess[cells.minute, cells.channel]


def _padded(wanted: np.ndarray, n: int, days: int) -> np.ndarray:
    pad = n * days * MINUTES_PER_DAY - len(wanted)
    cut: np.ndarray = np.pad(wanted, ((0, pad), (0, 0))).reshape(n, days * MINUTES_PER_DAY, -1)
    return cut


@torch.inference_mode()
def _decode_windows(model: DayTransformer, batch, wanted: np.ndarray) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Reconstruction of whole windows, 0 where nothing was wanted."""
    tokens = model.tokens(batch)
    asked = model.fold(torch.from_numpy(wanted).to(tokens.values.device)).any(dim=3)
    encoded = model.encode(tokens, tokens.present)
    made, place = model.reconstruct(tokens, encoded, asked)
    window, patch, channel = place.unbind(1)
    made = torch.where(model.binary_cells[channel], made.sigmoid(), made)
    cells = torch.zeros(tokens.values.shape, dtype=made.dtype, device=made.device)
    cells[window, patch, channel] = made
    return _unfolded(model, cells).float().cpu().numpy()


def _unfolded(model: DayTransformer, cells: torch.Tensor) -> torch.Tensor:
    """The inverse of the model's `fold`: cells of tokens back into minutes of channels."""
    b, s = cells.shape[:2]
    minutes = model.config.patch_minutes
    if model.config.layout is Layout.CHANNEL:
        return cells.transpose(2, 3).reshape(b, s * minutes, -1)
    return cells.reshape(b, s * minutes, -1)
