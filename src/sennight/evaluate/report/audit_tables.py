"""An audit as tables of text: what a model gives away, a sheet a kind of leak, and as Markdown for a card."""

from sennight.evaluate.privacy.audit import Audit
from sennight.evaluate.privacy.rates import Leak
from sennight.evaluate.report.plain import NONE, count, duration, number, signed, words

Sheet = tuple[str, tuple[str, ...], list[tuple[str, ...]]]  # title, header, rows


def sheets(audit: Audit) -> list[Sheet]:
    """Every table of an audit; an empty one is left out."""
    made: list[Sheet] = []
    header = ("attack", "AUC", "chance alone", "TPR at 1 % FPR", "TPR at 0.1 % FPR", "members / others")
    if audit.membership:
        made.append(("Membership: was this person learned from?", header, [_leak(r) for r in audit.membership]))
    if audit.control:
        made.append(("Positive control: an over-trained twin", header, [_leak(r) for r in audit.control]))
    rows: list[tuple[str, ...]]
    head: tuple[str, ...]
    if audit.reidentified:
        rows = [
            (f.features, f"{count(f.n_people)} people, {f.among}", f.knows, share((f.rank_1, f.low, f.high)),
             number(f.top, 3), number(f.chance, 4), number(f.template, 4), signed(f.gain),
             "identifiable" if f.identifiable else "")
            for f in audit.reidentified
        ]  # fmt: skip
        head = ("vectors", "gallery", "attacker also knows", "rank 1", "top 1 %", "chance", "template", "gain", "")
        made.append(("Re-identification: alternate days of one week, whose are they?", head, rows))
    if audit.attributes:
        rows = [
            (a.task.replace("_", " "), a.metric, count(a.n_people), number(a.template, 3), number(a.alone, 3),
             number(a.both, 3), f"{signed(a.gain)} [{signed(a.low)}, {signed(a.high)}]")
            for a in audit.attributes
        ]  # fmt: skip
        head = ("attribute", "measure", "n", "age + sex (template)", "vector alone", "both", "both minus template")
        made.append(("Attributes: what can be guessed from a vector?", head, rows))
    if audit.tiers:
        rows = [
            (str(t.tier), t.knows, t.goal, number(t.value, 3), number(t.template, 3), signed(t.gain))
            for t in audit.tiers
        ]
        made.append(("Attackers by what they know", ("tier", "knows", "goal", "value", "template", "gain"), rows))
    if audit.copies:
        c = audit.copies
        rows = [(count(c.n_generated), count(c.n_train), number(c.bar, 3), number(c.nearest, 3),
                 number(c.median_generated, 3), number(c.median_held_out, 3), count(c.copies),
                 share(c.nearer))]  # fmt: skip
        head = (
            "generated",
            "training days",
            "bar (0.1 % of held-out)",
            "nearest",
            "median",
            "held-out median",
            "copies",
            "nearest of training rather than strangers",
        )
        made.append(("Generated days: nearest training day", head, rows))
    return made


def share(found: tuple[float, float, float] | None) -> str:
    """A share with its interval, or nothing."""
    return NONE if found is None else f"{number(found[0], 3)} [{number(found[1], 3)}, {number(found[2], 3)}]"


def audit_markdown(audit: Audit) -> list[str]:
    """The same as Markdown lines, without a title."""
    lines = [f"Release tier: **{audit.tier}**. {cost_line(audit)}"]
    for title, header, rows in sheets(audit):
        cells = [" | ".join(words(c).replace("|", "\\|") for c in row) for row in (header, *rows)]
        lines += [
            "",
            f"### {title}",
            "",
            f"| {cells[0]} |",
            "|---" * len(header) + "|",
            *(f"| {c} |" for c in cells[1:]),
        ]
    return [*lines, *(["", *(f"- {words(note)}" for note in audit.notes)] if audit.notes else [])]


def cost_line(audit: Audit) -> str:
    """What the audit cost and how weak an attacker that buys."""
    spent = ", ".join(f"{name} {duration(seconds)}" for name, seconds in audit.cost_s.items())
    s = audit.settings
    shadows = f"; {count(s['shadows'])} shadows of {count(s['shadow_steps'])} steps" if "shadows" in s else ""
    return f"Cost: {spent}{shadows}. A stronger attacker may find more."


def _leak(leak: Leak) -> tuple[str, ...]:
    rates = [f"{number(r.value, 4)} [{number(r.low, 4)}, {number(r.high, 4)}]" for r in leak.rates]
    return (
        leak.attack,
        f"{number(leak.auc, 3)} [{number(leak.low, 3)}, {number(leak.high, 3)}]",
        f"0.5 ± {number(leak.half_width, 3)}",
        *rates,
        f"{count(leak.n_members)} / {count(leak.n_others)}",
    )
