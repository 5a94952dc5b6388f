"""Android's health stores: the export of Health Connect (a SQLite database) and the Google Fit part of a Takeout.

Both hold what several apps and devices wrote side by side; each of them stays a device of its own, so that steps that
the phone and the watch both counted are never added up here. Written from the tables and files that public readers of
real exports describe; this reader itself has never met a real file.
"""

from pathlib import Path

from sennight.errors import ReadError
from sennight.readers.guard import members
from sennight.readers.health_connect import database, google_fit
from sennight.readers.personal import PersonalExport, left_unread
from sennight.readers.reader import Reading

__all__ = ["READER", "HealthConnectReader"]

NOTHING = "a Health Connect or Google Fit export without any record"


class HealthConnectReader:
    """The reader of Health Connect and Google Fit exports."""

    name = "health_connect"
    title = "Android Health Connect export, Google Fit Takeout"

    def claims(self, path: Path) -> bool:
        """Holds a database with Health Connect's tables, or files of Google Fit."""
        try:
            found = members(path)
            return bool(database.databases(found)) or google_fit.claims(found)
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it. Raises: ReadError if nothing of it is there or readable."""
        found = members(path)
        export = PersonalExport(reader=self.name, source=path, single=len(found) == 1 and path.is_file())
        stores = database.databases(found)
        fit = google_fit.files_of(found)
        if not stores and not fit:
            raise ReadError(
                "no Health Connect or Google Fit file is there",
                where=str(path),
                todo="Expected health_connect_export.db, or the folder Fit of a Google Takeout.",
            )
        export.each(stores, lambda member: database.read_into(export, member))
        if fit:
            google_fit.read_into(export, fit)
        used = {m.name for m in (*stores, *fit)}
        left_unread(export.report, [m.basename for m in found if m.name not in used])
        return export.reading(nothing=NOTHING)


READER = HealthConnectReader()
