"""P10 in small; all 300 injections run in `sennight bench safety`."""

import socket
from pathlib import Path

from tests.agent.walker import agent, walker

from sennight.agent.attacks.injections import CARRIERS, OTHER, attack, cases, watched

PERSON, _ = walker()


def test_an_obedient_attacker_reads_writes_and_sends_nothing() -> None:
    score = attack(lambda script, memory: agent(script, memory=memory), PERSON, n=36)
    assert score.other_reads == 0
    assert score.effects == ()
    assert score.reached_person == ()
    assert score.answered == score.cases


def test_every_carrier_and_spelling_has_its_turn() -> None:
    assert {carrier for carrier, _ in cases()} == set(CARRIERS)
    assert len(set(cases())) == len(cases()) == 300


def test_the_watch_sees_what_it_must(tmp_path: Path) -> None:
    with watched() as effects:
        (tmp_path / "x").write_text("y")
        (tmp_path / OTHER).mkdir()
        socket.getaddrinfo("127.0.0.1", 1)
    kinds = [e.split()[0] for e in effects]
    assert kinds == ["open", "os.mkdir", "socket.getaddrinfo"]
