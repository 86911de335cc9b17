"""A provider over HTTP that answers as it is told, and one question to ask it."""

import json
from typing import Any

from pydantic import BaseModel
from pytest_httpserver import HTTPServer

from articles.clients.ai import Answer, Prompt, ask

DEAREST = 75_000  # millionths of a dollar: above what one question may cost at most


class Word(BaseModel):
    word: str


def answering(server: HTTPServer, *, tokens_in: int = 1000, tokens_out: int = 100) -> None:
    """From now on; at the prices of gpt-5-mini it is 450 millionths a call unless told."""
    server.clear()
    server.expect_request("/v1/responses").respond_with_json(reply(tokens_in, tokens_out))


def spent(server: HTTPServer) -> None:
    """From now on the account's quota is spent."""
    server.clear()
    error = {"error": {"message": "m", "type": "insufficient_quota", "code": "insufficient_quota", "param": None}}
    server.expect_request("/v1/responses").respond_with_json(error, status=429)


def failing(server: HTTPServer, status: int) -> None:
    server.clear()
    server.expect_request("/v1/responses").respond_with_json({"error": {"message": "m", "code": "c"}}, status=status)


def reply(tokens_in: int, tokens_out: int) -> dict[str, Any]:
    content = {"type": "output_text", "text": json.dumps({"word": "yes"}), "annotations": []}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "gpt-5-mini",
        "status": "completed",
        "output": [{"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [content]}],
        "usage": {"input_tokens": tokens_in, "output_tokens": tokens_out, "total_tokens": tokens_in + tokens_out},
    }


def asked(about: str = "1") -> Answer[Word]:
    prompt = Prompt(version="word.v1", instructions="Say a word.")
    return ask(purpose="say_word", subject=("order", about), prompt=prompt, document={"task": "say"}, answer=Word)
