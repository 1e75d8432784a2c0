"""Whether a tool failed because something refused it: a sandbox, a permission rule, a full disk.

Such a refusal does not fail an agent's run (all of them end with a cheerful message), so it is
marked here and weighed against the work tree in policies/outcome.
"""

from __future__ import annotations

import re

_TAIL_CHARS = 2_000
_TAIL_LINES = 4

_PERMISSION = re.compile(
    r"read-only file system|operation not permitted|permission denied|\bEROFS\b|\bEACCES\b|\bEPERM\b"
    r"|haven.t granted|requested permissions? to|requires? approval|permission to use .{0,60}denied"
    r"|rejected by (?:the )?user|blocked by (?:the )?(?:sandbox|policy|permission)"
    r"|outside (?:of )?the (?:project|workspace|allowed)|is not in the allowed"
    r"|was blocked\b|declined by",
    re.IGNORECASE,
)
_NETWORK = re.compile(
    r"could not resolve host|temporary failure in name resolution|network is unreachable"
    r"|name or service not known",
    re.IGNORECASE,
)
_DISK = re.compile(r"no space left on device|\bENOSPC\b|disk quota exceeded", re.IGNORECASE)


def is_refusal(output: str, *, network_too: bool = False) -> bool:
    """Say whether the end of a failed tool's *output* is a refusal.

    With *network_too* a lost network counts: for agents whose sandbox takes it away.
    """
    tail = "\n".join(output[-_TAIL_CHARS:].strip().splitlines()[-_TAIL_LINES:])
    found = _PERMISSION.search(tail) or _DISK.search(tail)
    return bool(found or (network_too and _NETWORK.search(tail)))


def is_disk_full(text: str) -> bool:
    """Say whether a refusal was a full disk, not a rule."""
    return bool(_DISK.search(text))
