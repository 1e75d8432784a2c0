"""Which of a package's scripts ran where: how to run again what has no shorter command of its own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from policies.expressions import expression
from policies.rootcause.finding import Finding, Line

_SCRIPT = expression(
    r"^> (?:@?[\w./-]{1,200}@\S{1,80} )?(?P<script>[\w:.][\w:.-]{0,79})(?: /\S{1,300})?$"
)
_REPLAYED = frozenset(
    {
        *("eslint format", "eslint settings", "tsc", "bundler", "node error", "prettier"),
        *("mocha", "jest verdict", "vitest verdict", "tap", "karma"),
    }
)
"""Rules of JavaScript's tools that a script is likely to have run."""


class Scripts:
    """The banners that npm and pnpm print: `> name@version script`, then `> command`."""

    def __init__(self, lines: Sequence[Line], text: str) -> None:
        banners = "\n> " in text or text.startswith("> ")
        self._runner = "pnpm" if "pnpm" in text else "npm"
        self._at = [
            (line.number, match["script"])
            for line, after in (pairwise(lines) if banners else ())
            if after.text.startswith("> ") and (match := _SCRIPT.match(line.text))
        ]

    def named(self, found: Finding) -> Finding:
        """Give *found* with the script in whose output it stands as its replay, if it has none."""
        if found.replay or found.rule not in _REPLAYED:
            return found
        at = bisect_right(self._at, (found.number, "\U0010ffff")) - 1
        if at < 0:
            return found
        script = self._at[at][1]
        command = f"{self._runner} {'test' if script == 'test' else f'run {script}'}"
        return replace(found, replay=(command,))
