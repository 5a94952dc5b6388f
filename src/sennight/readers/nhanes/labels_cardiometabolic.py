"""Labels of blood pressure, sugar, lipids, kidneys and blood: BPX, BPQ, DIQ and the laboratory tables."""

from functools import partial

import numpy as np

from sennight.readers.nhanes.label import Column, Label, adults, as_is, known_or, yes_no

HIGH_SBP, HIGH_DBP = 140.0, 90.0  # mmHg, JNC 7 (2003), the guideline of the survey years
DIABETES_HBA1C, PREDIABETES_HBA1C = 6.5, 5.7  # %, American Diabetes Association
DIABETES_FASTING_GLUCOSE = 126.0  # mg/dL, American Diabetes Association
HIGH_TOTAL_CHOLESTEROL = 240.0  # mg/dL, NCEP ATP III
HIGH_CRP = 1.0  # mg/dL, above it: marked inflammation
ANEMIA_HEMOGLOBIN_WOMEN, ANEMIA_HEMOGLOBIN_MEN = 12.0, 13.0  # g/dL, below it; World Health Organization
CKD_EGFR = 60.0  # mL/min/1.73 m^2, below it; KDIGO 2012
CKD_ACR = 30.0  # mg/g, from it on; KDIGO 2012
HOMA_DIVISOR = 405.0  # mg/dL times uU/mL; Matthews et al. 1985
BORDERLINE = 3  # DIQ010: "borderline"
MG_PER_G = 100.0  # ug/mL over mg/dL, as mg/g


def mean_reading(first: Column, second: Column, third: Column, fourth: Column) -> Column:
    """Mean of up to four readings, those that were taken."""
    readings = np.stack([first, second, third, fourth])
    taken = np.isfinite(readings)
    n = taken.sum(axis=0)
    return np.where(n > 0, np.where(taken, readings, 0.0).sum(axis=0) / np.maximum(n, 1), np.nan)


def mean_diastolic(first: Column, second: Column, third: Column, fourth: Column) -> Column:
    """Mean of up to four readings; a reading of 0 (the sound never vanished) is left out."""
    return mean_reading(*(np.where(r == 0, np.nan, r) for r in (first, second, third, fourth)))


def pulse(counted: Column, heart: Column) -> Column:
    """Pulse at the wrist (8 years and over), else the heart rate that was listened to (under 8)."""
    return np.where(np.isnan(counted), heart, counted)


def hypertension(sbp: Column, dbp: Column, bp_meds: Column, age_years: Column) -> Column:
    """Mean pressure of 140/90 mmHg or more, or taking prescribed medicine for it; known if pressure was measured."""
    yes = (sbp >= HIGH_SBP) | (dbp >= HIGH_DBP) | (bp_meds == 1)
    return adults(known_or(yes, known=np.isfinite(sbp)), age_years)


def told_diabetes(answer: Column) -> Column:
    """DIQ010: 1 yes; 2 no and 3 borderline are no."""
    return known_or(answer == 1, known=(answer == 2) | (answer == BORDERLINE))


def homa_ir(glucose_mg_dl: Column, insulin_uu_ml: Column) -> Column:
    """Fasting glucose (mg/dL) times fasting insulin (uU/mL) over 405."""
    return glucose_mg_dl * insulin_uu_ml / HOMA_DIVISOR


def diabetes(told: Column, hba1c: Column, fasting_glucose: Column, age_years: Column) -> Column:
    """Told, or HbA1c of 6.5 % or more, or fasting glucose of 126 mg/dL or more; no needs the answer and HbA1c."""
    yes = (told == 1) | (hba1c >= DIABETES_HBA1C) | (fasting_glucose >= DIABETES_FASTING_GLUCOSE)
    return adults(known_or(yes, known=np.isfinite(told) & np.isfinite(hba1c)), age_years)


def prediabetes_or_diabetes(told: Column, hba1c: Column, fasting_glucose: Column, age_years: Column) -> Column:
    """Diabetes as above, or HbA1c of 5.7 % or more; no needs HbA1c."""
    yes = (told == 1) | (hba1c >= PREDIABETES_HBA1C) | (fasting_glucose >= DIABETES_FASTING_GLUCOSE)
    return adults(known_or(yes, known=np.isfinite(hba1c)), age_years)


def high_cholesterol(total: Column, on_medicine: Column, age_years: Column) -> Column:
    """Total cholesterol of 240 mg/dL or more, or now taking prescribed medicine for it (BPQ100D)."""
    yes = (total >= HIGH_TOTAL_CHOLESTEROL) | (on_medicine == 1)
    return adults(known_or(yes, known=np.isfinite(total)), age_years)


