"""A stand-in: a loopback server that speaks the OpenAI wire protocol and plays scripts. It is no language model.

Chat completions, tools, structured answers and streaming go over a real socket, so that everything that talks with a
language model can be tried and tested without one. Every reply names itself: "scripted stand-in, not a language model".
"""

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

STAND_IN = "scripted stand-in, not a language model"
MOST_BYTES = 50_000_000  # of a request
PIECE = 24  # characters of a streamed piece
CODE_WORD = re.compile(r"code word is ([a-z]+-\d+)")


@dataclass(frozen=True, kw_only=True)
class Played:
    """What a script does with one request. `raw` bytes go out as they are; delays are in seconds."""

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    """Tool name and arguments, as text."""
    status: int = 200
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drip_s: float = 0.0
    """Between two pieces; a raw body drips by bytes."""
    finish: str = ""


Script = Callable[[dict[str, Any], int], Played]
"""The request's body and its number, from 0, to what is played."""


def obliging(body: dict[str, Any], _n: int) -> Played:
    """Calls each tool once, fills any schema with the least that fits, repeats a code word it can see."""
    said = [str(m.get("content") or "") for m in body.get("messages", ())]
    tools = {t["function"]["name"]: t["function"] for t in body.get("tools", ())}
    used = any(m.get("role") == "tool" for m in body.get("messages", ()))
    if "answer" in tools and (used or len(tools) == 1):
        return Played(calls=(("answer", json.dumps(least(tools["answer"]["parameters"]))),))
    if tools and not used:
        calls = [(name, json.dumps(least(f["parameters"]))) for name, f in tools.items() if name != "answer"]
        return Played(calls=tuple(calls))
    wanted = (body.get("response_format") or {}).get("json_schema")
    if wanted:
        return Played(text=json.dumps(least(wanted["schema"])))
    if in_words := re.search(r"JSON object of this schema and nothing else:\n(\{.*\})", "\n".join(said), re.DOTALL):
        return Played(text=json.dumps(least(json.loads(in_words[1]))))
    if word := CODE_WORD.search("\n".join(said)):
        return Played(text=word[1])
    return Played(text=f"I am a {STAND_IN}.")


