"""Which part of a batch is mine, where several processes share one: equally many rows each, in order."""

from dataclasses import dataclass

from sennight.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Part:
    """Part `rank` of `size` equal ones; by default the whole.

    What is drawn at random for a batch is drawn for all of it by everybody, and each takes its rows: so what a window
    meets does not depend on how many processes there are.
    """

    rank: int = 0
    size: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.rank < self.size:
            raise InputError(f"part {self.rank} of {self.size} is none")

    def whole(self, mine: int) -> int:
        """Rows of the batch, from those of one part."""
        return mine * self.size

    def rows(self, mine: int) -> slice:
        """The rows of the batch that are mine, where each part has `mine`."""
        return slice(self.rank * mine, (self.rank + 1) * mine)

    def share(self, whole: int) -> slice:
        """My rows of so many. Raises: InputError if they cannot be dealt equally."""
        if whole % self.size:
            raise InputError(
                f"{whole} windows cannot be dealt to {self.size} processes",
                todo="Choose a multiple with --set batch=...",
            )
        return self.rows(whole // self.size)


WHOLE = Part()
