"""Report: an opened person becomes a report in four formats in a folder that only they can read."""

from pathlib import Path

from sennight.agent.person import OpenPerson
from sennight.agent.reports.content import make
from sennight.agent.reports.pages import as_html, as_json, as_markdown, as_pdf
from sennight.store.atomic import make_folder, write_file


def write_reports(person: OpenPerson, kind: str, out: Path) -> list[Path]:
    """Write a daily, weekly or visit report as HTML, PDF, Markdown and JSON; the files' paths.

    Raises: InputError on another kind; StoreError if the disk refuses.
    """
    report = make(person, kind)
    make_folder(out)
    files = {"html": as_html(report).encode(), "pdf": as_pdf(report), "md": as_markdown(report).encode(),
             "json": as_json(report).encode()}  # fmt: skip
    written = []
    for ending, content in files.items():
        file = out / f"{kind}-{person.today.isoformat()}.{ending}"
        write_file(file, content)
        written.append(file)
    return written
