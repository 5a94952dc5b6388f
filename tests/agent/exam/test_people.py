from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sennight.agent.exam.people import candidate, candidates
from sennight.record import Fact, Facts, Person


def test_made_up_people_are_always_there_and_said_to_be_made_up() -> None:
    made = list(candidates(None, synthetic="synthetic:people=2,days=8,seed=3"))
    assert made
    assert all(c.synthetic and c.name.startswith("synthetic:") for c in made)
    for c in made:
        steps = c.record.minutes["steps"]
        seen = c.person.minutes["steps"].seen
        assert steps.drop_nulls().len() == int(seen.sum())
        assert c.known.first == c.person.first


def test_somebody_of_daily_facts_alone_can_be_asked_about() -> None:
    days = [date.fromordinal(738_000 + i) for i in range(20)]
    rows = [Fact("p", name, float(i), unit, "days.csv", d) for i, d in enumerate(days)
            for name, unit in (("day_steps", "steps"), ("resting_heart_rate", "beats/min"))]  # fmt: skip
    made = candidate(Person(id="p", recordings=()), Facts.from_rows(rows), label="x", synthetic=False)
    assert made is not None
    assert set(made.known.metrics) == {"steps", "resting_heart_rate"}
    assert made.known.by_minute == frozenset()
    assert np.isclose(made.known.metrics["steps"], 9.5)


@pytest.mark.real
def test_real_people_are_found_where_their_data_lie() -> None:
    data = Path(__file__).resolve().parents[3].parent / "shared" / "data"
    if not (data / "ochauni_fitbit").is_dir():
        pytest.skip("needs ../shared/data")
    names = {c.name.split(":")[0] for c in candidates(data, synthetic="synthetic:people=1,days=3,seed=3")}
    assert {"fitabase_2016", "cgmacros", "ochauni_fitbit"} <= names
