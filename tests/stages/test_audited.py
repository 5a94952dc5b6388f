"""An audit of a small run from end to end; its figures are those of its own scores."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Size, Transform
from sennight.errors import InputError
from sennight.evaluate.privacy.audit import Audit
from sennight.stages import audited
from sennight.stages.audited import AuditPlan, audit_plan, audit_store
from sennight.stages.who import people_who_count
from sennight.store import Store

TINY = AuditPlan(
    shadows=2, shadow_steps=1, batch=4, people=20, windows=1, control_people=12, control_steps=1, replicates=100
)


@pytest.fixture(scope="module")
def audit(store: Store, fold_run: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Audit, Path]:
    out = tmp_path_factory.mktemp("audit")
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audited, "MIN_SIDE", 4)
        made = audit_store(store, fold_run, out, plan=TINY, progress=lambda done, total, note: said.append(note))
    assert said[0] == "shadow 1 of 2"
    return made, out


def test_people_are_looked_up_among_features_and_wear_too(audit: tuple[Audit, Path]) -> None:
    """P-03."""
    made, _ = audit
    assert [f.features for f in made.reidentified[:3]] == ["sennight-xxs", "engineered", "missingness"]
    assert {f.knows for f in made.reidentified} == {"nothing else", "sex and decade of age", "sex and year of age"}
    assert made.reidentified[3].template >= made.reidentified[0].chance
    strangers = [f for f in made.reidentified if f.among == "never seen by the model"]
    assert len(strangers) == 5
    assert 0 < strangers[0].n_people < made.reidentified[0].n_people
    assert made.tiers


def test_members_of_a_fold_are_held_against_people_it_never_saw(audit: tuple[Audit, Path]) -> None:
    """P-01, P-02."""
    made, _ = audit
    assert {m.attack for m in made.membership} >= {"loss, reconstruction", "LiRA, strangeness", "RMIA, reconstruction"}
    assert all(m.n_members == m.n_others >= 4 for m in made.membership)
    assert {c.attack.split(", ")[0] for c in made.control} == {"over-trained twin: loss", "over-trained twin: RMIA"}
    assert all(c.n_members <= TINY.control_people for c in made.control)
    assert not made.strong_enough  # one step of training over-trains nothing, so nothing may be called private
    assert made.weak_signals == ("reconstruction", "strangeness")
    assert made.tier.startswith("not assessed: the attacks on reconstruction and strangeness found too little")


def test_too_few_people_are_said_and_not_measured(store: Store, fold_run: Path, tmp_path: Path) -> None:
    made = audit_store(store, fold_run, tmp_path, plan=dataclasses.replace(TINY, gallery=10))
    assert made.membership == ()
    assert "fewer than 20 people" in made.notes[0]
    assert made.tier == "not assessed"


def test_an_audit_survives_the_disk(audit: tuple[Audit, Path]) -> None:
    made, out = audit
    again = Audit.load(out)
    assert "### Re-identification" in (out / "audit.md").read_text()
    assert again.to_json() == made.to_json()
    assert again.scores.equals(made.scores)


def test_a_bare_checkpoint_has_no_known_members(store: Store, run, tmp_path: Path) -> None:
    made = audit_store(store, run.model, tmp_path, plan=dataclasses.replace(TINY, gallery=10))
    assert made.membership == ()
    assert "does not say whom it learned from" in made.notes[0]
    assert made.reidentified[0].n_people == 10
    assert Audit.load(tmp_path).to_json() == made.to_json()


def test_settings_are_whole_numbers_by_their_names() -> None:
    assert audit_plan({"shadows": "4"}, seed=3) == AuditPlan(shadows=4, seed=3)
    with pytest.raises(InputError, match="no setting 'ghosts'"):
        audit_plan({"ghosts": "4"})
    with pytest.raises(InputError, match="whole number"):
        audit_plan({"shadows": "many"})


def test_only_a_learned_model_is_audited(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="checkpoint"):
        audit_store(store, Path("engineered"), tmp_path, plan=TINY)


def test_halves_of_a_week_hold_their_own_days_alone(store: Store) -> None:
    rows = np.array([0, 2], dtype=np.int64)  # two days of the first person's three
    (week,) = list(audited._half_weeks(store, rows))
    by_day = week.seen.any(axis=2).reshape(7, -1).any(axis=1)
    ordinal = store.index["ordinal"].to_numpy()
    assert by_day.tolist() == [d in (0, ordinal[2] - ordinal[0]) for d in range(7)]
    assert not week.values[~week.seen].any()


def test_windows_hold_only_the_channels_that_the_model_knows(store: Store) -> None:
    (known, *others) = store.channels
    assert others
    scales = (ChannelScale(channel=known, transform=Transform.PLAIN, mean=0.0, sd=1.0),)
    model = DayTransformerConfig(scales=scales, size=Size.XXS).build()
    windows = audited._windows_of(store, people_who_count(store), model, most=2)
    assert windows
    assert {w.channels for w in windows} == {(known,)}
    model.tokens(windows[0])


def test_a_week_model_that_rebuilds_nothing_leaves_an_attacker_nothing_to_compare(store: Store) -> None:
    scales = (ChannelScale(channel=store.channels[0], transform=Transform.PLAIN, mean=0.0, sd=1.0),)

    def signals(days: int, aim_weight: float) -> tuple[str, ...]:
        model = DayTransformerConfig(scales=scales, size=Size.XXS, window_days=days).build()
        target = audited._Target(
            model=model, folder=Path(), members=frozenset(), seen=frozenset(), recipe={"aim_weight": aim_weight}
        )
        return target.signals

    assert signals(1, 1.0) == audited.SIGNALS
    assert signals(1, 0.0) == audited.SIGNALS[1:]
    assert signals(7, 1.0) == audited.SIGNALS[:1]
    assert signals(7, 0.0) == ()
