"""mini-swe-agent's sections, boxes and broken lines."""

from policies.events import detect
from policies.events.base import EventKind, Story
from policies.events.mini import MiniReader

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
    assert reader.has_end_event and story.ended and story.ended.ok
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


def test_whose_log_it_is():
    assert detect(HEAD.splitlines()) == "mini"
