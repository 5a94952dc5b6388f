"""Questions about mood, medicines for it, and memory."""

from sennight.tasks.task import Domain, Task, TaskKind, fact

PHQ9_HIGHEST = 27  # points; nine items of 0 to 3, Kroenke et al. 2001

MENTAL: tuple[Task, ...] = (
    Task(
        name="depression_phq10",
        question="Is the PHQ-9 depression score 10 or more?",
        domain=Domain.MENTAL,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("depression_phq10"),
        needs=("depression_phq10",),
        source="NHANES 2005-2006, DPQ_D; Kroenke et al. 2001; a task of PAT, arXiv 2411.15240",
    ),
    Task(
        name="phq9",
        question="How high is the PHQ-9 depression score (0 to 27)?",
        domain=Domain.MENTAL,
        kind=TaskKind.AMOUNT,
        metric="pearson_r",
        label=fact("phq9"),
        needs=("phq9",),
        thresholds=tuple(float(points) for points in range(1, PHQ9_HIGHEST)),
        source="NHANES 2005-2006, DPQ_D; Kroenke et al. 2001",
    ),
    Task(
        name="med_ssri",
        question="Does the person take an SSRI?",
        domain=Domain.MENTAL,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("med_ssri"),
        needs=("med_ssri",),
        source="NHANES 2005-2006, RXQ_RX_D; a task of PAT, arXiv 2411.15240",
    ),
    Task(
        name="med_benzodiazepine",
        question="Does the person take a benzodiazepine?",
        domain=Domain.MENTAL,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("med_benzodiazepine"),
        needs=("med_benzodiazepine",),
        source="NHANES 2005-2006, RXQ_RX_D; a task of PAT, arXiv 2411.15240",
    ),
    Task(
        name="med_antidepressant_any",
        question="Does the person take any antidepressant?",
        domain=Domain.MENTAL,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("med_antidepressant_any"),
        needs=("med_antidepressant_any",),
        source="NHANES 2005-2006, RXQ_RX_D",
    ),
    Task(
        name="memory_confusion_problems",
        question="Is the person limited by trouble remembering or by periods of confusion?",
        domain=Domain.MENTAL,
        kind=TaskKind.YES_NO,
        metric="auc",
        label=fact("memory_confusion_problems"),
        needs=("memory_confusion_problems",),
        source="NHANES 2005-2006, PFQ_D",
    ),
)
