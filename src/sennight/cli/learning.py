"""Verbs that learn: pretrain, embed, finetune; each parses, calls one function, prints."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from sennight.cli.terminal import Seed, Set, err_console, out_console, stage
from sennight.config import settings
from sennight.errors import InputError


def pretrain(
    store: Annotated[Path, typer.Argument(help="A store made by `sennight prepare`.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; give the same one to resume.")],
    recipe: Annotated[str, typer.Option(help="`sennight list recipes` shows them.")] = "nhanes_xs",
    folds: Annotated[
        int, typer.Option(help="One model a fold, each on the people outside it; 0: one on everybody.")
    ] = 0,
    only_fold: Annotated[list[int] | None, typer.Option(help="With --folds: this fold alone; may be repeated.")] = None,
    people: Annotated[int | None, typer.Option(help="Learn from so many people only, drawn by the seed.")] = None,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write the curve for TensorBoard too, into a folder of the run.")
    ] = False,
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
    from sennight.store import Store

    torch.set_num_threads(threads)
    if recipe in PAT_RECIPES:
        if only_fold or people is not None or tensorboard or epsilon is not None:
            raise InputError(
                f"--only-fold, --people, --tensorboard and --epsilon are not for {recipe}",
                todo="PAT has a loop of its own, as published; take a recipe of the day transformer.",
            )
        _pretrain_pat(store, out, recipe, folds=folds, set_=set_, seed=seed)
        return
    chosen = find(recipe).with_settings(settings(set_ or []))
    opened = Store.open(store)
    if epsilon is not None:
        _pretrain_private(opened, chosen, out, epsilon=epsilon, seed=seed)
        return
    reports = _pretrain_models(
        opened, chosen, out, folds=folds, only=only_fold or (), people=people, tensorboard=tensorboard, seed=seed
    )
    for done in reports:
        held_out = done.validation
        out_console.print(
            f"{done.model}: {done.steps} steps, {len(done.train_people)} people, {done.windows:,} windows; "
            f"held-out people: reconstruction error {held_out.get('loss', float('nan')):.4f} "
            f"(guessing the mean {held_out.get('mean_baseline', float('nan')):.4f})",
            soft_wrap=True,
        )


def _pretrain_models(
    store: Any,
    recipe: Any,
    out: Path,
    *,
    folds: int,
    only: Sequence[int],
    people: int | None,
    tensorboard: bool,
    seed: int,
) -> Sequence[Any]:
    """One model, or one a fold, alone or with the other processes of a torchrun; the first process has the reports."""
    from sennight.pretrain.loop import StepRecord
    from sennight.pretrain.run import pretrain as pretrain_one
    from sennight.pretrain.together import joined
    from sennight.stages.pretrained import pretrain_folds, some_people

    order = list((only if folds else None) or range(folds or 1))
    with joined() as part:
        err_console.quiet = part.rank > 0  # the first process speaks for all
        with stage("Pretrain") as tick:

            def heard(fold: int, line: StepRecord) -> None:
                done = order.index(fold) * recipe.steps + line.step
                tick(done, len(order) * recipe.steps, f"loss {line.loss:.3f}")

            if folds:
                reports = pretrain_folds(
                    store, recipe, out, k=folds, seed=seed, only_folds=only, people=people, tensorboard=tensorboard,
                    part=part, progress=heard,
                )  # fmt: skip
            else:
                who = some_people(store.people, people, seed=seed)
                one = pretrain_one(
                    store, recipe, out, people=who, seed=seed, tensorboard=tensorboard, part=part,
                    progress=lambda line: heard(0, line),
                )  # fmt: skip
                reports = [one]
        return [] if part.rank else reports


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


def plan(
    people: Annotated[str, typer.Option(help="How many; 5e6 will do.")],
    days: Annotated[int, typer.Option(help="Recorded days of a person.")],
    channels: Annotated[int, typer.Option(help="Channels, one value a minute each.")],
    size: Annotated[str, typer.Option(help="xxs, xs, s or b.")] = "b",
    gpus: Annotated[int, typer.Option(help="GPUs that train together.")] = 8,
    seen: Annotated[float, typer.Option(help="Share of cells that hold a measurement.")] = 0.6,
    layout: Annotated[str, typer.Option(help="channel: a token a channel; joint: a token over all.")] = "channel",
    patch_minutes: Annotated[int, typer.Option(help="Minutes of a token.")] = 20,
    batch: Annotated[int, typer.Option(help="Days a step, over all GPUs.")] = 4096,
    epochs: Annotated[float, typer.Option(help="How often each day is read.")] = 1.0,
    set_: Set = None,
    check: Annotated[
        list[Path] | None, typer.Option(help="A run of ours, to hold the count against; may be repeated.")
    ] = None,
) -> None:
    """What a cohort of any size will need: store, loader, operations, time, cost, memory; rates are yours to change."""
    from sennight.backbones.day_transformer import Layout, Size
    from sennight.plan import Cohort, Rates, Training, measured
    from sennight.plan import plan as multiply
    from sennight.printing.plans import measured_text, plan_text

    try:
        n_people, chosen, tokens = int(float(people)), Size(size.lower()), Layout(layout)
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"people={people}, size={size}, layout={layout}",
            todo=f"People are a number, sizes {', '.join(Size)}, layouts {', '.join(Layout)}.",
        ) from error
    cohort = Cohort(people=n_people, days=days, channels=channels, seen=seen)
    training = Training(
        size=chosen, layout=tokens, patch_minutes=patch_minutes, batch=batch, epochs=epochs, gpus=gpus
    )  # fmt: skip
    made = multiply(cohort, training, Rates().with_settings(settings(set_ or [])))
    out_console.print(plan_text(made), markup=False, soft_wrap=True)
    if check:
        out_console.print(
            "\n" + measured_text([measured(run, seen=seen) for run in check]), markup=False, soft_wrap=True
        )
