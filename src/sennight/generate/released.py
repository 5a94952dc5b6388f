"""Released fillers: what comes with the package, by name, so that minutes are filled with nothing to configure.

Each lies in `fillers/NAME`; its day transformer is that of `backbones.released`, named and not copied.
"""

from difflib import get_close_matches
from importlib.resources import as_file, files
from pathlib import Path

from sennight.errors import CheckpointError

DEFAULT = "sennight-filler"


def released_fillers() -> tuple[str, ...]:
    """The names of the fillers that came with this package."""
    shelf = files("sennight.generate").joinpath("fillers")
    return tuple(sorted(p.name for p in shelf.iterdir() if p.is_dir())) if shelf.is_dir() else ()


def filler_folder(name: str | Path) -> Path:
    """Where a filler lies: a released one by its name, or the folder itself.

    Raises: CheckpointError if there is neither.
    """
    text = str(name)
    if text in released_fillers():
        with as_file(files("sennight.generate").joinpath("fillers", text)) as folder:
            return folder
    if Path(name).is_dir():
        return Path(name)
    near = get_close_matches(text, released_fillers(), n=1)
    raise CheckpointError(
        f"there is no released filler and no folder '{text}'",
        todo=f"Did you mean '{near[0]}'?" if near else f"Released: {', '.join(released_fillers())}.",
    )
