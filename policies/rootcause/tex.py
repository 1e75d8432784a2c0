"""How TeX states a cause: a line that begins with an exclamation mark.

Source: The TeXbook, chapter 6 and appendix J. The first error of a run is the cause: without anybody to
ask, TeX goes on as well as it can, and ends with "Emergency stop" where it cannot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, stripped

_SPEAKS = (
    "entering extended mode",
    "LaTeX2e <",
    "This is pdfTeX",
    "This is XeTeX",
    "This is Lua",
    "no output PDF file produced",
    "Transcript written on ",
)
"""One of them stands in every run's output."""
_ERROR = expression(r"^!(?: (?!Emergency stop| ?==> )|(?=pdfTeX error: ))(?P<said>\S.{0,600})$")
_MISSING = expression(
    r"\bFile `[^']{1,200}' not found|\bfile not found\b|\bFont \S.{0,200}not loadable"
)


def tex_runs(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield TeX's errors, not the end that they lead to."""
    if next(holding(lines, *_SPEAKS), None) is None:
        return
    for _, line, match in matching(lines, "!", _ERROR):
        missing = _MISSING.search(match["said"])
        yield Finding(
            lines=(stripped(line),),
            rank=76,
            rule="tex",
            failure_class=C.MISSING_DEPENDENCY if missing else C.COMPILE_ERROR,
        )
