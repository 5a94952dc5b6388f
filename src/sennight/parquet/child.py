"""The process that decodes a stranger's Parquet file before we do; it may die of it, we may not.

Run as a script by `trial`, never imported by the package. It knows polars and nothing else of ours: a line of JSON
comes in (which file, which columns, how much memory), a line goes out.
"""

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import polars as pl

try:
    import resource
except ImportError:  # Windows has no such limits: what cannot be allocated still ends this process alone
    resource = None  # type: ignore[assignment]

_STATM = Path("/proc/self/statm")  # absent where there is no Linux, and there no limit is held


def main() -> None:
    """Say that it runs, then answer each line until there are no more."""
    _warm_up()
    at_rest = _address_space()
    _say({})
    for line in sys.stdin:
        asked = json.loads(line)
        _limit(at_rest + int(asked["most_bytes"]))
        _say(answer(asked))


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Decode the columns (null: all; none: the schema and the file's own words alone); {} if it went well."""
    try:
        if asked["columns"] or asked["columns"] is None:
            pl.read_parquet(asked["path"], columns=asked["columns"], memory_map=False)
        else:
            pl.read_parquet_schema(asked["path"])
            pl.read_parquet_metadata(asked["path"])
    except BaseException as error:
        return {"error": type(error).__name__}
    return {}


def _warm_up() -> None:
    """Threads and arenas are there before memory is limited."""
    small = io.BytesIO()
    pl.DataFrame({"n": [1]}).write_parquet(small)
    small.seek(0)
    pl.read_parquet(small)


def _address_space() -> int:
    return int(_STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize() if _STATM.exists() else 0


def _limit(most_bytes: int) -> None:
    """Let this process have so much and no more, where the kernel can hold it to that."""
    if resource is not None and _STATM.exists():
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (most_bytes, hard))


if __name__ == "__main__":
    main()
