"""Verbs that judge: evaluate, few-shot, distill, explain, audit, shift, leaderboard, beside; parse, call, print."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sennight.cli.terminal import HeadName, Jobs, Seed, Set, out_console, stage
from sennight.config import settings
from sennight.errors import InputError


def evaluate(
    store: Annotated[
        Path, typer.Argument(help="A store made by `sennight prepare`; with --verify, an --out of before.")
    ],
    embedding: Annotated[
        list[str] | None, typer.Option(help="NAME=FILE; one should be named 'engineered'. May be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the result, the page and the card.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Compute every printed number again from stored predictions, and stop.")
    ] = False,
    run: Annotated[Path | None, typer.Option(help="The pretraining run, for its learning curve.")] = None,
    seed: Seed = 0,
    folds: Annotated[int, typer.Option(help="Folds by person; those of pretraining, if that had folds.")] = 5,
    replicates: Annotated[int, typer.Option(min=100, help="Bootstrap draws.")] = 1_000,
    head: HeadName = "linear",
    pseudo_rounds: Annotated[int, typer.Option(help="Rounds of pseudo-labels from training people; 0: none.")] = 0,
    jobs: Jobs = 2,
) -> None:
    """Ask 35 health questions of embeddings, side by side, on the same people and folds; write a page."""
    from sennight.heads import PseudoLabels
    from sennight.printing import result_summary
    from sennight.stages.evaluated import evaluate_store
    from sennight.stages.which_head import head_named

    if verify:
        from sennight.stages.carded import verify as again

        out_console.print(again(store).text, soft_wrap=True)
        return
    if not embedding or out is None:
        raise InputError("an evaluation needs --embedding and --out", todo="See `sennight evaluate --help`.")
    chosen = head_named(head)
    pseudo = PseudoLabels(rounds=pseudo_rounds) if pseudo_rounds else None
    with stage("Evaluate") as tick:
        done = evaluate_store(
            store, settings(embedding), out, run=run, seed=seed, k=folds, replicates=replicates, jobs=jobs,
            head=chosen, pseudo=pseudo, progress=tick, command="sennight " + " ".join(sys.argv[1:]),
        )  # fmt: skip
    out_console.print(result_summary(done.result), markup=False, soft_wrap=True)
    out_console.print(f"page: {done.page}", soft_wrap=True)


def few_shot(
    store: Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")],
    embedding: Annotated[list[str], typer.Option(help="NAME=FILE, or a folder with one a fold. May be repeated.")],
    out: Annotated[Path, typer.Option(help="Folder for the curves, their table and picture.")],
    reference: Annotated[
        str, typer.Option(help="The embedding whose full-data value is to be reached.")
    ] = "engineered",
    head: HeadName = "linear",
    draws: Annotated[int, typer.Option(help="Draws of each size, a multiple of the folds.")] = 10,
    folds: Annotated[int, typer.Option(help="Folds by person; those of pretraining, if that had folds.")] = 5,
    seed: Seed = 0,
    jobs: Jobs = 2,
) -> None:
    """Learning curves from 5 to 500 people of each answer, and how many labelled people each embedding needs."""
    from sennight.printing.few_shot import few_shot_markdown, few_shot_summary
    from sennight.stages.few_shot import few_shot_store
    from sennight.stages.which_head import head_named

    chosen = head_named(head)
    with stage("Few-shot") as tick:
        done = few_shot_store(
            store, settings(embedding), out, head=chosen, reference=reference, draws=draws, k=folds, seed=seed,
            jobs=jobs, progress=tick,
        )  # fmt: skip
    made_by = "sennight " + " ".join(sys.argv[1:])
    page = few_shot_markdown(done.result, title="Few-shot: learning curves", made_by=made_by)
    (out / "few_shot.md").write_text(page, encoding="utf-8")
    out_console.print(few_shot_summary(done.result), markup=False, soft_wrap=True)
    out_console.print(f"table: {out / 'few_shot.md'}\npicture: {done.picture}", soft_wrap=True)


def distill(
    store: Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")],
    embedding: Annotated[Path, typer.Option(help="What both learn from: a file, or a folder with one a fold.")],
    out: Annotated[Path, typer.Option(help="Folder for the result and its table.")],
    head: HeadName = "distilled",
    task: Annotated[list[str] | None, typer.Option(help="Only this yes/no question; may be repeated.")] = None,
    folds: Annotated[int, typer.Option(help="Folds by person; those of pretraining, if that had folds.")] = 5,
    seed: Seed = 0,
    jobs: Jobs = 2,
) -> None:
    """Let a slow head teach a quick one out of fold; judge both, and a leaky control, on unseen people."""
    from sennight.heads import DistilledConfig
    from sennight.printing.distilled import bar_line, distill_markdown
    from sennight.stages.distilled import distill_store
    from sennight.stages.which_head import head_named

    chosen = head_named(head)
    if not isinstance(chosen, DistilledConfig):
        raise InputError(f"'{chosen.name}' has no teacher", todo='Write --head \'{"head": "distilled", ...}\'.')
    with stage("Distill") as tick:
        done = distill_store(
            store, embedding, out, config=chosen, names=task or (), k=folds, seed=seed, jobs=jobs, progress=tick
        )
    made_by = "sennight " + " ".join(sys.argv[1:])
    page = distill_markdown(done.result, title="Distilling", made_by=made_by)
    (out / "distilled.md").write_text(page, encoding="utf-8")
    out_console.print("\n".join(map(bar_line, done.result.bars)), markup=False, soft_wrap=True)
    out_console.print(f"table: {out / 'distilled.md'}\nresult: {done.bench}", soft_wrap=True)


def explain(
    store: Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")],
    backbone: Annotated[str, typer.Option(help="Folder of a run or checkpoint; or a word: `sennight list backbones`.")],
    task: Annotated[str, typer.Option(help="A yes/no question or an amount; `sennight list tasks` shows them.")],
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")],
    person: Annotated[str, typer.Option(help="Whose days are drawn; somebody drawn by the seed by default.")] = "",
    people: Annotated[int, typer.Option(min=1, help="How many make the average week and the checks.")] = 12,
    seed: Seed = 0,
    threads: Annotated[int, typer.Option(help="Threads of the matrix arithmetic.")] = 2,
) -> None:
    """Which minutes moved an answer: over one person's days and the average week, with checks that it is no mirage."""
    import torch

    from sennight.printing import explain_summary
    from sennight.stages.explained import explain_store
    from sennight.store import Store

    torch.set_num_threads(threads)
    with stage("Explain") as tick:
        report = explain_store(
            Store.open(store), backbone, task, out, person=person, n_people=people, seed=seed,
            progress=lambda done, total: tick(done, total, "people"),
        )  # fmt: skip
    out_console.print(explain_summary(report), markup=False, soft_wrap=True)


