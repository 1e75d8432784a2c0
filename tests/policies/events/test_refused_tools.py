"""A tool that was refused, in the streams and terminals of agents that nobody knows."""

import pytest

from policies.events import detect
from policies.failure import FailureClass
from policies.rootcause import Hints, diagnose
from tests.policies.events.told import NOW, SIGNATURES, json_line, told

RO = "bash: line 1: a.txt: Read-only file system"
START = {"type": "session.start", "session_id": "s"}
SAID = {"type": "message", "role": "assistant", "content": "That is that.", "session_id": "s"}
END = {"type": "session.end", "session_id": "s"}
WELL = {"type": "tool_result", "session_id": "s", "is_error": False, "output": "ok"}


def found(*lines, agent="generic"):
    rows = [line if isinstance(line, str) else json_line(line) for line in lines]
    return diagnose(rows, Hints(agent=agent, exit_code=0, now=NOW), SIGNATURES)


def block(**more):
    return {
        "type": "user",
        "message": {"role": "user", "content": [{"type": "tool_result"} | more]},
    }


REFUSED = [
    block(content=RO, is_error=True),
    block(content=json_line({"output": RO, "exitCode": 1}), is_error=False),
    {"type": "tool_call", "subtype": "completed",
     "tool_call": {"shell": {"args": {"c": "x"}, "result": {"failure": {"exitCode": 1, "stderr": RO}}}}},
    {"type": "tool_call", "subtype": "completed",
     "tool_call": {"write": {"result": {"rejected": {"reason": RO}}}}},
    {"type": "message", "message": {"role": "user", "content": [
        {"type": "toolResponse", "id": "1", "toolResult": {"status": "error", "error": RO}}]}},
    {"type": "tool_result", "id": "1", "isError": True, "value": RO},
    {"role": "tool", "content": [{"type": "text", "text": "<system>ERROR: it failed.</system>"},
                                 {"type": "text", "text": RO}]},
    {"observation": "run", "content": RO, "extras": {"metadata": {"exit_code": 1}}},
    {"method": "session/update", "params": {"update": {"sessionUpdate": "tool_call_update",
     "status": "failed", "content": [{"content": {"type": "text", "text": RO}}]}}},
    {"type": "tool", "tool": "write", "state": {"status": "error", "error": RO}},
    {"type": "tool_end", "output": RO, "metadata": {"exit": 1}},
    {"type": "tool_result", "output": f"{RO}\nExit code: 1"},
    {"type": "tool_result", "output": RO},
]  # fmt: skip


@pytest.mark.parametrize("row", REFUSED)
def test_a_refusal_is_seen_wherever_the_stream_holds_it(row):
    cause = found(START, row, SAID, END)
    assert (cause.failure_class, cause.summary) == (FailureClass.SANDBOX_PERMISSION, RO)
    full = json_line(row).replace("Read-only file system", "No space left on device")
    assert found(START, full, SAID, END).failure_class is FailureClass.DISK_FULL


@pytest.mark.parametrize("row", REFUSED)
def test_an_agent_that_went_on_after_a_refusal_succeeded(row):
    assert found(START, row, WELL, SAID, END).failure_class is FailureClass.SUCCESS


@pytest.mark.parametrize(
    "row",
    [
        block(content=f"The log says:\n{RO}", is_error=False),
        {"type": "tool_call", "subtype": "completed",
         "tool_call": {"read": {"result": {"success": {"content": RO}}}}},
        {"type": "tool_call", "subtype": "started", "tool_call": {"shell": {"args": {"command": RO}}}},
        {"type": "tool_result", "exit_code": 0, "output": RO},
        {"type": "tool_result", "output": f"1: {RO}\n2: and so on\n3: it went\n4: further"},
        {"type": "tool_result", "is_error": True, "output": "3 tests failed"},
    ],
)  # fmt: skip
def test_what_a_tool_read_is_no_refusal(row):
    assert found(START, row, SAID, END).failure_class is FailureClass.SUCCESS


def test_an_agent_by_its_source_is_an_agents():
    rows = ({"action": "run", "source": "agent"}, REFUSED[7] | {"source": "agent"})
    assert detect(map(json_line, rows)) == "generic"


TOUCHED = "$ touch a.txt\ntouch: cannot touch 'a.txt': Read-only file system\n\n"


@pytest.mark.parametrize(
    ("said", "failed"),
    [
        ("I was unable to create a.txt because the file system is read-only.", True),
        (
            "The file could not be written: permission denied.\nNo changes were made.\n\nTokens: 3",
            True,
        ),
        ("a.txt\nUnable to write file a.txt: the sandbox refused it", True),
        ("I could not run the tests in the read-only sandbox, but the bug is fixed.", False),
        ("I couldn't create a.txt on a read-only disk. I created it in /tmp.", False),
        ("Fixed: the server could not write its log on a read-only file system.", False),
        ("Review: the handler cannot save files where the sandbox denies it.", False),
        ("All is done.", False),
        ("I was unable to create a.txt.", False),
    ],
)
def test_plain_text_must_say_clearly_that_the_work_was_refused(said, failed):
    cause = found(*f"{TOUCHED}{said}".splitlines(), agent=None)
    assert (cause.failure_class is FailureClass.SANDBOX_PERMISSION) is failed
    _, story, _ = told("text", *f"{TOUCHED}{said}".splitlines())
    assert story.denied == (
        ["touch: cannot touch 'a.txt': Read-only file system"] if failed else []
    )
    if failed:
        assert cause.summary == "touch: cannot touch 'a.txt': Read-only file system"
        assert cause.confidence == "medium"
        other = found(*f"{TOUCHED}Unable to write it: read-only.".splitlines(), agent=None)
        assert cause.fingerprint == other.fingerprint


def test_words_without_a_programs_report_are_no_refusal():
    said = "I was unable to create a.txt because the file system is read-only."
    assert found("Looking.", "", said, agent=None).failure_class is FailureClass.SUCCESS
