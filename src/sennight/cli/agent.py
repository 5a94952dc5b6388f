"""Verbs of the personal health agent: import, ask, report, insights, goals; each parses, calls one function, prints."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sennight.cli.consent import bench_safety
from sennight.cli.data import read
from sennight.cli.terminal import PARTIAL, Mapping, Seed, Source, err_console, out_console, stage, still_reading
from sennight.errors import InputError

if TYPE_CHECKING:
    from datetime import date

    from sennight.agent.person import OpenPerson

HomeFolder = Annotated[Path, typer.Option(help="The folder of your own data.")]
Today = Annotated[str, typer.Option(help="The day that 'last week' counts from; the last recorded day if not given.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer with all its evidence as JSON.")]
HOME = Path("~/.sennight")


def _day(today: str) -> "date | None":
    from datetime import date

    try:
        return date.fromisoformat(today) if today else None
    except ValueError as error:
        raise InputError(f"'{today}' is no date", todo="Write it like 2016-05-12.") from error


def _opened(home: Path, today: str) -> "OpenPerson":
    from sennight.agent.home import open_person

    return open_person(home, today=_day(today))


def import_(
    source: Source,
    home: Annotated[Path | None, typer.Option(help="Add it to the folder of your own data, e.g. ~/.sennight.")] = None,
    person: Annotated[str, typer.Option(help="Which person, where the export holds several.")] = "",
    mapping: Mapping = None,
) -> None:
    """Add an export to your own data (--home); without --home, say what is in it, as `read` does."""
    if home is None:
        read(source, mapping=mapping)
        return
    from sennight.printing.agent import import_summary
    from sennight.stages.imported import import_export

    with stage("Import") as tick, still_reading("Import"):
        done = import_export(source, home, person=person, mapping=mapping, progress=lambda n, of: tick(n, of, "people"))
    out_console.print(import_summary(done, home), markup=False, soft_wrap=True)
    if done.report.partial:
        err_console.print("Partial: some files could not be read; the rest was imported.", soft_wrap=True)
        raise typer.Exit(PARTIAL)


def ask(
    question: Annotated[
        str, typer.Argument(help="What you want to know; without it, questions are read line by line.")
    ] = "",
    home: HomeFolder = HOME,
    today: Today = "",
    as_json: AsJson = False,
    llm: Annotated[
        str, typer.Option(help="A language model of your profiles (`sennight llm`); none if not given.")
    ] = "",
    mode: Annotated[str, typer.Option(help="With --llm: agent (plans and words) or rephrase (rewords).")] = "agent",
    roles: Annotated[str, typer.Option(help="With --llm: together, or split (a coach of its own).")] = "together",
    outbound: Annotated[str, typer.Option(help="What may leave: local-only, aggregates or full.")] = "aggregates",
    consent: Annotated[bool, typer.Option("--consent", help="Yes to `--outbound full`, this once.")] = False,
    clinician: Annotated[
        bool, typer.Option("--clinician", help="For a clinician: disease-related scores too.")
    ] = False,
    predictors: Annotated[Path | None, typer.Option(help="A folder of predictors; without it none speaks.")] = None,
) -> None:
    """Answer a question about your own data, with evidence; no language model is used unless you name one."""
    from sennight.cli.consent import offer
    from sennight.printing.agent import answer_text
    from sennight.stages.talked import session, settings_of

    settings = settings_of(
        profile=llm, mode=mode, roles=roles, outbound=outbound, consent=consent, clinician=clinician,
        predictors=predictors,
    )  # fmt: skip
    talk = session(home, settings, today=_day(today))
    for asked in [question] if question else typer.get_text_stream("stdin"):
        if asked.strip():
            told = talk.ask(asked.strip())
            shown = json.dumps(told.to_json(), ensure_ascii=False) if as_json else answer_text(told.answer)
            out_console.print(shown, markup=False, soft_wrap=True)
            offer(talk, told.proposals)


def insights(home: HomeFolder = HOME, today: Today = "", as_json: AsJson = False) -> None:
    """What changed in the last four weeks against your own weeks before; "nothing notable" is an answer."""
    from sennight.agent.insights import insights_answer
    from sennight.printing.agent import answer_text

    answer = insights_answer(_opened(home, today), "", "the last four weeks against up to twelve before them")
    shown = json.dumps(answer.to_json(), ensure_ascii=False) if as_json else answer_text(answer)
    out_console.print(shown, markup=False, soft_wrap=True)


def goals(
    home: HomeFolder = HOME,
    add: Annotated[str, typer.Option(help="Set a goal: 'steps>=8000', 'sedentary_minutes<=600'.")] = "",
    days: Annotated[int, typer.Option(help="On how many days of the week it is to be met.", min=1, max=7)] = 7,
    remove: Annotated[str, typer.Option(help="Remove the goal of this metric.")] = "",
    window: Annotated[str, typer.Option(help="Which days are judged, e.g. last_30_days.")] = "last_30_days",
    today: Today = "",
) -> None:
    """Your goals and how often they were met; a day that was hardly worn is no miss."""
    from sennight.agent.goals import goals_answer
    from sennight.agent.window import parse_window
    from sennight.printing.agent import answer_text
    from sennight.stages.goals_set import remove_goal, set_goal

    if add:
        set_goal(home, add, days_a_week=days)
    if remove:
        remove_goal(home, remove)
    answer = goals_answer(_opened(home, today), "", "goals", parse_window(window))
    out_console.print(answer_text(answer), markup=False, soft_wrap=True)


def report(
    kind: Annotated[str, typer.Argument(help="daily, weekly or visit.")] = "weekly",
    home: HomeFolder = HOME,
    out: Annotated[Path, typer.Option(help="Where the files go.")] = Path("out/report"),
    today: Today = "",
) -> None:
    """A day, a week, or one page to take to a visit; as HTML, PDF, Markdown and JSON with plots."""
    from sennight.stages.reported import write_reports

    for file in write_reports(_opened(home, today), kind, out):
        out_console.print(str(file), markup=False, soft_wrap=True)


class BenchVerbs:
    """The group `bench`: exams that anybody can sit again."""

    def app(self) -> typer.Typer:
        """The group of verbs."""
        group = typer.Typer(no_args_is_help=True, help="Exams: what is answered right, asked back, or wrong.")
        group.command("agent")(bench_agent)
        group.command("safety")(bench_safety)
        return group


def bench_agent(
    data: Annotated[
        Path | None, typer.Option(help="Folder of public data sets; made-up people are always examined.")
    ] = None,
    questions: Annotated[int, typer.Option(help="Questions a person.", min=1)] = 42,
    phrasings: Annotated[int, typer.Option(help="Questions a person that are put in 20 phrasings each.", min=0)] = 1,
    phia: Annotated[
        Path | None, typer.Option(help="Instead: PHIA's folder (xlsx of questions, csv a persona).")
    ] = None,
    shuffles: Annotated[int, typer.Option(help="Shuffle weeks and plant changes so often a person.", min=0)] = 0,
    synthetic: Annotated[str, typer.Option(help="The made-up people.")] = "synthetic:people=8,days=90,seed=11",
    out: Annotated[Path | None, typer.Option(help="Write all counts as JSON here.")] = None,
    seed: Seed = 0,
) -> None:
    """The agent's exam: typed questions, gold by a second implementation; tools and question engine are marked."""
    from sennight.printing.agent import exam_text
    from sennight.stages.agent_examined import examine

    with stage("Exam") as tick:
        result = examine(
            data,
            questions=questions,
            phrasing_sets=phrasings,
            seed=seed,
            phia=phia,
            shuffles=shuffles,
            synthetic=synthetic,
            out=out,
            progress=lambda n, name: tick(n, None, name),
        )
    out_console.print(exam_text(result), markup=False, soft_wrap=True)
