from typing import Any

from sennight.printing.searched import searched_markdown, sentences


def outcome(gain: float, *, p: float = 0.001) -> dict[str, Any]:
    gains = [
        {"name": n, "value": 0.7 + gain, "probe": 0.7, "gain": gain, "low": gain - 0.01, "high": gain + 0.01, "p": p}
        for n in ("ensemble", "chosen")
    ]
    return {"policy": "portfolio+tpe", "evals": 9, "seed": 0, "n_sealed": 500, "probe": 0.69, "best": 0.72,
            "gains": gains}  # fmt: skip


def test_the_mean_gain_has_its_interval_and_losses_are_said() -> None:
    said = " ".join(sentences({"a": outcome(0.02), "b": outcome(-0.02), "c": outcome(0.0, p=0.9)}))
    assert "classical search" in said
    assert "+0.0000 (-0.0200 to +0.0200" in said
    assert "1 clearly better, 1 worse" in said


def test_the_table_has_a_row_a_question_and_null_twins_say_so() -> None:
    page = searched_markdown({"a": {**outcome(0.02), "null": True}}, title="T", made_by="sennight classroom")
    assert "| a | 500 | 0.700 | 0.720 | +0.020 (+0.010 to +0.030)" in page
    assert "PERMUTED" in page
