"""How git passes on what a server's hook said: the reason stands before the refusal that names the hook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped
from policies.rootcause.vague import only_ends

LOOK_BACK = 60

_DECLINED = expression(r"^\s*! \[remote rejected\] .{1,300}\((?P<why>[^)]{1,300})\)")
_REMOTE = expression(r"^remote: (?P<said>.*\S)")
_RULE = expression(r"^remote: (?:error: )?GH\d{3}|^remote: (?:error|fatal): ")
_EMPTY = expression(
    r"^remote:\s*(?:[=*#-]{3,}|Resolving deltas|Counting|Compressing|Processing|To create a|Create a pull)"
)
_GOES_ON = expression(
    r"(?:\.\.|\u2026)(?: ?(?:ok|done|passed|yes|\u2713|\u2714))?\.?$", re.IGNORECASE
)
"""A hook's line on what it is about to look at, or found to be right."""
_BUILDS = expression(r"^(?:remote: ?)?(?:Building source:|-----> )")
"""A platform that builds what is pushed: its hook only says that the build failed."""
_SAYS_NO = expression(
    r"^(?:remote: ?)? !\s{1,8}(?!Push (?:failed|rejected to |rejected, failed to compile)|See |http)\S"
)
_NOT_PUSHED = expression(r"^ !\s{1,8}Push (?:failed|rejected)\b")
"""The platform's own log of the build (Heroku's page, `heroku builds:output`), without git's words."""


def refused_pushes(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what the server said before it refused a push."""
    for at, line, match in matching(lines, "[remote rejected]", _DECLINED):
        before = lines[max(0, at - LOOK_BACK) : at]
        if any(_BUILDS.match(one.text) for one in before):
            yield from _not_built(before, line)
            continue
        said = [
            stripped(one)
            for one in before
            if _REMOTE.match(one.text) and not _EMPTY.match(one.text)
        ]
        told = _reason(said)
        if told and (
            "hook" in match["why"] or "rule" in match["why"] or "protected" in match["why"]
        ):
            yield Finding(
                lines=(told, stripped(line)),
                rank=79,
                rule="git hook",
                failure_class=C.GIT_ERROR,
            )
    if pushed := next(matching(lines, " !", _NOT_PUSHED), None):
        at, line, _ = pushed
        yield from _not_built(lines[max(0, at - LOOK_BACK) : at], line)


def _reason(said: Sequence[Line]) -> Line | None:
    """Give the server's rule, else the first line that does not only tell how far its hook has come."""
    ruled = [one for one in said if _RULE.match(one.text)]
    judged = [one for one in said if not _GOES_ON.search(one.text)]
    return next(iter((*ruled, *judged, *said)), None)


def _not_built(before: Sequence[Line], refusal: Line) -> Iterator[Finding]:
    """Yield what the platform says of an application that it would not build; a build speaks for itself."""
    said = (stripped(one) for one in before if _SAYS_NO.match(one.text))
    told = next((one for one in said if not only_ends(one.text.lower())), None)
    if told:
        yield Finding(
            lines=(told, stripped(refusal)),
            rank=72,
            rule="git build",
            failure_class=C.CONFIG_ERROR,
        )
