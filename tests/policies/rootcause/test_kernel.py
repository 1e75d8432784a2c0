"""The kernel's own reports, and causes below a heading."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure
from policies.rootcause.clean import clean

OOPS = """\
[   10.100000] systemd[1]: Failed to find module 'autofs4'
<1>[   54.775617] Unable to handle kernel paging request at virtual address ffff00000a3c1000
<4>[   54.775701] CPU: 3 PID: 88121 Comm: cat Not tainted 5.10.0 #1
<0>[   54.775940] Kernel panic - not syncing: Oops: Fatal exception
<0>[   54.776004] ---[ end Kernel panic - not syncing: Oops: Fatal exception ]---
ERROR: lost the machine"""

REPORTS = [
    (OOPS, "Unable to handle kernel paging request"),
    (
        "[    3.900161][    T1] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown\nend",
        "Unable to mount root fs",
    ),
    (
        "[ 1502.527398][T14140] BUG: KASAN: slab-use-after-free in sget_fc (fs/super.c:596)\n"
        "[ 1502.534436][T14140] Read of size 8 at addr ffff88800853aa88 by task ip\nnot ok 1 a.sh # exit=1",
        "KASAN: slab-use-after-free in sget_fc",
    ),
    (
        "[  140.223001][   T30] INFO: task kworker:51 blocked for more than 143 seconds.\n"
        "[  140.223901][   T30] Kernel panic - not syncing: hung_task: blocked tasks",
        "blocked for more than",
    ),
]


@pytest.mark.parametrize(("log", "words"), REPORTS)
def test_the_first_report_is_the_cause(
    log: str, words: str, cause: Callable[[str], Failure]
) -> None:
    failure = cause(log)
    assert (failure.failure_class.value, words in failure.summary) == ("signal_crash", True), (
        failure
    )


def test_the_address_and_the_time_are_not_in_the_fingerprint(
    cause: Callable[[str], Failure],
) -> None:
    again = OOPS.replace("ffff00000a3c1000", "ffff00000b7d2000").replace("54.77", "61.20")
    assert cause(OOPS).fingerprint == cause(again).fingerprint


@pytest.mark.parametrize(
    "mark", ["<4>[ 1054.775701] ", "[   65.286679][   T22] ", "[  812.345678][C1] "]
)
def test_the_ring_buffers_marks_are_taken_off(mark: str) -> None:
    assert clean(f"{mark}Call Trace:") == "Call Trace:"


HEADED = [
    (
        "SystemCheckError: System check identified some issues:\n\nERRORS:\n"
        "shop.Item.owner: (fields.E300) Field defines a relation with model 'auth.Usr'.",
        "config_error",
        "fields.E300",
    ),
    ("make: *** /lib/modules/9: No such file or directory.  Stop.", "missing_dependency", "/lib"),
    (
        'Unhandled TYPE-ERROR in thread #<SB-THREAD:THREAD "main thread" RUNNING\n'
        "                      {1001348003}>:\n  The value\n    \"a\"\n  is not of type\n    NUMBER\n\n"
        "Backtrace for: #<SB-THREAD:THREAD>\n0: (SB-KERNEL:TWO-ARG-+ \"a\" 1)\n6: (SB-C::X FORMS-ERROR-IN)\n",
        "unknown",
        'TYPE-ERROR: The value "a" is not of type NUMBER',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("log", "found", "words"), HEADED)
def test_what_stands_below_a_heading(
    log: str, found: str, words: str, cause: Callable[[str], Failure]
) -> None:
    failure = cause(log)
    assert words in failure.summary, failure
    assert found in (failure.failure_class.value, "unknown"), failure


@pytest.mark.parametrize(
    "log",
    [
        "System check identified no issues (0 silenced).\nb.c:1:1: error: x",
        "make: *** [Makefile:6: b.o] Error 1\nb.c:1:1: error: x",
        "Unhandled exception handlers: 0\nb.c:1:1: error: x",
        "[    1.0] BUG report address: kernel@example.org\nb.c:1:1: error: x",
    ],
)
def test_what_only_looks_like_one(log: str, cause: Callable[[str], Failure]) -> None:
    assert "error: x" in cause(log).summary
