"""Check a profile: does it answer, call tools, hand in typed answers, stream, and read all that it is sent?

The context probe tells a code word first and asks for it after ever more filler. A server that drops the beginning
without an error gives itself away: it answers, but not with the word.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, Field

from sennight.errors import LanguageModelError
from sennight.llm.budget import Meter
from sennight.llm.client import Client
from sennight.llm.client import open as open_client
from sennight.llm.profile import Profile
from sennight.llm.trouble import InvalidAnswer

PROBES = (500, 2_000, 8_000, 16_000, 32_000)  # words of filler; about 1.3 tokens each
FILLER = ("the", "watch", "counts", "minutes", "and", "the", "night", "is", "long", "while", "seven", "of", "them")


@dataclass(frozen=True, kw_only=True)
class Found:
    """One thing that was tried: whether it works and a sentence on how. `good` None: not tried."""

    name: str
    good: bool | None
    said: str


class Week(BaseModel):
    """What the structured answer is tried with."""

    days: int = Field(ge=0, le=30)
    first_day: str = Field(min_length=1, max_length=20)


def check(
    profile: Profile, *, words: Sequence[int] = PROBES, client: Client | None = None, seed: int = 0
) -> Iterator[Found]:
    """Try everything, one `Found` after another; a dead server ends it at the first. Raises nothing for a model."""
    with client or open_client(profile) as plain:
        ping = _tried("ping", lambda: _ping(plain))
        yield ping
        if not ping.good:
            return
        yield _tried("tools", lambda: _tools(plain))
        yield _tried("structured answer", lambda: _structured(plain))
        yield _tried("streaming", lambda: _streaming(profile, plain.meter))
        yield _tried("context", lambda: _context(plain, words, seed))


def _tried(name: str, what: Callable[[], Found]) -> Found:
    try:
        return what()
    except LanguageModelError as error:
        return Found(name=name, good=False, said=" ".join(str(error).split())[:300])


def _ping(client: Client) -> Found:
    reply = client.ask("Reply with the single word: ready")
    return Found(name="ping", good=bool(reply.text.strip()), said=f"answered as {reply.model}")


def _tools(client: Client) -> Found:
    def nights_of_a_week(week: int) -> int:
        """How many nights the week of this number has."""
        return 7 + 0 * week

    reply = client.ask("Call nights_of_a_week with week 1, then tell me its result.", tools=[nights_of_a_week])
    good = "nights_of_a_week" in reply.called
    return Found(name="tools", good=good, said="a tool was called" if good else "answered without calling the tool")


def _structured(client: Client) -> Found:
    way = client.profile.structured
    try:
        client.ask("How many days has a week, and which is its first?", answer=Week)
    except InvalidAnswer as error:
        todo = "try another: structured = 'tool' or 'prompted'"
        return Found(name="structured answer", good=False, said=f"not by way of '{way}' ({error}); {todo}"[:300])
    return Found(name="structured answer", good=True, said=f"by way of '{way}'")


def _streaming(profile: Profile, meter: Meter) -> Found:
    with open_client(replace(profile, stream=True), meter=meter) as client:
        reply = client.ask("Reply with the single word: ready")
    return Found(name="streaming", good=bool(reply.text.strip()), said="pieces came and made a whole")


def _context(client: Client, words: Sequence[int], seed: int) -> Found:
    """The longest filler before which a code word was still known, and what happened beyond it."""
    rng = random.Random(seed)
    longest = 0
    for n in words:
        word = f"{rng.choice(('heron', 'maple', 'comet', 'amber'))}-{rng.randrange(1_000, 9_999)}"
        filler = " ".join(rng.choice(FILLER) for _ in range(n))
        question = f"The code word is {word}.\n{filler}\nReply with the code word that stands at the beginning."
        try:
            reply = client.ask(question)
        except LanguageModelError as error:
            refused = f"reads {longest:,} words; {n:,} are refused with an error ({' '.join(str(error).split())[:120]})"
            return Found(name="context", good=longest > 0, said=refused)
        if word not in reply.text:
            silent = (
                f"SILENT TRUNCATION: of {n:,} words the beginning was not read and no error came; "
                f"{longest:,} are read. Raise the server's context length."
            )
            return Found(name="context", good=False, said=silent)
        longest = n
    return Found(name="context", good=True, said=f"reads at least {longest:,} words to the beginning")
