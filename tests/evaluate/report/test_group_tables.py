"""The group tables say what was measured, what was not, and name every gap above .05 AUC."""

import numpy as np
import polars as pl
import pytest

from sennight.evaluate.groups import Gap, assess_groups
from sennight.evaluate.report.group_tables import gap_sentence, gap_sentences, group_table, population_table
from sennight.evaluate.report.shown import Shown


@pytest.fixture(scope="module")
def grouped(result):
    people = sorted(result.predictions["person"].unique().to_list())
    n = len(people)
    table = pl.DataFrame(
        {
            "person": people,
            "sex": ["women" if i % 2 else "men" for i in range(n)],
            "ethnicity": ["few" if i < 9 else "many" for i in range(n)],
            "weight": np.linspace(1, 2, n),
            "stratum": (np.arange(n) // 40).astype(float),
            "psu": (np.arange(n) // 20 % 2).astype(float),
        }
    )
    shown = Shown.of(result.plan)
    return assess_groups(result.predictions, result.plan, table, features=shown.front, replicates=50), shown


def test_each_grouping_has_a_table_with_a_cell_a_group(result, grouped) -> None:
    report, shown = grouped
    tables = group_table(report, result, shown)
    assert [t.by for t in tables] == ["sex", "ethnicity"]
    assert tables[0].groups == ("men", "women")
    assert len(tables[0].rows) == len(result.plan.tasks)
    assert "n 80" in tables[0].rows[0].cells[0].interval
    assert tables[1].rows[0].cells[0].text == "not assessed (n 9)"


def test_gaps_are_named_with_their_interval(grouped) -> None:
    report, shown = grouped
    assert len(gap_sentences(report, shown)) == sum(g.named and g.features == shown.model for g in report.gaps)
    gap = Gap(
        task="short_sleep", features="m", by="sex", best="men", worst="women", difference=0.08, low=-0.01, high=0.2
    )
    assert gap_sentence(gap) == (
        "short sleep, by sex: men are ranked better than women by 0.080 AUC [−0.010, +0.200]; the interval reaches 0"
    )


def test_the_population_stands_beside_the_people_measured(result, grouped) -> None:
    report, shown = grouped
    rows = population_table(report, result, shown)
    assert sum(row.what == "share of yes or mean" for row in rows) == len(result.plan.tasks)
    assert sum(row.what.startswith("AUC of") for row in rows) == 2
    assert all(row.weighted.interval for row in rows)
