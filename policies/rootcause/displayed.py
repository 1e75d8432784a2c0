"""Which lines only display something: scripts before they run, source, patches, warnings in boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.finding import Line
from policies.rootcause.records import hanging_notes
from policies.rootcause.scan import holding, matching, since

ECHO_LIMIT = 250
"""Lines of one shown script."""

_SHOWN = expression(r"^##\[group\]Run |^Script contents:$")
_SHOWN_ENDS = expression(r"^##\[endgroup\]|^=+ Starting Command Output =+$")
_THROWN_AT = expression(r"^(?:file:/{2,3}|/|[A-Za-z]:\\|node:)[^:]{1,400}\.[cm]?[jt]sx?:\d{1,9}$")
_MARK_BELOW = expression(r"^ *\^* *$")
"""Under very long source the mark itself is cut away."""
_HUNK = expression(r"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@")
_HUNK_LINE = ("", " ", "+", "-", "\\")
_BEGUN = expression(r"^\S{1,300}\.t \.{2,300} ?(?:ok|skipped: .{0,200})?$")
_ACTUAL = expression(r"^\+\+\+ (?:[Aa]ctual|[Gg]ot|[Rr]eceived)$")


def displayed(lines: Sequence[Line]) -> frozenset[int]:
    """Give the lines of scripts shown before they run, of source, of differences, of warnings."""
    texts = (*_scripts(lines), *_sources(lines), *_differences(lines))
    return frozenset((*texts, *_warning_boxes(lines), *hanging_notes(lines), *_begun(lines)))


def _begun(lines: Sequence[Line]) -> list[int]:
    """Give the lines of Perl's harness that only name a test: a name holds any words of failure."""
    return [line.number for _, line, _ in matching(lines, ".t .", _BEGUN)]


def _scripts(lines: Sequence[Line]) -> list[int]:
    shown: list[int] = []
    block: list[int] = []
    inside = False
    for line in since(lines, "##[group]Run ", "Script contents:"):
        if _SHOWN.match(line.text):
            inside, block = True, []
        elif inside and (_SHOWN_ENDS.match(line.text) or len(block) > ECHO_LIMIT):
            shown += block if len(block) <= ECHO_LIMIT else []
            inside = False
        if inside:
            block.append(line.number)
    return shown


def _sources(lines: Sequence[Line]) -> list[int]:
    """Give the lines of source that Node shows where an error was thrown: minified, they hold any words."""
    places = (at for at, line in holding(lines, "js:", "ts:") if _THROWN_AT.match(line.text))
    return [lines[at + 1].number for at in places if _is_marked_below(lines[at + 2 : at + 3])]


def _is_marked_below(below: Sequence[Line]) -> bool:
    return any(_MARK_BELOW.match(line.text) for line in below)


def _differences(lines: Sequence[Line]) -> list[int]:
    """Give the lines of patches; what a test expected and got is said, not shown."""
    shown: list[int] = []
    inside = False
    compared = {lines[at + 1].number for at, _ in _compared(lines) if at + 1 < len(lines)}
    for line in since(lines, "@@ -"):
        if _HUNK.match(line.text):
            inside = line.number not in compared
        else:
            inside = inside and line.text[:1] in _HUNK_LINE
        if inside:
            shown.append(line.number)
    return shown


def _compared(lines: Sequence[Line]) -> Iterator[tuple[int, Line]]:
    """Yield place and line of a difference's second head where a test compares values."""
    return ((at, line) for at, line in holding(lines, "+++ ") if _ACTUAL.match(line.text))


def _warning_boxes(lines: Sequence[Line]) -> list[int]:
    """Give the lines of Terraform's boxes that only warn."""
    shown: list[int] = []
    inside = False
    for line in since(lines, "│ Warning: "):
        inside = line.text.startswith("│ Warning: ") or (inside and line.text.startswith("│"))
        if inside:
            shown.append(line.number)
    return shown
