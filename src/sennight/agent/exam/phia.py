"""PHIA's objective questions (arXiv 2406.06464), for whoever has them: they are not shipped here.

The published layout: a folder with `summary_df_ID.csv` (a day a row) and `exercise_df_ID.csv` (a workout a row) of each
persona, and the questions with `question`, `label` (the true answer) and `code` (how its authors computed it): a workbook, or
a CSV a persona whose name holds the persona's name or number. The code is read, never run. A question is *sound* if
its label answers what it asks: sums of heart rates or speeds, and code that reads another column than the question
names, are not.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sennight.agent.evidence import Answer, Status
from sennight.agent.person import DayFacts, OpenPerson, Workout
from sennight.agent.questions import ask
from sennight.errors import InputError
from sennight.readers.xlsx import read_sheet
from sennight.record import Clock

PERSONAS = {"activeachiever": "41", "active_achiver": "41", "inactiveinsomniac": "171", "inactive_insomniac": "171",
            "sedentarysleeper": "333", "sedentary_sleeper": "333", "healthbehavior": "465", "health_behavior": "465"}  # fmt: skip
# Column of the summary -> fact it becomes, and its unit.
COLUMNS = {
    "steps": ("day_steps", "steps"), "resting_heart_rate": ("resting_heart_rate", "beats/min"),
    "heart_rate_variability": ("heart_rate_variability", "ms"), "active_zone_minutes": ("day_active_zone_minutes", "min"),
    "sleep_minutes": ("minutes_asleep", "min"), "awake_minutes": ("minutes_awake_in_bed", "min"),
    "rem_sleep_minutes": ("rem_minutes", "min"), "deep_sleep_minutes": ("deep_minutes", "min"),
    "light_sleep_minutes": ("light_minutes", "min"), "sleep_score": ("night_sleep_score", "1"),
    "stress_management_score": ("stress_management_score", "1"), "deep_sleep_percent": ("deep_sleep_percent", "%"),
    "rem_sleep_percent": ("rem_sleep_percent", "%"), "awake_percent": ("awake_percent", "%"),
    "light_sleep_percent": ("light_sleep_percent", "%"), "fatburn_active_zone_minutes": ("fatburn_active_zone_minutes", "min"),
    "cardio_active_zone_minutes": ("cardio_active_zone_minutes", "min"), "peak_active_zone_minutes": ("peak_active_zone_minutes", "min"),
}  # fmt: skip
AMOUNTS = {"distance": "distance_m", "calories": "energy_kcal", "steps": "steps", "averageHeartRate": "mean_heart_rate",
           "elevationGain": "elevation_m", "activeZoneMinutes": "active_zone_minutes", "speed": "speed"}  # fmt: skip
REL, ABS = 1e-3, 0.006  # labels are printed with few digits
MINUTES_PER_DAY, MOST_DURATION = 1_440, 2_000.0


def sit_phia(folder: Path, *, progress: Callable[[int, str], None] | None = None) -> dict[str, Any]:
    """Put all questions to the engine. Raises: InputError if the folder has no questions or personas."""
    if not folder.is_dir():
        raise InputError("there is no such folder", where=str(folder), todo="Give the folder that holds PHIA's files.")
    marks: dict[str, Counter[str]] = {"all": Counter(), "on sound ones": Counter()}
    examples: list[dict[str, str]] = []
    people: dict[str, OpenPerson] = {}
    for n, (persona, question, label, code) in enumerate(questions_of(folder), start=1):
        if persona not in people:
            people[persona] = persona_of(folder, persona)
        mark = marked(ask(people[persona], question).answer, label)
        marks["all"][mark] += 1
        if sound(question, code):
            marks["on sound ones"][mark] += 1
        if mark != "right" and len(examples) < 60:
            examples.append({"mark": mark, "question": question, "label": label, "code": code})
        if progress and n % 100 == 0:
            progress(n, persona)
    if not marks["all"]:
        raise InputError(
            "no question was found", where=str(folder), todo="It needs a table with question, label and code."
        )
    return {"questions": marks["all"].total(), "sound": marks["on sound ones"].total(), "examples": examples,
            **{name: dict(found) for name, found in marks.items()}}  # fmt: skip


def questions_of(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """(persona, question, label, code) of every table of questions."""
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".csv", ".xlsx")):
        table = _table(path)
        if table is None:
            continue
        names = {c.lower(): c for c in table.columns}
        label = names.get("label") or names.get("answer")
        if "question" not in names or label is None or "code" not in names:
            continue
        who = next((names[c] for c in ("persona", "user", "user_id", "subject", "participant") if c in names), None)
        for row in table.iter_rows(named=True):
            persona = persona_id(str(row[who]) if who else path.stem)
            if persona and row[names["question"]]:
                yield persona, str(row[names["question"]]), str(row[label]), str(row[names["code"]])


def _table(path: Path) -> pl.DataFrame | None:
    try:
        if path.suffix.lower() == ".xlsx":
            return read_sheet(path, needed=("question",)).table
        head = pl.read_csv(path, n_rows=1, infer_schema=False, truncate_ragged_lines=True)
        if "question" not in {c.lower() for c in head.columns}:
            return None
        return pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True)
    except (InputError, OSError, pl.exceptions.PolarsError):
        return None


def persona_id(text: str) -> str:
    """A persona's number from its name or from a file's."""
    plain = text.lower().replace(" ", "")
    named = next((number for name, number in PERSONAS.items() if name in plain), "")
    number = re.search(r"(?:^|_)(\d{1,4})(?:_|$)", plain)
    return named or (number[1] if number else plain if plain.isdigit() else "")


def persona_of(folder: Path, persona: str) -> OpenPerson:
    """One persona as an opened person of daily facts and listed workouts. Raises: InputError if their files are absent."""
    summary = next(folder.rglob(f"summary_df_{persona}.csv"), None)
    exercise = next(folder.rglob(f"exercise_df_{persona}.csv"), None)
    if summary is None or exercise is None:
        raise InputError(f"persona {persona} has no summary or exercise table", where=str(folder))
    days = pl.read_csv(summary, infer_schema_length=None)
    dates = days["datetime"].str.slice(0, 10).str.to_date().to_list()
    facts = {}
    for column, (name, unit) in COLUMNS.items():
        if column not in days.columns:
            continue
        values = days[column].cast(pl.Float64, strict=False).to_numpy()
        kept = np.isfinite(values)
        ordinal = np.array([d.toordinal() for d in dates], dtype=np.int64)[kept]
        order = np.argsort(ordinal, kind="stable")
        facts[name] = DayFacts(
            name=name, unit=unit, source=summary.name, ordinal=ordinal[order], values=values[kept][order]
        )
    listed = workouts_of(pl.read_csv(exercise, infer_schema_length=None))
    last = max([*dates, *(w.day for w in listed)])
    return OpenPerson(
        id=persona, today=last, clock=Clock.LOCAL, ordinal=np.zeros(0, dtype=np.int64), minutes={},
        offset_min=np.zeros((0, 2), dtype=np.int16), device=(), segments=(), facts={k: v for k, v in facts.items() if len(v.values)},
        workouts=listed,
    )  # fmt: skip


def workouts_of(table: pl.DataFrame) -> tuple[Workout, ...]:
    """Workouts in the order of their start; durations in minutes as the table gives them."""
    made = []
    for row in table.iter_rows(named=True):
        start = str(row["startTime"])
        amounts = {ours: float(row[theirs]) for theirs, ours in AMOUNTS.items() if row.get(theirs) not in (None, "")}
        clock = re.search(r"[ T](\d{2}):(\d{2})", start)
        made.append(Workout(
            day=date.fromisoformat(start[:10]), start_min=int(clock[1]) * 60 + int(clock[2]) if clock else 0,
            minutes=float(row.get("duration") or 0.0), kind=str(row["activityName"]), **amounts,
        ))  # fmt: skip
    return tuple(sorted(made, key=lambda w: (w.day, w.start_min)))


def marked(answer: Answer, label: str) -> str:
    """right, asked back or wrong, by the first value of the answer."""
    if answer.status is not Status.ANSWERED or not answer.evidence:
        missing = label.strip().lower() in ("", "nan", "none", "nat", "[]")
        return "right" if missing and answer.status is not Status.ANSWERED else "asked back"
    value = answer.evidence[0].value
    try:
        truth = float(label)
    except ValueError:
        return "right" if str(value)[:10] == label.strip()[:10] else "wrong"
    if not isinstance(value, int | float):
        return "wrong"
    return "right" if math.isclose(float(value), truth, rel_tol=REL, abs_tol=ABS) else "wrong"


def sound(question: str, code: str) -> bool:
    """Does the label answer what the question asks?"""
    asked = question.lower()
    sums = re.search(r"\b(?:sum|total)\b", asked)
    if sums and re.search(
        r"\b(?:sum of my|total) (?:hr|heart rate|speed|sleep score|hrv|heart rate variability)\b", asked
    ):
        return False
    stage = next((s for s in ("light", "deep", "rem") if f"{s} sleep" in asked), None)
    if stage and f"{stage}_sleep" not in code:
        return False
    compared = re.search(r"(less than or equal|at most|no more)", asked)
    if "<=" in code and not compared and "less than" in asked:
        return False
    return not re.search(r"\bi i had\b", asked)
