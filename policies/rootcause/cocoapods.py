"""How CocoaPods states why it stopped: `[!] ` and the words of an `Informative` error, its advice below.

Source: CocoaPods' `Pod::Informative`, printed by its command line; Molinillo's resolver errors below.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

SAID_LINES = 20
"""Below the pod stands who asks for which version, then what no source holds."""

_LACKS = expression(
    r"^\s{0,8}\[!\] (?P<said>CocoaPods could not find compatible versions for pod \".{1,200}"
    r"|Unable to (?:find a specification for|satisfy the following requirements).{0,300}"
    r"|Error installing \S.{0,200}|CDN: .{1,300})"
)
_SETTINGS = expression(
    r"^\s{0,8}\[!\] (?P<said>(?:No|Invalid) `Podfile.{1,500}|The '.{1,200}' target has .{1,300}"
    r"|The platform of the target .{1,300}|Could not automatically select an Xcode .{1,200})"
)
_HOST = expression(r"\bhttps?://(?P<host>[\w.-]{1,100})/")
_NO_FILE = expression(r" Response: 404\b")
_NO_SPEC = expression(r"^\s*(?:None of your spec sources contain a spec|Specs satisfying the )")


def cocoapods(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what CocoaPods could not find or read."""
    for at, line, match in matching(lines, "[!] ", _LACKS):
        below = lines[at + 1 : at + SAID_LINES]
        why = [stripped(one) for one in below if _NO_SPEC.match(one.text)][:1]
        away = match["said"].startswith("CDN: ") and not _NO_FILE.search(match["said"])
        found = C.NETWORK if away else C.MISSING_DEPENDENCY
        # which of a thousand files was asked for when the server did not answer varies
        host = _HOST.search(match["said"] + " ".join(one.text for one in below)) if away else None
        known = f"CDN: {host['host']}" if host else match["said"]
        yield _finding((stripped(line), *why), known, found)
    for _, line, match in matching(lines, "[!] ", _SETTINGS):
        yield _finding((stripped(line),), match["said"], C.CONFIG_ERROR)


def _finding(lines: tuple[Line, ...], said: str, found: C) -> Finding:
    return Finding(lines=lines, rank=79, rule="cocoapods", failure_class=found, identity=said)
