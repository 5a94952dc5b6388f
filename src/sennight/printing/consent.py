"""What memory, outbox, previews and predictors look like on a terminal."""

import json
from collections.abc import Mapping, Sequence

from sennight.agent.memory import Memory
from sennight.agent.outbound import Outbound
from sennight.agent.outbox import Sent
from sennight.errors import InputError
from sennight.printing.lines import clean


def memory_text(memory: Memory) -> str:
    """A line a note: id, kind, dates, where it comes from, the note."""
    if not memory.notes:
        return "Nothing is remembered of you."
    return "\n".join(
        f"{n.id}  {n.kind}, {n.noted}, ends {n.ends or 'never'}, {clean(n.source)}\n    {clean(n.text)}"
        for n in memory.notes
    )


def policy_named(name: str) -> Outbound:
    """The policy of this name. Raises: InputError naming all."""
    try:
        return Outbound(name)
    except ValueError as error:
        raise InputError(f"'{clean(name)}' is no outbound policy", todo=f"Choose of: {', '.join(Outbound)}.") from error


def preview_text(policy: Mapping[str, str], shown: Mapping[str, Mapping[str, object]]) -> str:
    """The policy in words, then each request as it would be sent."""
    head = f"Policy {policy['policy']}, to {clean(policy['to'])}: {policy['what leaves']}.\nNothing was sent."
    parts = [
        f"--- {role} ({len(json.dumps(body, ensure_ascii=False).encode()):,} bytes)\n"
        + json.dumps(body, ensure_ascii=False, indent=1)
        for role, body in shown.items()
    ]
    return "\n".join([head, *parts])


def outbox_text(sent: Sequence[Sent], *, whole: bool) -> str:
    """A line a request, with its body under it if asked for."""
    if not sent:
        return "Nothing was sent to a language model from this home."
    lines = []
    for one in sent:
        lines.append(f"{one.at}  {clean(one.to)}  {one.policy}  {one.role}  {len(one.body.encode()):,} bytes")
        if whole:
            lines.append(clean(one.body))
    return "\n".join(lines)
