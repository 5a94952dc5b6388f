"""The wire: a request as plain data goes to a profile's server through pydantic-ai, a reply comes back as plain data.

Nothing else in sennight sends a byte to a language model. A request has one deadline, however slowly its reply drips;
a reply longer than the profile allows is cut off; with `local_only` neither a proxy nor a redirect can lead away.
"""

import asyncio
import threading
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Any

from sennight.errors import InputError
from sennight.llm.local import refuse_beyond
from sennight.llm.profile import Profile

ANSWER_TOOL = "answer"
BYTES_A_CHAR = 8  # of a reply's JSON against its text: escapes and wrapping


class WireError(Exception):
    """One request failed. `again` says whether the same request may succeed; `after_s` when, if the server said so."""

    def __init__(self, said: str, *, again: bool, after_s: float = 0.0) -> None:
        super().__init__(said)
        self.said, self.again, self.after_s = said, again, after_s


@dataclass(frozen=True, kw_only=True)
class Call:
    """A tool that the model wants called, with its arguments as it wrote them: JSON text that may be none."""

    id: str
    tool: str
    arguments: str


class Wire:
    """A connection to one profile's server, on an event loop of its own so that any thread may ask and give up."""

    def __init__(self, profile: Profile) -> None:
        if profile.local_only:
            refuse_beyond(profile.address)
        self.profile = profile
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name=f"llm {profile.name}")
        self._model = _model(profile)
        self._thread.start()

    def send(self, request: dict[str, Any], *, within_s: float) -> dict[str, Any]:
        """The reply: text, calls, model, tokens_in, tokens_out, finish. Raises: WireError."""
        limit = min(within_s, self.profile.timeout_s)
        future = asyncio.run_coroutine_threadsafe(self._send(request), self._loop)
        try:
            return future.result(timeout=limit)
        except (FutureTimeout, TimeoutError) as error:
            future.cancel()
            raise WireError(f"no whole reply within {limit:.3g} seconds", again=False) from error

    def close(self) -> None:
        """Stop the loop; a request still under way is dropped."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=2)

    async def _send(self, request: dict[str, Any]) -> dict[str, Any]:
        from pydantic_ai import direct
        from pydantic_ai.exceptions import AgentRunError, ModelHTTPError, UserError
        from pydantic_ai.settings import ModelSettings

        settings = ModelSettings(max_tokens=request["max_tokens"])
        if request.get("temperature") is not None:
            settings["temperature"] = request["temperature"]
        given: dict[str, Any] = {
            "model_settings": settings, "model_request_parameters": _parameters(request),
        }  # fmt: skip
        try:
            if not self.profile.stream:
                return _plain(await direct.model_request(self._model, _messages(request), **given), self.profile)
            async with direct.model_request_stream(self._model, _messages(request), **given) as stream:
                grown = 0
                async for event in stream:
                    delta = getattr(event, "delta", None)
                    grown += len(str(getattr(delta, "content_delta", "") or getattr(delta, "args_delta", "") or ""))
                    if grown > self.profile.most_chars:
                        raise WireError(f"the reply is longer than {self.profile.most_chars:,} characters", again=False)
                return _plain(stream.get(), self.profile)
        except ModelHTTPError as error:
            after = (error.headers or {}).get("retry-after", "")
            again = error.status_code in (408, 409, 425, 429) or error.status_code >= 500
            seconds = float(after) if after.replace(".", "", 1).isdigit() else 0.0
            raise WireError(f"the server answered {error.status_code}", again=again, after_s=seconds) from error
        except UserError as error:
            raise WireError(f"the request is not possible here: {str(error)[:200]}", again=False) from error
        except AgentRunError as error:
            connection = "Connection" in type(error).__name__ or "onnection" in str(error)
            what = "the server cannot be reached" if connection else "the reply breaks the protocol"
            raise WireError(what, again=connection) from error
        except (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError, RuntimeError) as error:
            raise WireError(f"the reply breaks the protocol ({type(error).__name__})", again=False) from error


def _model(profile: Profile) -> Any:
    """The pydantic-ai model of a profile. Raises: InputError if the package is not installed or a key is missing."""
    import httpx2

    limits = httpx2.Timeout(profile.timeout_s)
    # Redirects and proxies would carry a local-only request elsewhere; the environment is not asked.
    http = httpx2.AsyncClient(
        timeout=limits, trust_env=not profile.local_only, follow_redirects=False,
        event_hooks={"response": [_capped(profile.most_chars * BYTES_A_CHAR)]},
    )  # fmt: skip
    try:
        if profile.kind == "anthropic":
            from pydantic_ai.models.anthropic import AnthropicModel
            from pydantic_ai.providers.anthropic import AnthropicProvider

            there: Any = AnthropicProvider(api_key=profile.key() or "none", base_url=profile.address, http_client=http)
            model: Any = AnthropicModel(profile.model, provider=there)
        else:
            from pydantic_ai.models.openai import OpenAIChatModel
            from pydantic_ai.providers.openai import OpenAIProvider

            there = OpenAIProvider(api_key=profile.key() or "none", base_url=profile.address, http_client=http)
            model = OpenAIChatModel(profile.model, provider=there)
    except ImportError as error:
        raise _absent() from error
    there.client.max_retries = 0  # the client counts and repeats requests itself
    return model


def _absent() -> InputError:
    todo = "Install it: pip install 'sennight[agent]'."
    return InputError("talking with a language model needs the package pydantic-ai", todo=todo)


def _capped(most: int) -> Any:
    """A hook that makes a response's stream of bytes end with an error once it is too long."""

    async def hook(response: Any) -> None:
        inner = response.stream

        class Capped(type(inner)):  # type: ignore[misc]
            def __init__(self) -> None:
                self.read_bytes = 0

            async def __aiter__(self) -> Any:
                async for chunk in inner:
                    self.read_bytes += len(chunk)
                    if self.read_bytes > most:
                        raise WireError("the reply is far too long", again=False)
                    yield chunk

            async def aclose(self) -> None:
                await inner.aclose()

        response.stream = Capped()

    return hook