def egfr_ckdepi_2021(creatinine: Column, female: Column, age_years: Column) -> Column:
    """Glomerular filtration from serum creatinine (mg/dL), age and sex, adults.

    Source: Inker et al. 2021, CKD-EPI equation without race.
    """
    kappa, alpha = np.where(female == 1, 0.7, 0.9), np.where(female == 1, -0.241, -0.302)
    ratio = creatinine / kappa
    rate = 142.0 * np.minimum(ratio, 1.0) ** alpha * np.maximum(ratio, 1.0) ** -1.2 * 0.9938**age_years
    return adults(rate * np.where(female == 1, 1.012, 1.0), age_years)


def albumin_creatinine_ratio(albumin_ug_ml: Column, creatinine_mg_dl: Column) -> Column:
    """Urine albumin over urine creatinine, mg/g."""
    return albumin_ug_ml / creatinine_mg_dl * MG_PER_G


def chronic_kidney_disease(egfr: Column, acr: Column, age_years: Column) -> Column:
    """eGFR below 60 or albumin-creatinine ratio of 30 mg/g or more, once; needs both."""
    yes = ((egfr < CKD_EGFR) | (acr >= CKD_ACR)).astype(np.float64)
    return adults(np.where(np.isfinite(egfr) & np.isfinite(acr), yes, np.nan), age_years)


def high_crp(crp_mg_dl: Column, age_years: Column) -> Column:
    """C-reactive protein above 1 mg/dL, adults."""
    return adults(np.where(np.isnan(crp_mg_dl), np.nan, (crp_mg_dl > HIGH_CRP).astype(np.float64)), age_years)


def anemia(hemoglobin: Column, female: Column, age_years: Column) -> Column:
    """Hemoglobin below 12 (women) or 13 g/dL (men), adults."""
    low = hemoglobin < np.where(female == 1, ANEMIA_HEMOGLOBIN_WOMEN, ANEMIA_HEMOGLOBIN_MEN)
    return adults(np.where(np.isnan(hemoglobin), np.nan, low.astype(np.float64)), age_years)


_every = partial(Label, cycles="CDGH")
_since_2005 = partial(Label, cycles="DGH")  # laboratory tables of 2003-2004 have other names

