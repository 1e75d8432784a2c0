"""The marks by which a JSON object of an agent that nobody knows tells that something failed."""

from __future__ import annotations

from typing import TypeGuard

from policies.events import lines, loose
from policies.events.kinds import words_of

BAD = frozenset({"error", "errored", "failed", "failure", "fatal", "exception", "aborted"})
NOTES = frozenset({"warn", "warning", "info", "debug", "log", "notice"})

_STATES = ("subtype", "status", "level", "outcome", "state")
_STOPS = ("stopReason", "stop_reason", "finishReason", "finish_reason", "reason")
_NAME_CHARS = 40
_CUT = frozenset({"length", "max_tokens", "max_output_tokens"})
"""Why an answer stopped in the midst of it, in the words of the model APIs."""


def is_bad(data: lines.Json, kind: frozenset[str]) -> bool:
    """Say whether *data*, of the words *kind*, reports a failure; a log line or a warning never does."""
    if kind & NOTES or str(data.get("level")).lower() in NOTES:
        return False
    return bool(kind & BAD) or any(map(_is_marked, loose.held(data)))


def cut(data: lines.Json) -> str:
    """Say why the answer in *data* was cut, with the field that tells it as it stands; else give ""."""
    stops = ((name, place.get(name)) for place in loose.held(data) for name in _STOPS)
    told = next((f'"{name}":"{why}"' for name, why in stops if str(why).lower() in _CUT), "")
    return told and f"the answer stopped at the output-token limit ({told})"


def _is_name(stop: object) -> TypeGuard[str]:
    """Say whether why it stopped is told by a name: `llm_api_error`, not in a sentence."""
    return isinstance(stop, str) and len(stop) <= _NAME_CHARS and " " not in stop


def _is_marked(place: lines.Json) -> bool:
    if any(place.get(name) is True for name in ("is_error", "isError")):
        return True
    if any(place.get(name) is False for name in ("success", "ok")):
        return True
    if any(str(place.get(name)).lower() in BAD for name in _STATES):
        return True
    if any(BAD & set(words_of(stop)) for name in _STOPS if _is_name(stop := place.get(name))):
        return True
    own = place.get("error") or place.get("errorMessage") or place.get("error_message")
    return isinstance(own, str | dict) or str(place.get("subtype")).lower().startswith("error")
