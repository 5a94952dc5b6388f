"""Every error sennight raises on purpose, in one tree.

SennightError
├── InputError            the caller's file, folder, option or mapping; exit code 2
│   ├── ReadError         a file that cannot be read as what it claims to be
│   ├── PrepareError      a recording that cannot become minutes
│   ├── StoreError        a store that is absent, damaged or of another version
│   ├── FetchError        a download that failed or does not match its checksum
│   ├── CheckpointError   weights that are absent, damaged or of another model
│   ├── TaskError         a question the facts at hand cannot answer
│   └── LanguageModelError  a language model that is out of reach, over budget, or answers nothing usable
└── SennightBug           our fault; exit code 1

An error says what was wrong, where, and what to do, in that order. A person's health values
never go into the text.
"""


class SennightError(Exception):
    """Base of everything raised on purpose."""


class InputError(SennightError):
    """The caller can mend this: one sentence of what, where, what to do; exit code 2."""

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = what, where, todo
        super().__init__(what)

    def __str__(self) -> str:
        return "\n  ".join(part for part in (self.what, f"in {self.where}" if self.where else "", self.todo) if part)


class ReadError(InputError):
    """A file that cannot be read as what it claims to be."""


class PrepareError(InputError):
    """A recording that cannot become minutes."""


class StoreError(InputError):
    """A store that is absent, damaged, or of another version."""


class FetchError(InputError):
    """A download that failed or does not match its checksum."""


class CheckpointError(InputError):
    """Weights that are absent, damaged, or of another model."""


class TaskError(InputError):
    """A question that the facts at hand cannot answer."""


class LanguageModelError(InputError):
    """A language model that is out of reach, over budget, or answers nothing usable; kinds in `llm.trouble`."""


class SennightBug(SennightError):
    """A promise of ours that was broken; exit code 1."""
