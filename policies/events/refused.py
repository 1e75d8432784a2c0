"""Whether a tool failed because something refused it: a sandbox, a permission rule, a full disk.

Such a refusal does not fail an agent's run (all of them end with a cheerful message), so it is
marked here and weighed against the work tree in policies/outcome.
"""

from __future__ import annotations

import re

from policies.expressions import expression

_TAIL_CHARS = 2_000
_TAIL_LINES = 4

_PERMISSION = expression(
    r"read-only file system|operation not permitted|permission denied|\bEROFS\b|\bEACCES\b|\bEPERM\b"
    r"|haven.t granted|requested permissions? to|requires? approval|permission to use .{0,60}denied"
    r"|rejected by (?:the )?user|\buser (?:has )?(?:rejected|denied|declined)\b"
    r"|blocked by (?:the )?(?:sandbox|policy|permission)"
    r"|outside (?:of )?the (?:project|workspace|allowed)|is not in the allowed"
    r"|was blocked\b|declined by",
    re.IGNORECASE,
)
_NETWORK = expression(
    r"could not resolve host|temporary failure in name resolution|network is unreachable"
    r"|name or service not known",
    re.IGNORECASE,
)
_BARE = expression(
    r"(?:^|: )(?:read-only file system|permission denied|operation not permitted|no space left on device"
    r"|disk quota exceeded)$",
    re.IGNORECASE,
)
"""How programs end the line that reports a refused system call: with strerror(3)'s words."""
_CODE = expression(
    r"\bE(?:ROFS|ACCES|PERM|NOSPC|DQUOT): \w|\[Errno (?:1|13|28|30|122)\] \w|\(os error (?:1|13|28|30|122)\)"
)
"""As Node, Python and Rust print the same (errno 1, 13, 28, 30 and 122 of Linux)."""
_BARE_LINES = 3
_DISK = expression(r"no space left on device|\bENOSPC\b|disk quota exceeded", re.IGNORECASE)


def is_refusal(output: str, *, network_too: bool = False) -> bool:
    """Say whether the end of a failed tool's *output* is a refusal.

    With *network_too* a lost network counts: for agents whose sandbox takes it away.
    """
    tail = "\n".join(output[-_TAIL_CHARS:].strip().splitlines()[-_TAIL_LINES:])
    found = _PERMISSION.search(tail) or _DISK.search(tail)
    return bool(found or (network_too and _NETWORK.search(tail)))


def refusing_line(output: str) -> str:
    """Give the line near the end of a failed tool's *output* that tells of the refusal; empty without."""
    tail = output[-_TAIL_CHARS:].strip().splitlines()[-_TAIL_LINES:]
    return next((line.strip() for line in reversed(tail) if is_refusal(line)), "")


def is_bare_refusal(output: str) -> bool:
    """Say whether *output* is nothing but a program's report of a refused system call."""
    told = output[-_TAIL_CHARS:].strip().splitlines()
    return 0 < len(told) <= _BARE_LINES and _BARE.search(told[-1]) is not None


def is_refusal_report(line: str) -> bool:
    """Say whether *line* is a program's report of a refused system call, not a sentence about one."""
    return _BARE.search(line.strip()) is not None or _CODE.search(line) is not None


def is_disk_full(text: str) -> bool:
    """Say whether a refusal was a full disk, not a rule."""
    return bool(_DISK.search(text))
