"""A client of `sennight.llm` as the agent's model: the same text in, the same text out, its troubles as one error."""

from sennight.agent.talk.model import Ask, ModelError
from sennight.errors import InputError
from sennight.llm import Client, LanguageModelError


class Through:
    """The agent's way to a language model; everything about keys, budgets, retries and transcripts is the client's."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def name(self) -> str:
        """The model's name."""
        return self._client.name

    @property
    def address(self) -> str:
        """Where its requests go."""
        return self._client.address

    def reply(self, ask: Ask) -> str:
        """One request. Raises: ModelError for whatever keeps it from being answered."""
        try:
            return self._client.text(system=ask.system, user=ask.user, schema=ask.schema)
        except LanguageModelError as error:
            raise ModelError(error.what) from error
        except InputError as error:  # a key that is not set, a replay that has run out
            raise ModelError(error.what) from error
