import pytest

from sennight.errors import InputError
from sennight.llm.budget import Budget, Meter
from sennight.llm.trouble import OverBudget


@pytest.mark.parametrize(
    ("budget", "use", "word"),
    [
        (Budget(requests=1), {}, "requests"),
        (Budget(tokens=10), {"tokens_in": 6, "tokens_out": 4}, "tokens"),
        (Budget(money=0.5), {"money": 0.5}, "money"),
        (Budget(wall_s=2.0), {"wall_s": 2.5}, "wall"),
    ],
)
def test_each_limit_stops_the_next_request(budget: Budget, use: dict[str, float], word: str) -> None:
    meter = Meter(budget)
    meter.begin()
    meter.end(**{"tokens_in": 0, "tokens_out": 0, "money": 0.0, "wall_s": 0.0, **use})  # type: ignore[arg-type]
    with pytest.raises(OverBudget, match=word):
        meter.begin()
    assert meter.spent.requests == 1


def test_a_server_that_counts_below_zero_earns_nothing_back() -> None:
    meter = Meter(Budget(tokens=5))
    meter.begin()
    meter.end(tokens_in=5, tokens_out=-100, money=-3.0, wall_s=-1.0)
    assert (meter.spent.tokens, meter.spent.money, meter.spent.wall_s) == (5, 0.0, 0.0)
    with pytest.raises(OverBudget):
        meter.begin()


def test_a_limit_is_not_below_zero() -> None:
    with pytest.raises(InputError):
        Budget(requests=-1)
    with pytest.raises(InputError):
        Budget(money=float("nan"))
