"""What travelled and what did not, as Markdown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sennight.printing.lines import clean, count, number, signed

if TYPE_CHECKING:
    from sennight.evaluate.shift import Figure, ShiftResult

METRICS = {"auc": "AUC", "pearson_r": "r"}


def shift_markdown(result: "ShiftResult", *, title: str) -> str:
    """One section of a page: what travelled in words, then the table."""
    apart = ", ".join(f"{clean(name)} {number(value, 3)}" for name, value in result.told_apart.items())
    lines = [
        f"## {clean(title)}",
        "",
        *(clean(note) for note in result.notes),
        f"Told apart by their vectors (AUC of guessing whose cohort; .5 is alike): {apart}.",
        "",
        *(f"- {line}" for line in sentences(result)),
        "",
    ]
    grouped = any(row.pairs for row in result.rows)
    head = ["question", "", "features", "at home", "n", "there", "n (yes)", "there minus home", "learned there"]
    head += ["within pairs there"] if grouped else []
    lines += ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for row in result.rows:
        asked = f"{row.task}, asked there as {row.asked}" if row.asked else row.task
        people = count(row.away.n_people) + ("" if row.away.n_events is None else f" ({count(row.away.n_events)})")
        cells = [clean(asked), METRICS[row.metric], clean(row.features), _cell(row.home), count(row.home.n_people),
                 _cell(row.away) + (" *" if row.travelled else ""), people,
                 f"{signed(row.lost[0])} [{signed(row.lost[1])}, {signed(row.lost[2])}]", _cell(row.there)]  # fmt: skip
        cells += [f"{_cell(row.pairs)}, {count(row.pairs.n_people)} pairs" if row.pairs else "-"] if grouped else []
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "`*`: the whole interval there is above chance."]
    if result.not_asked:
        few = "; ".join(f"{clean(name)} ({clean(why)})" for name, why in result.not_asked.items())
        lines += ["", f"Not asked, too few people: {few}."]
    return "\n".join(lines) + "\n"


def sentences(result: "ShiftResult") -> Sequence[str]:
    """For each feature set: what travelled, what did not, what cannot be said."""
    made = []
    for name in dict.fromkeys(row.features for row in result.rows):
        rows = [row for row in result.rows if row.features == name]
        kept = [row.task for row in rows if row.travelled]
        fell = [row.task for row in rows if not row.travelled and row.lost[2] < 0]
        rest = len(rows) - len(kept) - len(fell)
        made.append(
            f"`{clean(name)}`: above chance there in {len(kept)} of {len(rows)}{_named(kept)}; "
            f"not above chance and clearly below home in {len(fell)}{_named(fell)}; too few people to say in {rest}."
        )
    return made


def _named(tasks: Sequence[str]) -> str:
    return f" ({', '.join(clean(t) for t in tasks)})" if tasks else ""


def _cell(figure: "Figure | None") -> str:
    return "-" if figure is None else f"{number(figure.value, 3)} [{number(figure.low, 3)}, {number(figure.high, 3)}]"
