"""Learning predictors from a cohort: figures on people whom nothing has seen, then one head from everybody.

The figures come from folds: each fold is judged by a head that learned from the others, on vectors of a backbone that
never saw its people. The head that is kept learns from all of them, on vectors of the released backbone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int16
from scipy.special import logit

from sennight.agent.predictors.gate import LEVEL, measured
from sennight.agent.predictors.predictor import Likes, Predictor, TrainingDomain
from sennight.agent.safety.claims import released
from sennight.evaluate.controls import demographics
from sennight.heads.calibrate import SURE, Curve
from sennight.heads.conformal import quantile_of, strangeness
from sennight.heads.linear import LinearConfig, LinearHead
from sennight.record import Facts
from sennight.tasks import AGE, SEX, Task, TaskKind

BINS = 10  # of like predictions
Z_90 = 1.644854  # standard deviations
INSIDE = 0.99  # of training people lie within a domain's farthest distance
CLINICAL = ("cardiovascular", "metabolic", "mental", "obese")  # domains and questions that are about disease
UNITS = {"mmHg": "mmHg", "beats/min": "beats/min", "mg/dL": "mg/dL", "years": "years", "hours": "h", "%": "%"}

X = Float32[np.ndarray, "person width"]
Y = Float64[np.ndarray, " person"]
Fold = Int16[np.ndarray, " person"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cohort:
    """People with their vectors. `by_fold[k]` are everybody's vectors by the backbone that never saw fold k."""

    people: tuple[str, ...]
    facts: Facts
    fold: Fold
    by_fold: Sequence[X]
    whole: X
    device: str
    channels: tuple[str, ...]
    backbone: str
    named: str
    min_valid_days: int

    def domain(self) -> TrainingDomain:
        """For whom predictors of this cohort hold."""
        x = self.whole.astype(np.float64)
        centre, spread = x.mean(axis=0), x.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        distance = np.sqrt(np.mean(((x - centre) / spread) ** 2, axis=1))
        age = self.facts.vector(AGE, self.people)
        return TrainingDomain(
            channels=self.channels, device=self.device, backbone=self.backbone, people=self.named,
            youngest=float(np.nanmin(age)), oldest=float(np.nanmax(age)), min_valid_days=self.min_valid_days,
            centre=_short(centre), spread=_short(spread), farthest=float(np.quantile(distance, INSIDE)),
        )  # fmt: skip


def out_of_fold(cohort: Cohort, rows: np.ndarray, y: Y, kind: TaskKind) -> tuple[Y, Y]:
    """Predictions of the vectors beside age and sex, and of age and sex alone, for each person by the other folds."""
    beside = demographics(cohort.facts, [cohort.people[i] for i in rows])
    ours, base, fold = np.zeros(len(y)), np.zeros(len(y)), cohort.fold[rows]
    nothing = np.zeros((len(y), 1), dtype=np.float32)
    for f in np.unique(fold):
        train, test = fold != f, fold == f
        x = cohort.by_fold[int(f)][rows]
        head = LinearConfig().build().fit(x[train], y[train], kind=kind, beside=beside[train])
        ours[test] = head.predict(x[test], beside=beside[test])
        plain = LinearConfig(components=None).build().fit(nothing[train], y[train], kind=kind, beside=beside[train])
        base[test] = plain.predict(nothing[test], beside=beside[test])
    return ours, base


