"""The command line: one verb per activity; each parses, calls one function, prints what came of it.

Exit codes: 0 done, 1 our fault, 2 your input, 130 stopped by Ctrl-C. Errors go to stderr. Everything heavy
is imported inside the verb that needs it, so that --help answers at once.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from sennight.cli_generate import GenerateVerbs
from sennight.config import settings
from sennight.errors import InputError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The open foundation model for wearable health data. For research and general wellness; never a diagnosis.",
)
INTERRUPTED = 130
PULSE_S = 5.0  # seconds between two lines that say how far reading is
PARTIAL = 3  # exit code: done, but a part of what was there could not be read


class Terminal(Console):
    """A console whose reader may leave (`| head`), which is no error of ours."""

    def on_broken_pipe(self) -> None:
        """Write the rest to nowhere and end well."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


out_console, err_console = Terminal(highlight=False), Console(stderr=True, highlight=False)

Source = Annotated[str, typer.Argument(help="An export, a cohort folder, or 'synthetic[:people=300,seed=0,days=8]'.")]
Mapping = Annotated[Path | None, typer.Option(help="Mapping file of a table (docs/add/reader.md).")]
Seed = Annotated[int, typer.Option(help="Seed of everything drawn.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A recipe setting, key=value; may be repeated.")]
Jobs = Annotated[int, typer.Option(help="Processor cores to use.")]
HeadName = Annotated[str, typer.Option(help="A head of the shelf (`sennight list heads`), its JSON, or a file of it.")]


