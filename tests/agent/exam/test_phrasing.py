from datetime import date

import numpy as np

from sennight.agent.exam.phrasing import NAMES, misspelt, said_limit, said_window, say
from sennight.agent.exam.spec import Question, When
from sennight.agent.questions.words import METRIC_PHRASES

RNG = np.random.default_rng(0)


def test_every_name_it_uses_is_of_the_lexicon() -> None:
    known = dict(METRIC_PHRASES)
    for metric, names in NAMES.items():
        assert all(known.get(name) == metric for name in names), metric


def test_one_question_has_many_wordings() -> None:
    q = Question(kind="value", metric="steps", when=When(sort="last", n=7, unit="day"))
    assert len({say(q, RNG) for _ in range(60)}) >= 12


def test_windows_and_limits_in_words() -> None:
    assert "7 days" in said_window(When(sort="last", n=7), RNG)
    assert "2024" in said_window(When(sort="day", first=date(2024, 3, 4)), RNG)
    assert said_window(When(sort="all", weekdays=(6,)), RNG).startswith("on Sundays")
    assert said_limit("steps", ">=8000", RNG).endswith("8,000 steps")
    assert "23:30" in said_limit("sleep_onset", ">-30", RNG)


def test_a_slip_changes_one_word() -> None:
    text = "what was my average resting heart rate"
    changed = [a != b for a, b in zip(text.split(), misspelt(text, RNG).split(), strict=True)]
    assert sum(changed) <= 1
