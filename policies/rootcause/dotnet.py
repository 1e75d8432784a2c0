"""How .NET's tools state a cause: MSBuild's canonical form, NuGet, xUnit, NUnit, MSTest, the runtime."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, stripped

_DIAGNOSTIC = expression(
    r"^\s*(?:\d+>)?(?P<origin>[^\s].{0,300}?) ?: (?:[\w ]{1,30} )?(?:fatal )?error "
    r"(?P<code>(?!TS)[A-Z]{1,10}\d{1,6}) ?: (?P<said>.+?)(?: \[[^\]]{1,300}(?:proj|\.slnx?)"
    r"(?:::[^\]]{1,100})?\])?$"
)
_PLAIN = expression(
    r"^\s*[^\s:].{0,300}?\(\d+,\d+\) ?: error ?: (?P<said>.+?)(?: \[[^\]]{1,300}proj\])?$"
)
_BARE = expression(r"^\s*error (?P<code>(?:NU|NETSDK|MSB|CS|FS|BC|CA|IDE)\d{2,6}) ?: (?P<said>.+)")
_CLASSES = (
    ("WHITESPACE|IMPORTS|CHARSET|FINALNEWLINE|ENDOFLINE", C.LINT),
    ("CA|IDE|SA|S|RCS|SX|RS|VSTHRD|xUnit|NUnit|StyleCop|SYSLIB", C.LINT),
    ("NU1301|NU1300|NU5", C.NETWORK),
    (
        "NU1605|NU1102|NU1101|NU1103|NU1107|NU1|NETSDK1045|NETSDK1147|MSB3644|NETSDK1127|NETSDK1100"
        "|MSB8036|MSB8020|MSB8003|MSB8041|LNK1104|LNK1181",
        C.MISSING_DEPENDENCY,
    ),
    ("NETSDK|MSB1|MSB4|NU", C.CONFIG_ERROR),
)
_CODES = tuple((expression(rf"^(?:{codes})"), found) for codes, found in _CLASSES)
_ENDS = expression(r"^(?:MSB3073|MSB3077|MSB6006|MSB8020X|MSB8066|MSB4181|LNK1120|U1077)$")
"""Codes that only say that a command or a task ended badly."""
_COMMAND = expression(
    r"^(?:The command |Custom build for |[\"']).{1,999} exited with code -?\d+\.?$"
)
_NETWORK = expression(
    r"Unable to load the service index|Failed to (?:retrieve|download)|NameResolution|timed out"
)
_REFUSED = expression(r"Response status code does not indicate success: 40[13]\b")
NEAR = 3
"""So many lines, from the error on, in which NuGet says what the server answered."""

_FAILED = expression(
    r"^\s*(?:Failed|X|✗|✘) {1,3}(?P<name>[\w.+<>`]{1,300}(?:\(.{0,500}\))?)(?: \[[^\]]{1,20}\])?$"
)
_XUNIT = expression(
    r"^\s*(?:\[xUnit\.net [\d:.]+\]\s+)?(?P<name>[\w.+<>`]{3,300}(?:\(.{0,500}\))?) \[FAIL\]$"
)
_NUNIT = expression(r"^\s*\d+\) (?:Failed|Error|Invalid) : (?P<name>\S.{0,300})$")
_TEST_ERROR = expression(r"^\s*\S.{0,300}\(\d+\): error TESTERROR: ?(?P<said>\S.*)?$")
_TOLD = expression(r"^\s*(?P<name>[\w.+<>`]{3,300}) \([^)]{1,20}\): Error Message: (?P<said>\S.*)")
"""The terminal logger's: a code without a number, then the test and its message on one line."""
_MESSAGE = expression(r"^\s*Error Message:$")
_XUNIT_LEAD = expression(r"^\[xUnit\.net [\d:.]+\]\s*")
_STACK = expression(r"^\s*(?:Stack Trace:|at )")
_UNHANDLED = expression(r"^Unhandled [Ee]xception[.:] (?P<said>\S.*)")
_INNER = expression(r"^\s*---> (?P<said>\S.*)")
_ABORTED = expression(r"^The active test run was aborted\. Reason: (?P<said>.+)")


