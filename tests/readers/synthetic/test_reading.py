"""The reader streams people, counts what it dropped, and gives the truths it planted."""

from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.synthetic import READER, cohort, truths


def test_the_reader_reads_what_it_claims(tmp_path):
    file = tmp_path / "cohort.yaml"
    file.write_text("synthetic:\n  people: 2\n  days: 2\n")
    for path in (Path("synthetic:people=2,days=2"), file):
        assert READER.claims(path)
        reading = READER.read(path)
        assert len(list(reading.people)) == reading.n_people == 2


def test_a_path_given_as_text_is_understood():
    assert READER.claims("synthetic:people=2")
    assert READER.read("synthetic:people=2,days=1").n_people == 2


def test_something_else_is_not_claimed_and_refused(tmp_path):
    assert not READER.claims(tmp_path / "export.zip")
    with pytest.raises(ReadError, match="synthetic people"):
        READER.read(tmp_path / "export.zip")


def test_every_sample_is_kept_or_dropped_for_a_reason():
    reading = cohort(people=8, seed=1)
    people = list(reading.people)
    report = reading.report
    kept = sum(len(r.values) for p in people for r in p.recordings)
    rejected = sum(r.n_rejected for p in people for r in p.recordings)
    assert (report.records_kept, report.records_dropped) == (kept, rejected)
    assert report.records_seen == kept + rejected
    assert rejected > 0
    assert set(report.dropped) <= {"heart_rate out of range", "wrist_counts out of range"}
    assert (report.files, report.bytes_read) == (0, 0)


def test_people_are_made_one_at_a_time():
    reading = cohort(people=3, days=2)
    assert reading.report.records_seen == 0
    next(reading.people)
    first = reading.report.records_seen
    next(reading.people)
    assert 0 < first < reading.report.records_seen


def test_a_person_is_the_same_in_a_small_and_a_large_cohort():
    few, large = cohort(people=3, seed=4), cohort(people=50, seed=4)
    for a, b in zip(few.people, large.people, strict=False):
        assert a.id == b.id
        for r, s in zip(a.recordings, b.recordings, strict=True):
            assert np.array_equal(r.times_utc, s.times_utc)
            assert np.array_equal(r.values, s.values)
        for name in large.facts.columns:
            one, other = (facts.vector(name, [a.id]) for facts in (few.facts, large.facts))
            assert np.array_equal(one, other, equal_nan=True)


def test_truths_are_those_of_the_people_read():
    planted = truths(4, 9, days=3)
    assert [t.person for t in planted] == [p.id for p in cohort(people=4, seed=9, days=3).people]


def test_the_channels_asked_for_are_the_channels_given():
    for person in cohort(people=3, days=2, channels=("steps", "hip_counts")).people:
        assert {r.channel.name for r in person.recordings} == {"steps", "hip_counts"}


def test_a_channel_that_is_not_made_is_refused():
    with pytest.raises(ReadError) as caught:
        cohort(channels=("hart_rate",))
    assert "Did you mean 'heart_rate'?" in str(caught.value)