def least(schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> Any:
    """The plainest value that a JSON schema allows."""
    root = root or schema
    if "$ref" in schema:
        return least(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root)
    if "default" in schema:
        return schema["default"]
    for key in ("const", "enum"):
        if key in schema:
            return schema[key] if key == "const" else schema[key][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return least(schema[key][0], root)
    kind = schema.get("type")
    if kind == "object":
        return {k: least(schema["properties"][k], root) for k in schema.get("required", ())}
    if kind == "array":
        return [least(schema["items"], root)] * int(schema.get("minItems", 0))
    if kind in ("integer", "number"):
        low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
        return max(0, low) if schema.get("maximum", 0) >= 0 else low
    return {"boolean": False, "null": None}.get(str(kind), "a" * max(1, int(schema.get("minLength", 1))))


class StandIn:
    """The server, on a port of 127.0.0.1. `context` words of a conversation are seen and the rest silently dropped.

    Use it as a context; `url` is what a profile needs, `seen` holds the bodies that came.
    """

    def __init__(
        self, script: Script = obliging, *, name: str = "stand-in", context: int | None = None, port: int = 0
    ) -> None:
        self.script, self.name, self.context = script, name, context
        self.seen: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (Conversation,), {"stand_in": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> "StandIn":
        self._thread.start()
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _tb: TracebackType | None) -> None:
        self.stop()

    def serve(self) -> None:
        """Answer until stopped by Ctrl-C."""
        try:
            self._server.serve_forever()
        finally:
            self._server.server_close()

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def play(self, body: dict[str, Any]) -> tuple[Played, int]:
        """What the script does with this body, and how many tokens (words) it saw."""
        body, words = cut(body, self.context)
        with self._lock:
            n = len(self.seen)
            self.seen.append(body)
        return self.script(body, n), words


def cut(body: dict[str, Any], context: int | None) -> tuple[dict[str, Any], int]:
    """The body with only the last so many words of its messages, as servers with a short context do without a word."""
    left, kept = context if context is not None else 10**12, []
    total = 0
    for message in reversed(body.get("messages", ())):
        words = str(message.get("content") or "").split(" ")
        shown = words[-left:] if left > 0 else []
        left, total = left - len(shown), total + len(shown)
        kept.append({**message, "content": " ".join(shown)} if message.get("content") else message)
    return {**body, "messages": kept[::-1]}, total


class Conversation(BaseHTTPRequestHandler):
    """One connection; what is played comes from the server's `stand_in`."""

    stand_in: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing: bodies and paths are nobody's business."""

    def do_GET(self) -> None:
        """The list of models, which is one."""
        self._whole(200, {"object": "list", "data": [{"id": self.stand_in.name, "owned_by": STAND_IN}]})

    def do_POST(self) -> None:
        """A chat completion, as scripted."""
        size = int(self.headers.get("content-length") or 0)
        if size > MOST_BYTES or not self.path.endswith("/chat/completions"):
            self.close_connection = True
            self._whole(413 if size > MOST_BYTES else 404, _error("no such thing here"))
            return
        try:
            body = json.loads(self.rfile.read(size))
        except ValueError:
            self._whole(400, _error("this is not JSON"))
            return
        played, words = self.stand_in.play(body)
        time.sleep(played.delay_s)
        try:
            self._play(played, words, streamed=bool(body.get("stream")))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _play(self, played: Played, words: int, *, streamed: bool) -> None:
        if played.raw is not None:
            self._raw(played)
        elif played.status != 200:
            self._whole(played.status, _error(played.text or "scripted failure"), played.headers)
        elif streamed:
            self._stream(played, words)
        else:
            self._whole(200, _completion(self.stand_in.name, played, words))

    def _whole(self, status: int, plain: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
        sent = json.dumps(plain).encode()
        self.send_response(status)
        for key, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(key, value)
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def _raw(self, played: Played) -> None:
        self.send_response(played.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(played.raw or b"")))
        self.end_headers()
        step = 1 if played.drip_s else max(1, len(played.raw or b""))
        for at in range(0, len(played.raw or b""), step):
            self.wfile.write((played.raw or b"")[at : at + step])
            self.wfile.flush()
            time.sleep(played.drip_s)

    def _stream(self, played: Played, words: int) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in _pieces(self.stand_in.name, played, words):
            self.wfile.write(b"data: " + json.dumps(piece).encode() + b"\n\n")
            self.wfile.flush()
            time.sleep(played.drip_s)
        self.wfile.write(b"data: [DONE]\n\n")


def _error(said: str) -> dict[str, Any]:
    return {"error": {"message": f"{said} ({STAND_IN})", "type": "stand_in"}}


def _head(name: str, kind: str) -> dict[str, Any]:
    model = f"{name} ({STAND_IN})"
    return {"id": "stand-in", "object": kind, "created": 0, "model": model, "system_fingerprint": STAND_IN}


def _calls(played: Played) -> list[dict[str, Any]]:
    return [
        {"id": f"call_{i}", "index": i, "type": "function", "function": {"name": name, "arguments": arguments}}
        for i, (name, arguments) in enumerate(played.calls)
    ]


def _finish(played: Played) -> str:
    return played.finish or ("tool_calls" if played.calls else "stop")


def _usage(played: Played, words: int) -> dict[str, int]:
    out = len(played.text.split(" ")) + sum(len(a.split(" ")) for _, a in played.calls)
    return {"prompt_tokens": words, "completion_tokens": out, "total_tokens": words + out}


def _completion(name: str, played: Played, words: int) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": played.text or None}
    if played.calls:
        message["tool_calls"] = _calls(played)
    choice = {"index": 0, "message": message, "finish_reason": _finish(played)}
    return {**_head(name, "chat.completion"), "choices": [choice], "usage": _usage(played, words)}


def _pieces(name: str, played: Played, words: int) -> list[dict[str, Any]]:
    head = _head(name, "chat.completion.chunk")
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": played.text[i : i + PIECE]} for i in range(0, len(played.text), PIECE)]
    deltas += [{"tool_calls": [call]} for call in _calls(played)]
    out = [{**head, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
    out.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": _finish(played)}]})
    out.append({**head, "choices": [], "usage": _usage(played, words)})
    return out
