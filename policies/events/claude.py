"""Claude Code (`claude -p --output-format stream-json`): system, assistant, user, result.

The end event is `result`; its `is_error` speaks, since `subtype` says "success" for API errors too.
An API error also comes as an assistant message of the model `<synthetic>`, which is not progress.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from policies.events import lines, provider
from policies.events.base import Event, EventKind, Usage
from policies.events.refused import is_refusal
from policies.expressions import expression

_SEEN_LIMIT = 1_000
_DELTA = '{"type":"stream_event"'
_PIECES = 12
"""More lines of one error, broken at a terminal's width, are not joined."""
_BARE = expression(r"^API Error: \d{3}$")
"""The body of the answer stands below it."""


class ClaudeReader:
    """Reads one claude run."""

    has_end_event = True

    def __init__(self) -> None:
        self._denied: set[str] = set()
        self._pieces: list[str] = []
        """Of an error in plain text whose body is not closed yet."""

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the events of one *line*; the most frequent kind is known by its first bytes."""
        text = lines.plain(line)
        if text.startswith(_DELTA):
            yield Event(kind=EventKind.PROGRESS)
        elif (data := lines.parse(text)) is None or self._is_body(data):
            yield from self._plain(text)
        else:
            yield from self._told()
            yield from self.read(data)

    def finish(self) -> Iterator[Event]:
        """Yield an error that was cut: the end is an event."""
        yield from self._told()

    def _is_body(self, data: lines.Json) -> bool:
        """Say whether *data* is no event, but the body of the error that stands above it."""
        is_bare = len(self._pieces) == 1 and _BARE.match(self._pieces[0]) is not None
        return is_bare and data.get("type") == "error"

    def _plain(self, text: str) -> Iterator[Event]:
        """Yield the event of plain *text*; an error's once its body is closed."""
        if not text:
            yield from self._told()
            return
        self._pieces.append(text)
        whole = " ".join(self._pieces)
        is_error = lines.from_text(self._pieces[0]).kind is EventKind.ERROR
        is_open = provider.is_open(whole) or _BARE.match(whole) is not None
        if not (is_error and is_open and len(self._pieces) < _PIECES):
            yield from self._told()

    def _told(self) -> Iterator[Event]:
        """Yield the event of the pieces that were kept, an error's in the provider's words."""
        pieces, self._pieces = self._pieces, []
        if pieces:
            told = lines.from_text(" ".join(pieces))
            is_error = told.kind is EventKind.ERROR
            said = provider.told(told.text) if is_error else told.text
            yield replace(told, text=said, lines_back=len(pieces) - 1)

    def read(self, data: lines.Json) -> Iterator[Event]:
        """Yield the events of one parsed line."""
        match data.get("type"):
            case "system":
                yield _system(data)
            case "assistant":
                yield from _assistant(data)
            case "user":
                yield from self._results(lines.field(data, "message", "content"))
            case "stream_event":
                yield Event(kind=EventKind.PROGRESS)
            case "result":
                yield from self._refusals(data.get("permission_denials"))
                yield _end(data)
            case _:
                yield Event(kind=EventKind.OTHER)

    def _results(self, content: Any) -> Iterator[Event]:
        for block in _blocks(content, "tool_result"):
            tool = str(block.get("tool_use_id") or "")
            said = block.get("content")
            output = lines.text_of(said)
            failed = block.get("is_error") is True
            denied = failed and is_refusal(output)
            if denied and len(self._denied) < _SEEN_LIMIT:
                self._denied.add(tool)
            text = output[:500] if denied else ""
            yield Event(
                kind=EventKind.TOOL_ENDED, tool_id=tool, ok=not failed, denied=denied, text=text
            )

    def _refusals(self, denials: Any) -> Iterator[Event]:
        for row in denials if isinstance(denials, list) else ():
            if str(lines.field(row, "tool_use_id") or "") not in self._denied:
                name = lines.text_of(lines.field(row, "tool_name")) or "a tool"
                yield Event(kind=EventKind.OTHER, denied=True, text=f"{name}: permission denied")


def _system(data: lines.Json) -> Event:
    session = lines.text_of(data.get("session_id")) or None
    match data.get("subtype"):
        case "init":
            model = lines.text_of(data.get("model")) or None
            return Event(kind=EventKind.STARTED, session_id=session, model=model)
        case "api_retry":
            status = lines.whole(data.get("error_status"))
            told = f' ("error_status":{status})' if status else ""
            why = f"api_retry: {lines.text_of(data.get('error'))}{told}"
            return Event(kind=EventKind.RETRY, text=why, status=status, session_id=session)
        case _:
            return Event(kind=EventKind.OTHER, session_id=session)


def _assistant(data: lines.Json) -> Iterator[Event]:
    content = lines.field(data, "message", "content")
    if data.get("error") or lines.field(data, "message", "model") == "<synthetic>":
        yield lines.error(lines.text_of(content) or lines.text_of(data.get("error")))
        return
    for block in content if isinstance(content, list) else ():
        match lines.field(block, "type"):
            case "text":
                yield Event(kind=EventKind.PROGRESS, text=lines.text_of(block.get("text")))
            case "tool_use":
                tool = str(block.get("id") or "")
                yield Event(kind=EventKind.TOOL_STARTED, tool_id=tool, text=_what(block))
            case _:
                yield Event(kind=EventKind.PROGRESS)


def _what(block: lines.Json) -> str:
    said = (lines.field(block, "input", name) for name in ("command", "file_path", "pattern"))
    detail = next((text for text in said if isinstance(text, str)), "")
    return lines.text_of(f"{block.get('name') or 'tool'} {detail}".strip())


def _end(data: lines.Json) -> Event:
    errors = data.get("errors")
    joined = "\n".join(str(e) for e in errors) if isinstance(errors, list) else ""
    error = data.get("error")
    told = lines.text_of(lines.field(error, "message") or error)
    text = lines.text_of(data.get("result")) or lines.text_of(joined) or told
    subtype = lines.text_of(data.get("subtype"))
    more: dict[str, Any] = {
        "session_id": lines.text_of(data.get("session_id")) or None,
        "usage": _usage(data),
    }
    if data.get("is_error") is False and subtype in ("success", ""):
        return Event(kind=EventKind.ENDED, text=text, ok=True, **more)
    status = lines.whole(data.get("api_error_status"))
    return lines.failed_end(text or subtype or "the run failed", status, **more)


def _usage(data: lines.Json) -> Usage | None:
    given = lines.whole(lines.field(data, "usage", "input_tokens"))
    made = lines.whole(lines.field(data, "usage", "output_tokens"))
    cost = lines.money(data.get("total_cost_usd"))
    if given is None and made is None and cost is None:
        return None
    return Usage(input_tokens=given, output_tokens=made, cost_usd=cost)


def _blocks(content: Any, kind: str) -> Iterator[lines.Json]:
    for block in content if isinstance(content, list) else ():
        if lines.field(block, "type") == kind:
            yield block
