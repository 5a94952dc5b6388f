"""Which head is meant: a word of the shelf, or a config as JSON, given or in a file."""

import json
from pathlib import Path

from sennight.errors import InputError
from sennight.heads import HeadConfig, head_from_json

MOST_BYTES = 1_000_000  # of a config; the largest is a few thousand


def head_named(text: str) -> HeadConfig:
    """`linear`, `{"head": "boosted", "trees": 300}`, or the path of a file that holds such JSON.

    Raises: InputError if there is no such head, or the JSON is none or not a head.
    """
    if text.lstrip().startswith("{"):
        return _parsed(text, where="--head")
    path = Path(text)
    if path.suffix == ".json":
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            raise InputError("there is no head's config here", where=text, todo="Give a JSON file, or a head's name.")
        return _parsed(path.read_text(encoding="utf-8", errors="replace"), where=text)
    return head_from_json({"head": text})


def _parsed(text: str, *, where: str) -> HeadConfig:
    try:
        stored = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("this is not JSON", where=where, todo='Write it as {"head": "linear"}.') from error
    if not isinstance(stored, dict):
        raise InputError("a head's config is an object", where=where, todo='Write it as {"head": "linear"}.')
    return head_from_json(stored)