LABELS: tuple[Label, ...] = (
    _every(name="sbp", needs=("BPX.BPXSY1", "BPX.BPXSY2", "BPX.BPXSY3", "BPX.BPXSY4"), rule=mean_reading,
           text="BPXSY1 to BPXSY4, mean of the readings taken."),
    _every(name="dbp", needs=("BPX.BPXDI1", "BPX.BPXDI2", "BPX.BPXDI3", "BPX.BPXDI4"), rule=mean_diastolic,
           text="BPXDI1 to BPXDI4, mean of the readings taken, without readings of 0."),
    _every(name="pulse_bpm", needs=("BPX.BPXPLS", "BPX.BPXCHR"), rule=pulse,
           text="BPXPLS, 60-second pulse; BPXCHR, heart rate, where there is none (children under 8)."),
    _every(name="told_hypertension", needs=("BPQ.BPQ020",), rule=yes_no, text="BPQ020, 16 and over."),
    _every(name="bp_meds", needs=("BPQ.BPQ050A",), rule=yes_no,
           text="BPQ050A, now taking prescribed medicine; asked of those who were told to."),
    _every(name="hypertension", needs=("sbp", "dbp", "bp_meds", "age_years"), rule=hypertension,
           text="Mean pressure 140/90 or more, or BPQ050A yes; 20 and over; no needs a measured pressure."),
    _every(name="told_high_chol", needs=("BPQ.BPQ080",), rule=yes_no,
           text="BPQ080; asked of those who had it checked."),
    _every(name="told_diabetes", needs=("DIQ.DIQ010",), rule=told_diabetes, text="DIQ010 is 1; borderline is no."),
    _every(name="insulin_use", needs=("DIQ.DIQ050",), rule=yes_no, text="DIQ050 is 1."),
    _since_2005(name="hba1c", needs=("GHB.LBXGH",), rule=as_is, text="LBXGH, 12 and over."),
    _since_2005(name="fasting_glucose", needs=("GLU.LBXGLU",), rule=as_is,
                text="LBXGLU, morning fasting subsample, 12 and over."),
    Label(name="fasting_insulin", needs=("GLU.LBXIN",), rule=as_is, cycles="DG",
          text="LBXIN, morning fasting subsample, 12 and over."),
    Label(name="homa_ir", needs=("fasting_glucose", "fasting_insulin"), rule=homa_ir, cycles="DG",
          text="LBXGLU times LBXIN over 405."),
    _since_2005(name="ogtt_2h_glucose", needs=("OGTT.LBXGLT",), rule=as_is, text="LBXGLT, 12 and over."),
    _since_2005(name="diabetes", needs=("told_diabetes", "hba1c", "fasting_glucose", "age_years"), rule=diabetes,
                text="Told, HbA1c 6.5 or more, or fasting glucose 126 or more; 20 and over; no needs the first two."),
    _since_2005(name="prediabetes_or_diabetes", needs=("told_diabetes", "hba1c", "fasting_glucose", "age_years"),
                rule=prediabetes_or_diabetes,
                text="Diabetes, or HbA1c 5.7 or more; 20 and over; no needs HbA1c."),
    _since_2005(name="total_chol", needs=("TCHOL.LBXTC",), rule=as_is, text="LBXTC, 6 and over."),
    _since_2005(name="hdl", needs=("HDL.LBDHDD",), rule=as_is, text="LBDHDD, 6 and over."),
    _since_2005(name="triglycerides", needs=("TRIGLY.LBXTR",), rule=as_is, text="LBXTR, fasting, 12 and over."),
    _since_2005(name="ldl", needs=("TRIGLY.LBDLDL",), rule=as_is, text="LBDLDL, by Friedewald, fasting, 12 and over."),
    _since_2005(name="high_chol", needs=("total_chol", "BPQ.BPQ100D", "age_years"), rule=high_cholesterol,
                text="LBXTC 240 or more, or BPQ100D (now taking prescribed medicine) yes; 20 and over."),
    Label(name="crp_mg_dl", needs=("CRP.LBXCRP",), rule=as_is, checked=False, text="LBXCRP."),
    Label(name="crp_high", needs=("crp_mg_dl", "age_years"), rule=high_crp, checked=False,
          text="LBXCRP above 1 mg/dL, 20 and over."),
    _since_2005(name="wbc", needs=("CBC.LBXWBCSI",), rule=as_is, checked=False, text="LBXWBCSI."),
    _since_2005(name="hemoglobin", needs=("CBC.LBXHGB",), rule=as_is, checked=False, text="LBXHGB."),
    _since_2005(name="anemia", needs=("hemoglobin", "sex_female", "age_years"), rule=anemia, checked=False,
                text="LBXHGB below 12 (women) or 13 (men), 20 and over."),
    _since_2005(name="albumin", needs=("BIOPRO.LBXSAL",), rule=as_is, text="LBXSAL, 12 and over."),
    _since_2005(name="alt", needs=("BIOPRO.LBXSATSI",), rule=as_is, text="LBXSATSI, 12 and over."),
    _since_2005(name="ggt", needs=("BIOPRO.LBXSGTSI",), rule=as_is, text="LBXSGTSI, 12 and over."),
    _since_2005(name="uric_acid", needs=("BIOPRO.LBXSUA",), rule=as_is, text="LBXSUA, 12 and over."),
    _since_2005(name="creatinine", needs=("BIOPRO.LBXSCR",), rule=as_is, text="LBXSCR, serum, 12 and over."),
    _since_2005(name="egfr_ckdepi2021", needs=("creatinine", "sex_female", "age_years"), rule=egfr_ckdepi_2021,
                text="CKD-EPI 2021 from LBXSCR, age and sex; 20 and over."),
    _since_2005(name="acr_mg_g", needs=("ALB_CR.URXUMA", "ALB_CR.URXUCR"), rule=albumin_creatinine_ratio,
                text="URXUMA (ug/mL) over URXUCR (mg/dL), times 100."),
    _since_2005(name="ckd", needs=("egfr_ckdepi2021", "acr_mg_g", "age_years"), rule=chronic_kidney_disease,
                text="eGFR below 60 or ACR of 30 or more; 20 and over; needs both."),
    Label(name="vitamin_d_nmol_l", needs=("VID.LBDVIDMS",), rule=as_is, checked=False,
          text="LBDVIDMS, 25-hydroxyvitamin D, standardised to LC-MS/MS."),
    Label(name="cotinine", needs=("COT.LBXCOT",), rule=as_is, text="LBXCOT, serum."),
)  # fmt: skip
