"""The worker: one process fits one spec on one fold. It is given features and training labels, and sends back numbers.

Held-out labels, person ids, other folds and scores never enter it. It ends after its one answer, so nothing can be
carried from fold to fold. What it sends is read as raw floats of a known length: nothing it sends is unpacked or run.
"""

import json
import resource
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from sennight.heads import head_from_json
from sennight.tasks import TaskKind

FAILED = b"!"


def run(pipe: Connection, stated: str) -> None:
    """Receive arrays, fit, answer, end. `stated` is JSON: spec, kind, shapes, limits."""
    told: dict[str, Any] = json.loads(stated)
    resource.setrlimit(resource.RLIMIT_AS, (told["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (told["cpu_s"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it writes no file
    try:
        train, y, test = (np.frombuffer(pipe.recv_bytes()).reshape(shape) for shape in told["shapes"])
        said = answer(told["spec"], train, y, test, kind=TaskKind(told["kind"]))
        pipe.send_bytes(np.ascontiguousarray(said, dtype=np.float64).tobytes())
    except MemoryError:
        pipe.send_bytes(FAILED + b"out of memory")
    except Exception as error:  # whatever a fit can raise is a score of its own
        pipe.send_bytes(FAILED + type(error).__name__.encode())


def answer(spec: dict[str, Any], train: np.ndarray, y: np.ndarray, test: np.ndarray, *, kind: TaskKind) -> np.ndarray:
    """What the spec says of `test` after learning from `train`."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):
        return head_from_json(spec).build().fit(train, y, kind=kind).predict(test)