def audit(
    store: Annotated[Path, typer.Argument(help="A store with people the model saw and people it did not.")],
    run: Annotated[Path, typer.Option(help="Folder of a pretraining run (with folds: its first) or of a checkpoint.")],
    out: Annotated[Path, typer.Option(help="Folder for the audit.")],
    generated: Annotated[Path | None, typer.Option(help="A store of days that the model generated.")] = None,
    result: Annotated[Path | None, typer.Option(help="An --out of `sennight evaluate` whose card takes it up.")] = None,
    set_: Set = None,
    seed: Seed = 0,
    threads: Annotated[int, typer.Option(help="Threads of the matrix arithmetic.")] = 2,
) -> None:
    """What a model gives away: membership, identity, attributes, copied days; each minus what needs no model."""
    import torch

    from sennight.printing import audit_summary
    from sennight.stages.audited import audit_plan, audit_store
    from sennight.store import Store

    torch.set_num_threads(threads)
    with stage("Audit") as tick:
        done = audit_store(
            Store.open(store), run, out, plan=audit_plan(settings(set_ or []), seed=seed),
            generated=Store.open(generated) if generated else None, progress=tick,
        )  # fmt: skip
    out_console.print(audit_summary(done), markup=False, soft_wrap=True)
    if result:
        from sennight.stages.carded import add_audit

        out_console.print(f"card: {add_audit(result, done)}", soft_wrap=True)
    out_console.print(f"audit: {out}", soft_wrap=True)


