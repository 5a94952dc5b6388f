"""Card and verification: a result becomes its card; every number printed is computed again from what is stored."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sennight.errors import StoreError
from sennight.evaluate import BenchResult, rescore
from sennight.evaluate.groups import GROUPS_FILE, GroupReport
from sennight.evaluate.privacy.audit import AUDIT_FILE, Audit, differs
from sennight.evaluate.report.card import CARD, CHECKLIST, FACTS, CardFacts, model_card, reporting_checklist
from sennight.stages.grouped import regroup

RESULT, AUDIT = "result", "audit"
REPORT = "report.json"
SAME = 1e-9  # numbers computed again; another processor may round the last digits differently


@dataclass(frozen=True, kw_only=True)
class Verified:
    """How many numbers of which file were computed again, all of them the same."""

    checked: Mapping[str, int]

    @property
    def text(self) -> str:
        """In words."""
        parts = [f"{name}: {n:,}" for name, n in self.checked.items()]
        return "computed again from stored predictions, all the same: " + "; ".join(parts)


def write_card(out: Path, facts: CardFacts) -> Path:
    """Write `card.md`, `tripod_ai.md` and `card.json` beside a result, with its groups and its audit if they exist."""
    (out / FACTS).write_text(json.dumps(facts.to_json(), indent=1) + "\n", encoding="utf-8")
    result = BenchResult.load(out / RESULT)
    groups, audit = _stored(out)
    (out / CARD).write_text(model_card(facts, result, groups, audit), encoding="utf-8")
    (out / CHECKLIST).write_text(reporting_checklist(facts, result, groups), encoding="utf-8")
    return out / CARD


def add_audit(out: Path, audit: Audit) -> Path:
    """Put an audit into the card of a result. Raises: StoreError if there is no card yet."""
    facts = _facts(out)
    audit.save(out / AUDIT)
    return write_card(out, facts)


def verify(out: Path) -> Verified:
    """Compute every number again: result, groups, audit, page and card.

    Raises: StoreError that names the first file that says something else than its predictions give.
    """
    result = BenchResult.load(out / RESULT)
    again = rescore(result.predictions, result.plan)
    checked = {"result.json": _same(out / RESULT / "result.json", result.to_json(), again.to_json())}
    groups: GroupReport | None = None
    if (out / RESULT / GROUPS_FILE).is_file():
        groups = regroup(again, out / RESULT)
        stored = GroupReport.load(out / RESULT)
        checked[GROUPS_FILE] = _same(out / RESULT / GROUPS_FILE, stored.to_json(), groups.to_json())
    audit = Audit.load(out / AUDIT) if (out / AUDIT / AUDIT_FILE).is_file() else None
    if audit is not None:
        wrong = differs(audit)
        if wrong:
            raise StoreError(f"{', '.join(wrong)} is not what its scores give", where=str(out / AUDIT / AUDIT_FILE),
                             todo="Run `sennight audit` again.")  # fmt: skip
        plain = audit.to_json()
        checked[AUDIT_FILE] = len(numbers([plain[part] for part in ("membership", "control", "reidentified")]))
    if (out / REPORT).is_file():
        page = json.loads((out / REPORT).read_text(encoding="utf-8"))["result"]
        checked[REPORT] = _same(out / REPORT, page, again.to_json())
    if (out / FACTS).is_file():
        facts = _facts(out)
        for name, text in (
            (CARD, model_card(facts, again, groups, audit)),
            (CHECKLIST, reporting_checklist(facts, again, groups)),
        ):
            checked[name] = _same_text(out / name, text)
    return Verified(checked=checked)


def _stored(out: Path) -> tuple[GroupReport | None, Audit | None]:
    groups = GroupReport.load(out / RESULT) if (out / RESULT / GROUPS_FILE).is_file() else None
    audit = Audit.load(out / AUDIT) if (out / AUDIT / AUDIT_FILE).is_file() else None
    return groups, audit


def _facts(out: Path) -> CardFacts:
    try:
        return CardFacts.from_json(json.loads((out / FACTS).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError("there is no card here", where=str(out), todo="Run `sennight evaluate` again.") from error


def numbers(plain: object, at: str = "") -> dict[str, float]:
    """Every number in plain data, by where it stands."""
    if isinstance(plain, dict | list | tuple):
        parts = plain.items() if isinstance(plain, dict) else enumerate(plain)
        return {name: x for key, part in parts for name, x in numbers(part, f"{at}/{key}").items()}
    return {at: float(plain)} if isinstance(plain, int | float) else {}


def _same(path: Path, stored: Mapping[str, Any], fresh: Mapping[str, Any]) -> int:
    """How many numbers there are. Raises: StoreError if one differs."""
    was, now = numbers(stored), numbers(fresh)
    differ = [name for name in was if not abs(was[name] - now.get(name, math.inf)) <= SAME]
    if differ or len(was) != len(now):
        raise StoreError(
            f"{len(differ):,} of {len(was):,} numbers are not what the predictions give, first {differ[:1]}",
            where=str(path), todo="Run `sennight evaluate` again.",
        )  # fmt: skip
    return len(was)


def _same_text(path: Path, text: str) -> int:
    """How many lines there are. Raises: StoreError if one differs."""
    stored = path.read_text(encoding="utf-8") if path.is_file() else ""
    was, now = stored.splitlines(), text.splitlines()
    for i, (a, b) in enumerate(zip(was, now, strict=False), start=1):
        if a != b:
            raise StoreError(f"line {i} is not what the predictions give", where=str(path),
                             todo="Run `sennight evaluate` again.")  # fmt: skip
    if len(was) != len(now):
        raise StoreError(f"{len(was)} lines, not {len(now)}", where=str(path), todo="Run `sennight evaluate` again.")
    return len(now)
