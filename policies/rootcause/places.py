"""A complaint with its place in a file, as nearly every compiler and checker prints it, known or not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.place_class import RULE_NAME, class_at, is_code
from policies.rootcause.scan import stripped
from policies.rootcause.wrapping import is_wrapper

ERROR, RULE, NEUTRAL = 57, 54, 46
"""Rank of a place with an error's word or code, of one that ends with a rule's name, and of any other."""

_FILE = r"(?P<file>(?:[A-Za-z]:)?[^\s:()'\"\[\]]{1,300}\.(?P<ext>[A-Za-z][\w+]{0,9}))"
_AT = (
    r"(?::\d{1,7}(?:[:.-]\d{1,7}){0,3}|\(\d{1,7}(?:[,:.-] ?\d{1,7}){0,3}\)|\[\d{1,7},\d{1,7}\]"
    r"|: line \d{1,7}, col(?:umn)? \d{1,7},)"
)
_PLACED = expression(
    rf"^(?:\W{{0,4}}(?:[Ee]rror|ERROR"
    rf"|fatal)\W{{1,3}})?\s{{0,8}}(?:\./)?{_FILE}{_AT}\s?:?\s{{0,8}}(?:-\s)?(?P<said>\S.{{0,1500}})$"
)
_COLUMN = expression(r"\d[:,]\d|, col")
_ERROR_FIRST = expression(r"^\W{0,4}(?:[Ee]rror|ERROR|fatal|Fatal)\b")
_SEVERE = expression(
    r"^(?:\W{0,3}(?:fatal |parse |syntax |internal compiler |compile |type )?error\b"
    r"|syntax error|parse error|E\d{3,5}\b|F\d{3}\b)",
    re.I,
)
_MILD = expression(
    r"^\W{0,3}(?:warning|warn|note|info|hint|style|convention|refactor|remark|W\d{3,5}\b)|\(warning\)$",
    re.I,
)
_FRAME = expression(r"^0x[0-9a-fA-F]{4,16} in ")
"""A stack's frame: an address and its function, no complaint."""
_CARET = expression(r"^\s{0,200}\^[~^-]{0,200}\s{1,4}(?P<said>\S.{0,600})$")
_UNDER = expression(r"^\s{1,6}(?:line )?\d{1,6}:\d{1,6}\s{1,6}(?P<said>\S.{0,600})$")
_HEADED = expression(r"^\W{0,4}\S{0,300}\.[A-Za-z]\w{0,9}:?\s*$")
_QUOTED = expression(
    r"^File \"(?P<file>[^\"]{1,300}\.(?P<ext>\w{1,10}))\", lines? \d{1,7}(?:-\d{1,7})?"
    r"(?:, characters? \d{1,7}(?:-\d{1,7})?)?:?$"
)
_QUOTED_IN = expression(r"^\s{1,12}File \"")
REST_LINES = 3
"""Of an error that goes on over several lines."""
_CODED = expression(
    r"^\s{0,4}[A-Z]{1,5}\d{2,5}:?\s{1,4}\d{1,6}:\d{1,6}:?\s{1,6}(?P<said>\S.{0,600})$"
)
_ALONE = expression(
    rf"^\s{{0,4}}(?:\[\d{{1,4}}\]|\[?(?:ERROR"
    rf"|error)\b[^\]]{{0,60}}\]?:?) {_FILE}{_AT}(?: at \S{{1,200}})?:?$"
)
"""A place that nothing follows: what is said of it stands below."""
_EXCERPT = expression(r"^\s{0,12}(?:\d{1,7}\b|[|│^>~]|$)")
_ARROW = expression(rf"^\s{{0,12}}(?:-->|┌─|╭─\[?|╭▸|at) {_FILE}:\d{{1,7}}")
_HEADLINE = expression(
    r"^(?:\W{0,3})(?:error|Error|ERROR|fatal error)(?:\[[^\]]{1,40}\])?: (?P<said>\S.{0,1000})$"
)

LINE_LIMIT = 400
"""More complaints of one log are not looked at."""


