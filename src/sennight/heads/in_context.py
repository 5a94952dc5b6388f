"""In-context heads: tabular models that read the training people as their context and learn nothing else.

TabICL and TabPFN are packages of others with weights of their own licences; neither is installed or fetched by
sennight. Give the path of weights that you have. Nothing is downloaded, whatever the packages would do by default.
Source: Qu et al. 2025, "TabICL"; Hollmann et al. 2025, "Accurate predictions on small data with a tabular foundation
model".
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from sennight.errors import InputError
from sennight.heads.columns import Columns
from sennight.heads.head import (
    Answers,
    BaseRate,
    Beside,
    HeadConfig,
    Inputs,
    Weights,
    X,
    Y,
    check_training,
    not_fitted,
    per_person,
)  # fmt: skip
from sennight.heads.setting import choice, text, whole
from sennight.tasks import TaskKind


@dataclass(frozen=True, kw_only=True)
class TabICLConfig(HeadConfig):
    """TabICL with weights of yours: classifier and regressor are two files."""

    name: ClassVar[str] = "tabicl"
    components: int | None = whole(50, low=1, high=500, log=True, optional=True)
    inputs: Inputs = choice("raw", "raw", "squeezed")
    classifier: str = text()
    """Path of the classifier's weights, for yes/no and choices."""
    regressor: str = text()
    """Path of the regressor's weights, for amounts and ranks."""
    estimators: int = whole(8, low=1, high=64)
    seed: int = whole(0, low=0, high=2**31 - 1)

    def build(self) -> "InContextHead":
        """A head that has learned nothing yet."""
        own = {"n_jobs": 1, "allow_auto_download": False}
        return InContextHead(self, Package(module="tabicl", stem="TabICL", own=own))


@dataclass(frozen=True, kw_only=True)
class TabPFNConfig(HeadConfig):
    """TabPFN with weights of yours: classifier and regressor are two files."""

    name: ClassVar[str] = "tabpfn"
    components: int | None = whole(50, low=1, high=500, log=True, optional=True)
    inputs: Inputs = choice("raw", "raw", "squeezed")
    classifier: str = text()
    """Path of the classifier's weights, for yes/no and choices."""
    regressor: str = text()
    """Path of the regressor's weights, for amounts and ranks."""
    estimators: int = whole(8, low=1, high=64)
    seed: int = whole(0, low=0, high=2**31 - 1)

    def build(self) -> "InContextHead":
        """A head that has learned nothing yet."""
        own = {"n_preprocessing_jobs": 1, "ignore_pretraining_limits": True}
        return InContextHead(self, Package(module="tabpfn", stem="TabPFN", own=own))


@dataclass(frozen=True, kw_only=True)
class Package:
    """Where a model's two classes stand, and what each is told beside weights, device, seed and estimators."""

    module: str
    stem: str
    own: dict[str, Any]


class InContextHead:
    """Both packages speak scikit-learn's language: a classifier with `predict_proba`, a regressor with `predict`."""

    def __init__(self, config: TabICLConfig | TabPFNConfig, package: Package) -> None:
        self.config, self.package = config, package
        self.base: BaseRate | None = None
        self.model: Any = None

    def fit(self, x: X, y: Y, *, kind: TaskKind, beside: Beside = None, weights: Weights = None) -> "InContextHead":
        """Hand over the context. Raises: InputError as every head, if package or weights are absent, or weights of
        people differ, which these models cannot take.
        """
        check_training(x, y, kind=kind, beside=beside, weights=weights)
        if np.ptp(per_person(weights, len(y))) > 1e-9:
            raise InputError(
                f"{self.package.stem} cannot weigh people", todo="Use another head, or class_weights='none'."
            )
        amounts = kind in (TaskKind.AMOUNT, TaskKind.RANK)
        model = self._model("Regressor" if amounts else "Classifier")
        self.base = BaseRate.of(y, kind=kind)
        self.columns = Columns.fit(x, beside, self.config)
        z = self.columns.plain(x, beside)
        self.model = None
        if self.base.sure or not z.shape[1] or not np.ptp(z, axis=0).any():
            return self
        self.model = model.fit(z, y if amounts else y.astype(np.int64))
        return self

    def _model(self, which: str) -> Any:
        try:
            made = getattr(importlib.import_module(self.package.module), self.package.stem + which)
        except (ImportError, AttributeError) as error:
            raise InputError(
                f"the head '{self.config.name}' needs the package {self.package.module}",
                todo=f"Install it (pip install {self.package.module}) and mind the licence of its weights.",
            ) from error
        key = which.lower()
        path = Path(getattr(self.config, key))
        if not getattr(self.config, key) or not path.is_file():
            raise InputError(
                f"the head '{self.config.name}' needs weights of a {key} on this machine",
                where=str(path) if getattr(self.config, key) else "",
                todo=f"Get them from the model's authors and give {key}=PATH; nothing is downloaded.",
            )
        return made(
            model_path=str(path), n_estimators=self.config.estimators, random_state=self.config.seed, device="cpu",
            **self.package.own,
        )  # fmt: skip

    def predict(self, x: X, *, beside: Beside = None) -> Answers:
        """Amounts or probabilities. Raises: InputError before `fit`, or if a width differs."""
        if self.base is None:
            raise not_fitted()
        z = self.columns.plain(x, beside)
        if self.model is None:
            return self.base.answers(len(x))
        if self.base.kind in (TaskKind.AMOUNT, TaskKind.RANK):
            return np.asarray(self.model.predict(z), dtype=np.float64)
        found = np.asarray(self.model.predict_proba(z), dtype=np.float64)
        # Their columns are the classes that occurred; ours are all codes up to the largest.
        p = np.zeros((len(x), max(2, len(self.base.rate))))
        p[:, np.asarray(self.model.classes_, dtype=np.int64)] = found
        p = p / np.maximum(p.sum(axis=1, keepdims=True), 1e-300)  # they compute in single precision
        return p if self.base.kind is TaskKind.ONE_OF_K else p[:, 1]
