"""How builds in a box state a cause (Docker, Nix): the failed step's last words, shown at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.noise import is_harmless
from policies.rootcause.scan import matching, stripped
from policies.rootcause.wrapping import is_wrapper

BLOCK_LIMIT = 40
UNQUOTED = 24
"""Rank of what stands right above a builder's end, which Nix does not quote: words of failure say more."""

_STEP = expression(r"^\s*> \[[^\]]{1,200}\]")
_RULE = expression(r"^-{6,}$")
_OUTPUT = expression(r"^\d+\.\d+ ?(?P<said>.*)")
_FRONT = expression(
    r"^(?:(?:ERROR|error|Error): )?(?:buildx failed with: (?:ERROR"
    r"|error): )?failed to (?:solve|build|process)(?: [^:]{1,100})?: (?P<said>.+)"
)
_NIX = expression(r"^\s*(?:error: )?(?:builder for|Cannot build|build of) '?/nix/store/")
_NIX_SAID = expression(r"^\s*> (?P<said>.*)")
_ALARM = expression(r"error|fail|cannot", re.I)
_VERDICT = expression(r":\s{1,80}FAIL(?:ED)?(?: \([\d.]{1,12}s\))?$")
_REFUSED = expression(
    r"^[\w./+-]{1,100}: .{1,800}: (?:No such file or directory|Permission denied|Not a directory"
    r"|Is a directory|File exists|Directory not empty|Read-only file system)$"
)
"""A system call's error as the last words: builders run with errexit, so that command ended them."""
_ENDED = expression(
    r"did not complete successfully|returned a non-zero code|executor failed running"
)
_CLASSES = (
    (
        expression(
            r"dockerfile parse error|unknown instruction|failed to (?:parse|read) dockerfile"
            r"|failed to read dockerfile|circular dependency|invalid (?:reference|field)|base name"
            r"|target stage",
            re.I,
        ),
        C.CONFIG_ERROR,
    ),
    (
        expression(
            r"failed to (?:compute cache key|calculate checksum|walk)|not found: \"?/"
            r"|: \"/.{1,200}\": not found"
        ),
        C.CONFIG_ERROR,
    ),
    (expression(r"toomanyrequests|pull rate limit"), C.RATE_LIMIT),
    (expression(r"unauthorized|denied|authorization failed|403 Forbidden|401"), C.AUTH),
    (
        expression(
            r"i/o timeout|connection re|no such host|TLS handshake|EOF|5\d\d [A-Z]|deadline exceeded"
            r"|unexpected status"
        ),
        C.NETWORK,
    ),
    (expression(r"no space left"), C.DISK_FULL),
    (
        expression(r"not found|no match for platform|manifest unknown|no matching manifest"),
        C.MISSING_DEPENDENCY,
    ),
)


def buildkit(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield why BuildKit could not solve a build, and what the failed step printed at its end."""
    for _, line, match in matching(lines, "failed to ", _FRONT):
        said = match["said"]
        if _ENDED.search(said):
            continue
        found = next((c for pattern, c in _CLASSES if pattern.search(said)), None)
        yield Finding(
            lines=(stripped(line),),
            rank=77 if found else 60,
            rule="buildkit",
            failure_class=found,
            first_wins=False,
        )
    for at, _, _ in matching(lines, "> [", _STEP):
        if at and _RULE.match(lines[at - 1].text.strip()):
            yield from _step(lines, at)


def _step(lines: Sequence[Line], at: int) -> Iterator[Finding]:
    said: list[Line] = []
    for one in lines[at + 1 : at + BLOCK_LIMIT]:
        if _RULE.match(one.text.strip()):
            break
        output = _OUTPUT.match(one.text)
        text = (output["said"] if output else one.text).strip()
        lowered = text.lower()
        if text and not is_wrapper(lowered) and not is_harmless(lowered):
            said.append(Line(one.number, text))
    if said:
        yield Finding(lines=(said[-1],), rank=52, rule="failed step", first_wins=False)


def nix_builds(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the last words of a failed Nix builder; Nix repeats them below its own error since 2.4."""
    for at, _, _ in matching(lines, "/nix/store/", _NIX):
        quoted = [
            Line(one.number, match["said"].strip())
            for one in lines[at + 1 : at + BLOCK_LIMIT]
            if (match := _NIX_SAID.match(one.text)) and match["said"].strip()
        ]
        own = [one for one in quoted if not is_wrapper(one.text.lower())]
        if own:
            yield Finding(lines=(_lead(own),), rank=58, rule="nix builder", first_wins=False)
        elif last := _last_words(lines[max(0, at - BLOCK_LIMIT) : at]):
            yield Finding(lines=(last,), rank=UNQUOTED, rule="last words", first_wins=False)


def _last_words(before: Sequence[Line]) -> Line | None:
    told = (stripped(one) for one in reversed(before) if one.text.strip())
    return next((one for one in told if not is_wrapper(one.text.lower())), None)


def _lead(said: Sequence[Line]) -> Line:
    """Give the refusal that ended the builder, else its first alarm: below a test's verdict stands why."""
    if _REFUSED.match(said[-1].text):
        return said[-1]
    alarming = [one for one in said if _ALARM.search(one.text)]
    reasons = [one for one in alarming if not _VERDICT.search(one.text)]
    return (reasons or alarming or said[-1:])[0]
