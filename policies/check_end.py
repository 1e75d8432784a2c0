"""What the end of a check's process says: passed, failed, or could not run (and the remedy).

Exit codes are those the tools document: pytest 4 usage error, 5 no tests collected; a shell 127 for
a command that is not there; unittest 5 for no tests since Python 3.12.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.check_reading import Ended, Reading, content, could_not, first, short
from policies.check_tools import READERS
from policies.checks import CheckState
from policies.failure import FailureClass, StopReason


def read_end(ended: Ended) -> Reading:
    """Give what *ended* means."""
    return _read_stop(ended) or _read_tool(ended) or _read_code(ended)


def tool_of(argv: Sequence[str]) -> str:
    """Give the tool that *argv* runs (`pytest`, `unittest`, `npm`, …): a module's name for `python -m`."""
    words = [argv[0].rsplit("/", 1)[-1], *argv[1:]]
    if words[0].startswith("python") and "-m" in words[:-1]:
        return words[words.index("-m") + 1]
    return words[0]


def _read_stop(ended: Ended) -> Reading | None:
    if ended.start_error:
        return could_not(ended.start_error)
    match ended.stopped_because:
        case None | StopReason.AFTER_END:
            return None
        case StopReason.TOTAL:
            reason = f"did not end within {ended.limit_s:g} s"
            return Reading(
                state=CheckState.FAILED, reason=reason, failure_class=FailureClass.TEST_TIMEOUT
            )
        case other:
            return could_not(f"stopped before its end ({other.value})")


def _read_code(ended: Ended) -> Reading:
    code = ended.exit_code
    if code == 0:
        return Reading(state=CheckState.PASSED)
    if code is None:
        return could_not(f"{ended.argv[0]} was not started")
    if code < 0:
        crash = FailureClass.SIGNAL_CRASH
        return Reading(
            state=CheckState.FAILED, reason=f"ended by signal {-code}", failure_class=crash
        )
    return Reading(state=CheckState.FAILED, reason=_last_words(ended))


def _read_tool(ended: Ended) -> Reading | None:
    if ended.exit_code == 127:
        said = first(ended.lines, re.compile(r"not found|No such file")) or ended.argv[0]
        return content(f"a command is not installed: {said}")
    reader = READERS.get(tool_of(ended.argv))
    return reader(ended) if reader else None


_SUMMARY = re.compile(
    r"\b\d+ (?:failed|errors?|failing)\b|^FAILED \(|^FAIL\b|^error(\[|:)|Error \d+$"
)


def _last_words(ended: Ended) -> str:
    """The last line that sums up, else the exit code alone."""
    said = first(list(reversed(ended.lines)), _SUMMARY)
    return short(
        f"exit {ended.exit_code}: {said.strip('= ')}" if said else f"exit {ended.exit_code}"
    )
