"""The only place that talks to a language model: profiles, budgets, transcripts, a client; and a stand-in for tests."""

from sennight.errors import LanguageModelError
from sennight.llm.budget import Budget, Meter, Spent
from sennight.llm.client import Client, Message, Reply, open, replayed
from sennight.llm.local import is_loopback
from sennight.llm.profile import Profile, find_profile, load_profiles, profile_file
from sennight.llm.stand_in import STAND_IN, Played, StandIn
from sennight.llm.transcript import Replay, Transcript
from sennight.llm.trouble import InvalidAnswer, NotLocal, OverBudget, ProviderDown

__all__ = [
    "STAND_IN",
    "Budget",
    "Client",
    "InvalidAnswer",
    "LanguageModelError",
    "Message",
    "Meter",
    "NotLocal",
    "OverBudget",
    "Played",
    "Profile",
    "ProviderDown",
    "Replay",
    "Reply",
    "Spent",
    "StandIn",
    "Transcript",
    "find_profile",
    "is_loopback",
    "load_profiles",
    "open",
    "profile_file",
    "replayed",
]
