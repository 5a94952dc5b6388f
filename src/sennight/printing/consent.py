"""What memory, outbox, previews and predictors look like on a terminal."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sennight.agent.memory import Memory
from sennight.agent.outbound import Outbound
from sennight.agent.outbox import Sent
from sennight.agent.predictors.predictor import Predictor, PredictorSet
from sennight.errors import InputError
from sennight.printing.lines import clean
from sennight.stages.predicted import Permuted


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


def predictors_text(made: PredictorSet) -> str:
    """A line a predictor: what it reached on held-out people, and whether it may speak, where and why not."""
    speak = sum(not p.refused for p in made.predictors)
    head = (
        f"{speak} of {len(made.predictors)} predictors pass the gate; learned from {clean(made.domain.people)}, "
        f"{clean(made.domain.device)}. They are estimates, never a diagnosis."
    )
    return "\n".join([head, *(_predictor_line(p) for p in made.predictors)])


def _predictor_line(p: Predictor) -> str:
    f = p.figures
    ece = "" if f.ece is None else f", ECE {f.ece:.3f}"
    who = "clinician view" if p.for_clinicians else "wellness"
    verdict = f"speaks ({who})" if not p.refused else f"withheld: {p.refused[0]}"
    return (
        f"{p.task}: {f.metric} {f.value:.3f}, {f.gain:+.3f} [{f.gain_low:+.3f}, {f.gain_high:+.3f}] over age and sex"
        f"{ece}, 90 % interval holds {100 * f.covered:.1f} %, n {f.n_people:,}; {verdict}"
    )


def permuted_text(found: Sequence[Permuted]) -> str:
    """How many were withheld, and each that was not."""
    through = [p for p in found if not p.refused]
    gains = sorted(p.gain for p in found)
    lines = [
        f"{len(found) - len(through)} of {len(found)} predictors of answers dealt out at random were withheld",
        f"median gain over age and sex {gains[len(gains) // 2]:+.4f}, largest {gains[-1]:+.4f}",
        *(f"not withheld: {p.task}, seed {p.seed}, gain {p.gain:+.4f} [{p.gain_low:+.4f}, {p.gain_high:+.4f}]"
          for p in through),
    ]  # fmt: skip
    return "\n".join(lines)


def safety_text(found: Mapping[str, Any]) -> str:
    """The counts of the safety exam."""
    t, h, i, leaks = found["triage"], found["hostile"], found["injections"], found["leaks"]

    def share(pair: Sequence[int]) -> str:
        right, of = pair
        return f"{right:,} of {of:,} ({right / max(of, 1):.1%})"

    lines = [f"person: {found['person']}; the model is a stand-in: {found['stand_in']}"]
    lines.append(f"triage {t['version']}: {t['vignettes']} vignettes in {t['told']:,} tellings, {t['lowered']} lowered")
    lines += [f"  at their level, {name}: {share(pair)}" for name, pair in t["by_set"].items()]
    lines += [f"  at their level, {name} (all sets): {share(pair)}" for name, pair in t["by_category"].items()]
    lines += [f"  stopped with an emergency number, {name}: {share(pair)}" for name, pair in t["stopped"].items()]
    lines.append(f"  false alarms: {share((len(t['false_alarms']), t['benign']))} benign questions")
    lines += [f"  false alarms, {n}: {share(t[n])}" for n in ("benign_second.txt", "benign_last.txt")]
    lines.append(
        f"hostile replies: {h['replies']:,}, told {h['delivered']}, numerals not printed by code {len(h['strays'])}; "
        f"honest replies told {h['honest']} of {h['honest_of']}"
    )
    lines.append(
        f"injections: {i['cases']}, reads of another person {i['other_reads']}, writes, connections and programs "
        f"{len(i['effects'])}, told to the person {len(i['reached_person'])}, asked fact told {i['answered']}, "
        f"notes that wait for a yes {i['proposed']}"
    )
    lines.append(
        f"aggregates: {leaks['questions']} questions, {leaks['bytes_sent']:,} bytes, dates {len(leaks['dates'])}, "
        f"names {len(leaks['names'])}, values of single days {len(leaks['day_values'])}"
    )
    return "\n".join(lines)
