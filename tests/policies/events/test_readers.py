"""Each reader's events, by lines as the agents print them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.events import READERS, detect, reader_for
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind, Story
from policies.events.claude import ClaudeReader
from tests.policies.events.told import json_line, verdict

K = EventKind


def events(agent: str, *rows: dict[str, Any] | str) -> list[Event]:
    reader = reader_for(agent)
    out: list[Event] = []
    for row in rows:
        out += reader.feed(row if isinstance(row, str) else json.dumps(row, separators=(",", ":")))
    return out + list(reader.finish())


def story(agent: str, *rows: dict[str, Any] | str) -> Story:
    told = Story()
    for event in events(agent, *rows):
        told.take(event)
    return told


def pi_message(**message: Any) -> dict[str, Any]:
    return {"type": "message_end", "message": {"role": "assistant", **message}}


PI_END = {"type": "agent_end", "messages": []}
COMMAND = {"id": "i2", "type": "command_execution", "command": "make"}


@pytest.mark.parametrize(
    ("agent", "row", "kind"),
    [
        ("codex", {"type": "turn.started"}, K.OTHER),
        ("codex", {"type": "error", "message": "Reconnecting... 2/5 (status 500)"}, K.RETRY),
        ("codex", {"type": "error", "message": "Waiting for network to come back"}, K.RETRY),
        ("codex", {"type": "error", "message": "You've hit your usage limit."}, K.ERROR),
        ("codex", {"type": "item.completed", "item": {"type": "error", "message": "x"}}, K.OTHER),
        ("codex", {"type": "item.started", "item": COMMAND}, K.TOOL_STARTED),
        ("codex", {"type": "item.updated", "item": COMMAND}, K.OTHER),
        ("codex", {"type": "item.completed", "item": {"type": "reasoning"}}, K.PROGRESS),
        ("codex", "2026-11-21T02:08:46Z ERROR codex_core::session: failed to record", K.OTHER),
        ("codex", "Error: failed to initialize in-process app-server client", K.ERROR),
        ("codex", "/usr/bin/env: ‘node’: No such file or directory", K.ERROR),
        ("codex", "thread 'main' panicked at src/x.rs:1", K.ERROR),
        ("claude", {"type": "system", "subtype": "api_retry", "error_status": 500}, K.RETRY),
        ("claude", {"type": "system", "subtype": "status"}, K.OTHER),
        ("claude", {"type": "rate_limit_event"}, K.OTHER),
        ("claude", "error: unknown option '--no-such-flag'", K.ERROR),
        ("pi", {"type": "auto_retry_start", "errorMessage": "429 slow down"}, K.RETRY),
        ("pi", {"type": "message_update", "x": 1}, K.PROGRESS),
        ("pi", {"type": "compaction_start", "reason": "overflow"}, K.OTHER),
        ("text", "compiling 3 files", K.PROGRESS),
        ("text", "Error: it broke", K.PROGRESS),
        ("text", "Retrying in 4 seconds", K.RETRY),
        ("text", "\x1b[31mReconnecting... 1/5\x1b[0m", K.RETRY),
    ],
)
def test_one_line_is_one_event_of_its_kind(agent: str, row: Any, kind: EventKind) -> None:
    assert [event.kind for event in events(agent, row)] == [kind]


def test_codex_success_tells_session_words_tools_and_usage() -> None:
    told = story(
        "codex",
        {"type": "thread.started", "thread_id": "t-1"},
        {"type": "item.started", "item": COMMAND},
        {"type": "item.completed", "item": COMMAND | {"exit_code": 0, "status": "completed"}},
        {"type": "item.completed", "item": {"type": "agent_message", "text": "Done."}},
        {"type": "turn.completed", "usage": {"input_tokens": 7, "output_tokens": 2}},
    )
    assert told.ended is not None and told.ended.ok
    assert (told.session_id, told.last_words, told.tools) == ("t-1", "Done.", 1)
    assert told.usage is not None
    assert (told.usage.input_tokens, told.usage.cost_usd) == (7, None)


def _msg(kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": "0", "msg": {"type": kind, **fields}}


OLDER = [
    {"model": "small", "provider": "x"},
    _msg("task_started"),
    _msg("exec_command_begin", call_id="c1", command=["ls"]),
    _msg("exec_command_end", call_id="c1", stdout="", stderr="no", exit_code=1),
]


@pytest.mark.parametrize(
    ("last", "failed"),
    [
        (_msg("agent_message", message="I wrote it."), False),
        (_msg("error", message="unexpected status 401 Unauthorized: wrong key"), True),
    ],
)
def test_codex_of_before_turns_fails_by_its_last_error(last: Any, failed: bool) -> None:
    tried = _msg("stream_error", message="stream error: status 500; retrying 1/5 in 189ms")
    seen = story("codex", *OLDER, tried, last)
    assert [event.status for event in seen.errors_after_progress] == [401] * failed
    assert verdict("codex", *OLDER, tried, last, exit_code=0) is failed
    assert detect([json_line(row) for row in OLDER]) == "codex"


def test_codex_failure_ends_with_message_and_status() -> None:
    message = "unexpected status 401 Unauthorized: Incorrect API key"
    told = story(
        "codex",
        {"type": "error", "message": f"Reconnecting... 1/1 ({message})"},
        {"type": "error", "message": message},
        {"type": "turn.failed", "error": {"message": message}},
    )
    assert told.ended is not None
    assert (told.ended.ok, told.ended.status, told.ended.text) == (False, 401, message)
    assert told.retries == 1
    assert [event.text for event in told.errors_after_progress] == [message]


@pytest.mark.parametrize(
    ("output", "code", "denied"),
    [
        ("bash: line 1: x.txt: Read-only file system\n", 1, True),
        ("printf: write error: No space left on device\n", 1, True),
        ("curl: (6) Could not resolve host: example.invalid\n", 6, True),
        ("stub: deliberate failure\n", 1, False),
        ("find: /root: Permission denied\n", 0, False),
        ("cat: /etc/shadow: Permission denied\n" + "a passing line\n" * 9, 1, False),
    ],
)
def test_a_refused_tool_is_marked_only_when_it_failed_of_it(
    output: str, code: int, denied: bool
) -> None:
    item = COMMAND | {"aggregated_output": output, "exit_code": code, "status": "completed"}
    (event,) = events("codex", {"type": "item.completed", "item": item})
    assert (event.kind, event.tool_id, event.ok) == (K.TOOL_ENDED, "i2", code == 0)
    assert event.denied is denied


def test_codex_says_a_denial_without_an_item_in_its_log() -> None:
    (event,) = events(
        "codex",
        "2026-11-21T04:27:28.785390Z  WARN codex_sandboxing::violation: recorded sandbox violation:"
        " resource=filesystem reason=read_only_file_system path=/usr/local/x",
    )
    assert (event.kind, event.denied) == (K.OTHER, True)
    assert event.text.endswith("path=/usr/local/x")


def test_claude_subtype_success_with_is_error_is_a_failure() -> None:
    result = {
        "type": "result",
        "subtype": "success",
        "is_error": True,
        "api_error_status": 429,
        "result": "API Error: Request rejected (429)",
        "session_id": "s-1",
        "total_cost_usd": 0.25,
        "usage": {"input_tokens": 3, "output_tokens": 4},
    }
    synthetic = {
        "type": "assistant",
        "message": {
            "model": "<synthetic>",
            "content": [{"type": "text", "text": "API Error: 500"}],
        },
        "error": "server_error",
    }
    told = story("claude", synthetic, result)
    assert told.ended is not None and not told.ended.ok
    assert told.ended.status == 429
    assert told.usage is not None and told.usage.cost_usd == 0.25
    assert [event.status for event in told.errors_after_progress] == [500]


@pytest.mark.parametrize("event", [{"delta": {"text": "error"}}, {}, None, [1]])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_claudes_deltas_read_unparsed_are_what_they_are_parsed(
    event: object, separators: tuple[str, str]
) -> None:
    row = {"type": "stream_event", "event": event, "session_id": "s"}
    line = json.dumps(row, separators=separators)
    for cut in (line, line[:-1], line[:40]):
        assert events("claude", cut) == [*ClaudeReader().read(row)], cut


@pytest.mark.parametrize(
    "text",
    [
        'API Error: 401 {"type":"error","error":{"message":"It has expired"}}',
        'API Error: 401\n{"type":"error","error":{"message":"It has expired"}} · Log in',
        'API Error: 401 {"type":"error","error":{"message":"It\n    has expired"}}',
        'API Error: 401 {"type":"error","error":{"message":"It has expired"}, "x": {\n',
    ],
)
def test_claudes_error_is_one_however_its_terminal_broke_it(text: str) -> None:
    (event,) = events("claude", *text.split("\n"))
    assert (event.kind, event.status) == (K.ERROR, 401)
    assert event.text.startswith("API Error: 401: It has expired")
    assert event.lines_back == len(text.split("\n")) - 1 - text.endswith("\n")


@pytest.mark.parametrize("error", ["It is spent", {"message": "It is spent"}])
def test_claudes_end_may_tell_its_error_beside_an_empty_result(error: Any) -> None:
    row = {"type": "result", "subtype": "error", "is_error": True, "result": "", "error": error}
    assert [(e.text, e.ok) for e in events("claude", row)] == [("It is spent", False)]


def test_claudes_open_error_keeps_no_event_back() -> None:
    told = events(
        "claude", "API Error: 401 {", {"type": "stream_event"}, {"type": "system"}, "done"
    )
    assert [event.kind for event in told] == [K.PROGRESS, K.ERROR, K.OTHER, K.OTHER]


def test_claude_denials_are_told_once() -> None:
    said = "Claude requested permissions to write to x, but you haven't granted it yet."
    block = {"type": "tool_result", "tool_use_id": "a", "is_error": True, "content": said}
    told = story(
        "claude",
        {"type": "user", "message": {"content": [block]}},
        {
            "type": "result",
            "subtype": "success",
            "is_error": False,
            "result": "done",
            "permission_denials": [
                {"tool_name": "Write", "tool_use_id": "a"},
                {"tool_name": "Bash", "tool_use_id": "b"},
            ],
        },
    )
    assert told.denied == [said, "Bash: permission denied"]
    assert told.last_words == "done"


def test_a_result_that_was_cut_still_ends_the_run() -> None:
    row = {"type": "result", "subtype": "success", "is_error": False, "result": "x" * 50_000}
    cut = json.dumps(row)[:20_000]
    assert [(e.kind, e.ok) for e in events("claude", cut)] == [(K.ENDED, True)]
    bad = json.dumps(row | {"is_error": True})[:20_000]
    assert [(e.kind, e.ok) for e in events("claude", bad)] == [(K.ENDED, False)]


def test_pi_holds_a_failed_end_back_while_it_retries() -> None:
    failed = pi_message(content=[], stopReason="error", errorMessage="429 slow down")
    retry = {"type": "auto_retry_start", "errorMessage": "429 slow down"}
    good = pi_message(
        content=[{"type": "text", "text": "Done."}],
        stopReason="stop",
        model="m",
        usage={"input": 5, "output": 2, "cost": {"total": 0}},
    )
    kinds = [event.kind for event in events("pi", failed, PI_END, retry, good, PI_END)]
    assert kinds == [K.ERROR, K.OTHER, K.RETRY, K.PROGRESS, K.ENDED]
    told = story("pi", failed, PI_END, retry, good, PI_END)
    assert told.ended is not None and told.ended.ok
    assert told.errors_after_progress == []
    assert told.usage is not None and told.usage.cost_usd is None


@pytest.mark.parametrize(
    ("message", "text", "status"),
    [
        ({"stopReason": "error", "errorMessage": "401 bad key", "content": []}, "401 bad key", 401),
        ({"stopReason": "stop", "content": []}, "the agent ended without an answer", None),
        (
            {"stopReason": "length", "content": [{"type": "text", "text": "I will"}]},
            'the answer stopped at the output-token limit ("stopReason":"length")',
            None,
        ),
    ],
)
def test_pi_that_exits_0_ends_as_failed(message: Any, text: str, status: int | None) -> None:
    told = story("pi", pi_message(**message), PI_END)
    assert told.ended is not None
    assert (told.ended.ok, told.ended.text, told.ended.status) == (False, text, status)


def test_a_retry_of_claude_tells_the_status_as_the_stream_has_it() -> None:
    row = {"type": "system", "subtype": "api_retry", "error_status": 502, "error": "server_error"}
    for status, text in (
        (502, 'api_retry: server_error ("error_status":502)'),
        (None, "api_retry: server_error"),
    ):
        (event,) = events("claude", row | {"error_status": status})
        assert (event.text, event.status) == (text, status)


def test_pi_gives_up_after_its_last_retry_once() -> None:
    failed = pi_message(content=[], stopReason="error", errorMessage="500 oops")
    last = {"type": "auto_retry_end", "success": False, "finalError": "500 oops, at last"}
    ended = [e for e in events("pi", failed, PI_END, last) if e.kind is K.ENDED]
    assert [(e.ok, e.text) for e in ended] == [(False, "500 oops, at last")]


@pytest.mark.parametrize(
    ("lines", "agent"),
    [
        (['{"type":"thread.started","thread_id":"x"}'], "codex"),
        (["WARNING: proceeding", '{"type":"turn.started"}'], "codex"),
        (['{"type":"system","subtype":"init","claude_code_version":"2"}'], "claude"),
        (['{"type":"system","subtype":"init","model":"qwen"}'], "text"),
        (['{"type":"session","version":3,"id":"x"}'], "pi"),
        (["# nightcrew log agent=pi cwd=/x", "Error: no"], "pi"),
        (["# nightcrew log agent=mine cwd=/x", '{"type":"turn.started"}'], "codex"),
        (["# nightcrew log agent=mine cwd=/x", "hello"], "text"),
        ([], "text"),
    ],
)
def test_a_log_is_known_by_its_first_lines(lines: list[str], agent: str) -> None:
    assert detect(lines) == agent


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "item", "message", "content", "usage", "error", "id", "role"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
TYPES = st.sampled_from(
    [
        *("thread.started", "item.started", "item.completed", "error", "turn.failed"),
        *("turn.completed", "system", "assistant", "user", "result", "stream_event", "session"),
        *("message_end", "tool_execution_end", "agent_end", "auto_retry_start", "auto_retry_end"),
    ]
)
ROWS = st.builds(
    lambda kind, rest: json.dumps(rest | {"type": kind}),
    TYPES,
    st.dictionaries(
        st.sampled_from(
            [
                *("item", "message", "error", "usage", "subtype", "is_error", "result"),
                *("errors", "permission_denials", "args"),
            ]
        ),
        JSON,
    ),
)


@given(rows=st.lists(ROWS | st.text() | st.text().map(lambda t: '{"type":"' + t), max_size=8))
def test_no_line_makes_a_reader_raise_and_texts_are_bounded(rows: list[str]) -> None:
    for agent in sorted(READERS):  # an example costs more to make than to read
        told = Story()
        for event in events(agent, *rows):
            told.take(event)
            assert len(event.text) <= TEXT_LIMIT_CHARS, agent
    assert detect(rows) in READERS


@pytest.mark.parametrize("agent", sorted(READERS))
@pytest.mark.parametrize(
    "line",
    [
        "x" * 3_000_000,
        '{"type":"result","a":"' + "\\" * 3_000_000,
        "[" * 200_000,
        '{"a":' * 200_000,
    ],
    ids=["letters", "backslashes", "brackets", "objects"],
)
def test_a_huge_line_is_read_in_bounded_text(agent: str, line: str) -> None:
    assert all(len(event.text) <= TEXT_LIMIT_CHARS for event in events(agent, line))
