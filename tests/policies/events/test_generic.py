"""An agent that nobody knows: its JSON lines are read by what such streams have in common."""

import pytest

from policies.events import detect
from policies.events.base import EventKind
from tests.policies.events.told import told, verdict, why

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


def test_two_objects_of_a_session_tell_an_agent():
    rows = ['{"type":"x.start","session_id":"a"}', '{"type":"x.say","session_id":"a"}']
    assert detect(rows) == "generic"
    assert detect(rows[:1]) == "text"
    assert detect(['{"type":"x","level":"info"}'] * 3) == "text"
