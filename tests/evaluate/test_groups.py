"""Groups: a gap that was planted is found and named, small groups are not assessed, and all of it recomputes."""

import dataclasses
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import InputError, StoreError
from sennight.evaluate.bench import evaluate
from sennight.evaluate.groups import GroupReport, assess_groups, groups_of, members
from sennight.evaluate.result import BenchPlan, TaskNote
from sennight.evaluate.survey import Design, weighted_mean
from sennight.record import folds

N = 1200
PEOPLE = tuple(f"p{i}" for i in range(N))


def plan(**changes: object) -> BenchPlan:
    note = TaskNote(
        name="ill", question="Is this person ill?", domain="lifestyle", kind="yes/no", metric="auc", who="", source=""
    )
    parts: dict = {
        "tasks": (note,), "features": ("model", "fair"), "pairs": (), "reference": "", "head": {"head": "linear"},
        "k": 5, "seed": 0, "replicates": 200, "n_people": N,
    }  # fmt: skip
    return BenchPlan(**{**parts, **changes})


def planted() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The model ranks men well and women by a coin; `fair` ranks both alike. A dozen people are of another group."""
    rng = np.random.default_rng(0)
    y = (rng.random(N) < 0.4).astype(float)
    women = np.arange(N) % 2 == 0
    blind = rng.normal(size=N) + np.where(women, 0.0, 2.0) * y
    fair = rng.normal(size=N) + 1.2 * y
    fold = folds(PEOPLE)
    rows = [
        pl.DataFrame(
            {
                "task": ["ill"] * N, "features": [name] * N, "person": list(PEOPLE), "fold": fold.astype(np.int8),
                "y": y, "p": 1 / (1 + np.exp(-p)),
            }
        )
        for name, p in (("model", blind), ("fair", fair))
    ]  # fmt: skip
    table = pl.DataFrame(
        {
            "person": list(PEOPLE),
            "sex": np.where(women, "women", "men"),
            "ethnicity": ["few" if i < 12 else "many" for i in range(N)],
            "weight": rng.uniform(1, 4, N),
            "stratum": (np.arange(N) // 80).astype(float),
            "psu": (np.arange(N) // 40 % 2).astype(float),
        }
    )
    return pl.concat(rows), table


@pytest.fixture(scope="module")
def report() -> GroupReport:
    predictions, table = planted()
    return assess_groups(predictions, plan(), table, features=("model", "fair"), replicates=200)


def test_a_planted_gap_is_named_and_a_fair_model_has_none(report: GroupReport) -> None:
    """N-08."""
    gap = next(g for g in report.gaps if (g.features, g.by) == ("model", "sex"))
    assert (gap.best, gap.worst) == ("men", "women")
    assert gap.named
    assert gap.low > 0.25
    assert gap in report.named
    fair = next(g for g in report.gaps if (g.features, g.by) == ("fair", "sex"))
    assert fair.difference < 0.05
    assert not fair.named


def test_a_group_of_fewer_than_fifty_is_not_assessed(report: GroupReport) -> None:
    """N-08."""
    few = next(s for s in report.scores if (s.features, s.group) == ("model", "few"))
    assert (few.n_people, few.score, few.not_assessed) == (12, None, "fewer than 50 people")
    many = next(s for s in report.scores if (s.features, s.group) == ("model", "many"))
    assert many.score is not None
    assert many.not_assessed == ""


def test_every_group_has_every_metric_with_people_and_interval(report: GroupReport) -> None:
    """N-06, N-08: calibration too is told a group at a time."""
    women = next(s for s in report.scores if (s.features, s.group) == ("fair", "women"))
    assert women.n_people == 600
    assert {"average_precision", "brier", "calibration_slope", "calibration_intercept", "ece"} <= {
        o.metric for o in women.others
    }
    assert women.score is not None
    assert women.score.low < women.score.value < women.score.high


def test_the_population_is_estimated_by_the_design(report: GroupReport) -> None:
    predictions, table = planted()
    answer = next(f for f in report.population if f.what == "answer")
    y = predictions.filter(pl.col("features") == "fair")["y"].to_numpy()
    design = Design(
        weight=table["weight"].to_numpy(),
        stratum=table["stratum"].to_numpy().astype(np.int64),
        psu=table["psu"].to_numpy().astype(np.int64),
    )
    assert answer.estimate.value == pytest.approx(weighted_mean(design, y).value)
    assert answer.estimate.standard_error == pytest.approx(weighted_mean(design, y).standard_error)
    auc = next(f for f in report.population if f.what == "auc" and f.features == "fair")
    assert abs(auc.estimate.value - auc.unweighted) < 0.05
    assert "not adjusted" in report.notes[0]


def test_a_lonely_psu_leaves_the_population_out_and_says_so() -> None:
    predictions, table = planted()
    lonely = table.with_columns(pl.when(pl.col("stratum") == 0).then(0.0).otherwise(pl.col("psu")).alias("psu"))
    report = assess_groups(predictions, plan(), lonely, features=("fair",), replicates=20)
    assert report.population == ()
    assert "single PSU" in report.notes[0]


def test_a_report_survives_the_disk_and_is_the_same_when_made_again(report: GroupReport, tmp_path: Path) -> None:
    report.save(tmp_path)
    assert GroupReport.load(tmp_path) == report
    predictions, table = planted()
    again = assess_groups(predictions, plan(), table, features=("model", "fair"), replicates=200)
    assert again == report
    (tmp_path / "groups.json").write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        GroupReport.load(tmp_path)


def test_members_come_from_facts_and_wear(make) -> None:
    _, known, _ = make
    people = tuple(f"q{i}" for i in range(8))
    facts = known(
        people,
        sex_female=np.array([1.0, 0, 1, 0, 1, 0, 1, np.nan]),
        age_years=np.array([8.0, 25, 45, 60, 85, 19, 20, 30]),
        race_eth=np.array([1.0, 2, 3, 4, 5, 9, 1, 1]),
    )
    table = members(facts, people, worn_minutes={p: 600.0 + 100 * i for i, p in enumerate(people)})
    assert table["sex"].to_list() == ["women", "men", "women", "men", "women", "men", "women", None]
    assert table["age"].to_list()[:5] == ["under 20", "20 to 39", "40 to 59", "60 and over", "60 and over"]
    assert table["ethnicity"].to_list()[2:6] == ["non-Hispanic white", "non-Hispanic black", "other or several", None]
    assert table["wear"].value_counts()["count"].to_list() == [2, 2, 2, 2]
    assert "weight" not in table.columns


def test_amounts_have_groups_but_no_gaps(make) -> None:
    embed, known, ask = make
    from sennight.tasks import TaskKind

    rng = np.random.default_rng(1)
    people = PEOPLE[:300]
    x = rng.normal(size=(300, 3))
    columns = {"weight_kg": x[:, 0] + rng.normal(size=300), "sex_female": np.arange(300.0) % 2}
    facts = known(people, **columns, age_years=np.full(300, 40.0))
    result = evaluate(
        embeddings={"model": embed(people, x)}, facts=facts, people=people, replicates=100, jobs=1,
        tasks=[ask("weight_kg", TaskKind.AMOUNT)],
    )  # fmt: skip
    report = groups_of(result, members(facts, people, worn_minutes={}))
    assert report.gaps == ()
    assert {s.group for s in report.scores if s.by == "sex"} == {"men", "women"}
    assert report.notes == ("No survey design is known, so nothing here speaks of a population.",)


def test_features_that_were_not_evaluated_are_refused() -> None:
    predictions, table = planted()
    with pytest.raises(InputError, match="was not evaluated"):
        assess_groups(predictions, plan(), table, features=("another",))


def test_gaps_are_frozen(report: GroupReport) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.gaps[0].difference = 0.0  # type: ignore[misc]
