"""The verifier: a draft and the evidence it may refer to go in, faults come out; without any it may be told."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sennight.agent.evidence import REFERENCE, Evidence, Origin, resolve
from sennight.agent.safety import claims, triage
from sennight.agent.safety.claims import View
from sennight.agent.verify import wording
from sennight.agent.verify.draft import MAX_DRAFT_CHARS, Block, BlockKind, Draft
from sennight.agent.verify.numerals import numerals, without_references
from sennight.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong with a draft: the check, the block (from 1, 0 the whole), and what to do about it."""

    check: str
    block: int
    said: str

    def __str__(self) -> str:
        return f"{self.check} (block {self.block}): {self.said}" if self.block else f"{self.check}: {self.said}"


def verify(draft: Draft, evidence: Sequence[Evidence], *, view: View = View.WELLNESS) -> tuple[Fault, ...]:
    """Everything that keeps a draft from being told. What is told afterwards is printed by code from evidence."""
    faults = [fault for i, block in enumerate(draft.blocks, start=1) for fault in _of_block(i, block, evidence, view)]
    whole = " ".join(block.text for block in draft.blocks)
    if len(whole) > MAX_DRAFT_CHARS:
        faults.append(Fault(check="length", block=0, said=f"the answer is longer than {MAX_DRAFT_CHARS} characters"))
    if triage.released().judge(whole).level >= triage.Level.URGENT:
        faults.append(Fault(check="triage", block=0, said="speaks of an emergency; fixed texts do that"))
    if not any(REFERENCE.search(block.text) for block in draft.blocks) and evidence:
        faults.append(Fault(check="references", block=0, said="refers to no evidence; use {E1} and so on"))
    return tuple(faults)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a block."""
    return tuple(part for part in re.split(r"(?<=[.!?;])\s+|\n+", text.strip()) if part)


def referred(text: str, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The evidence that a text refers to. Raises: InputError if it refers to evidence that is not there."""
    found = list[Evidence]()
    for name, part in REFERENCE.findall(text):
        resolve(name, part, evidence)
        if (one := evidence[int(name[1:]) - 1]) not in found:
            found.append(one)
    return tuple(found)


def _of_block(number: int, block: Block, evidence: Sequence[Evidence], view: View) -> Iterator[Fault]:
    def fault(check: str, said: str) -> Fault:
        return Fault(check=check, block=number, said=said)

    try:
        mine = referred(block.text, evidence)
    except InputError as error:
        yield fault("references", error.what)
        return
    bare = without_references(block.text)
    if found := numerals(block.text):
        yield fault("numerals", f"holds {', '.join(found[:5])}; write {{E1}} and code prints the number")
    if found := wording.markup(bare):
        yield fault("markup", f"holds {found[0]!r}; plain words only")
    if found := wording.units(bare):
        yield fault("units", f"'{found[0]}' after a reference, which is printed with its unit")
    for claim in claims.released().lint(block.text, view):
        yield fault("claims", f"'{claim.said}' {claim.why}")
    if found := wording.causes(bare):
        yield fault("causes", f"'{found[0]}' claims a cause; say that two things go together")
    yield from (fault(check, said) for check, said in _of_predictions(block, mine))
    for sentence in sentences(block.text):
        yield from (fault(check, said) for check, said in _of_sentence(sentence, block.kind, evidence))


def _of_predictions(block: Block, mine: Sequence[Evidence]) -> Iterator[tuple[str, str]]:
    predicted = [e for e in mine if e.origin is Origin.PREDICTED]
    if predicted and block.kind is not BlockKind.PREDICTION:
        yield "predictions", "refers to a predicted value; its block is of kind 'prediction'"
    if block.kind is BlockKind.PREDICTION and not predicted:
        yield "predictions", "a block of kind 'prediction' refers to a predicted value"


def _of_sentence(sentence: str, kind: BlockKind, evidence: Sequence[Evidence]) -> Iterator[tuple[str, str]]:
    mine = referred(sentence, evidence)
    bare = without_references(sentence)
    if found := wording.directions(bare, kind, mine):
        yield "direction", f"'{found[0]}' is not carried by the evidence of its sentence"
    if kind is not BlockKind.ADVICE and (found := wording.windows(bare, mine)):
        yield "windows", f"'{found[0]}' is not the period of its evidence; write {{E1.window}}"
    if kind is not BlockKind.QUALITY and wording.mixes_devices(mine):
        yield "devices", "puts values of different devices side by side"
    if len(bare.split()) > wording.MAX_SENTENCE_WORDS:
        yield "length", f"a sentence of more than {wording.MAX_SENTENCE_WORDS} words"
