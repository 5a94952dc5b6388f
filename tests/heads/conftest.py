"""Fake packages of in-context models: the shapes and names of the real ones, with a known predictor inside."""

import sys
import types
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

WEIGHTS = b"no weights at all"


class FakeClassifier:
    """What both packages offer: a path of weights, `fit`, `predict_proba` in single precision, `classes_`."""

    seen: dict = {}  # noqa: RUF012

    def __init__(self, *, model_path: str, n_estimators: int, random_state: int, device: str, **own: object) -> None:
        assert Path(model_path).read_bytes() == WEIGHTS
        FakeClassifier.seen = {"n_estimators": n_estimators, "random_state": random_state, "device": device, **own}

    def fit(self, x: np.ndarray, y: np.ndarray) -> "FakeClassifier":
        assert y.dtype.kind == "i"
        self.inside = LogisticRegression().fit(x, y)
        self.classes_ = self.inside.classes_
        return self

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        return self.inside.predict_proba(x).astype(np.float32)


class FakeRegressor(FakeClassifier):
    def fit(self, x: np.ndarray, y: np.ndarray) -> "FakeRegressor":
        self.inside = Ridge().fit(x, y)
        return self

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.inside.predict(x).astype(np.float32)


@pytest.fixture
def in_context_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Both packages, made up, and paths of weights by the setting that takes them."""
    for name, stem in (("tabicl", "TabICL"), ("tabpfn", "TabPFN")):
        module = types.ModuleType(name)
        setattr(module, stem + "Classifier", FakeClassifier)
        setattr(module, stem + "Regressor", FakeRegressor)
        monkeypatch.setitem(sys.modules, name, module)
    path = tmp_path / "weights.ckpt"
    path.write_bytes(WEIGHTS)
    return {"classifier": str(path), "regressor": str(path)}
