"""How xcpretty shows what xcodebuild said: a red cross, the place, the words (fastlane prints its lines).

Source: xcpretty's formatter (`format_compile_error`): two blanks after the cross, and no word of a level.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

_CROSS = "❌ "
_ERROR = re.compile(
    r"^❌ {1,3}[^\s:][^:]{0,400}\.(?:swift|m|mm|h|c|cc|cpp|hpp|pch|metal|xib|storyboard)"
    r":\d{1,7}(?::\d{1,7})?: (?!warning:|note:)(?P<said>\S.{0,1000})$"
)
_MISSING = re.compile(r"\bno such module '|file not found\b")


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
