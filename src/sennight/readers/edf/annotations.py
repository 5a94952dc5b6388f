"""Annotations of EDF+: texts with an onset and perhaps a length, the start of each record, and the sleep stages in
them.

A list is onset, [0x15 length], 0x14, texts each ended by 0x14, 0x00. The first list of a record, with an empty text,
says when the record starts. Only the specification's words for sleep stages are understood; other texts may say
anything about a person and are counted without their words.

Source: EDF+ specification 2.2, and "Standard texts and polarity rules" (edfplus.info/specs/edftexts.html).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sennight.readers.reader import ReadReport
from sennight.readers.spans import Sleep, SleepSpan

MAX_ANNOTATIONS = 1_000_000  # a night scored in seconds has 30,000
MAX_ONSET_S = 10 * 366 * 86_400.0
# The longest stretch of one stage without a length of its own that is believed: from one annotation to the next.
MAX_STAGE_S = 3_600.0

UNREADABLE = "annotation that cannot be understood"
NO_LENGTH = "sleep stage without a length and without a next one"
STAGES = {
    "w": Sleep.AWAKE, "n1": Sleep.LIGHT, "n2": Sleep.LIGHT, "n3": Sleep.DEEP, "n4": Sleep.DEEP, "r": Sleep.REM,
    "1": Sleep.LIGHT, "2": Sleep.LIGHT, "3": Sleep.DEEP, "4": Sleep.DEEP, "n": Sleep.UNSTAGED,
}  # fmt: skip
_ONSET = re.compile(rb"([+-]\d{1,12}(?:\.\d*)?)(?:\x15(\d{1,12}(?:\.\d*)?))?")
_STAGE = re.compile(r"sleep stage (\S+)", flags=re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """One text: seconds since the start of the file, how long (-1 if not said)."""

    onset_s: float
    length_s: float
    text: str


@dataclass(frozen=True, kw_only=True)
class RecordTexts:
    """What the annotation signal of one record holds: when the record starts (None if it does not say), and its
    texts."""

    start_s: float | None
    texts: tuple[Annotation, ...]
    unreadable: int


def record_texts(raw: bytes) -> RecordTexts:
    """The annotations in the bytes of one record's annotation signal. Raises nothing."""
    start_s: float | None = None
    texts: list[Annotation] = []
    unreadable = 0
    for i, each in enumerate(part for part in raw.split(b"\x00") if part):
        head, *words = each.split(b"\x14")
        match = _ONSET.fullmatch(head)
        onset = float(match[1]) if match else MAX_ONSET_S
        if not match or not words or abs(onset) >= MAX_ONSET_S:
            unreadable += 1
            continue
        length = float(match[2]) if match[2] else -1.0
        said = [word.decode("utf-8", errors="replace").strip() for word in words]
        if i == 0 and not said[0]:
            start_s = onset
        texts += [Annotation(onset_s=onset, length_s=length, text=word) for word in said if word]
    return RecordTexts(start_s=start_s, texts=tuple(texts), unreadable=unreadable)


def sleep_spans(annotations: Iterable[Annotation], *, start_s: int, report: ReadReport) -> list[SleepSpan]:
    """Spans of the sleep stages among the annotations; `start_s` is the file's start on the clock the spans are on.

    A stage without a length holds until the next one begins, for an hour at most.
    """
    scored: list[tuple[Annotation, Sleep | None]] = []
    for annotation in annotations:
        stage = _STAGE.fullmatch(annotation.text)
        if stage is None:
            report.unknown["annotation"] += 1
            continue
        sleep = STAGES.get(stage[1].casefold())
        if sleep is None:
            report.unknown["sleep stage that is none of W, N1, N2, N3, R"] += 1
        scored.append((annotation, sleep))
    scored.sort(key=lambda pair: pair[0].onset_s)
    spans: list[SleepSpan] = []
    for i, (annotation, sleep) in enumerate(scored):
        if sleep is None:
            continue
        length = annotation.length_s if annotation.length_s >= 0 else _until_next(scored, i)
        begins, ends = annotation.onset_s, annotation.onset_s + length
        usable = 0 < length <= 86_400
        report.keep(seen=1, dropped=0 if usable else 1, reason=NO_LENGTH)
        if usable:
            spans.append(SleepSpan(start_s=start_s + round(begins), stop_s=start_s + round(ends), sleep=sleep))
    return spans


def _until_next(scored: Sequence[tuple[Annotation, Sleep | None]], i: int) -> float:
    if i + 1 == len(scored):
        return 0.0
    return min(scored[i + 1][0].onset_s - scored[i][0].onset_s, MAX_STAGE_S)
