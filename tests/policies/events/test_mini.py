"""mini-swe-agent's sections, boxes and broken lines."""

import pytest

from policies.events import detect
from policies.events.base import EventKind, Story
from policies.events.mini import MiniReader
from policies.failure import StopReason
from tests.policies.events.told import verdict, why

HEAD = """Building agent config from specs:
['/opt/minisweagent/config/mini.yaml']
02:08:20 - LiteLLM:WARNING: costs.py:318 - fetch attempt 1/3 failed (ConnectError)

System:
You are a helpful assistant. Error: is a word of this prompt.

User:
Please solve this issue: tidy.
"""
STEP = """
mini-swe-agent (step 1, $0.01):

I look.

User:
<returncode>1</returncode>
Traceback (most recent call last):
ValueError: what a tool printed
"""
CHAIN = """
Exit:
litellm.APIConnectionError: OpenAIException - Connection error.
╭───────────────────── Traceback (most recent call last) ──────────────────────╮
│ /opt/httpx.py:72 in main                                                     │
╰──────────────────────────────────────────────────────────────────────────────╯
ConnectError: [Errno 111] Connection refused

The above exception was the direct cause of the following exception:

╭───────────────────── Traceback (most recent call last) ──────────────────────╮
│ /opt/litellm.py:72 in main                                                   │
╰──────────────────────────────────────────────────────────────────────────────╯
InternalServerError: litellm.InternalServerError: InternalServerError:
OpenAIException - Connection error.
"""


def read(text: str) -> tuple[Story, MiniReader, list]:
    reader, story, events = MiniReader(), Story(), []
    for line in text.splitlines():
        events += reader.feed(line)
    events += reader.finish()
    for event in events:
        story.take(event)
    return story, reader, events


def test_a_good_end():
    story, reader, _ = read(
        HEAD + STEP + "\nExit:\nSubmitted\nSaved trajectory to\n'/home/x.json'\n"
    )
    assert not reader.has_end_event and story.ended and story.ended.ok
    assert not story.errors_after_progress
    assert story.usage and story.usage.cost_usd == 0.01


def test_a_chain_of_boxes_is_told_by_its_last_and_first_statement():
    story, reader, _ = read(HEAD + CHAIN)
    assert reader.has_end_event and story.ended and not story.ended.ok
    assert story.ended.text == (
        "OpenAIException - Connection error. (ConnectError: [Errno 111] Connection refused)"
    )


def test_a_retry_is_no_progress_and_no_end():
    raised = "RateLimitError: litellm.RateLimitError: slow down"
    tried = f"Retrying <unknown> in 4 seconds as it raised {raised}.\n"
    story, reader, events = read(HEAD + tried * 2)
    assert [e.text for e in events if e.kind is EventKind.RETRY] == [
        "RateLimitError: slow down"
    ] * 2
    assert story.ended is None and not reader.has_end_event


def test_an_end_by_a_format_error_says_what_was_asked():
    story, _, _ = read(
        HEAD + "\nUser:\nYour answer reached the token limit.\n\nExit:\nRepeatedFormatError\n"
        "Saved trajectory to \n'/home/somebody/.config/mini-swe-agent/last_mini_run.traj.json'\n"
    )
    assert story.ended
    assert story.ended.text == "RepeatedFormatError: Your answer reached the token limit."


def test_a_wrong_option_stands_in_a_box():
    story, _, _ = read(
        "Usage: mini [OPTIONS]\n╭─ Error ────────╮\n│ No such option: --nope │\n╰────────╯\n"
    )
    assert story.errors_after_progress[-1].text == "No such option: --nope"


def test_a_traceback_before_any_section_is_its_own():
    story, _, _ = read(
        "╭───── Traceback (most recent call last) ─────╮\n│ x │\n╰─────╯\n"
        "FileNotFoundError: Could not find config file for nope.yaml (tried: \n[PosixPath('nope.yaml')])\n"
    )
    assert story.ended
    assert story.ended.text.startswith(
        "FileNotFoundError: Could not find config file for nope.yaml"
    )


