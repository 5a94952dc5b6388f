"""A small actigraphy file in the layout of MESA, made here."""

from collections.abc import Sequence
from pathlib import Path

HEADER = (
    "mesaid,line,linetime,offwrist,activity,marker,whitelight,redlight,greenlight,bluelight,wake,interval,dayofweek,"
    "daybymidnight,daybynoon"
)
STEP_S = 30


def text(activity: Sequence[int | None], *, start_s: int = 23 * 3_600, weekday: int = 7, header: str = HEADER) -> str:
    """Half minutes from `start_s` after midnight on a weekday (1 is Sunday); None is off the wrist."""
    rows = []
    for i, count in enumerate(activity):
        second = start_s + STEP_S * i
        day, of_day = divmod(second, 86_400)
        time = f"{of_day // 3_600:02d}:{of_day % 3_600 // 60:02d}:{of_day % 60:02d}"
        today = (weekday - 1 + day) % 7 + 1
        measured = [1, "", "", "", "", "", "", "", "EXCLUDED"] if count is None else [
            0, count, 0, 12.5, 0.1, 0.2, 0.3, int(count > 10), "REST-S" if count <= 10 else "ACTIVE"
        ]  # fmt: skip
        rows.append(",".join(map(str, [1, i + 1, time, *measured, today, day + 1, day + 1])))
    return "\n".join([header, *rows]) + "\n"


def mesa(folder: Path) -> Path:
    """Two hours across midnight from Saturday to Sunday, the first minutes off the wrist."""
    path = folder / "mesa-sleep-0001.csv"
    path.write_text(text([None] * 20 + [i % 40 for i in range(220)]))
    return path


SAMPLES = (mesa,)
