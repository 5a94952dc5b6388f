import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import InputError, StoreError
from sennight.heads import (
    BoostedConfig,
    DistilledConfig,
    EnsembleConfig,
    HeadConfig,
    HeadSpec,
    LinearConfig,
    NeighboursConfig,
    OrdinalConfig,
    PrototypeConfig,
)
from sennight.heads.conformal import Conformal, Interval
from sennight.heads.saved import JSON, Domain, Gate, Predictor, load_predictor, save_predictor
from sennight.tasks import TaskKind

GATE = Gate(
    metric="auc", value=0.7, gain=0.05, gain_low=0.01, gain_high=0.09, ece=0.02, coverage=0.9, base_rate=0.3,
    n_people=200, n_events=60, n_training=300, people="sealed",
)  # fmt: skip
RNG = np.random.default_rng(0)
X = RNG.normal(size=(160, 12)).astype(np.float32)
AGE = RNG.normal(size=(160, 2))
SCORE = X[:, 0] + AGE[:, 0]


def fitted(config: HeadConfig, kind: TaskKind = TaskKind.YES_NO) -> Predictor:
    y = (SCORE > 0).astype(np.float64) if kind is TaskKind.YES_NO else SCORE.astype(np.float64)
    made = Conformal.fit(config, X, y, kind=kind, beside=AGE)
    return Predictor(
        task="t", question="Is it?", unit="", spec=config, fitted=made, domain=Domain.of(X), gate=GATE, backbone="b1",
        valid_days=3, beside=("age", "sex"), card="# card",
    )  # fmt: skip


SAVABLE = [
    LinearConfig(), PrototypeConfig(), OrdinalConfig(), BoostedConfig(trees=5),
    EnsembleConfig(members=(LinearConfig(), PrototypeConfig())),
    DistilledConfig(teacher=PrototypeConfig()),
    HeadSpec(model=LinearConfig(), calibration="isotonic", selection=5, scaling="whiten", class_weights="balanced"),
]  # fmt: skip


@pytest.mark.parametrize("config", SAVABLE, ids=lambda c: c.name)
@pytest.mark.parametrize("kind", [TaskKind.YES_NO, TaskKind.AMOUNT])
def test_a_saved_head_says_the_same_to_the_last_bit(config: HeadConfig, kind: TaskKind, tmp_path: Path) -> None:
    one = fitted(config, kind)
    save_predictor(one, tmp_path / "p")
    again = load_predictor(tmp_path / "p")
    before, around = one.predict(X, beside=AGE)
    after, around_again = again.predict(X, beside=AGE)
    assert np.array_equal(before, after)
    if isinstance(around, Interval):
        assert np.array_equal(around.low, around_again.low)  # type: ignore[union-attr]
    assert (again.gate, again.spec, again.kind, again.card) == (one.gate, one.spec, one.kind, one.card)


def test_training_people_never_go_into_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be saved"):
        save_predictor(fitted(NeighboursConfig()), tmp_path / "p")
    assert not list(tmp_path.glob("p*"))
    save_predictor(fitted(PrototypeConfig()), tmp_path / "q")
    stored = load_predictor(tmp_path / "q").fitted.head
    assert len(stored.levels.member) == 0  # type: ignore[attr-defined]


def test_a_folder_is_never_overwritten_and_damage_is_refused(tmp_path: Path) -> None:
    save_predictor(fitted(LinearConfig()), tmp_path / "p")
    with pytest.raises(StoreError, match="already"):
        save_predictor(fitted(LinearConfig()), tmp_path / "p")
    good = json.loads((tmp_path / "p" / JSON).read_text())
    for change in (
        {"format": "other"}, {"fitted": {"part": "Popen", "holds": {}}}, {"fitted": {"array": "a0"}}, {"gate": {}},
        {"spec": {"head": "mystery"}}, {"fitted": None},
    ):  # fmt: skip
        (tmp_path / "p" / JSON).write_text(json.dumps({**good, **change}))
        with pytest.raises((StoreError, InputError)):
            load_predictor(tmp_path / "p")
    (tmp_path / "p" / JSON).write_text("{")
    with pytest.raises(StoreError):
        load_predictor(tmp_path / "p")
    with pytest.raises(StoreError):
        load_predictor(tmp_path / "nothing")


def test_the_gate_says_why_not() -> None:
    one = fitted(LinearConfig())
    here = {"backbone": "b1", "x": X[:1] * 0, "valid_days": 5}
    assert one.refusals(**here) == ()  # type: ignore[arg-type]
    assert "another backbone" in one.refusals(**{**here, "backbone": "b2"})[0]  # type: ignore[arg-type]
    assert "unlike" in one.refusals(**{**here, "x": X[:1] + 50})[0]  # type: ignore[arg-type]
    assert "3 are needed" in one.refusals(**{**here, "valid_days": 2})[0]  # type: ignore[arg-type]
    bad = replace(GATE, gain_low=-0.01, ece=0.2, coverage=0.7)
    assert len(bad.refusals()) == 3


def test_what_stands_beside_must_be_given() -> None:
    with pytest.raises(InputError, match="beside"):
        fitted(LinearConfig()).predict(X)
    with pytest.raises(InputError, match="columns"):
        fitted(LinearConfig()).predict(X[:, :3], beside=AGE)
