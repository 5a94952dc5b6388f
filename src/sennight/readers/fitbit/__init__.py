"""Fitbit: the research export of Fitabase (CSV) and a person's own export or Google Takeout (JSON and CSV).

Both are recognised by what is in the files, not by the names of folders, which Takeout translates; as a folder,
a zip, a folder with the parts of one Takeout, or a single file.
"""

from pathlib import Path

from sennight.errors import ReadError
from sennight.readers.fitbit import fitabase, takeout
from sennight.readers.fitbit.layout import files_at
from sennight.readers.reader import Reading, ReadReport

__all__ = ["READER", "FitbitReader"]


class FitbitReader:
    """The reader of Fitbit exports."""

    name = "fitbit"
    title = "Fitbit: Fitabase CSV, account export, Google Takeout"

    def claims(self, path: Path) -> bool:
        """Holds minute CSVs with Fitabase headers, or Fitbit's own files."""
        try:
            found = files_at(path, ReadReport(reader=self.name, source=""))
            return takeout.claims(found) or fitabase.claims(found)
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path, *, zone: str | None = None) -> Reading:
        """Read it. `zone` (an IANA name) says where the person lives, if a Takeout does not.

        Raises: ReadError if nothing of Fitbit is there, or a file is damaged.
        """
        report = ReadReport(reader=self.name, source=str(path))
        found = files_at(path, report)
        if takeout.claims(found):
            return takeout.read(found, source=path, zone=zone, report=report)
        if fitabase.claims(found):
            return fitabase.read(found, source=path)
        raise ReadError(
            "no Fitbit file is there",
            where=str(path),
            todo="Expected steps-2024-01-31.json, heart_rate-2024-01-31.json, ... or CSVs of Fitabase.",
        )


READER = FitbitReader()
