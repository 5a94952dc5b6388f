"""Which feature sets stand in front on the page, and what each is called in plain words."""

from collections.abc import Mapping
from dataclasses import dataclass

from sennight.evaluate import controls
from sennight.evaluate.result import BenchPlan

PLAIN_NAMES = {
    "engineered": "engineered features",
    "half_hour": "half-hour means",
    controls.AGE_SEX: "age + sex",
    controls.MISSINGNESS: "wear times only",
    controls.RANDOM_INIT: "untrained network",
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The four in front (those that were evaluated), all others, and plain names.

    `reference`, `age_sex` and `with_model` are empty where the plan lacks them. `pairs` are those of the two
    comparisons that lead the page, (features, baseline), that the plan made.
    """

    model: str
    reference: str
    age_sex: str
    with_model: str
    others: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    names: Mapping[str, str]

    @classmethod
    def of(cls, plan: BenchPlan, *, model: str = "") -> "Shown":
        """Choose from a plan; `model` is the feature set to put in front, the first model where empty."""
        model = model or _first_model(plan)

        def there(name: str) -> str:
            return name if name in plan.features and name != model else ""

        reference, age_sex = there(plan.reference), there(controls.AGE_SEX)
        with_model = there(controls.with_age_sex(model))
        front = (model, reference, age_sex, with_model)
        wanted = ((model, reference), (with_model, age_sex))
        return cls(
            model=model,
            reference=reference,
            age_sex=age_sex,
            with_model=with_model,
            others=tuple(name for name in plan.features if name not in front),
            pairs=tuple(pair for pair in wanted if pair in plan.pairs),
            names={name: plain_name(name) for name in plan.features},
        )

    @property
    def front(self) -> tuple[str, ...]:
        """The feature sets in front that were evaluated, in the order of tables."""
        return tuple(name for name in (self.model, self.reference, self.age_sex, self.with_model) if name)


def plain_name(features: str) -> str:
    """What a feature set is called on the page.

    >>> plain_name("age_sex+engineered")
    'age + sex + engineered features'
    """
    beside = controls.with_age_sex("")
    if features.startswith(beside):
        return f"age + sex + {plain_name(features.removeprefix(beside))}"
    dealt = controls.shuffled("")
    if features.startswith(dealt):
        return f"shuffled labels ({plain_name(features.removeprefix(dealt))})"
    return PLAIN_NAMES.get(features, features)


def _first_model(plan: BenchPlan) -> str:
    """The first embedding that is compared with the reference, else the first that is neither it nor a control.

    The first feature set where there is no such embedding.
    """
    beside = (plan.reference, controls.MISSINGNESS, controls.RANDOM_INIT)
    models = [name for name in plan.features if name in plan.backbones and name not in beside]
    compared = [name for name in models if (name, plan.reference) in plan.pairs]
    return (compared or models or list(plan.features))[0]
