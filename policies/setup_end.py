"""Which line of a package manager's output says why it failed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.check_reading import first

_UNREACHED = re.compile(
    r"\bENOTFOUND\b|\bEAI_AGAIN\b|\bECONNREFUSED\b|\bETIMEDOUT\b|[Cc]ould not resolve host"
    r"|Name or service not known|Temporary failure in name resolution"
)
_NPM_FIELDS = r"code|errno|syscall|path|command failed|A complete log|at |\s*$"
_CAUSE = re.compile(
    rf"^(?:ERROR:|error:|error\b|npm (?:ERR!|error) (?!{_NPM_FIELDS})|× |.*No module named)"
)
"""pip and poetry `ERROR:`, uv `error:` and `×`, npm `npm error`."""


def cause(lines: Sequence[str]) -> str:
    """Give the line that says why: a host that was not reached, else the tool's own, else the last."""
    said = first(lines, _UNREACHED) or first(lines, _CAUSE)
    return said or next((line for line in reversed(lines) if line.strip()), "")


def is_own_script(lines: Sequence[str], workspace: str) -> bool:
    """Say whether all was installed, and a script of the repository's own failed after that.

    npm takes an install that failed back by itself, but runs `prepare` when all is there.
    """
    ends = {line.strip().replace("npm ERR!", "npm error") for line in lines}
    return {"npm error command failed", f"npm error path {workspace}"} <= ends
