"""Prompts: text files that a clinician can read and edit, each with a version that every answer keeps."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from sennight.errors import SennightBug

NAMES = ("plan", "interpret", "coach", "together", "rephrase", "weekly_review", "prepare_visit")


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One prompt: what it is called, its version, its text."""

    name: str
    version: str
    text: str

    @property
    def label(self) -> str:
        """Name and version, as an answer keeps it."""
        return f"{self.name} {self.version}"


@cache
def prompt(name: str) -> Prompt:
    """One of `NAMES`. Raises: SennightBug if its file does not begin with a version."""
    text = resources.files("sennight.agent.talk").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8")
    head, _, body = text.partition("\n")
    if not head.startswith("version: "):
        raise SennightBug(f"the prompt {name} does not begin with 'version: '")
    return Prompt(name=name, version=head.removeprefix("version: ").strip(), text=body.strip())


def joined(*names: str) -> Prompt:
    """Several prompts as one, their versions side by side."""
    parts = [prompt(name) for name in names]
    return Prompt(
        name="+".join(names), version="+".join(p.version for p in parts), text="\n\n".join(p.text for p in parts)
    )
