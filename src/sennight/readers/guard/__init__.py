"""The guard: the one place that opens archives, reads XML or makes scratch files, each of them bounded.

`members` offers a folder, a zip or a single file alike, `nested` and `unzipped` what is packed in them once more;
`xml_events` reads XML as a stream; `on_disk` gives a member a path for what cannot read from a stream (SQLite, memory
maps); `check_parquet` has a Parquet file decoded where it can do no harm.
"""

from sennight.readers.guard.archive import Member, is_zip, members
from sennight.readers.guard.nested import nested, unzipped
from sennight.readers.guard.parquet import check_parquet
from sennight.readers.guard.scratch import on_disk
from sennight.readers.guard.xml import (
    NOT_UTF8,
    REPLACED,
    XmlEnd,
    XmlFeed,
    XmlLimits,
    XmlStart,
    clean_blocks,
    xml_events,
)

__all__ = [
    "NOT_UTF8",
    "REPLACED",
    "Member",
    "XmlEnd",
    "XmlFeed",
    "XmlLimits",
    "XmlStart",
    "check_parquet",
    "clean_blocks",
    "is_zip",
    "members",
    "nested",
    "on_disk",
    "unzipped",
    "xml_events",
]
