"""From a matplotlib drawing to SVG inside a page: text stays text, ids are unique, nothing outside is named.

Every figure is drawn twice, for a page and for a phone; the page shows the one that fits. One unit of a drawing is
one pixel of the page. Text is measured in DejaVu Sans, which is wider than what pages are set in, so labels fit.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from sennight.errors import SennightBug
from sennight.evaluate.report.plain import words

LONG_TAG = 600  # characters; a mark is described in fewer
PIXELS_PER_INCH = 72  # of matplotlib's SVG, so that one point is one pixel

INK, SOFT, LINE, STRIPE, MISSING = "#1b1f24", "#57606a", "#d0d7de", "#f5f7f9", "#e4e7eb"
# Okabe and Ito 2008: told apart with any colour vision; each comes with its own marker, for print in grey.
BLUE, VERMILION, GREEN, PURPLE, ORANGE, GREY = "#0072B2", "#D55E00", "#009E73", "#AA4499", "#E69F00", "#6E7781"

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sennight",
    "text.parse_math": False,  # a name with two dollar signs is a name, not a formula
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.labelsize": 11,
    "axes.linewidth": 1,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "hatch.color": "#a8afb8",
    "hatch.linewidth": 0.8,
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """How wide a figure may be, in pixels, and whether it is for a phone."""

    width: int
    narrow: bool

    def figure(self, height: float | int) -> Figure:
        """An empty figure of this width and height in pixels."""
        figure = Figure(figsize=(self.width / PIXELS_PER_INCH, height / PIXELS_PER_INCH), dpi=PIXELS_PER_INCH)
        FigureCanvasSVG(figure)
        return figure


WIDE, NARROW = Frame(width=1040, narrow=False), Frame(width=340, narrow=True)


def axes(figure: Figure, *, left: float | int, top: float | int, width: float | int, height: float | int) -> Axes:
    """Axes placed in pixels from the upper left corner."""
    whole_width, whole_height = (size * PIXELS_PER_INCH for size in figure.get_size_inches())
    bottom = whole_height - top - height
    return figure.add_axes((left / whole_width, bottom / whole_height, width / whole_width, height / whole_height))


def picture(name: str, *, title: str, description: str, draw: Callable[[Frame], Figure]) -> Markup:
    """A figure in both widths, of which the page shows one. `name` makes ids unique and must be a plain word."""
    parts = [
        svg(f"{name}-{size}", title=title, description=description, frame=frame, draw=draw, css=size)
        for size, frame in (("wide", WIDE), ("narrow", NARROW))
    ]
    return Markup("").join(parts)


def svg(
    name: str, *, title: str, description: str, frame: Frame, draw: Callable[[Frame], Figure], css: str = ""
) -> Markup:
    """One drawing as an `<svg>` element with a title and a description that screen readers find."""
    with mpl.rc_context():
        mpl.rcdefaults()  # whatever a person's own settings say, a report looks the same
        mpl.rcParams.update(STYLE)
        file = io.StringIO()
        draw(frame).savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    body = file.getvalue()
    opening = re.search(r"<svg[^>]*viewBox=\"([^\"]+)\"[^>]*>", body)
    if opening is None:
        raise SennightBug("matplotlib wrote no svg element")
    inside = _own_ids(_lighter(body[opening.end() : body.rindex("</svg>")]), name)
    head = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="figure {css}" viewBox="{box}" width="{width}" role="img" '
        'aria-labelledby="{name}-title {name}-desc"><title id="{name}-title">{title}</title>'
        '<desc id="{name}-desc">{description}</desc>'
    ).format(css=css, box=opening[1], width=frame.width, name=name, title=words(title), description=words(description))
    return head + Markup(inside) + Markup("</svg>")


def _lighter(body: str) -> str:
    """Without what a page does not need: comments, metadata, style sheet, names of fonts, long decimals."""
    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
    # Only inside tags: matplotlib escapes < and > of text, so a label that looks like an attribute stays as it is.
    return re.sub(r"<[^>]*>", lambda tag: _light_tag(tag[0]), body)


def _light_tag(tag: str) -> str:
    tag = re.sub(r"font-family: [^;\"]*;? ?", "", tag)
    tag = re.sub(r"font: ([\d.]+px)[^;\"]*", r"font-size: \1", tag)
    tag = tag.replace(" xlink:href=", " href=")
    if tag.startswith("<image"):
        return tag
    tag = re.sub(r"\s*\n\s*", " ", tag)
    # A tenth of a pixel is as fine as a screen shows; only the small paths of marks need more to stay round.
    digits = 1 if len(tag) > LONG_TAG else 2
    return re.sub(r"\d+\.\d\d+", lambda number: f"{float(number[0]):.{digits}f}", tag)


def _own_ids(body: str, name: str) -> str:
    """Ids of this figure only, since a page holds many figures; those nobody points to are dropped."""
    tags = re.findall(r"<[^>]*>", body)
    used = {name for tag in tags for name in re.findall(r'(?:url\(#|href="#)([^)"]+)', tag)}

    def rename(tag: str) -> str:
        tag = re.sub(r' id="([^"]*)"', lambda own: f' id="{name}-{own[1]}"' if own[1] in used else "", tag)
        return re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", tag)

    return re.sub(r"<[^>]*>", lambda tag: rename(tag[0]), body)


def marker(shape: str, colour: str) -> Markup:
    """A legend's mark as a tiny drawing: "o", "s", "D", "^" as matplotlib names them, "-" a bar."""
    shapes = {
        "o": '<circle cx="8" cy="8" r="5"/>',
        "s": '<rect x="3.5" y="3.5" width="9" height="9"/>',
        "D": '<path d="M8 2.5 13.5 8 8 13.5 2.5 8z"/>',
        "^": '<path d="M8 3 13.5 13h-11z"/>',
        "-": '<rect x="0" y="6" width="16" height="4"/>',
    }
    return Markup('<svg class="mark" viewBox="0 0 16 16" width="14" height="14" fill="{}" aria-hidden="true">').format(
        escape(colour)
    ) + Markup(shapes[shape] + "</svg>")
