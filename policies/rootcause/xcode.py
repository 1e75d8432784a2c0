"""How xcodebuild states what is wrong with a target, and how xcpretty and Flutter show what it said.

Sources: xcodebuild's own errors, which have no place, end with `(in target 'T' from project 'P')`; xcpretty's
formatter (`format_compile_error`): a red cross, two blanks, the place, and no word of a level (fastlane
prints its lines); Flutter's `Error (Xcode): `, broken at the terminal's width.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, stripped

_CROSS = "❌ "
_ERROR = expression(
    r"^❌ {1,3}[^\s:][^:]{0,400}\.(?:swift|m|mm|h|c|cc|cpp|hpp|pch|metal|xib|storyboard)"
    r":\d{1,7}(?::\d{1,7})?: (?!warning:|note:)(?P<said>\S.{0,1000})$"
)
_TARGET = expression(
    r"^(?:❌ {1,3})?(?:error: )?(?P<said>\S.{0,1000}) \(in target '[^']{1,200}' from project '[^']{1,200}'\)$"
)
_FLUTTER = expression(r"^Error \(Xcode\): (?P<said>\S.{0,1000})$")
_PASSED_ON = expression(r"\.(?:swift|m|mm|h|c|cc|cpp)(?::\d|$)")
_LEVEL = expression(r"\b(?:warning|note|remark): ")
_MISSING = expression(r"\bno such module '|file not found\b")
_FAILING = expression(r"^Failing tests:$")
_TEST = expression(r"^\s{1,8}-?\[?[\w.]{1,200}[. ][\w() ]{1,200}\]?$")
"""Xcode's list at the end; what was asserted stands far above, or in no log."""
_REFUSED = expression(r"^xcodebuild: error: (?P<said>\S.{0,1000})$")
_REASON = expression(r"^\s{2,8}Reason: (?P<said>\S.{0,1000})$")
_LIST = "The following build commands failed:"
_COMPILES = expression(
    r"^(?:Swift(?:Compile|EmitModule|MergeGeneratedHeaders)|Compile(?:C|Swift|Metal\w*|XIB|Storyboard)"
    r"|EmitSwiftModule|MergeSwiftModule|PrecompileSwiftBridgingHeader|ProcessPCH(?:\+\+)?|ScanDependencies"
    r"|Ld|Libtool) \S"
)
"""The commands in Xcode's list that build code, as it names them."""
_COMMAND = expression(r"^\s{0,8}[A-Z]\w{1,60} \S.{0,1000}$")
_ABSENT = expression(r"\bis not installed\b|\brequires Xcode\b|\bplease download\b", re.I)


def xcode_errors(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the compilers' errors; the first of them is the cause of the others."""
    for _, line, match in matching(lines, _CROSS, _ERROR):
        missing = _MISSING.search(match["said"])
        yield Finding(
            lines=(stripped(line),),
            rank=79,
            rule="xcode",
            failure_class=C.MISSING_DEPENDENCY if missing else C.COMPILE_ERROR,
        )
    for at, _, _ in matching(lines, "Failing tests:", _FAILING):
        if at + 1 < len(lines) and _TEST.match(lines[at + 1].text):
            first = stripped(lines[at + 1])
            yield Finding(lines=(first,), rank=62, rule="xcodebuild", failure_class=C.TEST_FAILURE)
    for at, line, match in matching(lines, "xcodebuild: error:", _REFUSED):
        yield _refused(line, match["said"], lines[at + 1 : at + 3])


def xcode_targets(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what xcodebuild says of a target: of its settings, its signing, its scripts."""
    for _, line, match in matching(lines, "(in target '", _TARGET):
        if "error: " in line.text and not _LEVEL.search(line.text):
            yield _of_target((stripped(line),), match["said"])
    for at, line, match in matching(lines, "Error (Xcode): ", _FLUTTER):
        more = [stripped(one) for one in lines[at + 1 : at + 2] if one.text.strip()]
        said = " ".join((match["said"], *(one.text for one in more)))
        if not _PASSED_ON.search(match["said"]):
            yield _of_target((stripped(line), *more), said)


def xcode_commands(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the first command of Xcode's list, for a log that does not say why it failed."""
    for at, _ in holding(lines, _LIST):
        if at + 1 < len(lines) and _COMMAND.match(lines[at + 1].text):
            first = stripped(lines[at + 1])
            found = C.COMPILE_ERROR if _COMPILES.match(first.text) else None
            yield Finding(lines=(first,), rank=26, rule="xcodebuild", failure_class=found)


def _of_target(lines: tuple[Line, ...], said: str) -> Finding:
    return Finding(
        lines=lines, rank=77, rule="xcode target", failure_class=C.CONFIG_ERROR, identity=said
    )


def _refused(line: Line, said: str, after: Sequence[Line]) -> Finding:
    """Give why xcodebuild did not begin: a scheme, a destination or a device that does not fit."""
    reason = next((one for one in after if _REASON.match(one.text)), None)
    more = _REASON.sub(lambda match: match["said"], reason.text) if reason else ""
    is_absent = _ABSENT.search(f"{said} {more}") is not None
    return Finding(
        lines=(*([stripped(reason)] if reason else []), stripped(line)),
        rank=76,
        rule="xcodebuild",
        failure_class=C.MISSING_DEPENDENCY if is_absent else C.CONFIG_ERROR,
        summary=f"{said} {more}".strip(),
    )