TRACED = """Traceback (most recent call last):
  File "/opt/minisweagent/run/mini.py", line 97, in main
    exit_status, result = agent.run(task)
litellm.exceptions.AuthenticationError: litellm.AuthenticationError:
AuthenticationError: OpenAIException - Wrong key
Saved trajectory to '/home/x/last.traj.json'
"""


def test_its_own_traceback_without_a_box_is_a_failure_whatever_the_exit_code():
    assert verdict("mini", *(HEAD + STEP + TRACED).splitlines(), exit_code=0)
    cause = why("mini", *(HEAD + STEP + TRACED).splitlines(), exit_code=0)
    assert (cause.failure_class, cause.summary) == (
        "auth",
        "AuthenticationError: OpenAIException - Wrong key",
    )
    other = TRACED.replace("minisweagent", "shed")
    assert not verdict("mini", *(HEAD + STEP + other).splitlines(), exit_code=0)


def test_whose_log_it_is():
    assert detect(HEAD.splitlines()) == "mini"


@pytest.mark.parametrize(
    ("said", "failed"),
    [
        ("Submitted", False),
        ("All done: the error is mended.", False),
        ("diff --git a/a.py b/a.py", False),
        ("LimitsExceeded", True),
        ("TimeExceeded", True),
        ("RepeatedFormatError", True),
        ("litellm.RateLimitError: OpenAIException - slow down", True),
    ],
)
def test_its_last_section_holds_what_was_submitted_or_why_it_stopped(said, failed):
    assert verdict("mini", *HEAD.splitlines(), "Exit:", said, exit_code=0) is failed


def test_a_submission_does_not_outweigh_the_exit_code():
    assert verdict("mini", *HEAD.splitlines(), "Exit:", "All done.", exit_code=1)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("LimitsExceeded", "agent_internal"),
        ("TimeExceeded", "timeout"),
        ("litellm.AuthenticationError: XException - It must be set", "auth"),
    ],
)
def test_the_name_of_its_end_gives_the_class(said, found):
    assert why("mini", *HEAD.splitlines(), "Exit:", said, exit_code=0).failure_class == found


def test_a_wide_terminal_breaks_nothing_and_the_line_is_the_statement_s():
    said = "AuthenticationError: XException - " + "Wrong key, " * 8 + "see the page."
    box = [
        "╭" + "─" * 90 + " Traceback (most recent call last) " + "─" * 90 + "╮",
        "╰" + "─" * 215 + "╯",
    ]
    cause = why("mini", *HEAD.splitlines(), *box, said, "somewhere else", "Saved trajectory to x")
    assert cause.lines == (said,)
    assert cause.line_numbers == (len(HEAD.splitlines()) + 3,)


def test_a_signal_is_no_failed_price_list():
    warned = (
        "02:08:20 - LiteLLM:WARNING: costs.py:318 - [Errno -3] Temporary failure in name resolution"
    )
    cause = why("mini", warned, *HEAD.splitlines()[3:], exit_code=-9)
    assert cause.failure_class == "signal_crash"


def test_what_stands_after_a_step_s_rule_is_its_own_output():
    rows = (*HEAD.splitlines(), "─" * 80, "Exception ignored in thread", "MemoryError: ")
    assert why("mini", *rows, exit_code=1).failure_class == "out_of_memory"


@pytest.mark.parametrize(
    "line", ["This is mini-swe-agent version 1.9.0.", "mini-swe-agent (step 2, $0.02):"]
)
def test_its_log_is_known_without_the_first_line(line):
    assert detect([line]) == "mini"


NOTICE = """╭─ News ───────╮
│ v9 is near.  │
╰──────────────╯

System:
You look at things. Hold to this
process.: it is the same.

User:
Please solve this issue: tidy.

Retrying m.query in 4 seconds as it raised RateLimitError: litellm.RateLimitError: X - slow down.
"""


def test_a_notice_in_a_box_is_no_traceback():
    cause = why("mini", *NOTICE.splitlines(), stopped_because=StopReason.TOTAL)
    assert (cause.failure_class, cause.summary) == ("rate_limit", "RateLimitError: X - slow down")
