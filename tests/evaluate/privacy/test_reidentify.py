"""Looking people up by their vectors: found where identity was planted, at chance where it was not."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.evaluate.privacy.reidentify import found, gallery, own_ranks, same_known

N = 400


def halves(identity: float, seed: int = 0):
    rng = np.random.default_rng(seed)
    who = identity * rng.normal(size=(N, 12))
    return [(who + rng.normal(size=(N, 12))).astype(np.float32) for _ in range(2)]


def test_identity_that_was_planted_is_found() -> None:
    """P-03."""
    ranks = own_ranks(*halves(2.0))
    told = found("model", ranks)
    assert told.rank_1 > 0.5
    assert told.top > told.rank_1
    assert told.identifiable
    assert told.chance == pytest.approx(told.template)


def test_vectors_without_identity_find_nobody() -> None:
    """P-03: chance over ten draws."""
    hits = sum(int((own_ranks(*halves(0.0, seed)) == 0).sum()) for seed in range(10))
    assert hits <= 20  # 10 expected of 4,000 tries
    told = found("noise", own_ranks(*halves(0.0)))
    assert not told.identifiable


def test_constant_vectors_find_nobody() -> None:
    flat = np.ones((N, 3), dtype=np.float32)
    assert (own_ranks(flat, flat) == N - 1).all()


def test_what_the_attacker_knows_narrows_the_search_and_is_taken_off() -> None:
    """P-03: knowledge by itself is the template; the vector's leak is what it adds."""
    sex, age = np.arange(N) % 2 * 1.0, np.arange(N) // 2 % 20 * 1.0
    same = same_known([sex, age])
    candidates = same.sum(axis=1)
    assert set(candidates.tolist()) == {10}
    blind = found("noise", own_ranks(*halves(0.0), same=same), knows="age, sex", candidates=candidates)
    assert blind.template == pytest.approx(0.1)
    assert abs(blind.gain) < 0.06
    seeing = found("model", own_ranks(*halves(1.0), same=same), knows="age, sex", candidates=candidates)
    assert seeing.gain > 0.3


def test_an_unknown_value_excludes_nobody() -> None:
    same = same_known([np.array([1.0, np.nan, 2.0])])
    assert same.tolist() == [[True, True, False], [True, True, True], [False, True, True]]


def test_a_gallery_is_drawn_once_a_seed() -> None:
    rows = gallery(3000)
    assert len(rows) == len(set(rows.tolist())) == 1000
    assert (rows == gallery(3000)).all()
    assert gallery(7).tolist() == list(range(7))


def test_one_person_cannot_be_looked_up() -> None:
    with pytest.raises(InputError, match="at least two"):
        own_ranks(np.zeros((1, 2), dtype=np.float32), np.zeros((1, 2), dtype=np.float32))
