"""Questions about who the person is: what a body's days give away of age, sex and size."""

from sennight.tasks.task import AGE, SEX, SIX_TO_85, Domain, Task, TaskKind, fact

DEMOGRAPHIC: tuple[Task, ...] = (
    Task(
        name="age",
        question="How old is the person (years, 85 is 85 or more)?",
        domain=Domain.DEMOGRAPHIC,
        kind=TaskKind.AMOUNT,
        metric="pearson_r",
        label=fact(AGE),
        needs=(AGE,),
        who=SIX_TO_85,
        own_demographic="age",
        source="NHANES 2005-2006, DEMO_D",
    ),
    Task(
        name="sex",
        question="Is the person female?",
        domain=Domain.DEMOGRAPHIC,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact(SEX),
        needs=(SEX,),
        own_demographic="sex",
        source="NHANES 2005-2006, DEMO_D",
    ),
    Task(
        name="obese",
        question="Is the body mass index 30 kg/m2 or more?",
        domain=Domain.DEMOGRAPHIC,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("obese"),
        needs=("obese",),
        source="NHANES 2005-2006, BMX_D",
    ),
)