def _messages(request: dict[str, Any]) -> list[Any]:
    from pydantic_ai import messages as m

    out: list[Any] = []
    for at, one in enumerate(request["messages"]):
        if one["role"] == "assistant":
            parts: list[Any] = [m.TextPart(content=one["text"])] if one.get("text") else []
            parts += [
                m.ToolCallPart(tool_name=c["tool"], args=c["arguments"], tool_call_id=c["id"])
                for c in one.get("calls", ())
            ]
            out.append(m.ModelResponse(parts=parts or [m.TextPart(content="(nothing)")]))
            continue
        part: Any = m.UserPromptPart(content=one["text"])
        if one["role"] == "tool":
            part = m.ToolReturnPart(tool_name=one["tool"], content=one["text"], tool_call_id=one["id"])
        first = [m.SystemPromptPart(content=request["system"])] if at == 0 and request["system"] else []
        out.append(m.ModelRequest(parts=[*first, part]))
    return out


def _parameters(request: dict[str, Any]) -> Any:
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition
    from pydantic_ai.tools import ToolDefinition

    tools = [
        ToolDefinition(name=t["name"], description=t["description"], parameters_json_schema=t["schema"])
        for t in request["tools"]
    ]
    schema, way = request["answer_schema"], request["structured"]
    if schema is None or way == "prompted":
        return ModelRequestParameters(function_tools=tools)
    if way == "tool":
        last = ToolDefinition(
            name=ANSWER_TOOL, description="Hand in the answer.", parameters_json_schema=schema, kind="output"
        )
        return ModelRequestParameters(
            function_tools=tools, output_mode="tool", output_tools=[last], allow_text_output=bool(tools)
        )
    shape = OutputObjectDefinition(json_schema=schema, name=ANSWER_TOOL)
    return ModelRequestParameters(function_tools=tools, output_mode="native", output_object=shape)


def _plain(response: Any, profile: Profile) -> dict[str, Any]:
    texts = [p.content for p in response.parts if p.part_kind == "text"]
    calls = [
        {
            "id": p.tool_call_id,
            "tool": p.tool_name,
            "arguments": p.args if isinstance(p.args, str) else p.args_as_json_str(),
        }
        for p in response.parts
        if p.part_kind == "tool-call"
    ]
    text = "".join(texts)
    if len(text) + sum(len(c["arguments"]) for c in calls) > profile.most_chars:
        raise WireError(f"the reply is longer than {profile.most_chars:,} characters", again=False)
    usage = response.usage
    return {
        "text": text, "calls": calls, "model": str(response.model_name or profile.model)[:200],
        "tokens_in": usage.input_tokens, "tokens_out": usage.output_tokens, "finish": str(response.finish_reason or ""),
    }  # fmt: skip
