"""What can go wrong with a language model, as errors that say whose trouble it is. Its callers go on without it."""

from sennight.errors import LanguageModelError


class OverBudget(LanguageModelError):
    """A limit on requests, tokens, money or wall time is reached; nothing more is sent."""


class ProviderDown(LanguageModelError):
    """The server did not answer, or answered with an error, after all retries."""


class InvalidAnswer(LanguageModelError):
    """The model answered, but not with what was asked for, after all repair turns."""


class NotLocal(LanguageModelError):
    """The profile is local-only and its address is not this machine."""