def msbuild(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield MSBuild's errors, each once (it repeats them after "Build FAILED")."""
    seen: set[str] = set()
    for at, line in holding(lines, "error "):
        away = C.AUTH if _is_refused(lines[at : at + NEAR]) else C.NETWORK
        if _PLAIN.match(line.text):
            found = away if _NETWORK.search(line.text) else None
            yield Finding(lines=(stripped(line),), rank=58, rule="msbuild", failure_class=found)
        match = _DIAGNOSTIC.match(line.text) or _BARE.match(line.text)
        if match is None or _ENDS.match(match["code"]):
            if match and _COMMAND.match(match["said"]):
                yield Finding(lines=(stripped(line),), rank=26, rule="msbuild command")
            continue
        key = f"{match.groupdict().get('origin')}{match['code']}{match['said']}"
        if key not in seen:
            seen.add(key)
            found = _class(match["code"], match["said"])
            found = away if found is C.NETWORK else found
            yield Finding(
                lines=(stripped(line),),
                rank=78,
                rule="msbuild",
                failure_class=found,
                identity=_identity(match),
            )


def _is_refused(lines: Sequence[Line]) -> bool:
    """Say whether the server answered, and asks who we are."""
    return any(_REFUSED.search(line.text) for line in lines)


def dotnet_tests(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the failing tests of the .NET runners, each with its message."""
    for word, pattern in (("Failed ", _FAILED), ("[FAIL]", _XUNIT), (") ", _NUNIT)):
        for at, line, match in matching(lines, word, pattern):
            said = _message(lines, at)
            if said or "." in match["name"]:
                yield _test(line, match["name"], said)
    for at, line, match in matching(lines, "error TESTERROR", _TEST_ERROR):
        told = next((m for one in lines[at : at + 2] if (m := _TOLD.match(one.text))), None)
        below = [Line(lines[at + 1].number, told["said"])] if told and not match["said"] else []
        yield _test(line, told["name"] if told else match["said"] or "", below)
    for _, line, match in matching(lines, "test run was aborted", _ABORTED):
        crashed = "crash" in match["said"].lower()
        yield Finding(
            lines=(stripped(line),),
            rank=74,
            rule="vstest",
            failure_class=C.SIGNAL_CRASH if crashed else C.TEST_FAILURE,
        )


def dotnet_exceptions(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield unhandled exceptions; the innermost is the cause."""
    for at, line, match in matching(lines, "nhandled", _UNHANDLED):
        inner = [stripped(one) for one in lines[at + 1 : at + 40] if _INNER.match(one.text)]
        outer = Line(line.number, match["said"])
        yield Finding(
            lines=(inner[-1], outer) if inner else (outer,),
            rank=66,
            rule="dotnet exception",
            first_wins=False,
        )


def _class(code: str, said: str) -> C:
    if _NETWORK.search(said):
        return C.NETWORK
    return next((found for pattern, found in _CODES if pattern.match(code)), C.COMPILE_ERROR)


def _identity(match: re.Match[str]) -> str:
    """Projects are built side by side: which one met an error of a package or of the SDK first is chance."""
    origin = match.groupdict().get("origin") or ""
    placed = "" if match["code"].startswith(("NU", "NETSDK")) else origin
    return f"{placed} {match['code']}: {match['said']}".strip()


def _message(lines: Sequence[Line], at: int) -> list[Line]:
    """Give the first lines of the test's message: below "Error Message:", or right below its name."""
    after = [Line(n, _XUNIT_LEAD.sub("", text)) for n, text in lines[at + 1 : at + 12]]
    for place, one in enumerate(after[:3]):
        if _MESSAGE.match(one.text):
            after = after[place + 1 :]
            break
    said: list[Line] = []
    for one in after:
        if _STACK.match(one.text) or len(said) == 3:
            break
        if one.text.strip():
            said.append(stripped(one))
    return said


def _test(line: Line, name: str, said: Sequence[Line]) -> Finding:
    why = f": {' '.join(one.text for one in said)}" if said else ""
    plain = name.partition("(")[0]
    return Finding(
        lines=(stripped(line), *said),
        rank=76 if said else 71,
        rule="dotnet test",
        failure_class=C.TEST_FAILURE,
        summary=f"{name}{why}",
        identity=name,
        replay=(f"dotnet test --filter {shlex.quote(f'FullyQualifiedName~{plain}')}",),
    )
