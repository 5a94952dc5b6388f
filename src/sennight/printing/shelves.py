"""What stands on a shelf, one line a member, from the same tuples that the code itself reads."""

from collections.abc import Callable
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from sennight.errors import InputError
from sennight.printing.lines import count, table


def shelf_table(shelf: str) -> str:
    """A shelf as text. Raises: InputError naming the nearest shelf."""
    if shelf not in SHELVES:
        near = get_close_matches(shelf, SHELVES, n=1)
        raise InputError(
            f"there is no shelf '{shelf}'",
            todo=f"Did you mean '{near[0]}'?" if near else f"Shelves: {', '.join(SHELVES)}.",
        )
    return "\n".join(SHELVES[shelf]())


def _readers() -> list[str]:
    from sennight.readers import READERS

    return table(("reader", "what it reads"), [(r.name, r.title) for r in READERS], align="ll")


def _backbones() -> list[str]:
    from sennight.backbones.day_transformer.config import DECODERS, ENCODERS

    given = [
        ("engineered", "20 features a channel and day; the baseline"),
        ("engineered_mean", "the same, mean over days alone"),
        ("half_hour", "half-hour means and worn minutes; the floor under the baseline"),
        ("minirocket", "shares of minutes above the bias of 84 dilated kernels"),
        ("missingness", "a control: when the device was worn, and nothing of what was measured"),
        ("random_init:RUN", "a control: the architecture of a run with fresh random weights"),
        ("distribution:RUN", "a control: what its day vector takes in, with nothing learned"),
        ("RUN or CHECKPOINT", "the folder of a pretrained day transformer or PAT"),
        ("pat_s, pat_m, pat_l", "PAT from scratch, for `sennight finetune`"),
        ("cnn_1d, cnn_3d, lstm, conv_lstm", "PAT's baselines from scratch, for `sennight finetune`"),
    ]
    sizes = [
        (size.value, *(str(n) for n in (tower.layers, tower.width, tower.heads)), str(DECODERS[size].layers))
        for size, tower in ENCODERS.items()
    ]
    return [
        *table(("--backbone", "what it is"), given, align="ll"),
        "",
        "sizes of the day transformer (--set size=...):",
        *table(("size", "layers", "width", "heads", "decoder layers"), sizes),
    ]


def _tasks() -> list[str]:
    from sennight.tasks import TASKS

    rows = [(t.name, t.domain.value, t.kind.value, t.metric, t.question) for t in TASKS]
    return table(("task", "domain", "kind", "metric", "question"), rows, align="lllll")


def _heads() -> list[str]:
    from sennight.heads import HEADS

    rows = [
        (head.name, _first_line(head.__doc__), ", ".join(f"{f.name}={f.default}" for f in fields(head)))
        for head in HEADS
    ]
    return table(("head", "what it is", "settings"), rows, align="lll")


def _channels() -> list[str]:
    from sennight.record import CHANNELS

    rows = [
        (c.name, c.unit, c.fold.value, c.role.value, c.sensor, f"{c.low:g}", f"{c.high:g}") for c in CHANNELS.values()
    ]
    return table(("channel", "unit", "minute is", "role", "sensor", "lowest", "highest"), rows, align="lllllrr")


def _recipes() -> list[str]:
    from sennight.pretrain.pat import PAT_RECIPES
    from sennight.pretrain.recipes import RECIPES

    made: list[tuple[str, Any, str]] = [(name, build(), _first_line(build.__doc__)) for name, build in RECIPES.items()]
    made += [(name, build(), _first_line(build.__doc__)) for name, build in PAT_RECIPES.items()]
    rows = [(name, r.size.value, count(r.steps), count(r.batch), what) for name, r, what in made]
    return table(("recipe", "size", "steps", "batch", "what it is"), rows, align="llrrl")


def _datasets() -> list[str]:
    from sennight.fetch import DATASETS

    rows = [(d.name, count(len(d.files)), f"{d.title}; {d.licence}") for d in DATASETS.values()]
    return table(("data set", "files", "what it is"), rows, align="lrl")


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().partition("\n")[0]


SHELVES: dict[str, Callable[[], list[str]]] = {
    "readers": _readers,
    "backbones": _backbones,
    "tasks": _tasks,
    "heads": _heads,
    "channels": _channels,
    "recipes": _recipes,
    "datasets": _datasets,
}
