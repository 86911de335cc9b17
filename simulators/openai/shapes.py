"""The objects as OpenAI's API returns them.

Shapes only: they must never decide what is answered.
"""

import secrets
import time

from simulators.openai.answering import Answer
from simulators.openai.errors import JsonObject

MODEL = "copydesk-offline-writer-1"
MODERATION_MODEL = "copydesk-offline-moderation-1"
CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip


def new_id(prefix: str) -> str:
    return prefix + secrets.token_hex(24)


def response(answer: Answer, asked: JsonObject) -> JsonObject:
    """A Responses API object."""
    status = "incomplete" if answer.cut else "completed"
    content = (
        {"type": "refusal", "refusal": answer.refusal}
        if answer.refusal
        else {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
    )
    message = {"id": new_id("msg_"), "type": "message", "role": "assistant", "status": status, "content": [content]}
    return {
        "id": new_id("resp_"),
        "object": "response",
        "created_at": int(time.time()),
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if answer.cut else None,
        "instructions": asked.get("instructions"),
        "max_output_tokens": asked.get("max_output_tokens"),
        "metadata": asked.get("metadata", {}),
        "model": MODEL,
        "output": [message],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "safety_identifier": asked.get("safety_identifier"),
        "service_tier": "default",
        "store": asked.get("store", True),
        "temperature": asked.get("temperature", 1.0),
        "text": asked.get("text", {"format": {"type": "text"}}),
        "tool_choice": "auto",
        "tools": [],
        "top_p": asked.get("top_p", 1.0),
        "truncation": "disabled",
        "usage": {
            "input_tokens": answer.tokens_in,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": answer.tokens_out,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": answer.tokens_in + answer.tokens_out,
        },
        "user": asked.get("user"),
    }


def chat_completion(answer: Answer) -> JsonObject:
    return {
        "id": new_id("chatcmpl-"),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": None if answer.refusal else answer.text,
                    "refusal": answer.refusal or None,
                    "annotations": [],
                },
                "logprobs": None,
                "finish_reason": "length" if answer.cut else "stop",
            }
        ],
        "usage": {
            "prompt_tokens": answer.tokens_in,
            "completion_tokens": answer.tokens_out,
            "total_tokens": answer.tokens_in + answer.tokens_out,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": None,
    }


def moderation(inputs: int, *, flagged: bool) -> JsonObject:
    """One result per input. The stand-in judges nothing by itself: it flags all or none, as it was told."""
    result = {
        "flagged": flagged,
        "categories": {name: flagged and name == "illicit" for name in CATEGORIES},
        "category_scores": {name: 0.97 if flagged and name == "illicit" else 0.0 for name in CATEGORIES},
        "category_applied_input_types": {name: ["text"] for name in CATEGORIES},
    }
    return {"id": new_id("modr-"), "model": MODERATION_MODEL, "results": [result] * inputs}


def models() -> JsonObject:
    names = (MODEL, MODERATION_MODEL)
    data = [{"id": name, "object": "model", "created": 1_790_000_000, "owned_by": "copydesk"} for name in names]
    return {"object": "list", "data": data}
