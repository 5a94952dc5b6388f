"""Evaluate: a store and embeddings become a result with its predictions, and a page to open."""

import json
import platform
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import torch

from sennight import __version__
from sennight.errors import InputError
from sennight.evaluate import BenchResult, evaluate
from sennight.evaluate.groups import GROUPS_FILE, GroupReport
from sennight.evaluate.report import ReportInput, RunFacts, StageCost, write_report
from sennight.evaluate.report.card import CardFacts
from sennight.heads import HeadConfig, PseudoLabels
from sennight.pretrain.run import RUN, pretraining_people, read_curve
from sennight.readers import ReadReport
from sennight.record import Embedding, folds
from sennight.stages.carded import write_card
from sennight.stages.cost import measured
from sennight.stages.embedded import load_embeddings
from sennight.stages.grouped import group_result
from sennight.stages.prepared import READ_REPORT, WEAR_REPORT
from sennight.stages.who import days_of, people_who_count
from sennight.store import Store

SYNTHETIC = "synthetic"
RESULT = "result"
ACTOGRAM_DAYS = 7
LIMITS = (
    "Research use. Nothing here is a diagnosis or says anything about one person.",
    "Age and sex explain much of many answers: read each figure beside age_sex, and the gain over it.",
    "A hip device is taken off for the night in many cohorts; hours not worn say little about sleep.",
)


@dataclass(frozen=True, kw_only=True)
class EvaluateReport:
    """The result, where its page lies, and what all stages known of cost."""

    result: BenchResult
    page: Path
    costs: tuple[StageCost, ...]


def evaluate_store(
    store: Path,
    embeddings: Mapping[str, str],
    out: Path,
    *,
    command: str,
    run: Path | None = None,
    seed: int = 0,
    k: int = 5,
    replicates: int = 1_000,
    jobs: int = 2,
    head: HeadConfig | None = None,
    pseudo: PseudoLabels | None = None,
    costs: Sequence[StageCost] = (),
    progress: Callable[[int, int], None] | None = None,
) -> EvaluateReport:
    """Judge embeddings (name -> file, or folder with one file a fold) on the people of a store who count.

    Raises: StoreError, InputError if an artifact is absent or does not fit.
    """
    opened = Store.open(store)
    return evaluate_loaded(
        opened,
        {name: load_embeddings(Path(path), head=head) for name, path in embeddings.items()},
        out,
        command=command,
        run=run,
        seed=seed,
        k=k,
        replicates=replicates,
        jobs=jobs,
        head=head,
        pseudo=pseudo,
        costs=costs,
        progress=progress,
    )


def evaluate_loaded(
    store: Store,
    embeddings: Mapping[str, Embedding | Sequence[Embedding]],
    out: Path,
    *,
    command: str,
    run: Path | None,
    seed: int,
    k: int,
    replicates: int,
    jobs: int,
    costs: Sequence[StageCost],
    progress: Callable[[int, int], None] | None,
    head: HeadConfig | None = None,
    pseudo: PseudoLabels | None = None,
) -> EvaluateReport:
    """The same with everything in hand."""
    people = people_who_count(store)
    if not people:
        raise InputError(
            "nobody in this store has enough valid days to be judged",
            where=str(store.path),
            todo="See its wear report; three days of ten worn hours are needed.",
        )
    spent = list(costs)
    with measured("evaluate", spent):
        result = evaluate(
            embeddings=embeddings,
            facts=store.facts,
            people=people,
            k=k,
            seed=seed,
            replicates=replicates,
            jobs=jobs,
            head=head,
            pseudo=pseudo,
            progress=progress,
        )
        result.save(out / RESULT)
        group_result(store, result, out / RESULT, people)
    page = write_page(store, result, out, run=run, costs=spent, command=command, people=people)
    return EvaluateReport(result=result, page=page, costs=tuple(spent))


def write_page(
    store: Store,
    result: BenchResult,
    out: Path,
    *,
    run: Path | None,
    costs: Sequence[StageCost],
    command: str,
    people: Sequence[str],
) -> Path:
    """The report of a result, with what its store and its run know of themselves."""
    read, wear = _json(store.path / READ_REPORT), _json(store.path / WEAR_REPORT)
    synthetic = store.manifest.provenance.get("reader") == SYNTHETIC
    learned, overlap = _pretrained_on(run, people, k=result.plan.k, seed=result.plan.seed)
    model = result.plan.features[0]
    person = people[0]
    contents = ReportInput(
        title=f"sennight: {len(result.plan.tasks)} health questions from minutes of wearables",
        cohort=PurePath(str(read["source"])).name if read else store.path.name,
        synthetic=synthetic,
        result=result,
        model=model,
        run=RunFacts(
            command=command,
            recompute=f"sennight show {out / RESULT} --recompute",
            version=__version__,
            pretraining_people=learned,
            overlap_people=overlap,
            backbone=result.plan.backbones.get(model, ""),
            store=store.fingerprint,
            machine=f"{platform.machine()}, {torch.get_num_threads()} threads",
            software={"torch": torch.__version__, "python": platform.python_version()},
        ),
        curve=read_curve(_curve_of(run)) if run else (),
        wear=wear or None,
        actogram=days_of(store, person)[:ACTOGRAM_DAYS],
        stages=costs,
        reads=[_read_report(read)] if read else (),
        limits=LIMITS,
        groups=GroupReport.load(out / RESULT) if (out / RESULT / GROUPS_FILE).is_file() else None,
    )
    page = write_report(contents, out)
    write_card(out, _card_facts(contents, run, wear))
    return page


def _card_facts(contents: ReportInput, run: Path | None, wear: Mapping[str, Any]) -> CardFacts:
    """What the card says beside numbers: nothing but counts, names and fingerprints."""
    described = _json(_curve_of(run) / RUN).get("recipe", {}) if run else {}
    return CardFacts(
        cohort=contents.cohort,
        synthetic=contents.synthetic,
        command=contents.run.command,
        version=contents.run.version,
        store=contents.run.store,
        backbone=contents.run.backbone,
        pretraining_people=contents.run.pretraining_people,
        overlap_people=contents.run.overlap_people,
        learned=described,
        wear={key: int(value) for key, value in wear.items() if isinstance(value, int)},
        software=contents.run.software,
        limits=contents.limits,
    )


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text())) if path.is_file() else {}


def _read_report(read: Mapping[str, Any]) -> ReadReport:
    counts = ("dropped", "unknown", "devices", "converted")
    return ReadReport(**{**read, **{name: Counter(read.get(name, {})) for name in counts}})


def _curve_of(run: Path) -> Path:
    """A run's own folder, or that of its first fold."""
    return run if (run / RUN).exists() else run / "fold-0"


def _pretrained_on(run: Path | None, people: Sequence[str], *, k: int, seed: int) -> tuple[int | None, int | None]:
    """How many people a model was pretrained on (of several: the most), and how many of them it also judges."""
    if run is None:
        return None, None
    if (run / RUN).exists():
        learned = pretraining_people(run)
        return len(learned), len(learned & set(people))
    fold = folds(people, k=k, seed=seed)
    seen = [pretraining_people(run / f"fold-{i}") for i in range(k)]
    overlap = sum(person in seen[i] for person, i in zip(people, fold.tolist(), strict=True))
    return max(map(len, seen)), overlap
