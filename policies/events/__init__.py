"""What agents print, read as events: one file an agent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from policies.events import copilot, lines, opencode
from policies.events.aider import AiderReader
from policies.events.base import Reader
from policies.events.claude import ClaudeReader
from policies.events.codex import CodexReader, is_older
from policies.events.copilot import CopilotReader
from policies.events.gemini import GeminiReader
from policies.events.generic import GenericReader
from policies.events.kinds import is_stream
from policies.events.mini import MiniReader
from policies.events.opencode import OpencodeReader
from policies.events.pi import PiReader
from policies.events.qwen import QwenReader
from policies.events.text import TextReader
from policies.expressions import expression

READERS: dict[str, Callable[[], Reader]] = {
    "codex": CodexReader,
    "claude": ClaudeReader,
    "pi": PiReader,
    "gemini": GeminiReader,
    "opencode": OpencodeReader,
    "qwen": QwenReader,
    "copilot": CopilotReader,
    "aider": AiderReader,
    "mini": MiniReader,
    "mini-swe-agent": MiniReader,
    "generic": GenericReader,
    "text": TextReader,
}
_LOOKED_AT_CHARS = 20_000
LOOKED_AT_LINES = 200
"""A log that has not said whose it is by then is read as text."""

_HEAD = expression(r"^# nightcrew .*\bagent=(\S+)")
_PI_TYPES = frozenset({"agent_start", "agent_end", "turn_start", "message_start", "message_end"})
_GEMINI_FIELDS = {
    "init": "session_id",
    "message": "role",
    "tool_use": "tool_id",
    "tool_result": "tool_id",
    "error": "severity",
    "result": "stats",
}
"""What its events bear; only the first one names the session."""
_TEXTS = (
    (
        "gemini",
        expression(r"^(?:YOLO mode is enabled\. All tool calls|Error when talking to Gemini API)"),
    ),
    ("gemini", expression(r"^When using Gemini API, you must ")),
    ("opencode", expression(r"^> \w[\w -]{0,40} · \S{1,120}$")),
    ("gemini", expression(r"^at (?:async )?[^()]{0,200}\(file://\S{1,300}/@google/gemini-cli/")),
    ("qwen", expression(r"^at (?:async )?[^()]{0,200}\(file://\S{1,300}/@qwen-code/qwen-code/")),
    (
        "qwen",
        expression(r'^\[\{"type": ?"system",.{0,10000}"(?:qwen_code_version|permission_mode)": ?'),
    ),
    (
        "claude",
        expression(
            r"^(?:API Error: |Credit balance is too low|There's an issue with the selected model)"
        ),
    ),
    ("aider", expression(r"^Aider v\d|^aider(?:\.exe)?: error: ")),
    ("aider", expression(r"^Tokens: [\d.,]{1,12}k? sent(?:, .{1,60})?, [\d.,]{1,12}k? received\.")),
    ("mini", expression(r"^(?:Building agent config from specs:|Usage: mini(?:-swe-agent)? \[)")),
    (
        "mini",
        expression(
            r"^(?:This is mini-swe-agent\b|mini-swe-agent \(step \d{1,6}, \$[\d.]{1,12}\):)"
        ),
    ),
    ("copilot", expression(r"^(?:Resume {2,}|.{0,20}`)copilot --resume")),
    ("qwen", expression(r"^(?:\[API Error: |Usage: qwen \[)|`qwen --resume`")),
)
"""How agents begin, or report a failure, in text mode; a frame of their own code is theirs too."""
_WORDS = (
    *("YOLO mode is", "talking to Gemini", "using Gemini API", " · ", "/@google/gemini-cli/"),
    *("/@qwen-code/", '[{"type":', "API Error: ", "balance is too low", "the selected model"),
    *("Aider v", "aider: error: ", "aider.exe: error: ", "Tokens: ", "agent config from specs:"),
    *("Usage: mini", "mini-swe-agent", "copilot --resume", "Usage: qwen [", "`qwen --resume`"),
)
"""One of them stands in every such line: a cheap test before the forms."""
_CLAUDE_FIELDS = frozenset({"claude_code_version", "apiKeySource", "total_cost_usd"})


def reader_for(name: str) -> Reader:
    """Give a fresh reader. Raises KeyError for a name that is not in READERS."""
    return READERS[name]()


def detect(first_lines: Iterable[str]) -> str:
    """Say by its first lines whose log it is: a name of READERS, `text` when nothing tells.

    `generic`: nobody known, but two objects at least are of one session, as only agents print them.
    """
    objects: list[lines.Json] = []
    for line in islice(first_lines, LOOKED_AT_LINES):
        text = lines.plain(line)
        head = _HEAD.match(text)
        data = None if head else lines.parse(text)
        name = head[1] if head else _whose(data) or _by_text(text[:_LOOKED_AT_CHARS])
        if name in READERS:
            return str(name)
        objects += lines.objects(text) if data is None else [data]
    return "generic" if is_stream(objects) else "text"


def _whose(data: lines.Json | None) -> str | None:
    kind = data.get("type") if data else None
    if data is not None and is_older(data):
        return "codex"
    if data is None or not isinstance(kind, str):
        return None
    if kind == "thread.started" or kind.startswith(("turn.", "item.")):
        return "codex"
    if kind == "system" and _is_qwen(data):
        return "qwen"
    if kind in ("system", "result") and _CLAUDE_FIELDS & data.keys():
        return "claude"
    if kind in _PI_TYPES or (kind == "session" and "version" in data):
        return "pi"
    if kind.startswith(copilot.FAMILIES) and "data" in data and "timestamp" in data:
        return "copilot"
    if "sessionID" in data and kind in opencode.KINDS:
        return "opencode"
    if _GEMINI_FIELDS.get(kind) in data and "timestamp" in data:
        return "gemini" if kind == "init" or "session_id" not in data else None
    return None


def _is_qwen(data: lines.Json) -> bool:
    """Say whether the start *data* is Qwen Code's; others that begin like it tell of more."""
    others = ("claude_code_version", "agent_id", "conversation_id")
    return "qwen_code_version" in data or (
        "permission_mode" in data and not any(name in data for name in others)
    )


def _by_text(text: str) -> str | None:
    if not any(map(text.__contains__, _WORDS)):
        return None
    return next((name for name, form in _TEXTS if form.search(text)), None)
