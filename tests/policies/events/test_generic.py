"""An agent that nobody knows: its JSON lines are read by what such streams have in common."""

import pytest

from policies.events import detect
from policies.events.base import EventKind
from tests.policies.events.told import json_line, told, verdict, why

START = {"type": "session.start", "session_id": "s1"}
WORDS = {"type": "message", "role": "assistant", "content": "I look.", "session_id": "s1"}
DENIED = {"type": "tool_result", "name": "write", "success": False, "content": "Permission denied"}
GONE = {"type": "error", "error": {"type": "authentication_error", "message": "Bad key"}}


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (START, EventKind.STARTED),
        (WORDS, EventKind.PROGRESS),
        ({"type": "message", "role": "user", "content": "do it"}, EventKind.OTHER),
        ({"type": "toolUse", "name": "shell"}, EventKind.TOOL_STARTED),
        (DENIED, EventKind.TOOL_ENDED),
        ({"type": "api_retry", "message": "HTTP 503"}, EventKind.RETRY),
        ({"type": "error", "message": "Reconnecting... 2/5"}, EventKind.RETRY),
        ({"type": "log", "level": "warn", "error": "no ripgrep"}, EventKind.OTHER),
        (GONE, EventKind.ERROR),
        ({"event": "status", "level": "error", "message": "lost"}, EventKind.ERROR),
        ({"type": "result", "is_error": True, "result": "no"}, EventKind.ENDED),
        ({"type": "run.failed", "message": "no"}, EventKind.ENDED),
        ({"type": "done"}, EventKind.ENDED),
        ("plain words", EventKind.OTHER),
    ],
)
def test_an_object_is_judged_by_its_kind_and_marks(row, kind):
    events, _, _ = told("generic", START, row)
    assert events[1].kind is kind


def test_a_refused_tool_is_marked():
    _, story, _ = told("generic", START, DENIED)
    assert story.denied == ["Permission denied"]


@pytest.mark.parametrize(
    ("rows", "exit_code", "failed"),
    [
        ([START, WORDS], 0, False),
        ([START, WORDS], 1, True),
        ([START, GONE], 0, True),
        ([START, GONE, WORDS], 0, False),
        ([START, GONE, {"type": "done"}], 0, False),
        ([START, {"type": "result", "subtype": "error_turns"}], 0, True),
        ([START, {"type": "tool_result", "is_error": True, "content": "no"}], 0, False),
        (["words only"], 0, False),
        (["words only", "Error: it says so"], 0, False),
    ],
)
def test_its_own_error_as_the_last_word_is_a_failure_whatever_the_exit_code(
    rows, exit_code, failed
):
    assert verdict("generic", *rows, exit_code=exit_code) is failed


@pytest.mark.parametrize(
    ("code", "found"),
    [("AuthenticationError", "auth"), ("LLMRateLimitError", "rate_limit"), ("XError", "unknown")],
)
def test_events_named_by_their_class_tell_why_at_exit_0(code, found):
    rows = [
        {"kind": "ActionEvent", "tool_name": "terminal", "action": {"command": "ls"}},
        {"kind": "ConversationErrorEvent", "code": code, "detail": "it will not"},
    ]
    assert detect([json_line(row) for row in rows]) == "generic"
    assert verdict("generic", *rows, exit_code=0)
    cause = why("generic", *rows, exit_code=0)
    assert (cause.failure_class, cause.summary) == (found, "it will not")


@pytest.mark.parametrize(
    "later",
    [
        {"kind": "MessageEvent", "llm_message": {"role": "assistant", "content": [{"text": "so"}]}},
        {"kind": "ActionEvent", "tool_name": "terminal", "action": {"command": "ls"}},
    ],
)
def test_an_agent_that_goes_on_after_a_tools_error_has_survived_it(later):
    rows = [
        {"kind": "AgentErrorEvent", "tool_name": "terminal", "error": "it failed"},
        {"kind": "MessageEvent", "llm_message": {"role": "user", "content": [{"text": "go on"}]}},
    ]
    assert verdict("generic", *rows, exit_code=0)
    assert not verdict("generic", *rows, later, exit_code=0)


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (GONE, "auth"),
        ({"type": "error", "error": {"message": "no", "statusCode": 429}}, "rate_limit"),
        ({"type": "error", "message": "no", "status": "503"}, "model_error"),
        ({"type": "error", "data": {"message": "no", "status_code": 402}}, "usage_limit"),
        ({"type": "error", "error": "connect ECONNREFUSED 10.0.0.1:1"}, "network"),
    ],
)
def test_the_class_follows_the_words_or_the_status(error, found):
    cause = why("generic", START, WORDS, error, "bye", exit_code=0)
    assert cause.failure_class == found
    assert cause.line_numbers[0] == 3 and cause.agents_own


