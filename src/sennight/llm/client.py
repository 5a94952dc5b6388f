"""A client: asks a profile's model, within a budget, with every call in a transcript; typed answers or typed trouble.

    client = llm.open(find_profile("mine"))
    reply = client.ask("How many nights are in a sennight?", answer=Count)
    reply.answer.nights, reply.text, client.spent

A model's reply is data: it is parsed, never run. What does not parse gets `repairs` turns, then `InvalidAnswer`.
"""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ValidationError

from sennight.llm.budget import Meter, Spent
from sennight.llm.profile import Profile
from sennight.llm.tools import Tool
from sennight.llm.transcript import Replay, Transcript
from sennight.llm.trouble import InvalidAnswer, OverBudget, ProviderDown
from sennight.llm.wire import ANSWER_TOOL, Wire, WireError

MOST_TURNS = 12  # requests of one question: tools, repairs and all
LONGEST_PAUSE_S = 20.0  # between two tries, whatever a server asks for
SHOWN = 2_000  # characters of an invalid reply that go back to the model

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One turn that is already there. `role` is "user" or "assistant"."""

    role: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Reply(Generic[A]):
    """What came: the text, the typed answer if one was asked for, the tools called, who said it and what it cost."""

    text: str
    answer: A | None
    model: str
    called: tuple[str, ...] = ()
    requests: int = 1
    finish: str = ""
    spent: Spent = field(default_factory=Spent)
    """Of this question alone."""


@runtime_checkable
class Sender(Protocol):
    """Sends one request: `Wire`, or whatever stands in for it."""

    def send(self, request: dict[str, Any], *, within_s: float) -> dict[str, Any]:
        """The reply as plain data. Raises: WireError."""
        ...


class Client:
    """Asks one model. Made by `open`; `close` it, or use it as a context."""

    def __init__(
        self,
        profile: Profile,
        *,
        transcript: Transcript | None = None,
        sender: Sender | None = None,
        replay: Replay | None = None,
        meter: Meter | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.profile = profile
        self.transcript = transcript or Transcript()
        self.meter = meter or Meter(profile.budget)
        self._sender, self._replay, self._sleep = sender, replay, sleep

    @property
    def name(self) -> str:
        """The model's name."""
        return self.profile.model

    @property
    def address(self) -> str:
        """Where requests go, "" where none are sent."""
        return "" if self._replay else self.profile.address

    @property
    def spent(self) -> Spent:
        """Everything this client has used."""
        return self.meter.spent

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop the connection."""
        if isinstance(self._sender, Wire):
            self._sender.close()
        self._sender = None

    def ask(
        self,
        messages: str | Sequence[Message],
        *,
        system: str = "",
        tools: Sequence[Callable[..., Any]] = (),
        answer: type[Any] | None = None,
    ) -> Reply[Any]:
        """One question. `tools` are typed functions whose docstring the model reads; code calls them, by schema only.

        Raises: OverBudget, ProviderDown, InvalidAnswer.
        """
        turns = [Message(role="user", text=messages)] if isinstance(messages, str) else list(messages)
        request: dict[str, Any] = {
            "model": self.profile.model, "system": system,
            "messages": [{"role": m.role, "text": m.text} for m in turns],
            "tools": [], "answer_schema": answer.model_json_schema() if answer else None,
            "structured": self.profile.structured, "max_tokens": self.profile.max_tokens,
            "temperature": self.profile.temperature,
        }  # fmt: skip
        shelf = {t.name: t for t in map(Tool.of, tools)}
        request["tools"] = [t.described() for t in shelf.values()]
        if answer and self.profile.structured == "prompted":
            request["system"] = _asking_for_json(system, request["answer_schema"])
        return self._turns(request, shelf, answer)

    def text(self, *, system: str, user: str, schema: Mapping[str, Any] | None = None) -> str:
        """A text for a text, its JSON schema asked for but not checked: for callers that read and repair themselves.

        Raises: OverBudget, ProviderDown.
        """
        request: dict[str, Any] = {
            "model": self.profile.model, "system": system, "messages": [{"role": "user", "text": user}],
            "tools": [], "answer_schema": dict(schema) if schema else None, "structured": self.profile.structured,
            "max_tokens": self.profile.max_tokens, "temperature": self.profile.temperature,
        }  # fmt: skip
        if schema and self.profile.structured == "prompted":
            request["system"] = _asking_for_json(system, schema)
        said = self.send(request)
        handed = [c["arguments"] for c in said["calls"] if c["tool"] == ANSWER_TOOL]
        return str(handed[0] if handed else said["text"])

    def _turns(self, request: dict[str, Any], shelf: Mapping[str, Tool], answer: type[A] | None) -> Reply[A]:
        before, called, repairs = self.spent, list[str](), 0
        for n in range(1, MOST_TURNS + 1):
            said = self.send(request)
            calls = [c for c in said["calls"] if c["tool"] != ANSWER_TOOL or answer is None]
            if calls and shelf:
                called += [c["tool"] for c in calls]
                results = [_called(c, shelf) for c in calls]
                request = _with(request, said, results)
                continue
            handed = [c["arguments"] for c in said["calls"] if c["tool"] == ANSWER_TOOL]
            text = handed[0] if handed and answer else said["text"]
            made: A | None = None
            if answer:
                made, fault = parsed(text, answer)
                if made is None:
                    if repairs >= self.profile.repairs:
                        raise InvalidAnswer(
                            f"'{self.name}' did not hand in what was asked for, after {repairs} repair turns: {fault}"
                        )
                    repairs += 1
                    request = _repair(request, text, fault)
                    continue
            return Reply(
                text=text, answer=made, model=said["model"], called=tuple(called), requests=n, finish=said["finish"],
                spent=_less(self.spent, before),
            )  # fmt: skip
        raise InvalidAnswer(f"'{self.name}' did not come to an answer within {MOST_TURNS} turns")

    def send(self, request: dict[str, Any]) -> dict[str, Any]:
        """One request as plain data, tried again where that may help; each try counts.

        Raises: OverBudget, ProviderDown.
        """
        if self._replay:
            reply = self._replay.next(request)
            if "error" in reply:
                raise ProviderDown(str(reply["error"]))
            return reply
        if self._sender is None:
            self._sender = Wire(self.profile)
        for attempt in range(self.profile.retries + 1):
            within_s = self.meter.begin()
            start = self.meter.clock()
            try:
                reply = self._sender.send(request, within_s=within_s)
            except WireError as error:
                wall_s = self.meter.clock() - start
                self.meter.end(tokens_in=0, tokens_out=0, money=0.0, wall_s=wall_s)
                self.transcript.add(request, {"error": error.said, "wall_s": round(wall_s, 3)})
                if wall_s >= within_s:
                    raise OverBudget("the language model's wall time ran out in the middle of a reply") from error
                if not error.again or attempt == self.profile.retries:
                    todo = f"See `sennight llm check {self.profile.name}`."
                    raise ProviderDown(
                        f"the language model '{self.name}' is of no use: {error.said}", todo=todo
                    ) from error
                self._pause(max(error.after_s, 0.5 * 2**attempt))
                continue
            wall_s = self.meter.clock() - start
            money = (reply["tokens_in"] * self.profile.price_in + reply["tokens_out"] * self.profile.price_out) / 1e6
            self.meter.end(tokens_in=reply["tokens_in"], tokens_out=reply["tokens_out"], money=money, wall_s=wall_s)
            self.transcript.add(request, {**reply, "wall_s": round(wall_s, 3)})
            return reply
        raise AssertionError("unreachable")

    def _pause(self, seconds: float) -> None:
        seconds = min(seconds, LONGEST_PAUSE_S)
        self._sleep(seconds)
        self.meter.end(tokens_in=0, tokens_out=0, money=0.0, wall_s=seconds)


def open(profile: Profile, *, transcript: Path | None = None, meter: Meter | None = None) -> Client:
    """A client of a profile; `transcript` keeps every call in a file. Nothing is sent before the first question."""
    return Client(profile, transcript=Transcript(transcript), meter=meter)


def replayed(profile: Profile, transcript: Path) -> Client:
    """A client that answers from a transcript and sends nothing. Raises: StoreError if it is damaged."""
    return Client(profile, replay=Replay(transcript))


def parsed(text: str, wanted: type[A]) -> tuple[A | None, str]:
    """The text as the wanted type, or what is wrong with it. Prose around the one JSON object in it is no fault."""
    for candidate in dict.fromkeys((text, *_objects(text))):
        try:
            plain = json.loads(candidate, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            continue
        try:
            return wanted.model_validate(plain), ""
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            return None, f"{'.'.join(map(str, first['loc']))[:80]}: {first['msg'][:200]}"
        except RecursionError:
            return None, "nested too deeply"
    return None, "this is not one JSON object of the schema" if text.strip() else "the reply is empty"


def _objects(text: str) -> list[str]:
    """A fenced block, or from the first brace to the last, where there is exactly one."""
    fenced = re.findall(r"```(?:json)?\s*\n(.*?)\n\s*```", text, re.DOTALL)
    if len(fenced) == 1:
        return [fenced[0]]
    first, last = text.find("{"), text.rfind("}")
    return [text[first : last + 1]] if 0 <= first < last else []


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _asking_for_json(system: str, schema: Mapping[str, Any]) -> str:
    return f"{system}\n\nReply with one JSON object of this schema and nothing else:\n{json.dumps(schema)}".strip()


def _called(call: Mapping[str, str], shelf: Mapping[str, Tool]) -> dict[str, str]:
    tool = shelf.get(call["tool"])
    text = f"There is no tool of that name. There are: {', '.join(shelf)}." if tool is None else tool(call["arguments"])
    return {"role": "tool", "tool": call["tool"], "id": call["id"], "text": text}


def _with(request: dict[str, Any], said: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    spoken = {"role": "assistant", "text": said["text"], "calls": said["calls"]}
    return {**request, "messages": [*request["messages"], spoken, *results]}


def _repair(request: dict[str, Any], text: str, fault: str) -> dict[str, Any]:
    """The next turn: what was said, cut short, and why it will not do."""
    spoken = {"role": "assistant", "text": text[:SHOWN] or "(nothing)"}
    wish = {"role": "user", "text": f"That cannot be used: {fault}. Hand in the whole answer again, as JSON only."}
    return {**request, "messages": [*request["messages"], spoken, wish]}


def _less(now: Spent, before: Spent) -> Spent:
    return Spent(**{k: v - getattr(before, k) for k, v in now.to_json().items()})
