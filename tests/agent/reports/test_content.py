import json

import numpy as np
import pytest
from tests.agent.people import flat, person

from sennight.agent.profile import Goal, Profile
from sennight.agent.reports.content import KINDS, make
from sennight.errors import InputError

RNG = np.random.default_rng(0)
STEPS = flat(60, 0) + RNG.integers(3, 9, (60, 1)).astype(np.float32)
PROFILE = Profile(born=1980, goals=(Goal(metric="steps", target=8_000.0, unit="steps"),))
PERSON = person({"steps": STEPS, "heart_rate": flat(60, 60)}, profile=PROFILE)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_number_of_a_report_stands_in_its_evidence(kind: str) -> None:
    report = make(PERSON, kind)
    assert report.made_by == "no language model was used"
    for section in report.sections:
        shown = {e.shown for e in section.evidence} | {e.interval_shown for e in section.evidence}
        shown |= {str(e.valid_days) for e in section.evidence}
        for row in section.rows:
            for cell in row.cells:
                assert all(part in shown for part in cell.split(" to ")) or cell in ("", "too few days"), (row, cell)
    json.dumps(report.to_json())


def test_a_week_has_its_goals_and_a_visit_its_profile() -> None:
    week = {s.heading: s for s in make(PERSON, "weekly").sections}
    assert "Goals" in week
    assert "met on" in week["Goals"].sentences[0]
    visit = {s.heading: s for s in make(PERSON, "visit").sections}
    assert visit["Entered by the person"].sentences == ("age 44 years; goal: steps at least 8,000 steps.",)


def test_a_person_of_three_days_gets_a_report_that_says_what_it_lacks() -> None:
    short = make(person({"steps": STEPS[:3]}), "weekly")
    assert any("too few days" in row.cells for s in short.sections for row in s.rows)


def test_another_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="no report 'yearly'") as error:
        make(PERSON, "yearly")
    assert "weekly" in error.value.todo
