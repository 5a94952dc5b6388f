from typing import Any

import pytest

from sennight.evaluate.report.figures import WIDE
from sennight.evaluate.report.wear import by_reason, heat_map


def test_shares_of_a_channel_add_up_and_empty_reasons_are_left_out(wear: dict[str, Any]) -> None:
    (row,) = by_reason(wear)
    assert [part.reason for part in row.parts] == ["measured", "not worn", "device off"]
    assert sum(part.share for part in row.parts) == pytest.approx(1)
    assert row.minutes == 8640


def test_a_reason_that_is_new_is_shown_under_its_own_name(wear: dict[str, Any]) -> None:
    wear["minutes"]["heart_rate"]["lost_at_sea"] = 5
    assert by_reason(wear)[0].parts[-1].reason == "lost at sea"


def test_a_weekday_that_nobody_has_is_hatched_and_has_no_figures(wear: dict[str, Any]) -> None:
    plot = heat_map(wear, WIDE).axes[0]
    assert sum(bool(part.get_hatch()) for part in plot.collections) == 1
    assert [text.get_text() for text in plot.texts] == ["50"] * (6 * 24)
