"""What every task on the shelf must do: a new one is tested by being listed."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import TaskError
from sennight.record import Facts
from sennight.tasks import TASKS, Domain, Task, TaskKind, task

REAL = Path(__file__).resolve().parents[2].parent / "shared/data/nhanes_2005_2006/mini_200_labels.parquet"

every_task = pytest.mark.parametrize("a_task", TASKS, ids=lambda t: t.name)


def people_for(a_task: Task, *, n: int = 60, seed: int = 0) -> Facts:
    """Synthetic people of all ages, a fifth of whom did not answer."""
    rng = np.random.default_rng(seed)
    values = {"age_years": rng.integers(1, 95, n).astype(np.float64)}
    for name in a_task.needs:
        if name not in values:
            codes = a_task.kind is TaskKind.YES_NO and name not in ("homa_ir", "sleep_hours_selfreport")
            answers = rng.integers(0, 2, n).astype(np.float64) if codes else rng.uniform(0.5, 14, n)
            values[name] = np.where(rng.random(n) < 0.2, np.nan, answers)
    people = tuple(f"p{i}" for i in range(n))
    return Facts.from_wide(people=people, values=values, units=dict.fromkeys(values, "1"), source="synthetic")


@every_task
def test_the_label_is_one_number_a_person_and_of_its_kind(a_task):
    facts = people_for(a_task)
    y = a_task.target(facts, facts.people)
    known = y[~np.isnan(y)]
    assert y.shape == (60,)
    assert len(known) > 5
    assert np.isfinite(known).all()
    if a_task.kind is TaskKind.YES_NO:
        assert set(known) == {0.0, 1.0}


@every_task
def test_the_label_is_pure_and_goes_with_the_person(a_task):
    facts = people_for(a_task)
    before = {name: column.values.copy() for name, column in facts.columns.items()}
    y = a_task.target(facts, facts.people)
    np.testing.assert_array_equal(a_task.target(facts, facts.people[::-1]), y[::-1])
    np.testing.assert_array_equal(a_task.target(facts, facts.people), y)
    for name, values in before.items():
        np.testing.assert_array_equal(facts.columns[name].values, values)


@every_task
def test_nobody_outside_the_ages_asked_has_a_label(a_task):
    facts = people_for(a_task, n=200)
    age = facts.vector("age_years", facts.people)
    outside = (age < a_task.who.age_from) | (age > a_task.who.age_to)
    assert outside.any()
    assert np.isnan(a_task.target(facts, facts.people)[outside]).all()


@every_task
def test_lacking_any_fact_it_needs_is_refused_by_name(a_task):
    facts = people_for(a_task)
    for name in {*a_task.needs, "age_years"}:
        less = Facts(people=facts.people, columns={n: c for n, c in facts.columns.items() if n != name})
        with pytest.raises(TaskError, match=name):
            a_task.target(less, less.people)


@every_task
def test_it_says_in_words_what_is_asked_of_whom_and_by_which_source(a_task):
    assert len(a_task.question.split()) >= 4
    assert a_task.who.text
    assert "20" in a_task.source


def test_there_are_35_tasks_in_six_domains_and_no_name_twice():
    assert len(TASKS) == 35
    assert len({t.name for t in TASKS}) == 35
    assert {t.domain for t in TASKS} == set(Domain)
    assert sum(t.metric == "auc" for t in TASKS) == 24


def test_a_task_is_found_by_name_and_a_near_miss_is_named():
    assert task("hdl") is next(t for t in TASKS if t.name == "hdl")
    with pytest.raises(TaskError, match="Did you mean 'hypertension'"):
        task("hypertention")


@pytest.mark.real
def test_every_task_has_labels_among_200_real_people():
    if not REAL.is_file():
        pytest.skip(f"{REAL.name} is not here")
    table = pl.read_parquet(REAL)
    names = dict.fromkeys(n for t in TASKS for n in (*t.needs, "age_years"))
    values = {n: table[n].cast(pl.Float64).fill_null(np.nan).to_numpy() for n in names}
    people = tuple(str(s) for s in table["seqn"])
    facts = Facts.from_wide(people=people, values=values, units=dict.fromkeys(names, "1"), source="NHANES 2005-2006")
    counts = {t.name: int(np.isfinite(t.target(facts, people)).sum()) for t in TASKS}
    adults = int((values["age_years"] >= 20).sum())
    assert counts["age"] == 200
    assert counts["sex"] == counts["died_within_10y"] == adults
    assert counts["insulin_resistance"] == 81 - int(np.isfinite(values["homa_ir"][values["age_years"] < 20]).sum())
    assert all(30 < n <= adults for name, n in counts.items() if name != "age")
