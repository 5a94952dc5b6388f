from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sennight import llm
from sennight.agent.attacks.scripted import draft, plan
from sennight.agent.home import build_days
from sennight.agent.memory import load
from sennight.agent.outbound import Outbound, RefusedByPolicy
from sennight.agent.safety.claims import View
from sennight.agent.talk.told import Mode
from sennight.errors import InputError, StoreError
from sennight.record import CHANNELS, Clock, Facts, Recording
from sennight.stages.talked import Settings, session, settings_of
from sennight.store.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Ten days of 10 steps a minute from 6 to 22 o'clock, imported."""
    minutes = np.concatenate([np.arange(360, 1320) + 1440 * d for d in range(10)])
    start = int(np.datetime64("2024-03-04", "m").astype(np.int64))
    recording = Recording.from_samples(
        person="p", device="Nimbus", channel=CHANNELS["steps"], times_utc=60 * (start + minutes), utc_offset_s=0,
        values=np.full(len(minutes), 10.0), clock=Clock.LOCAL, source="s",
    )  # fmt: skip
    opened = Home(tmp_path / "home")
    opened.add([recording], Facts.none(), person="p", source="export.zip", reader="fitbit")
    build_days(opened)
    return tmp_path / "home"


def profiles(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "llm.toml").write_text(f'[profiles.mine]\nurl = "{url}"\nmodel = "stand-in"\nlocal_only = false\n')
    monkeypatch.setenv("SENNIGHT_LLM", str(folder / "llm.toml"))


def test_without_a_model_the_engine_answers_behind_triage(home: Path) -> None:
    talk = session(home, Settings())
    assert "9,600 steps" in talk.ask("How many steps did I walk a day last week?").answer.text
    assert talk.ask("my chest hurts and my arm is numb").answer.text.startswith("This could be an emergency")


def test_a_model_of_a_profile_answers_and_what_was_sent_is_kept(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stand_in
) -> None:
    planned = plan(("metric", {"metric": "steps", "window": "last_7_days"}), remember=["I work night shifts"])
    replies = [planned, draft("You walked {E1} a day.")]
    server = stand_in(lambda _body, n: llm.Played(text=replies[n % 2]))
    profiles(tmp_path, server.url, monkeypatch)
    talk = session(home, Settings(profile="mine", mode=Mode.AGENT))
    told = talk.ask("I work night shifts. How many steps a day last week?")
    assert "You walked 9,600 steps a day." in told.answer.text
    assert (home / "outbox.jsonl").is_file()
    assert (home / "llm_transcript.jsonl").stat().st_mode & 0o777 == 0o600
    assert talk.remember(told.proposals[0]) == "m1"
    assert load(home).notes[0].text == "I work night shifts"


def test_what_may_not_leave_is_refused_before_anything_is_sent(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles(tmp_path, "https://models.example/v1", monkeypatch)
    with pytest.raises(RefusedByPolicy, match="local-only"):
        session(home, Settings(profile="mine", outbound=Outbound.LOCAL_ONLY))
    with pytest.raises(RefusedByPolicy, match="consent"):
        session(home, Settings(profile="mine", outbound=Outbound.FULL))
    with pytest.raises(InputError, match="no profile"):
        session(home, Settings(profile="other"))


def test_no_home_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        session(tmp_path / "none", Settings(), today=date(2024, 1, 1))


def test_words_of_a_command_line_become_settings() -> None:
    words = {"profile": "", "mode": "rephrase", "roles": "split", "outbound": "full", "consent": True}
    made = settings_of(**words, clinician=True, predictors=None)
    assert (made.mode, made.outbound, made.view) == (Mode.REPHRASE, Outbound.FULL, View.CLINICIAN)
    with pytest.raises(InputError, match="is no outbound"):
        settings_of(**{**words, "outbound": "all"}, clinician=False, predictors=None)