WRAPPED = [
    {"type": "item.completed", "item": {"type": "error", "message": "no such key"}},
    {"id": "0", "msg": {"type": "error", "message": "no such key"}},
    {"type": "event_msg", "payload": {"type": "stream_error", "message": "no such key"}},
    {"type": "session.error", "data": {"errorType": "auth", "message": "no such key"}},
    {"type": "error", "error": {"name": "APIError", "data": {"message": "no such key"}}},
    {"type": "say", "say": "error", "text": "no such key"},
    {"jsonrpc": "2.0", "id": 3, "error": {"code": -1, "data": {"details": "no such key"}}},
    {"type": "message_end", "message": {"stopReason": "error", "errorMessage": "no such key"}},
    {"type": "turn_end", "message": {"stopReason": "error", "errorMessage": "no such key"}},
    {
        "type": "agent_end",
        "messages": [
            {"role": "user", "content": "do it"},
            {"stopReason": "error", "errorMessage": "no such key"},
        ],
    },
    {
        "type": "result",
        "is_error": False,
        "result": '[API Error: {"error": {"message": "no such key"}}]',
    },
    {
        "type": "assistant",
        "message": {"content": [{"type": "text", "text": "[API Error: no such key]"}]},
    },
]


@pytest.mark.parametrize("row", WRAPPED)
def test_the_message_is_found_wherever_a_stream_holds_it(row):
    cause = why("generic", START, WORDS, row, exit_code=1)
    assert (cause.summary, cause.agents_own) == ("no such key", True)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"type": "item.completed", "item": {"type": "agent_message", "text": "so"}}, "progress"),
        ({"type": "item.started", "item": {"type": "command_execution"}}, "tool_started"),
        ({"type": "item.completed", "item": {"type": "command_execution"}}, "tool_ended"),
        ({"msg": {"type": "agent_message", "message": "so"}}, "progress"),
        ({"method": "session/update", "params": {"update": {"sessionUpdate": "agent_message_chunk",
          "content": {"type": "text", "text": "so"}}}}, "progress"),
        ({"role": "assistant", "content": "so"}, "progress"),
        ({"type": "assistant", "message": {"role": "assistant", "content": []}}, "progress"),
        ({"type": "assistant.idle", "data": {}}, "other"),
        ({"type": "system", "subtype": "api_retry", "error": "unknown"}, "retry"),
        ({"type": "step_finish", "part": {"reason": "length"}}, "error"),
        ({"type": "step_finish", "part": {"reason": "stop"}}, "other"),
        ({"type": "result", "exitCode": 1}, "ended"),
    ],
)  # fmt: skip
def test_what_an_object_holds_tells_its_kind(row, kind):
    events, _, _ = told("generic", START, row)
    assert events[1].kind == kind


def test_a_tools_result_among_the_blocks_of_a_message_may_be_a_refusal():
    block = {"type": "tool_result", "is_error": True, "content": "Permission denied"}
    _, story, _ = told("generic", START, {"type": "user", "message": {"content": [block]}})
    assert story.denied == ["Permission denied"]


def test_an_error_without_words_does_not_hide_the_one_that_has_them():
    wordless = {"type": "model.call_finished", "data": {"outcome": "error"}}
    assert why("generic", START, GONE, wordless, exit_code=1).summary == "Bad key"
    assert why("generic", START, wordless, exit_code=1).summary == "model.call_finished"


def test_a_list_on_one_line_is_read_as_its_objects():
    rows = [START, WORDS, {"type": "result", "is_error": True, "result": "no such key"}]
    cause = why("generic", rows, exit_code=0)
    assert (cause.summary, cause.agents_own) == ("no such key", True)


APOLOGY = {
    "role": "assistant",
    "content": "Sorry, I encountered an error: API error: 401 No such key",
}
TALK = [{"role": "user", "content": "do it"}, {"role": "assistant", "content": "Done."}]


