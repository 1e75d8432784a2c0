"""aider's text: joined lines, failures of the API with exit 0, edits that could not be written."""

import pytest

from policies.events import detect
from policies.events.aider import AiderReader
from policies.events.base import EventKind, Story
from tests.policies.events.told import verdict, why

HEAD = """Warning: Unable to write to chat history file .aider.chat.history.md.
[Errno 28] No space left on device
HTTPSConnectionPool(host='prices.example', port=443): Max retries exceeded
Aider v0.90.1
Model: openai/small with diff edit format
Git repo: .git with 3 files
Repo-map: using 1024 tokens, auto refresh
"""
REFUSED = """litellm.AuthenticationError: AuthenticationError: OpenAIException - Wrong key
"""
LONG = (
    "litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit reached for\n"
    "small in organization o. Please try again in 3s.\n"
    "The API provider has rate limited you. Try again later or check your quotas.\n"
)


def read(text: str) -> tuple[Story, AiderReader, list]:
    reader, story, events = AiderReader(), Story(), []
    for line in text.splitlines():
        events += reader.feed(line)
    events += reader.finish()
    for event in events:
        story.take(event)
    return story, reader, events


def test_its_own_housekeeping_is_no_failure():
    story, reader, _ = read(
        HEAD + "\nI wrote it.\n\nApplied edit to a.py\nCommit 0a1b2c3 chore: a\n"
    )
    assert not reader.has_end_event
    assert not story.errors_after_progress and not story.denied
    assert story.last_progress == "Commit 0a1b2c3 chore: a"


def test_a_failure_of_the_api_ends_it_whatever_the_exit_code():
    story, reader, _ = read(HEAD + REFUSED + "The API provider is not able to authenticate you.\n")
    assert reader.has_end_event
    assert story.ended and not story.ended.ok
    assert story.ended.text.endswith("OpenAIException - Wrong key")


def test_a_failure_behind_the_broken_end_of_an_answer_ends_it():
    _, reader, events = read(HEAD + "I shall write the fi" + REFUSED)
    assert (reader.has_end_event, events[-1].ok) == (True, False)
    assert events[-1].text == REFUSED.strip()
    assert events[-1].status == 401


def test_broken_lines_are_joined_and_a_retry_is_no_end():
    story, reader, events = read(HEAD + (LONG + "Retrying in 0.2 seconds...\n") * 2)
    tries = [event for event in events if event.kind is EventKind.RETRY]
    assert len(tries) == 2 and not reader.has_end_event and story.ended is None
    assert tries[0].text.endswith(
        "Rate limit reached for small in organization o. Please try again in 3s."
    )
    assert tries[0].retry_after_s == 3


def test_work_after_a_retry_is_progress_again():
    text = HEAD + LONG + "Retrying in 0.2 seconds...\nDone it.\nApplied edit to a.py\n"
    story, reader, _ = read(text)
    assert not reader.has_end_event and story.ended is None


def test_a_spent_context_window_is_told_with_its_model():
    story, reader, _ = read(
        f"{HEAD}\nTokens: 2.5k sent, 0 received.\n\nModel openai/small has hit a token limit!\n"
        "Token counts below are approximate.\n\n"
        "Input tokens: ~9,000 of 8,000 -- possibly exhausted context window!\n"
        "Output tokens: ~0 of 0 -- possibly exceeded output limit!\n\nTo reduce input tokens:\n- Use /drop\n"
    )
    assert reader.has_end_event and story.ended
    assert story.ended.text == (
        "Model openai/small has hit a token limit! "
        "Input tokens: ~9,000 of 8,000 -- possibly exhausted context window! "
        "Output tokens: ~0 of 0 -- possibly exceeded output limit!"
    )
    assert story.usage and story.usage.input_tokens == 2500


def test_an_edit_that_could_not_be_written_is_a_refusal():
    story, _, _ = read(
        HEAD
        + f"I edit.\nUnable to write file /w/{'a' * 26}.py: [Errno 28] No space left\non device\n"
    )
    (denied,) = story.denied
    assert denied.endswith("[Errno 28] No space left on device")
    story, _, _ = read(
        HEAD + "Unable to write to input history file: [Errno 30] Read-only file system: '/w/.h'\n"
        "I edit.\nUnable to create a.py, skipping edits.\n"
    )
    assert "Read-only file system" in story.denied[-1]


def test_a_wrong_option_is_its_error():
    story, _, _ = read("usage: aider [-h]\naider: error: unrecognized arguments: --nope\n")
    assert story.errors_after_progress[-1].text.endswith("unrecognized arguments: --nope")


WRONG = "litellm.AuthenticationError: XException - The api_key must be set"


def test_the_name_of_the_error_gives_the_class_and_the_line_is_its_own():
    cause = why(
        "aider",
        *HEAD.splitlines(),
        WRONG,
        "The API provider is not able.",
        "https://a.example",
        exit_code=0,
    )
    assert cause.failure_class == "auth"
    assert cause.line_numbers == (len(HEAD.splitlines()) + 1,)


def test_a_line_wider_than_the_terminal_was_not_broken():
    said = WRONG + " by hand," * 6
    cause = why("aider", *HEAD.splitlines(), said, "Incidentally there is this.", exit_code=0)
    assert cause.lines == (said,)


@pytest.mark.parametrize(("received", "failed"), [("0", True), ("27", False)])
def test_tokens_that_came_back_are_an_answer(received, failed):
    rows = (*HEAD.splitlines(), WRONG, f"Tokens: 2.5k sent, {received} received.")
    assert verdict("aider", *rows, exit_code=0) is failed


def test_what_python_prints_when_it_crashes_is_its_own():
    rows = (*HEAD.splitlines(), "I look.", "Traceback (most recent call last):", '  File "a.py", line 1',
            "    c()", "ModuleNotFoundError: No module named 'paint'")  # fmt: skip
    cause = why("aider", *rows)
    assert cause.failure_class == "missing_dependency" and cause.agents_own
    assert not verdict("aider", *rows, "Applied edit to a.py", exit_code=0)


def test_a_signal_is_no_failed_price_list():
    assert why("aider", *HEAD.splitlines(), exit_code=-11).failure_class == "signal_crash"


@pytest.mark.parametrize(
    "line", ["aider: error: unrecognized arguments: --x", "Tokens: 2.5k sent, 27 received."]
)
def test_its_log_is_known_without_its_banner(line):
    assert detect([line]) == "aider"
