"""Questions about habits and how well a person gets about."""

from sennight.tasks.task import Domain, Task, TaskKind, fact

LIFESTYLE: tuple[Task, ...] = (
    Task(
        name="current_smoker",
        question="Does the person smoke now?",
        domain=Domain.LIFESTYLE,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("current_smoker"),
        needs=("current_smoker",),
        source="NHANES 2005-2006, SMQ_D",
    ),
    Task(
        name="drinks_per_drinking_day",
        question="How many alcoholic drinks does the person have on a day on which they drink?",
        domain=Domain.LIFESTYLE,
        kind=TaskKind.AMOUNT,
        metric="pearson_r",
        label=fact("drinks_per_drinking_day"),
        needs=("drinks_per_drinking_day",),
        source="NHANES 2005-2006, ALQ_D",
    ),
    Task(
        name="self_vigorous_30d",
        question="Was the person vigorously active in the last 30 days, by their own account?",
        domain=Domain.LIFESTYLE,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("self_vigorous_30d"),
        needs=("self_vigorous_30d",),
        source="NHANES 2005-2006, PAQ_D",
    ),
    Task(
        name="fair_poor_health",
        question="Does the person call their health fair or poor?",
        domain=Domain.LIFESTYLE,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("fair_poor_health"),
        needs=("fair_poor_health",),
        source="NHANES 2005-2006, HSQ_D",
    ),
    Task(
        name="needs_walking_equipment",
        question="Does the person need special equipment, such as a cane, to walk?",
        domain=Domain.LIFESTYLE,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("needs_walking_equipment"),
        needs=("needs_walking_equipment",),
        source="NHANES 2005-2006, PFQ_D",
    ),
)
