"""The board ranks what shares a split and refuses the rest; others come by file."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import InputError, StoreError
from sennight.evaluate.bench import evaluate
from sennight.evaluate.leaderboard import FORMAT, _by, board, entries_of, entry_from_file, read_entries, split_of

N = 300
PEOPLE = tuple(f"p{i}" for i in range(N))


@pytest.fixture(scope="module")
def results(make):
    """Two results on one split: a strong and a weak model; and one of other folds."""
    embed, known, ask = make
    rng = np.random.default_rng(0)
    ill = (rng.random(N) < 0.4).astype(float)
    facts = known(PEOPLE, ill=ill, tired=(rng.random(N) < 0.5).astype(float), age_years=np.full(N, 40.0))
    strong = rng.normal(size=(N, 3)) + 1.5 * ill[:, None]
    weak = rng.normal(size=(N, 3)) + 0.3 * ill[:, None]
    tasks = [ask("ill"), ask("tired")]

    def judge(seed: int, **sets: np.ndarray):
        return evaluate(
            embeddings={n: embed(PEOPLE, x) for n, x in sets.items()}, facts=facts, people=PEOPLE, tasks=tasks,
            seed=seed, replicates=100, jobs=1,
        )  # fmt: skip

    return judge(0, strong=strong, engineered=weak), judge(0, weak=weak), judge(1, strong=strong)


def test_ranks_wins_and_intervals_come_from_shared_draws(results) -> None:
    one, two, _ = results
    made = board([*entries_of(one, source="a"), *entries_of(two, source="b")])
    assert made.tasks == ("ill", "tired")
    place = {s.name: s for s in made.standings}
    assert set(place) == {"strong", "engineered", "weak"}
    assert place["engineered"].mean_rank == place["weak"].mean_rank  # the same vectors by two names
    assert place["strong"].rank_low <= place["strong"].mean_rank <= place["strong"].rank_high
    assert sum(s.mean_rank for s in made.standings) == pytest.approx(6.0)
    assert place["strong"].wins >= 1


def test_another_split_is_refused(results) -> None:
    one, _, other = results
    assert split_of(one.predictions) != split_of(other.predictions)
    with pytest.raises(InputError, match="another split"):
        board([*entries_of(one, source="a"), *entries_of(other, source="c", name="other")])
    with pytest.raises(InputError, match="another split"):
        board(entries_of(one, source="a"), split="0" * 64)


def test_other_answers_are_another_split(results) -> None:
    import polars as pl

    one, _, _ = results
    changed = one.predictions.with_columns(
        pl.when((pl.col("person") == "p7") & (pl.col("task").cast(pl.String) == "ill"))
        .then(1 - pl.col("y")).otherwise(pl.col("y")).alias("y")
    )  # fmt: skip
    assert split_of(changed) != split_of(one.predictions)
    assert split_of(one.predictions.reverse()) == split_of(one.predictions)


def test_a_result_of_others_is_added_by_file_and_takes_the_intervals_with_it(results, tmp_path: Path) -> None:
    one, _, _ = results
    entry = {
        "format": FORMAT, "name": "theirs", "split": split_of(one.predictions), "config": "their head", "seed": 3,
        "scores": {t: {"metric": "auc", "value_low_high": [0.99, 0.98, 1.0]} for t in ("ill", "tired")},
    }  # fmt: skip
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps(entry))
    made = board([*entries_of(one, source="a"), entry_from_file(path)])
    assert made.standings[0].name == "theirs"
    assert made.standings[0].wins == 2
    assert all(s.rank_low is None for s in made.standings)
    entry["scores"]["ill"]["value_low_high"] = [0.9, 0.95, 1.0]
    path.write_text(json.dumps(entry))
    with pytest.raises(InputError, match="not an entry"):
        entry_from_file(path)


def test_results_are_found_where_evaluate_put_them(results, tmp_path: Path) -> None:
    one, _, _ = results
    one.save(tmp_path / "out" / "result")
    assert [e.name for e in read_entries(tmp_path / "out")] == ["strong", "engineered"]
    with pytest.raises(StoreError, match="no result here"):
        read_entries(tmp_path)


def test_two_of_one_name_and_nothing_shared_are_refused(results) -> None:
    one, _, _ = results
    entries = entries_of(one, source="a")
    with pytest.raises(InputError, match="two entries"):
        board([*entries, entries[0]])
    apart = dataclasses.replace(entries[0], name="x", scores={"else": (0.5, 0.4, 0.6)}, metrics={"else": "auc"})
    with pytest.raises(InputError, match="answered by every"):
        board([entries[1], apart])
    with pytest.raises(InputError, match="at least one"):
        board([])


def test_runs_of_one_name_are_told_apart(results) -> None:
    one, _, _ = results
    assert [e.name for e in entries_of(one, source="a", name="mine")] == ["mine: strong", "mine: engineered"]


def test_one_backbone_a_fold_is_told_in_few_words() -> None:
    assert _by("m-1, m-2, m-3") == ", m-1 and 2 more, one a fold"
    assert (_by("m-1"), _by("")) == (", m-1", "")
