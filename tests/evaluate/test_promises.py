"""Every promise about numbers and privacy that we made has a test that names it.

A test names what it stands for in its docstring: `N-08`, `P-01`.
"""

import ast
import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from sennight.backbones.day_transformer import ChannelScale, DayTransformerConfig, Layout, Size
from sennight.backbones.handcrafted import HandcraftedConfig
from sennight.embed import embed
from sennight.errors import InputError
from sennight.evaluate.metrics import auc
from sennight.pretrain.objectives import hide_cells
from sennight.record import PersonDays, WindowBatch

TESTS = Path(__file__).resolve().parents[1]
PROMISES = {
    "N-01": "nobody on two sides of a split, under one id or two",
    "N-02": "a label that only an id reveals stays at chance",
    "N-03": "nothing is fitted on test people",
    "N-04": "a forecast does not see what comes after",
    "N-05": "shuffled labels are at chance",
    "N-06": "calibration, by group too",
    "N-07": "conformal sets cover what they say",
    "N-08": "groups; gaps named; small groups not assessed",
    "N-09": "a device that changes is noticed",
    "N-10": "answers fade with missing minutes, none without wear",
    "N-11": "hidden minutes never enter",
    "N-12": "metrics equal a reference",
    "N-13": "printed numbers are recomputed",
    "P-01": "membership of people",
    "P-02": "an over-trained twin is found out",
    "P-03": "re-identification",
    "P-04": "attributes against demographics alone",
    "P-05": "generated days are no copies",
    "P-07": "epsilon by person, by two accountants",
}


def named() -> dict[str, list[str]]:
    """Promise -> tests that name it."""
    found = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        whole = ast.get_docstring(tree) or ""  # of a file whose whole subject a promise is
        if path != Path(__file__).resolve():
            for name in re.findall(r"\b[NP]-\d\d\b", whole):
                found[name].append(str(path.relative_to(TESTS)))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for name in re.findall(r"\b[NP]-\d\d\b", ast.get_docstring(node) or ""):
                    found[name].append(f"{path.relative_to(TESTS)}::{node.name}")
    return found


NAMED = named()


@pytest.mark.parametrize("promise", PROMISES, ids=lambda p: f"{p}-{PROMISES[p]}")
def test_a_test_stands_for_every_promise(promise: str) -> None:
    assert NAMED.get(promise), f"no test names {promise}: {PROMISES[promise]}"


def small(layout: Layout):
    torch.manual_seed(0)
    scales = tuple(
        ChannelScale(channel=c, transform=ChannelScale.default_transform(c), mean=m, sd=s)
        for c, m, s in (("hip_counts", 4.0, 0.5), ("heart_rate", 60.0, 20.0))
    )
    made = DayTransformerConfig(size=Size.XXS, scales=scales, patch_minutes=60, layout=layout).build()
    made.encoder = torch.nn.ModuleList()  # what enters is all that matters here
    return made


@pytest.mark.parametrize("layout", list(Layout))
def test_what_is_hidden_changes_nothing_that_enters_in_ten_thousand_windows(windows, layout: Layout) -> None:
    """N-11: noise instead of the hidden values, and what the encoder is given is the same to the bit."""
    model, checked = small(layout), 0
    for seed in range(20):
        batch = windows(250, seed=seed)
        tokens = model.tokens(batch)
        hidden = hide_cells(model, tokens, np.random.default_rng(seed))
        noise = torch.where(hidden.cells, torch.randn_like(tokens.values), tokens.values)
        other = type(tokens)(**{**vars(tokens), "values": noise})
        with torch.no_grad():
            a, b = (model.encode(t, hidden.kept, hidden.cells).z for t in (tokens, other))
        assert torch.equal(a, b)
        checked += len(batch)
    assert checked == 5_000  # a layout; 10,000 over both


def cohort(missing: float, rng: np.random.Generator) -> tuple[list[PersonDays], np.ndarray]:
    """Sixty people, half of whom have a faster pulse; minutes are lost in blocks of an hour."""
    days, y = [], np.arange(60) % 2
    for i in range(60):
        lost = np.repeat(rng.random(24) < missing, 60)
        values = (60 + 3 * y[i] + rng.normal(0, 3) + rng.normal(0, 8, 1440)).clip(30, 200)
        seen = ~lost[:, None]
        days.append(
            PersonDays(
                person=f"p{i}", first_date=None, ordinal=i, weekday=0, seen=seen, channels=("heart_rate",),
                values=np.where(seen, values[:, None], 0).astype(np.float32),
            )
        )  # fmt: skip
    return days, y.astype(float)


def test_answers_fade_smoothly_with_missing_minutes_and_none_is_given_without_wear() -> None:
    """N-10: from 10 to 90 % missing; what is worn too little is refused, not guessed."""
    rng = np.random.default_rng(0)
    backbone = HandcraftedConfig(channels=("heart_rate",)).build()
    aucs = []
    for missing in (0.0, 0.1, 0.3, 0.5, 0.7, 0.9):
        days, y = cohort(missing, rng)
        vectors = embed(days, backbone, min_worn_minutes=1)
        place = [int(p[1:]) for p in vectors.people]
        mean = WindowBatch.stack([days[i] for i in place])
        pulse = mean.values.sum(axis=(1, 2)) / np.maximum(mean.seen.sum(axis=(1, 2)), 1)
        assert np.isfinite(vectors.values).all()
        aucs.append(auc(y[place], pulse.astype(np.float64)))
    assert aucs[0] > 0.7
    assert all(b > a - 0.25 for a, b in pairwise(aucs))  # no cliff
    with pytest.raises(InputError, match="no window was worn"):
        embed(cohort(0.95, rng)[0], backbone)
