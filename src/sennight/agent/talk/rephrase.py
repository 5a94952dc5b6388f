"""Rephrasing: what keeps a model's rewording of the engine's answer from being told."""

from sennight.agent.evidence import REFERENCE, Answer
from sennight.agent.safety.claims import View
from sennight.agent.verify.draft import BlockKind, Draft
from sennight.agent.verify.verify import Fault, verify


def rephrase_faults(draft: Draft, answer: Answer, view: View) -> tuple[Fault, ...]:
    """The verifier's faults, and: every reference kept, none added, nothing but facts."""
    faults = list(verify(draft, answer.evidence, view=view))
    before = {m[0] for s in answer.sentences for m in REFERENCE.finditer(s)}
    after = {m[0] for block in draft.blocks for m in REFERENCE.finditer(block.text)}
    faults += [Fault(check="rewording", block=0, said=f"lost {lost}") for lost in sorted(before - after)]
    faults += [Fault(check="rewording", block=0, said=f"added {added}") for added in sorted(after - before)]
    if any(block.kind is BlockKind.ADVICE for block in draft.blocks):
        faults.append(Fault(check="rewording", block=0, said="holds advice that the answer did not"))
    return tuple(faults)
