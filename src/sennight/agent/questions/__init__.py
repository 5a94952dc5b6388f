"""Questions: words become slots by code, tools are called, and sentences are written from their evidence."""

from sennight.agent.questions.asking import Asked, Conversation, ask

__all__ = ["Asked", "Conversation", "ask"]
