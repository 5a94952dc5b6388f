"""What the agent's verbs say on a terminal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sennight.agent.evidence import Answer
from sennight.agent.tools import TOOLS, Found
from sennight.agent.window import Span
from sennight.printing.lines import clean
from sennight.stages.imported import Imported


def import_summary(done: Imported, home: Path) -> str:
    """What a home holds after an import."""
    person = done.person
    lines = ["Added." if done.new else "Nothing new: this export was imported before."]
    if len(person.ordinal):
        valid, span = int(person.valid.sum()), Span(first=person.first, last=person.last)
        lines.append(f"{len(person.ordinal):,} recorded days, {valid:,} of them valid, {span}")
    lines += [f"  {clean(s.device)}: {Span(first=s.first, last=s.last)}" for s in person.segments]
    reply = TOOLS["list_data"].call(person, {})
    if isinstance(reply, Found):
        known = [f"{e.about.split(' (')[0]} ({e.shown})" for e in reply.evidence if e.metric != "all"]
        lines.append(f"You can ask about: {clean(', '.join(known[:20]))}")
    if person.profile.born is None:
        example = '{"born": 1980, "sex": "female"}'
        lines.append(f"Age and sex are not entered; {home / 'profile.json'} may hold them, e.g. {example}.")
    lines.append(f"home: {home}")
    return "\n".join(lines)


MOST_FOOTNOTES = 4


def answer_text(answer: Answer) -> str:
    """An answer for a terminal: the sentences, how the question was read, where the numbers come from, what to mind."""
    lines = [answer.text]
    lines += [f"  Perhaps: {choice}" for choice in answer.choices]
    if answer.reading:
        lines.append(f"  read as: {answer.reading}")
    notes = list(dict.fromkeys(e.footnote for e in answer.evidence))
    lines += [f"  from: {note}" for note in notes[:MOST_FOOTNOTES]]
    if len(notes) > MOST_FOOTNOTES:
        lines.append(f"  from: {len(notes) - MOST_FOOTNOTES} more; --json shows all")
    if answer.evidence:
        lines.append(f"  recompute: {answer.evidence[0].call}")
    lines += [f"  note: {caveat}" for caveat in answer.all_caveats]
    lines.append(f"  {answer.made_by}")
    return "\n".join(map(clean, lines))


def exam_text(result: Mapping[str, Any]) -> str:
    """The counts of an exam."""
    if "phia" in result:
        return phia_text(result["phia"])
    people = ", ".join(f"{n} {kind}" for kind, n in result["people"].items())
    asked = result["questions"]
    without = f"{result['unanswerable']:,} without an answer"
    lines = [f"{asked:,} questions ({without}) about {people} people, seed {result['seed']}"]
    for name in ("tools", "engine", "engine_with_a_slip"):
        marks = result[name]
        total = max(sum(marks.values()), 1)
        told = ", ".join(f"{mark} {n:,} ({n / total:.2%})" for mark, n in sorted(marks.items()))
        lines.append(f"{name.replace('_', ' ')}: {told}")
    ms = result["tool_ms"]
    times = f"median {ms['median']:.1f} ms, p95 {ms['p95']:.1f} ms"
    lines.append(f"tool calls: {times}, longest reply {result['longest_reply_bytes']:,} bytes")
    if quiet := result.get("silence"):
        lines.append(
            f"weeks shuffled: {quiet['carried']} of {quiet['judged']} carried an insight; "
            f"planted: {quiet['found']} of {quiet['planted']} were said"
        )
    if sets := result["phrasings"].get("sets"):
        p = result["phrasings"]
        lines.append(
            f"{sets} questions in 20 phrasings: {p['answered']:,} of {p['phrasings']:,} answered, "
            f"{p['identical sets']} sets wholly identical, {p['contradicting sets']} contradicting"
        )
    return "\n".join(lines)


def phia_text(result: Mapping[str, Any]) -> str:
    """The counts of PHIA's questions."""
    lines = [f"PHIA: {result['questions']:,} questions with an answer of theirs, {result['sound']:,} of them sound"]
    for name in ("all", "on sound ones"):
        marks = result[name]
        total = max(sum(marks.values()), 1)
        lines.append(f"{name}: " + ", ".join(f"{mark} {n:,} ({n / total:.1%})" for mark, n in sorted(marks.items())))
    return "\n".join(lines)
