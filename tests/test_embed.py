"""One vector a person: mean and sd over the days that were worn, in the order in which people appear."""

from collections.abc import Callable

import numpy as np
import pytest

from sennight.backbones.backbone import OverDays
from sennight.backbones.handcrafted import HandcraftedConfig
from sennight.embed import BATCH, embed, embed_batches
from sennight.errors import InputError
from sennight.record import MINUTES_PER_DAY, VALID_DAY_MINUTES, PersonDays, WindowBatch


class FirstMinute:
    """A backbone whose vector of a window is its first minute and the number of minutes seen."""

    name = "first minute"
    channels = ("steps",)
    width = 2
    over_days = OverDays.MEAN_SD
    fingerprint = "first-minute-1"

    def encode_windows(self, batch: WindowBatch) -> np.ndarray:
        """Two numbers a window."""
        return np.stack([batch.values[:, 0, 0], batch.seen[..., 0].sum(axis=1)], axis=1).astype(np.float32)


def day(person: str, value: float, *, worn: int = MINUTES_PER_DAY, days: int = 1) -> PersonDays:
    seen = np.zeros((MINUTES_PER_DAY * days, 1), dtype=np.bool_)
    seen[:worn] = True
    values = np.where(seen, np.float32(value), np.float32(0))
    return PersonDays(
        person=person, first_date=None, ordinal=0, weekday=-1, values=values, seen=seen, channels=("steps",)
    )


def test_channels_the_backbone_does_not_know_are_left_out() -> None:
    batch = WindowBatch.stack([day("a", 2)]).select(("glucose", "steps"))
    heard: list[tuple[str, ...]] = []

    class Listens(FirstMinute):
        def encode_windows(self, batch: WindowBatch) -> np.ndarray:
            heard.append(batch.channels)
            return super().encode_windows(batch)

    assert embed_batches([batch], Listens()).values[0].tolist() == [2, 1440, 0, 0]
    embed_batches([batch.select(("glucose",))], Listens())
    assert heard == [("steps",), ("glucose",)], "strangers alone are the backbone's to refuse"


def test_a_person_is_the_mean_and_the_sd_of_their_days() -> None:
    made = embed([day("a", 2), day("a", 4), day("a", 9), day("b", 7, worn=700)], FirstMinute())
    spread = np.sqrt(((2 - 5) ** 2 + (4 - 5) ** 2 + (9 - 5) ** 2) / 3)
    assert made.people == ("a", "b")
    np.testing.assert_allclose(made.values, [[5, 1440, spread, 0], [7, 700, 0, 0]], rtol=1e-6)
    assert made.days_used.tolist() == [3, 1]
    assert made.backbone == "first-minute-1"


def test_people_come_out_in_the_order_in_which_they_first_appear() -> None:
    made = embed([day("z", 1), day("a", 2), day("z", 3), day("m", 4)], FirstMinute())
    assert made.people == ("z", "a", "m")
    assert made.values[:, 0].tolist() == [2, 2, 4]


def test_days_worn_too_little_are_left_out() -> None:
    just, short = VALID_DAY_MINUTES, VALID_DAY_MINUTES - 1
    made = embed([day("a", 1, worn=just), day("a", 50, worn=short), day("b", 9, worn=short)], FirstMinute())
    assert made.people == ("a",)
    assert made.days_used.tolist() == [1]
    assert made.values[0, 0] == 1


def test_a_week_must_be_worn_seven_times_as_long_as_a_day() -> None:
    week = 7 * VALID_DAY_MINUTES
    made = embed([day("a", 1, worn=week, days=7), day("b", 1, worn=week - 1, days=7)], FirstMinute())
    assert made.people == ("a",)


def test_the_least_that_counts_as_worn_can_be_chosen() -> None:
    days = [day("a", 1, worn=30), day("b", 1, worn=29)]
    assert embed(days, FirstMinute(), min_worn_minutes=30).people == ("a",)


@pytest.mark.parametrize("days", [[], [day("a", 1, worn=10)]])
def test_nobody_left_is_refused_with_what_to_do(days: list[PersonDays]) -> None:
    with pytest.raises(InputError, match=f"no window was worn for {VALID_DAY_MINUTES} minutes a day") as refused:
        embed(days, FirstMinute())
    assert "min_worn_minutes" in refused.value.todo


def test_an_empty_stream_is_refused() -> None:
    with pytest.raises(InputError, match="there is nothing to embed"):
        embed_batches(iter(()), FirstMinute())


def test_a_person_may_be_spread_over_batches_and_progress_hears_of_each(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(6)
    backbone = HandcraftedConfig(channels=batch.channels).build()
    heard: list[int] = []
    parts = [batch.take(np.array(rows)) for rows in ([0, 1, 2], [3], [4, 5])]
    split = embed_batches(parts, backbone, progress=heard.append)
    whole = embed_batches([batch], backbone)
    assert heard == [3, 1, 2]
    assert split.people == whole.people == ("p0", "p1", "p2")
    assert np.array_equal(split.values, whole.values)
    assert split.days_used.tolist() == [2, 2, 2]


def test_more_days_than_a_batch_holds_are_all_used() -> None:
    one = day("a", 3)
    assert embed([one] * (BATCH + 1), FirstMinute()).days_used.tolist() == [BATCH + 1]


def test_a_large_constant_has_no_spread() -> None:
    made = embed([day("a", 16_777_215)] * 3, FirstMinute())  # 2^24 - 1: mean and sd are taken in double precision
    assert made.values[0, [0, 2]].tolist() == [16_777_215, 0]


def test_a_backbone_may_ask_for_the_mean_over_days_alone(windows: Callable[..., WindowBatch]) -> None:
    both, mean = FirstMinute(), FirstMinute()
    mean.over_days = OverDays.MEAN
    batch = windows(3, channels=("steps",))
    assert np.array_equal(embed_batches([batch], mean).values, embed_batches([batch], both).values[:, :2])
