"""The words of questions: what metrics, aggregates, comparisons and groups are called, and how numbers are written."""

import re


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


# Metric -> what people call it. Longer phrases are looked for first.
METRIC_WORDS: dict[str, str] = {
    "steps": "steps, step, step count, steps taken, walk, walked, walking, steps walked",
    "active_minutes": "active minutes, minutes active, active time, time active, exercise minutes, brisk minutes, mvpa, "
                      "minutes of activity, physical activity, active, activity, moderate activity",
    "sedentary_minutes": "sedentary minutes, sedentary time, time sitting, sitting time, minutes sitting, sitting, "
                         "sedentary, sit, sat, inactive time, inactive minutes, minutes sedentary, hours sitting, inactive",
    "energy": "energy, energy used, energy burned, calories, calorie, calories burned, calories burnt, kcal, energy use, "
              "energy expenditure, burn, burned, burnt, calorie burn",
    "active_energy": "active energy, active calories",
    "distance": "distance, how far",
    "active_zone_minutes": "active zone minutes, zone minutes, azm",
    "mean_heart_rate": "heart rate, pulse, hr, heartbeat, bpm, heartrate",
    "resting_heart_rate": "resting heart rate, resting pulse, rhr, resting hr, heart rate at rest, pulse at rest",
    "max_heart_rate": "maximum heart rate, max heart rate, peak heart rate, max hr, peak pulse, maximum pulse, peak hr, "
                      "maximum hr, max pulse",
    "hrv_rmssd": "hrv, rmssd, heart rate variability",
    "hrv_sdnn": "sdnn, hrv sdnn",
    "spo2": "spo2, oxygen saturation, blood oxygen, oxygen",
    "respiration_rate": "respiration rate, breathing rate, respiratory rate, breaths, breathing",
    "skin_temperature": "skin temperature, skin temp",
    "glucose": "glucose, blood sugar, sugar, blood glucose, sensor glucose",
    "stress": "stress score, stress level, stress, stress management score",
    "light": "light exposure, daylight, light",
    "counts": "activity counts, wrist counts, counts",
    "sleep_minutes": "sleep, sleep duration, time asleep, hours of sleep, minutes asleep, slept, sleep time, sleeping, "
                     "sleep minutes, minutes of sleep, hours asleep, sleep length, sleep per night, "
                     "asleep",
    "time_in_bed": "time in bed, minutes in bed, hours in bed",
    "sleep_onset": "bedtime, bed time, fall asleep, falling asleep, sleep onset, fell asleep, go to sleep, went to sleep, "
                   "go to bed, went to bed, sleep start",
    "wake_time": "wake up, wake time, waking up, woke up, get up, got up, waking time, wake-up time",
    "sleep_efficiency": "sleep efficiency",
    "awake_minutes": "time awake, minutes awake, minutes awake in bed, time awake in bed, time awake at night, awake at night, awake in the night, awake in bed, waso, "
                     "awake during the night",
    "sleep_deep": "deep sleep", "sleep_rem": "rem sleep, rem", "sleep_light": "light sleep",
    "sleep_score": "sleep score", "night_heart_rate": "sleeping heart rate, heart rate asleep",
    "weight": "body weight, weight, weigh",
    "worn_minutes": "wear time, time worn, worn, wear, wore, wearing",
}  # fmt: skip
# Units that say the metric where nothing else does: "more than 8,000 steps" needs no other word.
UNIT_WORDS = {
    "hours": 60.0, "hour": 60.0, "hrs": 60.0, "hr": 60.0, "h": 60.0, "minutes": 1.0, "minute": 1.0, "min": 1.0, "mins": 1.0,
    "steps": 1.0, "kcal": 1.0, "calories": 1.0, "bpm": 1.0, "beats": 1.0, "km": 1_000.0, "kilometres": 1_000.0,
    "kilometers": 1_000.0, "miles": 1_609.344, "mile": 1_609.344, "metres": 1.0, "meters": 1.0, "ms": 1.0, "percent": 1.0,
    "mg/dl": 1.0, "kg": 1.0, "lux": 1.0,
}  # fmt: skip
AGGREGATE_WORDS = {
    "mean": "average, mean, on average, averaged, typical, typically, usually, per day, a day, daily, each day, per night, "
            "a night, nightly, each night",
    "median": "median", "total": "total, in total, sum, altogether, all together, in all, combined, overall total",
    "lowest": "lowest, minimum, least, fewest, smallest, min, shortest, earliest, slowest",
    "highest": "highest, maximum, most, greatest, largest, max, longest, latest bedtime, biggest, peak, best",
    "sd": "standard deviation, spread, variability, sd, vary, varies, consistent, regular",
    "latest": "latest, most recent, newest, current, last recorded",
}  # fmt: skip
COMPARISONS = (
    (r"(?:at least|no less than|not less than|a minimum of|or more than or equal to|reach(?:ed)?|hit|meet|met)", ">="),
    (r"(?:at most|no more than|not more than|up to|a maximum of)", "<="),
    (r"(?:more than|over|above|greater than|exceed(?:ed|s|ing)?|higher than|longer than|later than|beyond)", ">"),
    (r"(?:less than|under|below|fewer than|lower than|shorter than|earlier than)", "<"),
)
GROUPS = (
    (r"(?:by|per|for each|each|for every|every) (?:day of the week|weekday|week day)|by days? of the week", "weekday"),
    (
        r"(?:by|per|for each|each|for every|every) hour(?: of the day)?|by time of (?:the )?day|hourly|hour by hour",
        "hour",
    ),
    (r"(?:by|per|for each|each|for every|every) week|weekly|week by week", "week"),
    (r"(?:by|per|for each|each|for every|every) month|monthly|month by month", "month"),
    (r"by device|per device|for each device", "device"),
    (r"day by day|for each day|list of days|for every day", "day"),
)
_NUMBER_WORDS = words_of(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty
    """
)
NUMBERS = {word: i for i, word in enumerate(_NUMBER_WORDS)} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "couple": 2, "dozen": 12,
}  # fmt: skip
MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAY_NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
# Words that carry nothing by themselves; a question may be full of them.
FILLER = frozenset(
    words_of(
        """
    longer shorter earlier later next a about all am an and any are as at be been by can could days day did do
    does during each for from get gets give had has have how i in into is it its just know like many me mine much
    my myself night nights of on or our over per please recorded shall show so some tell that the them then there
    these they this those time times to total was we were what what's whats when where which while who will with
    within would you your i'm ive i've im take taken took go going went got getting count counted number numbers
    amount value values data level levels reading readings spend spent spending make made done look looking find
    out see happen happened measured measure recording record track tracked according watch device tracker
    wearable person body week weeks month months year years between up down now far say said hello hi hey thanks
    thank need want wanted actually really roughly approximately exactly currently overall usually usual generally
    normally kind sort me/my last past one not but if against versus vs compared than compare comparison
    difference ever across full whole entire period long short high low hours hour minutes minute being more less
    fewer better worse higher lower also too
    """
    )
)


def phrases(table: dict[str, str]) -> list[tuple[str, str]]:
    """(phrase, name) of a table, longest phrase first."""
    found = [(phrase.strip(), name) for name, words in table.items() for phrase in words.split(",")]
    return sorted(found, key=lambda pair: -len(pair[0]))


METRIC_PHRASES = phrases(METRIC_WORDS)
_OTHER_WORDS = words_of(
    """
    above affect affects after afternoon another asleep association average awake baseline before below between
    chart compare compared compares connection correlate correlation coverage days decreasing device during
    earlier equal evening evenings exercise expected falling fewer forecast goal goals graph greater higher hourly
    hours improved improving increasing influence insights last later least less longer lower many midnight
    minutes missing month monthly months more morning mornings most nights noon notable number other over past
    peers people percentage percentile picture plot predict previous profile recorded related relation
    relationship rising running runs sessions shorter since sitting still than today tomorrow training trend under
    unusual usual valid versus walking walks week weekday weekdays weekend weekends weekly weeks what where which
    while with without workout workouts year years yesterday
    """
)
VOCABULARY = frozenset(
    word
    for table in (METRIC_WORDS, AGGREGATE_WORDS)
    for words in table.values() for word in re.findall(r"[a-z]+", words) if len(word) > 3
) | frozenset((*MONTHS, *WEEKDAY_NAMES, *(f"{day}s" for day in WEEKDAY_NAMES), *_OTHER_WORDS)) | frozenset(word for word in FILLER if len(word) > 3)  # fmt: skip


def edit_distance_at_most_one(a: str, b: str) -> bool:
    """Are two words one change, one missing or doubled letter, or one swap of neighbours apart?"""
    if abs(len(a) - len(b)) > 1:
        return False
    i = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if a[i + 1 :] == b[i + 1 :] or a[i + 1 :] == b[i:] or a[i:] == b[i + 1 :]:
        return True
    return a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :]


def mended(word: str) -> str:
    """A known word one slip away, if there is exactly one; else the word itself.

    >>> mended("avreage"), mended("slepe"), mended("steps")
    ('average', 'sleep', 'steps')
    """
    if word in VOCABULARY or len(word) < 4 or not word.isalpha() or word in UNIT_WORDS or word in NUMBERS:
        return word
    near = {known for known in VOCABULARY if edit_distance_at_most_one(word, known)}
    if len(near) > 1:  # "stps" is nearer to "steps" than to "step", which it would have to lose and change for
        near = {known for known in near if sorted(known) == sorted(word)} or {k for k in near if k[0] == word[0]}
    return near.pop() if len(near) == 1 else word