def wrist(
    data: Annotated[Path, typer.Argument(help="The folder with the public wrist sets, each by its name.")],
    out: Annotated[Path, typer.Option(help="Folder for the result and its table.")],
    head: HeadName = "linear",
    title: Annotated[str, typer.Option(help="Of the table.")] = "The wrist suite",
    seed: Seed = 0,
) -> None:
    """The second suite: sleep, glucose, moods, stress and COVID-19 by minute, hour and day, on 24-hour wrist sets."""
    from sennight.printing.wrist import wrist_markdown
    from sennight.stages.which_head import head_named
    from sennight.stages.wrist.suite import wrist_suite

    with stage("Wrist suite") as tick:
        done = wrist_suite(data, out, head=head_named(head), seed=seed, progress=tick)
    made_by = "sennight " + " ".join(sys.argv[1:])
    (out / "wrist.md").write_text(wrist_markdown(done, title=title, made_by=made_by), encoding="utf-8")
    out_console.print(f"{len(done.tasks)} questions, {len(done.scores)} figures", soft_wrap=True)
    out_console.print(f"table: {out / 'wrist.md'}", soft_wrap=True)


def leaderboard(
    entries: Annotated[list[str], typer.Argument(help="[NAME=]FOLDER of a result, or a JSON file of somebody else's.")],
    out: Annotated[Path, typer.Option(help="Folder for the page.")],
    split: Annotated[
        str, typer.Option(help="Hash of the only split that is let in; the first entry's by default.")
    ] = "",
    few_shot_of: Annotated[
        Path | None, typer.Option("--few-shot", help="An --out of `sennight few-shot`: label efficiency below.")
    ] = None,
    wrist_of: Annotated[
        Path | None, typer.Option("--wrist", help="An --out of `sennight wrist`: the second suite below.")
    ] = None,
) -> None:
    """Models by tasks on one split as a static page: mean rank, wins, intervals; another split is refused."""
    from sennight.stages.ranked import leaderboard_page

    page = leaderboard_page(entries, out, split=split, few_shot=few_shot_of, wrist=wrist_of)
    out_console.print(f"page: {page}", soft_wrap=True)


def shift(
    store: Annotated[Path, typer.Argument(help="A store to learn from, with many labelled people.")],
    other: Annotated[Path, typer.Argument(help="A store of other people and another device, to be asked.")],
    out: Annotated[Path, typer.Option(help="Folder for the result and its table.")],
    backbone: Annotated[list[str] | None, typer.Option(help="As in `sennight embed`; may be repeated.")] = None,
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="THERE=HOME: a channel that stands for another.")
    ] = None,
    ask: Annotated[list[str] | None, typer.Option(help="TASK=FACT: what is asked there instead.")] = None,
    match: Annotated[str, typer.Option(help="quantiles: mapped values to home's, without labels; none.")] = "quantiles",
    group: Annotated[str, typer.Option(help="The fact that numbers who belong together there.")] = "",
    title: Annotated[str, typer.Option(help="Of the table.")] = "",
    seed: Seed = 0,
) -> None:
    """Heads learned on one store, asked of another population and device: what travels and what does not."""
    from sennight.printing.shifted import sentences, shift_markdown
    from sennight.stages.shifted import ShiftPlan, shift_stores

    plan = ShiftPlan(channels=settings(map_ or []), asks=settings(ask or []), match=match, group=group, seed=seed)
    with stage("Shift") as tick:
        done = shift_stores(
            store, other, out, backbones=backbone or (), plan=plan, progress=lambda n, of: tick(n, of, "embedded")
        )
    page = shift_markdown(done, title=title or f"{store} to {other}")
    (out / "shift.md").write_text(page, encoding="utf-8")
    out_console.print("\n".join(sentences(done)), markup=False, soft_wrap=True)
    out_console.print(f"table: {out / 'shift.md'}", soft_wrap=True)


def beside(
    result: Annotated[Path, typer.Argument(help="A result, with the feature sets to compare with.")],
    other: Annotated[list[Path], typer.Option(help="Another result on the same people and folds; may be repeated.")],
    out: Annotated[Path, typer.Option(help="Folder of the joined result.")],
    task: Annotated[list[str] | None, typer.Option(help="Keep only this task; may be repeated.")] = None,
    jobs: Jobs = 2,
) -> None:
    """Put the predictions of several results into one, so that all stand in one table with the same draws."""
    from sennight.evaluate import BenchResult
    from sennight.evaluate.beside import beside as join
    from sennight.printing import result_summary

    with stage("Beside"):
        joined = join(BenchResult.load(result), [BenchResult.load(path) for path in other], tasks=task, jobs=jobs)
    joined.save(out)
    out_console.print(result_summary(joined), markup=False, soft_wrap=True)
    out_console.print(f"result: {out}", soft_wrap=True)
