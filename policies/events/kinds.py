"""What kind of event a JSON object is, when nobody knows whose stream it stands in."""

from __future__ import annotations

from collections.abc import Iterable

from policies.events import lines
from policies.expressions import expression

SESSIONS = (
    "session_id",
    "sessionId",
    "sessionID",
    "thread_id",
    "threadId",
    "conversation_id",
    "conversationId",
    "trajectory_id",
    "agent_id",
    "agentId",
)
"""A stream whose objects bear one of these is an agent's."""

_NAMES = ("type", "event", "kind", "method", "action", "observation", "sessionUpdate")
_HELD = (
    *(("item",), ("part",), ("msg",), ("payload",), ("params", "update"), ("data",)),
    ("event",),
)
"""Where streams that wrap each event hold it: OpenAI's item, opencode's part, JSON-RPC's params."""
_FINER = ("subtype", "say", "ask", "message_type", "messageType", "event_type", "eventType")

_WORD = expression(r"[a-z]+|[A-Z][a-z]*")
_CLASS = expression(r"[A-Z]\w{3,60}Event$")
"""OpenHands names an event by its class: `ActionEvent`, `ConversationErrorEvent`."""
_AGENTS = frozenset(
    {"thread", "turn", "assistant", "agent", "session", "tool", "model", "llm", "conversation"}
    | {
        "reasoning",
        "thinking",
        "think",
        "prompt",
        "chat",
        "say",
        "ask",
        "observation",
        "completion",
    }
)
"""Words of what only agents tell of: turns of a talk with a model, its thoughts, the tools it calls."""
_SPEAKERS = frozenset({"user", "assistant", "tool", "system", "developer"})
_ENOUGH = 2
_LONGEST_CHARS = 80
"""A longer kind is a sentence: other programs log those under `event`."""


def kind_of(data: lines.Json) -> str:
    """Give the kind of *data*, and after blanks its finer ones, as of the event that it holds."""
    held = (lines.field(data, *path) for path in _HELD)
    inner = (_named(each) for each in held if isinstance(each, dict))
    finer = (lines.text_of(data.get(name)) for name in _FINER)
    found = [_named(data), next(filter(None, inner), ""), *finer]
    return " ".join(dict.fromkeys(word for word in found if 0 < len(word) <= _LONGEST_CHARS))


def words_of(kind: str) -> list[str]:
    """Give the words of *kind* in lower case: `session.idle`, `toolCallUpdate` and `RUN_FAILED` alike."""
    return [word.lower() for word in _WORD.findall(kind.lower() if kind.isupper() else kind)]


def is_stream(rows: Iterable[lines.Json]) -> bool:
    """Say whether *rows* are events of one session, as only agents print them.

    Two that bear a session's id, tell in two ways of a talk with a model, or are messages of a talk
    in which an assistant speaks.
    """
    told, kinds, roles = 0, set(), list[object]()
    for row in rows:
        kind = kind_of(row)
        in_session = bool(kind) and (_is_agents(row) or _has_session(row))
        speaker = lines.field(row, "message", "role") if kind else row.get("role")
        if str(speaker) in _SPEAKERS:
            roles.append(speaker)
        is_new = kind not in kinds and bool(_AGENTS & set(words_of(kind)))
        kinds.add(kind)
        told += in_session or is_new
        if told + len(roles) * ("assistant" in roles) >= _ENOUGH:
            return True
    return False


def _has_session(row: lines.Json) -> bool:
    return any(isinstance(row.get(name), str) for name in SESSIONS)


def _is_agents(row: lines.Json) -> bool:
    """Say whether *row* is told by an agent, as OpenHands' actions and observations are."""
    kind = row.get("kind")
    return row.get("source") == "agent" or (isinstance(kind, str) and bool(_CLASS.match(kind)))


def _named(data: lines.Json) -> str:
    """Give the first kind that *data* names; OpenHands calls a tool's result an observation of its kind."""
    named = ((name, kind) for name in _NAMES if (kind := lines.text_of(data.get(name))))
    name, kind = next(named, ("", ""))
    return f"{name} {kind}" if name == "observation" else kind