def learn(cohort: Cohort, task: Task, *, y: Y | None = None, seed: int = 0) -> Predictor:
    """A predictor of one question, whatever it is worth: the gate reads its figures. `y` in place of the true answers
    (one a person of the cohort) is for controls.

    Raises: TaskError if the facts lack what the task needs.
    """
    answers = task.target(cohort.facts, cohort.people) if y is None else y
    rows = np.flatnonzero(np.isfinite(answers) & _of_known_age_and_sex(cohort))
    known, fold = answers[rows], cohort.fold[rows]
    ours, base = out_of_fold(cohort, rows, known, task.kind)
    figures = measured(known, ours, base, fold, kind=task.kind, seed=seed)
    beside = demographics(cohort.facts, [cohort.people[i] for i in rows])
    head = LinearConfig().build().fit(cohort.whole[rows], known, kind=task.kind, beside=beside)
    bias, of_beside, of_vector = _as_line(head, cohort.whole.shape[1], beside.shape[1])
    curve, likes, said = Curve(), tuple[Likes, ...](), ours
    if task.kind is TaskKind.YES_NO:
        curve = Curve.fit(ours, known, way="platt", weights=np.ones(len(known)))
        said = 1 / (1 + np.exp(-(curve.slope * logit(np.clip(ours, SURE, 1 - SURE)) + curve.intercept)))
        likes = _likes(known, said)
    words = tuple(w for w in (task.name.replace("_", " "), *task.name.split("_")) if len(w) > 4)
    return Predictor(
        task=task.name, question=task.question, kind=str(task.kind), unit=_unit(task), bias=bias,
        weights=_short(of_vector), beside=_short(of_beside), slope=curve.slope, intercept=curve.intercept,
        reach=float(quantile_of(strangeness(said, known, kind=task.kind), level=LEVEL)), likes=likes,
        base_rate=float(known.mean()), figures=figures, truth_words=words,
        for_clinicians=str(task.domain) in CLINICAL or task.name in CLINICAL or bool(released().lint(task.question)),
    )  # fmt: skip


def _of_known_age_and_sex(cohort: Cohort) -> np.ndarray:
    """People whose age and sex are known, so that `beside` has its four columns."""
    age, sex = cohort.facts.vector(AGE, cohort.people), cohort.facts.vector(SEX, cohort.people)
    return np.isfinite(age) & np.isfinite(sex)


def _as_line(head: LinearHead, width: int, extra: int) -> tuple[float, np.ndarray, np.ndarray]:
    """The head as bias and weights of raw columns: it is affine, so its value at zero and at each unit tells all."""
    assert head.columns is not None
    line, scale = head.lines[0].weights, head.y_sd if head.kind is not TaskKind.YES_NO else 1.0

    def value(x: np.ndarray, beside: np.ndarray) -> np.ndarray:
        return scale * (head.columns.design(x.astype(np.float32), beside) @ line)  # type: ignore[union-attr]

    zero = float(value(np.zeros((1, width)), np.zeros((1, extra)))[0])
    of_vector = value(np.eye(width), np.zeros((width, extra))) - zero
    of_beside = value(np.zeros((extra, width)), np.eye(extra)) - zero
    shift = head.y_mean if head.kind is not TaskKind.YES_NO else 0.0
    return zero + shift, of_beside, of_vector


def _likes(y: Y, said: Y) -> tuple[Likes, ...]:
    """Ten groups of held-out people with like predictions, and the share of yes in each with its Wilson interval."""
    groups = np.array_split(np.argsort(said, kind="stable"), BINS)
    made = []
    for group in groups:
        n, share = len(group), float(y[group].mean())
        middle = (share + Z_90**2 / (2 * n)) / (1 + Z_90**2 / n)
        half = Z_90 / (1 + Z_90**2 / n) * float(np.sqrt(share * (1 - share) / n + Z_90**2 / (4 * n * n)))
        low, high = max(0.0, middle - half), min(1.0, middle + half)
        made.append(Likes(up_to=float(said[group].max()), share=share, low=low, high=high, n=n))
    return tuple(made)


def _unit(task: Task) -> str:
    if task.kind is TaskKind.YES_NO:
        return "share"
    return next((unit for word, unit in UNITS.items() if word in task.question), "1")


def _short(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(f"{v:.8g}") for v in values)


def permuted_within(y: Y, facts: Facts, people: Sequence[str], *, seed: int) -> Y:
    """Answers dealt out again among people of like age (ten groups) and the same sex: what age and sex say stays, what
    the vectors say is gone. A predictor of such answers must be withheld."""
    rng = np.random.default_rng(seed)
    beside = demographics(facts, people)
    age, sex = beside[:, 0], beside[:, 2]
    known = np.flatnonzero(np.isfinite(y))
    group = np.searchsorted(np.quantile(age[known], np.linspace(0.1, 0.9, 9)), age) * 2 + (sex > 0)
    dealt = y.copy()
    for g in np.unique(group[known]):
        rows = known[group[known] == g]
        dealt[rows] = y[rng.permutation(rows)]
    return dealt
