"""Budgets: how many requests, tokens, how much money and wall time a client may spend, and what it has spent."""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sennight.errors import InputError
from sennight.llm.trouble import OverBudget


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Limits; None is no limit. Money is in the currency of the profile's prices."""

    requests: int | None = 200
    tokens: int | None = 1_000_000
    money: float | None = None
    wall_s: float | None = 3_600.0

    def __post_init__(self) -> None:
        for name, limit in asdict(self).items():
            if limit is not None and not limit >= 0:
                raise InputError(f"a budget's {name} must be a number of 0 or more")


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What has been used so far. `requests` counts those that failed too."""

    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    money: float = 0.0
    wall_s: float = 0.0
    """Seconds spent waiting for the model, not since the start."""

    @property
    def tokens(self) -> int:
        """In and out together."""
        return self.tokens_in + self.tokens_out

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


class Meter:
    """Adds up what is spent and says no before a limit is passed. Several threads may share one."""

    def __init__(self, budget: Budget, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.budget, self.spent = budget, Spent()
        self._clock, self._lock = clock, threading.Lock()

    def begin(self) -> float:
        """Count one request, and say how many seconds it may take. Raises: OverBudget."""
        with self._lock:
            now, limit = self.spent, self.budget
            for name, used, most in (
                ("requests", now.requests, limit.requests),
                ("tokens", now.tokens, limit.tokens),
                ("money", now.money, limit.money),
                ("wall seconds", now.wall_s, limit.wall_s),
            ):
                if most is not None and used >= most:
                    raise OverBudget(
                        f"the language model's budget of {most:g} {name} is spent",
                        todo="Raise it in the profile, or go on without the model.",
                    )
            self.spent = Spent(**{**asdict(now), "requests": now.requests + 1})
            return float("inf") if limit.wall_s is None else limit.wall_s - now.wall_s

    def end(self, *, tokens_in: int, tokens_out: int, money: float, wall_s: float) -> None:
        """Add what one request used; a server that counts below 0 is not believed."""
        with self._lock:
            now = self.spent
            self.spent = Spent(
                requests=now.requests,
                tokens_in=now.tokens_in + max(0, tokens_in),
                tokens_out=now.tokens_out + max(0, tokens_out),
                money=now.money + max(0.0, money),
                wall_s=now.wall_s + max(0.0, wall_s),
            )

    def clock(self) -> float:
        """Seconds on the clock that is measured with."""
        return self._clock()