def test_an_apology_in_the_place_of_an_answer_is_a_failure_whatever_the_exit_code():
    assert verdict("generic", TALK[0], APOLOGY, exit_code=0)
    assert why("generic", TALK[0], APOLOGY, exit_code=0).failure_class == "auth"
    assert not verdict("generic", APOLOGY, *TALK, exit_code=0)
    assert verdict("generic", START, APOLOGY, {"type": "complete", "tokens": None}, exit_code=0)
    assert not verdict("generic", APOLOGY, {"type": "result", "result": "Done."}, exit_code=0)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"type": "agent_event", "event": {"type": "error", "message": "no"}}, "error"),
        ({"type": "message", "message_type": "event_message", "event_type": "retry"}, "retry"),
        (
            {"type": "message", "message_type": "stop_reason", "stop_reason": "llm_api_error"},
            "error",
        ),
        ({"type": "message", "message_type": "stop_reason", "stop_reason": "end_turn"}, "other"),
        ({"type": "message", "message_type": "assistant_message", "content": "so"}, "progress"),
        ({"type": "run_result", "finishReason": "error", "text": "no"}, "ended"),
        ({"type": "done", "reason": "it wrote that an error was gone"}, "ended"),
    ],
)
def test_a_finer_kind_or_why_it_stopped_may_tell_more(row, kind):
    events, _, _ = told("generic", START, row)
    assert events[1].kind == kind


def test_the_providers_words_stand_for_the_body_that_holds_them():
    error = {"type": "error", "message": '{\n "error": {"message": "No such key", "code": 401}\n}'}
    cause = why("generic", START, error)
    assert (cause.summary, cause.failure_class) == ("No such key", "auth")


@pytest.mark.parametrize(("exit_code", "found"), [(-9, "signal_crash"), (1, "auth")])
def test_what_a_killed_agent_had_survived_is_not_its_end(exit_code, found):
    assert why("generic", START, GONE, exit_code=exit_code).failure_class == found


@pytest.mark.parametrize(
    ("rows", "whose"),
    [
        (['{"role":"user","content":"a"}', '{"role":"assistant","content":"b"}'], "generic"),
        (['{"role":"user","content":"a"}', '{"role":"user","content":"b"}'], "text"),
        (['{"type":"message","message":{"role":"assistant","content":"a"}}'] * 2, "generic"),
        (['{"type":"message","message":{"role":"user","content":"a"}}'] * 2, "text"),
        (['{"type":"agent","event":{"type":"a"}}', '{"type":"agent","event":{"type":"b"}}'], "generic"),
        (['{"type":"message","timestamp":"t","session_id":"s","message_type":"x"}'] * 2, "generic"),
        (['{"type":"system","session_id":"s","agent_id":"a","permission_mode":""}'] * 2, "generic"),
        (['{"type":"system","subtype":"init","session_id":"s","permission_mode":""}'], "qwen"),
        (['{"type":"message","timestamp":"t","role":"user","content":"a"}'], "gemini"),
        (['{"msg":{"type":"agent_message"}}', '{"msg":{"type":"agent_end"}}'], "generic"),
        (['{"role":"assistant","content":"a"}', '{"role":"tool","type":"tool_result"}'], "generic"),
        (['[{"type":"x","session_id":"a"},{"type":"y","session_id":"a"}]'], "generic"),
        (['{"role":"assistant","content":"a"}'] * 2, "generic"),
        ([f'{{"event":"{word}: {"it is not there, " * 6}"}}' for word in ("the agent", "a model")], "text"),
        (['{"Action":"run","Test":"TestModel"}', '{"Action":"fail","Test":"TestAgent"}'], "text"),
        (['{"type":"testStart","test":{"id":1}}', '{"type":"testDone","result":"error"}'], "text"),
        (['{"reason":"compiler-message","message":{"level":"error"}}'] * 2, "text"),
        (["[{", "[1, 2]", "[{]"], "text"),
    ],
)  # fmt: skip
def test_only_agents_tell_of_a_talk_with_a_model(rows, whose):
    assert detect(rows) == whose


def test_two_objects_of_a_session_tell_an_agent():
    rows = ['{"type":"x.start","session_id":"a"}', '{"type":"x.say","session_id":"a"}']
    assert detect(rows) == "generic"
    assert detect(rows[:1]) == "text"
    assert detect(['{"type":"x","level":"info"}'] * 3) == "text"
