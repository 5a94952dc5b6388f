"""A report as files: HTML that needs nothing else, one PDF page, Markdown, JSON."""

import io
import json
from collections.abc import Sequence
from importlib.resources import files

import matplotlib as mpl
from jinja2 import Environment
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from sennight.agent.day_line import DayLine
from sennight.agent.drawing import days_svg
from sennight.agent.pictures import draw_days
from sennight.agent.reports.content import Report, Section
from sennight.evaluate.report.figures import INK, SOFT, STYLE

A4 = (8.27, 11.69)  # inches
LINE = 0.0155  # of the page's height, one line of small print
LETTERS = 118  # in a line of small print


def as_html(report: Report) -> str:
    """One page with its pictures inside; nothing is loaded from elsewhere."""
    drawn = [
        [days_svg(line, name=f"day-{i}-{k}") for k, line in enumerate(s.pictures)]
        for i, s in enumerate(report.sections)
    ]
    template = (files("sennight.agent.reports") / "page.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True).from_string(template).render(report=report, pictures=drawn)


def as_markdown(report: Report) -> str:
    """The same without pictures."""
    lines = [f"# {report.title}", "", report.subtitle, ""]
    for s in report.sections:
        if not (s.sentences or s.rows):
            continue
        lines += [f"## {s.heading}", "", *(part for line in s.sentences for part in (_escaped(line), ""))]
        if s.rows:
            lines += [f"| | {' | '.join(s.columns)} |", "|---" * (len(s.columns) + 1) + "|"]
            lines += [f"| {r.name} | {' | '.join(map(_escaped, r.cells))} |" for r in s.rows]
            lines.append("")
    lines += [
        f"{report.disclaimer}",
        "",
        *(f"- {_escaped(note)}" for note in report.notes),
        "",
        f"{report.made_by}.",
        "",
    ]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Names out of a file stay text."""
    for mark in "\\`*_[]<>|":
        text = text.replace(mark, f"\\{mark}")
    return text


def as_json(report: Report) -> str:
    """Everything, with all evidence."""
    return json.dumps(report.to_json(), ensure_ascii=False, indent=1)


def as_pdf(report: Report) -> bytes:
    """One A4 page: what does not fit is named at its end."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE | {"pdf.fonttype": 42})
        figure = Figure(figsize=A4)
        FigureCanvasPdf(figure)
        at = _Cursor(figure)
        at.write(report.title, size=17.0)
        at.write(report.subtitle, size=10.0, color=SOFT, after=0.6)
        for section in report.sections:
            _section(at, section)
        foot = [report.disclaimer, *(f"Note: {note}" for note in report.notes), f"{report.made_by}."]
        at.foot(foot)
        file = io.BytesIO()
        figure.savefig(file, format="pdf", metadata={"CreationDate": None, "Producer": None, "Creator": "sennight"})
    return file.getvalue()


class _Cursor:
    """A place on the page that moves down; below `floor` nothing more is written."""

    def __init__(self, figure: Figure) -> None:
        self.figure, self.y, self.floor, self.left_off = figure, 0.955, 0.12, 0

    def write(self, text: str, *, size: float = 9.0, color: str = INK, after: float = 0.15) -> None:
        """Lines of text, broken at words."""
        for line in broken(text, int(LETTERS * 9 / size)):
            if self.y < self.floor:
                self.left_off += 1
                return
            self.figure.text(0.07, self.y, line, fontsize=size, color=color, va="top")
            self.y -= LINE * size / 8.2
        self.y -= LINE * after

    def row(self, cells: Sequence[str], *, color: str = INK) -> None:
        """Cells beside each other."""
        if self.y < self.floor:
            self.left_off += 1
            return
        for k, cell in enumerate(cells):
            self.figure.text(
                0.07 if k == 0 else 0.32 + 0.155 * (k - 1), self.y, cell[:46], fontsize=8.4, color=color, va="top"
            )
        self.y -= LINE * 1.04

    def picture(self, line: DayLine) -> None:
        """A picture over the whole width."""
        height = 0.088
        if self.y - height - 0.04 < self.floor:
            self.left_off += 1
            return
        draw_days(self.figure.add_axes((0.145, self.y - height - 0.018, 0.79, height)), line)
        self.y -= height + 0.05

    def foot(self, lines: Sequence[str]) -> None:
        """Small print at the bottom, with what did not fit."""
        if self.left_off:
            lines = [f"{self.left_off} lines or pictures did not fit on this page; the HTML has all.", *lines]
        y = 0.1
        for line in [part for text in lines for part in broken(text, 150)][:8]:
            self.figure.text(0.07, y, line, fontsize=6.6, color=SOFT, va="top")
            y -= 0.0115


def _section(at: _Cursor, section: Section) -> None:
    at.write(section.heading, size=11.0, after=0.1)
    for line in section.sentences:
        at.write(line, size=8.6)
    if section.rows:
        at.row(("", *section.columns), color=SOFT)
        for r in section.rows:
            at.row((r.name, *r.cells))
    for drawn in section.pictures:
        at.picture(drawn)
    at.y -= LINE * 0.5


def broken(text: str, letters: int) -> list[str]:
    """A text in lines of at most so many letters."""
    lines: list[str] = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > letters and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
