"""Few-shot: a store and embeddings become learning curves, a table and a picture in a folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sennight.errors import InputError
from sennight.evaluate.few_shot import DRAWS, REPLICATES, few_shot
from sennight.evaluate.learning_curve import CurveResult
from sennight.evaluate.report.few_shot import few_shot_picture
from sennight.heads import HeadConfig
from sennight.stages.embedded import load_embeddings
from sennight.stages.who import people_who_count
from sennight.store import Store

PICTURE = "few_shot.svg"


@dataclass(frozen=True, kw_only=True)
class FewShotReport:
    """The curves, and where their picture lies."""

    result: CurveResult
    picture: Path


def few_shot_store(
    store: Path,
    embeddings: Mapping[str, str],
    out: Path,
    *,
    head: HeadConfig,
    reference: str = "engineered",
    draws: int = DRAWS,
    k: int = 5,
    seed: int = 0,
    replicates: int = REPLICATES,
    jobs: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> FewShotReport:
    """Draw the curves of embeddings (name -> file, or folder with one file a fold) on the people who count.

    Raises: StoreError, InputError if an artifact is absent or does not fit.
    """
    opened = Store.open(store)
    people = people_who_count(opened)
    if not people:
        raise InputError(
            "nobody in this store has enough valid days to be judged",
            where=str(store),
            todo="See its wear report; three days of ten worn hours are needed.",
        )
    result = few_shot(
        embeddings={name: load_embeddings(Path(path), head=head) for name, path in embeddings.items()},
        facts=opened.facts,
        people=people,
        head=head,
        reference=reference,
        draws=draws,
        k=k,
        seed=seed,
        replicates=replicates,
        jobs=jobs,
        progress=progress,
    )
    result.save(out)
    (out / PICTURE).write_text(few_shot_picture(result) + "\n", encoding="utf-8")
    return FewShotReport(result=result, picture=out / PICTURE)