def placed(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield complaints with a place; the first of the log is the cause."""
    count = 0
    for at, line in enumerate(lines):
        finding = _on_one_line(line) or _on_two(lines, at)
        if finding:
            yield finding
            count += 1
        if count >= LINE_LIMIT:
            return


def _on_one_line(line: Line) -> Finding | None:
    text = line.text
    if ":" not in text and "(" not in text:
        return None
    match = _PLACED.match(text[:1900]) if "." in text[:320] else None
    if match is None or _MILD.search(match["said"]):
        return None
    said = match["said"]
    if _FRAME.match(said) or is_wrapper(said.lower()):
        return None
    is_error = bool(_SEVERE.match(said) or _ERROR_FIRST.match(text))
    rule = RULE_NAME.search(said)
    if is_error or rule:
        rank = ERROR if is_error else RULE
        return _finding((stripped(line),), rank, match, said, is_error)
    if (
        not _COLUMN.search(text[: match.start("said")])
        or not is_code(match["ext"])
        or said.count(" ") < 2
    ):
        return None
    return _finding((stripped(line),), NEUTRAL, match, said, True)


def _on_two(lines: Sequence[Line], at: int) -> Finding | None:
    """Read a place below its headline, and Python's and OCaml's way: the place first."""
    text = lines[at].text
    if text[:1].isspace() and (nested := _below_file(lines, at)):
        return nested
    if (text[:1].isupper() or text[:1] == " ") and _CODED.match(text):
        return Finding(lines=(stripped(lines[at]),), rank=RULE, rule="placed", failure_class=C.LINT)
    may_stand_alone = "rror" in text or "RROR" in text or "[" in text[:5]
    if (
        may_stand_alone
        and (alone := _ALONE.match(text))
        and (below := _told_below(lines[at + 1 : at + 10]))
    ):
        return _finding((below, stripped(lines[at])), ERROR, alone, below.text, True)
    if text.startswith('File "') and (match := _QUOTED.match(text)):
        below = next((one for one in lines[at + 1 : at + 8] if one.text.startswith("Error")), None)
        if below is not None:
            told = _finding((stripped(below), stripped(lines[at])), ERROR, match, below.text, True)
            return replace(told, summary=_with_rest(below, lines[at + 1 : at + 12]))
    if "rror" in text and (head := _HEADLINE.match(text)):
        place = next(
            (found for one in lines[at + 1 : at + 4] if (found := _ARROW.match(one.text))), None
        )
        if place is not None:
            return _finding((stripped(lines[at]),), ERROR, place, head["said"], True)
    return None


def _with_rest(first: Line, below: Sequence[Line]) -> str:
    """Give an OCaml error's first line with the indented ones that end its sentence."""
    rest = (one for one in below if one.number > first.number)
    told = takewhile(lambda one: one.text.startswith("       ") and one.text.strip(), rest)
    more = [one.text.strip() for one in told if not _QUOTED_IN.match(one.text)][:REST_LINES]
    return " ".join([first.text.strip(), *more])


def _told_below(below: Sequence[Line]) -> Line | None:
    """Give the first sentence below that is no excerpt of the source."""
    told = (
        one for one in below if not _EXCERPT.match(one.text) and one.text.strip().count(" ") > 1
    )
    found = next(told, None)
    return stripped(found) if found else None


def _below_file(lines: Sequence[Line], at: int) -> Finding | None:
    """Read a complaint with its line and column under its file's name, and one behind a caret."""
    text = lines[at].text
    caret, under = _CARET.match(text), _UNDER.match(text)
    match = caret or under
    if match is None or _MILD.match(match["said"]) or not RULE_NAME.search(match["said"].rstrip()):
        return None
    if under and not any(_HEADED.match(one.text) for one in lines[max(0, at - 20) : at]):
        return None
    return Finding(lines=(stripped(lines[at]),), rank=RULE, rule="placed", failure_class=C.LINT)


def _finding(
    lines: tuple[Line, ...], rank: int, match: re.Match[str], said: str, is_error: bool
) -> Finding:
    return Finding(
        lines=lines,
        rank=rank,
        rule="placed",
        failure_class=class_at(match["file"], match["ext"], said, is_error=is_error),
    )


def class_in(text: str) -> C | None:
    """Give the class of a complaint with a place in *text*; None where nothing tells."""
    match = _PLACED.match(text[:1900].strip())
    if match is None:
        return None
    is_error = bool(_SEVERE.match(match["said"]) or _ERROR_FIRST.match(text))
    return class_at(match["file"], match["ext"], match["said"], is_error=is_error)
