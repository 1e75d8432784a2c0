"""Copilot CLI's events and text."""

import json

import pytest

from policies.events import detect
from policies.events.base import Story
from policies.events.copilot import CopilotReader
from tests.policies.events.told import why


def event(kind: str, **data: object) -> str:
    return json.dumps({"type": kind, "data": data, "id": "1", "timestamp": "2026-01-02T03:04:05Z"})


def result(code: int) -> str:
    return json.dumps({"type": "result", "timestamp": "t", "sessionId": "s-1", "exitCode": code})


def read(*lines: str) -> tuple[Story, CopilotReader]:
    reader, story = CopilotReader(), Story()
    for line in lines:
        for each in reader.feed(line):
            story.take(each)
    return story, reader


ASKED = event("user.message", content="Do it")
CALLED = event(
    "tool.execution_start", toolCallId="c1", toolName="bash", arguments={"command": "ls"}
)


def test_a_good_run():
    done = event("tool.execution_complete", toolCallId="c1", success=True, result={"content": "a"})
    story, reader = read(
        ASKED, CALLED, done, event("assistant.message", content="Done."), result(0)
    )
    assert reader.has_end_event and story.ended and story.ended.ok
    assert (story.last_words, story.session_id, story.tools) == ("Done.", "s-1", 1)


def test_a_tool_that_failed_is_no_failure_of_the_run():
    failed = event(
        "tool.execution_complete", toolCallId="c1", success=False, error={"message": "x"}
    )
    story, _ = read(CALLED, failed, event("assistant.message", content="Done."), result(0))
    assert story.ended and story.ended.ok and not story.denied


def test_a_refused_tool_is_told():
    failed = event(
        "tool.execution_complete",
        toolCallId="c1",
        success=False,
        error={"message": "The user said no", "code": "denied"},
    )
    story, _ = read(CALLED, failed, result(0))
    assert story.denied == ["The user said no"]


def test_the_end_has_the_providers_own_words():
    said = json.dumps(json.dumps({"error": {"message": "Region not served"}}))
    tried = event("model.call_failure", statusCode=403, errorMessage=said, failureKind="api")
    ended = event(
        "session.error", message="Authentication failed (HTTP 403).\n  Check", statusCode=403
    )
    story, _ = read(ASKED, tried, event("session.info", infoType="model_retry"), ended, result(1))
    assert story.retries == 2
    assert story.ended and not story.ended.ok
    first = story.ended.text.splitlines()[0]
    assert first == "Authentication failed (HTTP 403). (Region not served)"
    assert story.errors_after_progress[-1].status == 403


@pytest.mark.parametrize("body", ["{", "[]", '"{"', '{"error": 3}', "plain", ""])
def test_any_body_of_a_failed_try_is_read(body):
    story, _ = read(event("model.call_failure", errorMessage=body, failureKind="transport"))
    assert story.retries == 1


def test_text_mode():
    story, reader = read(
        "● Response was interrupted due to a server error. Retrying...",
        "",
        "Could not connect to local model provider at http://127.0.0.1:9/v1.",
        "  Check that the service is running and the port is correct.",
        "Changes    +0 -0",
        "Resume     copilot --resume=0",
    )
    assert not reader.has_end_event
    assert story.errors_after_progress[-1].text == (
        "Could not connect to local model provider at http://127.0.0.1:9/v1. "
        "(Response was interrupted due to a server error.)"
    )
    story, _ = read("Done: the file was made.", "", "Changes    +1 -0")
    assert story.last_progress == "Done: the file was made."


def test_whose_log_it_is():
    assert detect([ASKED]) == "copilot"
    assert detect(["hello", "Resume     copilot --resume=0"]) == "copilot"


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("authentication", "auth"),
        ("quota", "usage_limit"),
        ("rate_limit", "rate_limit"),
        ("context_limit", "context_length"),
        ("query", "unknown"),
    ],
)
def test_the_kind_of_an_error_gives_the_class_where_no_status_stands(kind, found):
    said = event("session.error", errorType=kind, message="It went wrong")
    assert why("copilot", ASKED, said, result(1)).failure_class == found


def test_without_a_login_it_says_so_in_text():
    said = "Error: No authentication information found."
    assert why("copilot", said, "", "See the page.").failure_class == "auth"