@contextmanager
def still_reading(name: str) -> Iterator[None]:
    """A line every five seconds with how much was read: one export can be gigabytes of one person."""
    import threading
    import time

    from sennight.printing.lines import duration, size
    from sennight.stages.cost import bytes_read

    begin, before, done = time.perf_counter(), bytes_read(), threading.Event()

    def say() -> None:
        while not done.wait(PULSE_S):
            now = bytes_read()
            amount = f", {size(now - before)} read" if now is not None and before is not None else ""
            err_console.print(f"{name}: {duration(time.perf_counter() - begin)}{amount}", soft_wrap=True)

    thread = threading.Thread(target=say, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def stage(name: str) -> Iterator[Any]:
    """A progress line on a terminal, a few lines elsewhere; at the end what it cost."""
    import time

    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from sennight.printing.lines import duration, memory
    from sennight.stages.cost import peak_mb, reset_peak

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    reset_peak()
    begin = time.perf_counter()
    with Progress(*columns, console=err_console, disable=not err_console.is_terminal) as progress:
        task = progress.add_task(name, total=None, note="")
        shown = 0

        def tick(done: int, total: int | None, note: str = "") -> None:
            nonlocal shown
            progress.update(task, completed=done, total=total, note=note)
            # Without a terminal (a log, a make run in CI) a line every fifth of the way says that it goes on.
            if not err_console.is_terminal and total and done * 5 // total > shown:
                shown = done * 5 // total
                err_console.print(f"{name}: {done:,} of {total:,} {note}", soft_wrap=True)

        if not err_console.is_terminal:
            err_console.print(f"{name} ...", soft_wrap=True)
        yield tick
    err_console.print(
        f"{name}: {duration(time.perf_counter() - begin)}, peak memory {memory(peak_mb())}", soft_wrap=True
    )


@app.command()
def demo(
    source: Source = "synthetic",
    out: Annotated[Path, typer.Option(help="Where the artifacts and the page go.")] = Path("out/demo"),
    people: Annotated[int | None, typer.Option(help="Stop after so many people.")] = None,
    mapping: Mapping = None,
    seed: Seed = 0,
    jobs: Jobs = 2,
) -> None:
    """The whole main job, start to finish: read, prepare, pretrain, embed, 35 tasks, a page to open."""
    import torch

    from sennight import demo as story
    from sennight.pretrain.recipes import recipe
    from sennight.printing import found

    torch.set_num_threads(jobs)
    report = story.run(
        source, out, recipe=recipe("demo"), people=people, mapping=mapping, seed=seed, jobs=jobs, stage=stage,
        command="sennight " + " ".join(sys.argv[1:]),
    )  # fmt: skip
    found(out_console, report)


@app.command()
def fetch(
    dataset: Annotated[str, typer.Argument(help="A public data set; `sennight list datasets` shows them.")],
    out: Annotated[Path, typer.Option(help="Folder to download into.")],
    file: Annotated[list[str] | None, typer.Option(help="Only this table; may be repeated.")] = None,
) -> None:
    """Get a public data set from its official home; resumes, and checks what it got."""
    from sennight.fetch import fetch as get

    with stage(f"Fetch {dataset}") as tick:
        report = get(dataset, out, files=file, progress=lambda name, done, total: tick(done, total, name))
    out_console.print(f"{len(report.files)} files in {out}", soft_wrap=True)


@app.command()
def read(
    source: Source,
    mapping: Mapping = None,
    starter_mapping: Annotated[bool, typer.Option(help="Print a mapping file to start from, for a table.")] = False,
) -> None:
    """Read an export and say what is in it: people, channels, what was kept, what was dropped and why."""
    from sennight.printing import reading_summary

    if starter_mapping:
        from sennight.readers.table import starter_mapping as start

        out_console.print(start(Path(source)), markup=False, soft_wrap=True)
        return
    with stage("Read") as tick, still_reading("Read"):
        summary = reading_summary(source, mapping=mapping, tick=tick)
    out_console.print(summary.text, markup=False, soft_wrap=True)
    _say_partial(summary.partial)


def _say_partial(partial: bool) -> None:
    """Exit code 3: done, but not with everything that was there."""
    if partial:
        err_console.print("Partial: what could not be read is listed above; the rest was read.", soft_wrap=True)
        raise typer.Exit(PARTIAL)


app.command("import", hidden=True, help="The same as `read`.")(read)


@app.command()
def prepare(
    source: Source,
    out: Annotated[Path, typer.Option(help="The store to write.")],
    mapping: Mapping = None,
    people: Annotated[int | None, typer.Option(help="Stop after so many people.")] = None,
) -> None:
    """Read an export, find when the device was worn, cut whole local days, write a store."""
    from sennight.printing import wear_summary
    from sennight.stages.prepared import prepare_store

    with stage("Read and prepare") as tick, still_reading("Read and prepare"):
        report = prepare_store(
            source, out, mapping=mapping, people=people, progress=lambda done, total: tick(done, total, "people")
        )
    out_console.print(wear_summary(report), markup=False, soft_wrap=True)
    out_console.print(f"store: {out}", soft_wrap=True)
    _say_partial(report.partial)


@app.command()
def pretrain(
    store: Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; give the same one to resume.")],
    recipe: Annotated[str, typer.Option(help="`sennight list recipes` shows them.")] = "nhanes_xs",
    folds: Annotated[
        int, typer.Option(help="One model a fold, each on the people outside it; 0: one on everybody.")
    ] = 0,
    epsilon: Annotated[
        float | None, typer.Option(help="Keep a promise to every person: DP-SGD within this epsilon (extra privacy).")
    ] = None,
    set_: Set = None,
    seed: Seed = 0,
    threads: Annotated[int, typer.Option(help="Threads of the matrix arithmetic.")] = 2,
) -> None:
    """Pretrain a day transformer on unlabelled days; resumes, checkpoints, keeps a learning curve."""
    import torch

    from sennight.pretrain.pat import PAT_RECIPES
    from sennight.pretrain.recipes import recipe as find
    from sennight.pretrain.run import pretrain as pretrain_one
    from sennight.stages.pretrained import pretrain_folds
    from sennight.store import Store

    torch.set_num_threads(threads)
    if recipe in PAT_RECIPES:
        _pretrain_pat(store, out, recipe, folds=folds, set_=set_, seed=seed)
        return
    chosen = find(recipe).with_settings(settings(set_ or []))
    opened = Store.open(store)
    if epsilon is not None:
        _pretrain_private(opened, chosen, out, epsilon=epsilon, seed=seed)
        return
    with stage("Pretrain") as tick:
        if folds:
            reports = pretrain_folds(
                opened, chosen, out, k=folds, seed=seed,
                progress=lambda fold, line: tick(
                    fold * chosen.steps + line.step, folds * chosen.steps, f"loss {line.loss:.3f}"
                ),
            )  # fmt: skip
        else:
            heard = lambda line: tick(line.step, chosen.steps, f"loss {line.loss:.3f}")  # noqa: E731
            reports = [pretrain_one(opened, chosen, out, seed=seed, progress=heard)]
    for done in reports:
        held_out = done.validation
        out_console.print(
            f"{done.model}: {done.steps} steps, {len(done.train_people)} people, {done.windows:,} windows; "
            f"held-out people: reconstruction error {held_out.get('loss', float('nan')):.4f} "
            f"(guessing the mean {held_out.get('mean_baseline', float('nan')):.4f})",
            soft_wrap=True,
        )


def _pretrain_private(store: Any, recipe: Any, out: Path, *, epsilon: float, seed: int) -> None:
    from sennight.stages.private import pretrain_private

    with stage("Pretrain privately") as tick:
        spent = pretrain_private(
            store, recipe, out, epsilon=epsilon, seed=seed, progress=lambda done: tick(done, recipe.steps, "steps")
        )
    out_console.print(
        f"{out}: epsilon {spent.epsilon:.3f} at delta {spent.delta:.2g} for every person, by two accountants",
        soft_wrap=True,
    )


def _pretrain_pat(store: Path, out: Path, recipe: str, *, folds: int, set_: Sequence[str] | None, seed: int) -> None:
    """PAT learns by a loop of its own."""
    from sennight.pretrain.pat import PAT_RECIPES
    from sennight.stages.pretrained import pretrain_pat_folds
    from sennight.store import Store

    chosen = PAT_RECIPES[recipe]().with_settings(settings(set_ or []))
    with stage("Pretrain") as tick:
        reports = pretrain_pat_folds(
            Store.open(store), chosen, out, k=folds, seed=seed,
            progress=lambda fold, line: tick(
                fold * chosen.steps + line.step, max(folds, 1) * chosen.steps, f"loss {line.loss:.3f}"
            ),
        )  # fmt: skip
    for done in reports:
        out_console.print(
            f"{done.model}: {done.steps} steps, {len(done.train_people)} people, {done.windows:,} weeks; held-out "
            f"people: error on hidden patches {done.validation.get('loss', float('nan')):.4f} "
            f"(guessing the mean {done.validation.get('mean_baseline', float('nan')):.4f})",
            soft_wrap=True,
        )


@app.command()
def embed(
    store: Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")],
    out: Annotated[Path, typer.Option(help="Parquet file; a folder for a run with folds.")],
    backbone: Annotated[str, typer.Option(help="Folder of a run or checkpoint; or a word: `sennight list backbones`.")],
    precision: Annotated[
        str, typer.Option(help="fp32; bf16, quicker where the processor has it; auto: bf16 if it has.")
    ] = "fp32",
    days: Annotated[bool, typer.Option("--days", help="Keep every day's own vector, for heads over days.")] = False,
    threads: Annotated[int, typer.Option(help="Threads of the matrix arithmetic.")] = 2,
) -> None:
    """One vector a person from a backbone, over all valid days."""
    import torch

    from sennight.backbones.day_transformer import Precision
    from sennight.evaluate.controls import MISSINGNESS
    from sennight.stages.embedded import backbones_of, embed_days_store, embed_store, missingness_store
    from sennight.stages.who import valid_rows
    from sennight.store import Store

    if precision not in list(Precision):
        raise InputError(f"precision={precision}", todo=f"It is one of {', '.join(Precision)}.")
    chosen = Precision(precision)
    torch.set_num_threads(threads)
    opened = Store.open(store)
    if backbone == MISSINGNESS:
        made = [missingness_store(opened, out)]
    else:
        backbones = backbones_of(backbone, opened)
        total, done = len(valid_rows(opened)) * len(backbones), 0
        with stage("Embed") as tick:

            def heard(windows: int) -> None:
                nonlocal done
                done += windows
                tick(min(done, total), total, "days")

            unknown = [c for c in opened.channels if c not in backbones[0].channels]
            if unknown:
                out_console.print(f"left out, since it does not know them: {', '.join(unknown)}", soft_wrap=True)
            if days:
                each = embed_days_store(opened, backbones, out, progress=heard)[0]
                said = f"{len(each.people):,} people, up to {each.values.shape[1]} days, {each.values.shape[2]} numbers"
                out_console.print(f"{out}: {said} a day, made by {each.backbone}", soft_wrap=True)
                return
            made = embed_store(opened, backbones, out, precision=chosen, progress=heard)
    people, width = made[0].values.shape
    out_console.print(f"{out}: {people:,} people, {width} numbers each, made by {made[0].backbone}", soft_wrap=True)


@app.command()
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


@app.command("few-shot")
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


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
def leaderboard(
    entries: Annotated[list[str], typer.Argument(help="[NAME=]FOLDER of a result, or a JSON file of somebody else's.")],
    out: Annotated[Path, typer.Option(help="Folder for the page.")],
    split: Annotated[
        str, typer.Option(help="Hash of the only split that is let in; the first entry's by default.")
    ] = "",
) -> None:
    """Models by tasks on one split as a static page: mean rank, wins, intervals; another split is refused."""
    from sennight.stages.ranked import leaderboard_page

    page = leaderboard_page(entries, out, split=split)
    out_console.print(f"page: {page}", soft_wrap=True)


@app.command()
def finetune(
    store: Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; give the same one to resume.")],
    backbone: Annotated[
        str, typer.Option(help="pat_s, pat_m, pat_l, cnn_1d, cnn_3d, lstm, conv_lstm from scratch; or a run's folder.")
    ],
    name: Annotated[str, typer.Option(help="What its predictions are called in tables; the backbone's word.")] = "",
    folds: Annotated[int, typer.Option(help="Folds by person, those of `sennight evaluate`.")] = 5,
    only_fold: Annotated[list[int] | None, typer.Option(help="Do this fold and stop; may be repeated.")] = None,
    set_: Set = None,
    bf16: Annotated[
        bool, typer.Option("--bf16", help="Attention of PAT in bfloat16, where the processor has it.")
    ] = False,
    seed: Seed = 0,
    threads: Annotated[int, typer.Option(help="Threads of the matrix arithmetic.")] = 2,
) -> None:
    """Train a backbone with a head on the labels, all questions at once, one model a fold; resumes after each epoch."""
    import torch

    from sennight.printing import result_summary
    from sennight.stages.finetuned import finetune_store, spec_of
    from sennight.store import Store

    torch.set_num_threads(threads)
    spec = spec_of(settings(set_ or []))
    with stage("Finetune") as tick:
        done = finetune_store(
            Store.open(store), backbone, out, spec=spec, name=name, k=folds, seed=seed,
            only_folds=tuple(only_fold) if only_fold else None, precision="bf16" if bf16 else "fp32",
            progress=lambda fold, epoch, loss: tick(
                fold * spec.epochs + epoch, folds * spec.epochs, f"validation loss {loss:.3f}"
            ),
        )  # fmt: skip
    if done is None:
        out_console.print(f"{out}: not all folds are done yet; the same command goes on", soft_wrap=True)
        return
    out_console.print(result_summary(done.result), markup=False, soft_wrap=True)
    best = ", ".join(f"{a} of {b}" for a, b in zip(done.best_epochs, done.epochs, strict=True))
    out_console.print(f"best epoch a fold: {best}\nresult: {out / 'result'}", soft_wrap=True)


@app.command()
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


@app.command()
def export(
    source: Annotated[str, typer.Argument(help="A store made by `sennight prepare`, or an export.")],
    out: Annotated[Path, typer.Option(help="The file to write; one that ends in .ndjson gets a resource a line.")],
    fhir: Annotated[bool, typer.Option("--fhir", help="As a FHIR R4 Bundle of Observations.")] = False,
) -> None:
    """Give days and facts to other programs, as FHIR Observations."""
    from sennight.stages.exported import export_fhir

    if not fhir:
        raise InputError("export into what?", todo="Say --fhir; it is the one form there is so far.")
    with stage("Export") as tick:
        report = export_fhir(source, out, progress=lambda done, total: tick(done, total, "people"))
    undated = f"; {report.undated_days:,} days without a calendar date were left out" if report.undated_days else ""
    out_console.print(
        f"{out}: {report.people:,} people, {report.minutes:,} channel-days and {report.facts:,} facts{undated}",
        soft_wrap=True,
    )


app.add_typer(GenerateVerbs(stage, out_console, err_console).app(), name="generate")


@app.command("list")
def list_(
    shelf: Annotated[str, typer.Argument(help="readers, backbones, tasks, heads, channels, recipes or datasets.")],
) -> None:
    """What stands on a shelf."""
    from sennight.printing import shelf_table

    out_console.print(shelf_table(shelf), markup=False, soft_wrap=True)


@app.command()
def show(
    path: Annotated[
        Path, typer.Argument(help="A store, run, checkpoint, embedding or result; or the name of released weights.")
    ],
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Of a result: compute every number again from its predictions.")
    ] = False,
    as_markdown: Annotated[
        str, typer.Option("--markdown", help="Of a result: all tables as Markdown, under this title.")
    ] = "",
    made_by: Annotated[str, typer.Option(help="The command that Markdown names as its maker.")] = "sennight evaluate",
) -> None:
    """What an artifact is, what it was made from, and its main figures."""
    from sennight.backbones import card, released
    from sennight.printing import describe, markdown, recomputed

    if str(path) in released() and not path.exists():
        text = card(str(path))
    elif as_markdown:
        from sennight.evaluate import BenchResult

        text = markdown(BenchResult.load(path), title=as_markdown, made_by=made_by)
    else:
        text = recomputed(path) if recompute else describe(path)
    out_console.print(text, markup=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point: runs a verb and turns errors into a sentence and an exit code."""
    from sennight.printing.lines import clean

    try:
        app(args=arguments, standalone_mode=True)
    except InputError as error:
        # An error can quote a name out of somebody's file, which must not steer the terminal.
        told = "\n".join(map(clean, f"{type(error).__name__}: {error}".splitlines()))
        err_console.print(told, markup=False, soft_wrap=True)
        sys.exit(2)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:  # which is what typer makes of Ctrl-C, without a word
            err_console.print("\nStopped. What was finished is kept; the same command continues.", soft_wrap=True)
        raise
    return 0
