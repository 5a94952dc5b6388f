"""What the agent's verbs say on a terminal."""

from pathlib import Path

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
