"""What a stage cost: wall time and the most memory its process held, measured around a block."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sennight.evaluate.report import StageCost


@contextmanager
def measured(name: str, costs: "list[StageCost]") -> Iterator[None]:
    """Append what the block cost."""
    from sennight.evaluate.report import StageCost  # draws figures too; a verb that only prepares spares itself that

    reset_peak()
    begin = time.perf_counter()
    yield
    costs.append(StageCost(name=name, seconds=time.perf_counter() - begin, peak_mb=peak_mb()))


def reset_peak() -> None:
    """Linux can forget the peak so far; elsewhere it is the process's peak since its start."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def bytes_read() -> int | None:
    """What this process has read from files so far; None where the system does not say (it does on Linux)."""
    try:
        for line in Path("/proc/self/io").read_text().splitlines():
            if line.startswith("rchar:"):
                return int(line.split()[1])
    except OSError:
        pass
    return None


def peak_mb() -> float:
    """The most memory this process held since `reset_peak`, in MB."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
