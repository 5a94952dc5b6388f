import numpy as np
from tests.agent.people import flat, person

from sennight.agent.tools import TOOLS, Found


def test_days_valid_days_devices_and_metrics_are_listed() -> None:
    hole = np.zeros((8, 1440), dtype=bool)
    hole[2, 300:] = True
    opened = person({"steps": flat(8, 1)}, unseen={"steps": hole}, devices=["A"] * 4 + ["B"] * 4)
    reply = TOOLS["list_data"].call(opened, {})
    assert isinstance(reply, Found)
    told = {(e.metric, e.statistic, e.about): e.value for e in reply.evidence}
    assert told["all", "days", "recorded"] == 8
    assert told["all", "days", "valid"] == 7
    assert told["all", "device", "B"] == "2024-03-08"
    assert told["steps", "days", "steps (steps)"] == 7
