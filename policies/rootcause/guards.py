"""What must stand in a line so that an expression can find anything in it: a cheap test before it.

An answer is the same with guards and without. A test derives from each expression what it needs, and
fails where the guard declared here does not cover it: whoever widens an expression widens its guard.
"""

from __future__ import annotations

from policies.literals import Engine, Search

LEVELS = tuple(1 << n for n in range(8))
"""Of the levels of policies.rootcause.generic, in its order."""
QUIET, HARMLESS, CLEANUP, BARE, HINTS = (1 << n for n in range(8, 13))
ALL = (1 << 13) - 1
"""A line that may hold anything."""

_REFUSALS = (
    "fail", "cannot", "can't", "could not", "couldn't", "unable to", "denied", "refus", "reject", "invalid",
    "missing", "not found", "no such", "unexpected", "abort", "kill", "expired", "exceed", "timed out",
    "timeout", "mismatch", "regression", "must", "cancel", "do not ", "does not ", "undefined", "undeclared",
    "unbound", "attempt to ", "expected", "conflict", "differ", "not allowed", "not permitted",
    "not supported", "not defined", "not valid", "not installed", "not available",
)  # fmt: skip

GUARDS: dict[int, tuple[str, ...]] = {
    LEVELS[0]: ("fatal", "panic", "critical"),
    LEVELS[1]: ("error", "exception"),
    LEVELS[2]: ("##[error]", "::error", "caused by: ", "cause: ", "reason: "),
    LEVELS[3]: ("err", "fatal"),
    LEVELS[4]: ("error", "✖", "✗", "✘", "❌", "×"),
    LEVELS[5]: ("error", "exception", "err:", "err!", "fatal", "panic"),
    LEVELS[6]: ("error", "exception"),
    LEVELS[7]: _REFUSALS,
    QUIET: (
        "info", "debug", "trace", "notice", "warn", "verbose", "note", "deprecat", "##[group]",
        "##[endgroup]", "##[section]", "##[command]", "::group", "::endgroup",
    ),
    HARMLESS: (
        "0 error", "0 fail", "0 warning", "0 problem", "0 issue", "0 vuln", "no error", "no fail",
        "no warning", "no problem", "no issue", "no vuln", ":0", "=0", " 0", "error count ", "without ",
        "fast", "on-error", "on_error", "pass", "ok", "success", "skipp", "xfail", "done", "✓", "✔", "√",
        ".yes", ". yes", "retry", "reconnecting", "will ", "continuing", "ignor", "non-fatal", "harmless",
        "expected in test", ": error", "-werror", "-wno-error", "budget", "handl", "reporting",
        "_xservtrans", "channel",
    ),
    CLEANUP: (
        "clean", "teardown", "tearing down", "removing", "post job", "post run", "upload", "artifact",
        "cache",
        "telemetry", "metric", "stop", "logout", "terminate orphan", "rm: ",
    ),
    BARE: ("fail", "non-zero", "exited with"),
    HINTS: (
        "err", "fail", "fatal", "panic", "critical", "exception", "cause", "reason", "cannot", "can't",
        "could", "unable", "denied", "refus", "reject", "invalid", "missing", "no such", "unexpected",
        "not found", "not allowed", "not permitted", "not supported", "not defined", "not valid",
        "not installed", "not available", "abort", "kill", "expired", "exceed", "timed out", "timeout",
        "mismatch", "regression", "must", "cancel", " not ", "undefined", "undeclared", "unbound",
        "attempt to",
        "expected", "conflict", "differ", "\u2716", "\u2717", "\u2718", "\u274c", "\u00d7",
    ),
}  # fmt: skip
"""By expression: literals of which one stands in every lower-cased line in which it finds anything."""

STARTS: dict[int, tuple[str, ...]] = {
    LEVELS[0]: ("f",),
    LEVELS[3]: ("e",),
    HARMLESS: ("i", "w", "d"),
    BARE: ("error",),
}
"""By expression: how a line begins in which it finds something without any of those literals."""


class Guards:
    """Says which expressions may find something in a line; without an *engine* all of them may."""

    def __init__(self, engine: Engine | None = None) -> None:
        opened: dict[str, int] = {}
        for guard, words in GUARDS.items():
            for word in words:
                opened[word] = opened.get(word, 0) | guard
        self._opened = tuple(opened.values())
        self._search: Search | None = engine(tuple(opened)) if engine else None

    def held(self, lowered: str) -> int:
        """Give the guards whose literals stand in *lowered*, as bits."""
        if self._search is None:
            return ALL
        bits = 0
        for which, _, _ in self._search(lowered):
            bits |= self._opened[which]
        return bits


def may_find(guard: int, held: int, lowered: str) -> bool:
    """Say whether the expression behind *guard* may find anything in *lowered*, which holds *held*."""
    return bool(held & guard) or lowered.startswith(STARTS.get(guard, ("\n",)))
