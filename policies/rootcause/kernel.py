"""How the Linux kernel states that it broke: the first report is the cause, the panic after it its end.

Sources: the kernel's own printk texts (kasan, kcsan, kmsan, kfence, ubsan, the oops and lockup handlers,
panic.c) and its "Bug hunting" guide, which says to read the first report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, stripped

REPORT, PANIC, FOLLOWS = 82, 79, 73
"""Rank of a report, of a panic that gives its own reason, and of one that only follows a report."""

_REPORT = expression(
    r"^(?:(?:watchdog: )?BUG: (?:K(?:A|C|M)SAN: |KFENCE: |unable to handle |kernel NULL pointer|soft lockup"
    r"|workqueue lockup|sleeping function|scheduling while atomic|spinlock)"
    r"|UBSAN: \S|kernel BUG at |Unable to handle kernel |Unhandled fault: |Oops: \S"
    r"|(?:Oops: )?general protection fault|Internal error: Oops|NMI watchdog: (?:BUG|Watchdog)"
    r"|INFO: task \S{1,60} blocked for more than \d|rcu: INFO: \S{1,40} (?:self-)?detected stall"
    r"|WARNING: possible (?:circular|recursive) locking)"
)
_PANIC = expression(r"^Kernel panic - not syncing: (?P<why>\S.{0,400})")
_END = expression(
    r"^(?:Oops: )?Fatal exception|panic_on_|hung_task: |softlockup: |kasan\.fault|^KASAN: panic"
    r"|RCU Stall|UBSAN: panic"
)
_UNSTABLE = expression(r"0x[0-9a-f]+|\b[0-9a-f]{8,16}\b|\+0x\S+|\b\d+\b|/\S+$")


def kernel(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the kernel's reports of its own faults, and its panics."""
    for _, line in holding(
        lines, "BUG", "AN: ", "handle", "ault", "Oops", "lockup", "blocked for", "stall", "locking"
    ):
        if _REPORT.match(line.text.strip()):
            yield _finding(line, REPORT, line.text)
    for _, line in holding(lines, "Kernel panic - not syncing: "):
        if match := _PANIC.match(line.text.strip()):
            follows = _END.search(match["why"]) is not None
            yield _finding(line, FOLLOWS if follows else PANIC, match["why"])


def _finding(line: Line, rank: int, said: str) -> Finding:
    return Finding(
        lines=(stripped(line),),
        rank=rank,
        rule="kernel report",
        failure_class=C.SIGNAL_CRASH,
        identity=_UNSTABLE.sub("", said),
    )
