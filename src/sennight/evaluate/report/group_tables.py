"""Groups as rows of text: the model's score in every group, the gaps that must be named, and the population."""

from dataclasses import dataclass

from sennight.evaluate.groups import Gap, GroupReport, GroupScore
from sennight.evaluate.report.plain import NONE, count, number, signed
from sennight.evaluate.report.shown import Shown
from sennight.evaluate.report.tables import ABSENT, METRIC_NAMES, Cell
from sennight.evaluate.result import BenchResult

BY = {"sex": "sex", "age": "age", "ethnicity": "ethnicity", "wear": "wear time"}
NOT_ASSESSED = "not assessed"


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """One question: its measure and a cell a group."""

    question: str
    metric: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class GroupTable:
    """The groups of one grouping as columns."""

    by: str
    groups: tuple[str, ...]
    rows: tuple[GroupRow, ...]


@dataclass(frozen=True, kw_only=True)
class PopulationRow:
    """One figure of the population beside the same one of the people who were measured."""

    question: str
    what: str
    weighted: Cell
    unweighted: str
    n: str
    design_effect: str


def group_table(report: GroupReport, result: BenchResult, shown: Shown) -> tuple[GroupTable, ...]:
    """One table a grouping, of the model that stands in front."""
    tables = []
    for by in report.groupings:
        mine = [s for s in report.scores if s.by == by and s.features == shown.model]
        groups = tuple(dict.fromkeys(s.group for s in mine))
        held = {(s.task, s.group): s for s in mine}
        rows = tuple(
            GroupRow(
                question=note.question,
                metric=METRIC_NAMES.get(note.metric, note.metric),
                cells=tuple(_cell(held.get((note.name, group))) for group in groups),
            )
            for note in result.plan.tasks
            if any((note.name, group) in held for group in groups)
        )
        tables.append(GroupTable(by=BY.get(by, by), groups=groups, rows=rows))
    return tuple(tables)


def gap_sentences(report: GroupReport, shown: Shown) -> tuple[str, ...]:
    """Every gap above .05 AUC of the model in front, the largest first."""
    return tuple(gap_sentence(gap) for gap in report.named if gap.features == shown.model)


def gap_sentence(gap: Gap) -> str:
    """One gap in words."""
    clear = "" if gap.low > 0 else "; the interval reaches 0"
    return (
        f"{gap.task.replace('_', ' ')}, by {BY.get(gap.by, gap.by)}: {gap.best} are ranked better than {gap.worst} "
        f"by {number(gap.difference, 3)} AUC [{signed(gap.low)}, {signed(gap.high)}]{clear}"
    )


def population_table(report: GroupReport, result: BenchResult, shown: Shown) -> tuple[PopulationRow, ...]:
    """Shares and means of answers, and the AUC of the model in front, by the survey's design."""
    question = {note.name: note.question for note in result.plan.tasks}
    rows = []
    for figure in report.population:
        if figure.what == "auc" and figure.features != shown.model:
            continue
        e = figure.estimate
        interval = f"[{number(e.low, 3)}, {number(e.high, 3)}]"
        rows.append(
            PopulationRow(
                question=question.get(figure.task, figure.task),
                what="share of yes or mean" if figure.what == "answer" else f"AUC of {shown.names[shown.model]}",
                weighted=Cell(text=number(e.value, 3), interval=interval, order=e.value),
                unweighted=number(figure.unweighted, 3),
                n=count(e.n_people),
                design_effect=NONE if e.design_effect is None else number(e.design_effect, 1),
            )
        )
    return tuple(rows)


def _cell(score: GroupScore | None) -> Cell:
    if score is None:
        return ABSENT
    if score.score is None:
        return Cell(text=f"{NOT_ASSESSED} (n {count(score.n_people)})")
    s = score.score
    return Cell(
        text=number(s.value), interval=f"[{number(s.low)}, {number(s.high)}], n {count(s.n_people)}", order=s.value
    )
