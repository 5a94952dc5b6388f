"""Released weights: models that come with the package, by name; no network is asked.

Each lies in `weights/NAME`, a checkpoint with its model card. A name that is no release is taken as a folder.
"""

from difflib import get_close_matches
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from sennight.errors import CheckpointError

if TYPE_CHECKING:
    from sennight.backbones.day_transformer.model import DayTransformer

CARD = "card.md"


def released() -> tuple[str, ...]:
    """The names of the models that came with this package."""
    return tuple(sorted(p.name for p in files("sennight.backbones").joinpath("weights").iterdir() if p.is_dir()))


def load(name: str | Path) -> "DayTransformer":
    """A released model, or the model of a checkpoint folder, ready to embed.

    Raises: CheckpointError if there is neither, or it is damaged.
    """
    from sennight.backbones import checkpoint  # torch takes a second to import; names are asked for far more often

    text = str(name)
    if text in released():
        with as_file(files("sennight.backbones").joinpath("weights", text)) as folder:
            return checkpoint.load(folder).model.eval()
    if Path(name).is_dir():
        return checkpoint.load(Path(name)).model.eval()
    near = get_close_matches(text, released(), n=1)
    raise CheckpointError(
        f"there is no released model and no folder '{text}'",
        todo=f"Did you mean '{near[0]}'?" if near else f"Released: {', '.join(released())}.",
    )


def card(name: str) -> str:
    """The model card of a release, as Markdown. Raises: CheckpointError if there is no such release."""
    if name not in released():
        raise CheckpointError(f"there is no released model '{name}'", todo=f"Released: {', '.join(released())}.")
    return files("sennight.backbones").joinpath("weights", name, CARD).read_text(encoding="utf-8")
