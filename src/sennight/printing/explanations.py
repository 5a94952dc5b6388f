"""An explanation on a terminal: where the pictures lie, and whether the checks let one trust them."""

from typing import TYPE_CHECKING

from sennight.printing.lines import number, plural

if TYPE_CHECKING:
    from sennight.stages.explained import ExplainReport


def explain_summary(report: "ExplainReport") -> str:
    """Pictures and checks in words, without anybody's values."""
    verdict = "they hold more than random ones" if report.faithful else "NOT more than random ones: do not show these"
    lines = [
        f"{report.task}: {plural(report.n_people, 'person', 'people')} explained",
        f"shifted by half a block: rank correlation {number(report.shifted_r)} (1: the same picture)",
        f"random weights: rank correlation {number(report.random_r)} (near 0: the picture comes from what was learned)",
        f"without the top tenth of the blocks the answer moves by {number(report.top, 3)} {report.unit}, without "
        f"random ones by {number(report.random, 3)}; more than {report.beaten:.0%} of random draws: {verdict}",
        f"days: {report.days}",
    ]
    return "\n".join(lines + ([f"week: {report.week}"] if report.week else []))
