"""Labels from the medicine cabinet: RXQ_RX, one row a prescription medicine of the past month.

A class is a list of generic names; a medicine belongs to it if its generic name contains one of them, so that
combinations count. By the same rule eye and ear drops with a steroid count as steroids (seven people of 2005-2006).
The lists are those that reproduce the label table they were checked against: acebutolol, betaxolol, sotalol and timolol
are not among its beta blockers, meperidine not among its opioids, trifluoperazine not among its antipsychotics,
chlorpropamide, miglitol and nateglinide not among its diabetes medicines.
"""

from functools import partial

import numpy as np
from jaxtyping import Float64, Int64

from sennight.readers.nhanes.label import NO, YES, Label

_SSRI = ("CITALOPRAM", "FLUOXETINE", "FLUVOXAMINE", "PAROXETINE", "SERTRALINE")  # CITALOPRAM is in ESCITALOPRAM too

CLASSES: dict[str, tuple[str, ...]] = {
    "med_benzodiazepine": (
        "ALPRAZOLAM", "CHLORDIAZEPOXIDE", "CLONAZEPAM", "CLORAZEPATE", "DIAZEPAM", "ESTAZOLAM", "FLURAZEPAM",
        "LORAZEPAM", "OXAZEPAM", "TEMAZEPAM", "TRIAZOLAM",
    ),
    "med_ssri": _SSRI,
    "med_antidepressant_any": (
        *_SSRI, "VENLAFAXINE", "DULOXETINE", "BUPROPION", "MIRTAZAPINE", "TRAZODONE", "NEFAZODONE", "AMITRIPTYLINE",
        "NORTRIPTYLINE", "IMIPRAMINE", "DESIPRAMINE", "DOXEPIN", "CLOMIPRAMINE",
    ),
    "med_antipsychotic": (
        "ARIPIPRAZOLE", "CHLORPROMAZINE", "CLOZAPINE", "HALOPERIDOL", "OLANZAPINE", "PERPHENAZINE", "QUETIAPINE",
        "RISPERIDONE", "THIORIDAZINE", "ZIPRASIDONE",
    ),
    "med_hypnotic": ("ESZOPICLONE", "ZALEPLON", "ZOLPIDEM"),
    "med_stimulant": ("AMPHETAMINE", "ATOMOXETINE", "METHYLPHENIDATE"),
    "med_beta_blocker": (
        "ATENOLOL", "BISOPROLOL", "CARVEDILOL", "LABETALOL", "METOPROLOL", "NADOLOL", "PROPRANOLOL",
    ),
    "med_statin": ("ATORVASTATIN", "FLUVASTATIN", "LOVASTATIN", "PRAVASTATIN", "ROSUVASTATIN", "SIMVASTATIN"),
    "med_opioid": (
        "CODEINE", "FENTANYL", "HYDROCODONE", "HYDROMORPHONE", "METHADONE", "MORPHINE", "OXYCODONE", "PROPOXYPHENE",
        "TRAMADOL",
    ),
    "med_antidiabetic": (
        "ACARBOSE", "EXENATIDE", "GLIMEPIRIDE", "GLIPIZIDE", "GLYBURIDE", "INSULIN", "METFORMIN", "PIOGLITAZONE",
        "PRAMLINTIDE", "REPAGLINIDE", "ROSIGLITAZONE",
    ),
    "med_levothyroxine": ("LEVOTHYROXINE",),
    "med_steroid_systemic": ("DEXAMETHASONE", "PREDNISOLONE", "PREDNISONE"),
}  # fmt: skip
"""Label -> generic names, as the survey writes them."""


def takes_any(
    who: Int64[np.ndarray, " row"],
    n_people: int,
    used: Float64[np.ndarray, " row"],
    generic_name: np.ndarray,
    *,
    names: tuple[str, ...],
) -> Float64[np.ndarray, " person"]:
    """1 if a medicine of the past month bears one of the names, 0 if none does; unknown where RXDUSE is neither."""
    known, distinct = np.full(n_people, np.nan), np.unique(generic_name)
    known[who[(used == YES) | (used == NO)]] = 0.0
    meant = distinct[[any(name in medicine for name in names) for medicine in distinct.tolist()]]
    known[who[(used == YES) & np.isin(generic_name, meant)]] = 1.0
    return known


def medicine_count(
    who: Int64[np.ndarray, " row"],
    n_people: int,
    used: Float64[np.ndarray, " row"],
    count: Float64[np.ndarray, " row"],
) -> Float64[np.ndarray, " person"]:
    """RXDCOUNT for people who took any, 0 for those who took none."""
    amount = np.full(n_people, np.nan)
    amount[who[used == NO]] = 0.0
    amount[who[used == YES]] = count[used == YES]
    return amount


LABELS: tuple[Label, ...] = (
    Label(name="n_rx_meds", needs=("RXQ_RX.RXDUSE", "RXQ_RX.RXDCOUNT"), rule=medicine_count, per="row", cycles="DGH",
          text="RXDCOUNT, prescription medicines of the past month; 0 where RXDUSE is no."),
    *(
        Label(name=name, needs=("RXQ_RX.RXDUSE", "RXQ_RX.RXDDRUG"), rule=partial(takes_any, names=names), per="row",
              cycles="DGH", text=f"RXDDRUG contains one of: {', '.join(n.lower() for n in names)}.")
        for name, names in CLASSES.items()
    ),
)  # fmt: skip
