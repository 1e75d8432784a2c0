"""How PHP states a cause: errors, composer, the console's boxes, phpstan, psalm, phpcs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import Format, complaints, stripped
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

LOOK_AHEAD = 12
_LINT, _TYPE = FailureClass.LINT, FailureClass.TYPE_ERROR

FORMATS: tuple[Format, ...] = (
    Format(
        "psalm",
        expression(r"^ERROR: (?P<code>[A-Z]\w{2,80}) - (?P<file>[^\s:]{1,300}):\d{1,9}:\d{1,9} - "),
        _TYPE,
        76,
    ),
    Format(
        "phpstan",
        expression(r"^(?P<file>[^\s:]{1,300}\.php):\d{1,9}:(?P<said>[A-Z].{2,1000})$"),
        _TYPE,
        76,
    ),
    Format(
        "php-cs-fixer",
        expression(r"^\s{2,4}\d{1,6}\) (?P<file>\S{1,300}\.php)(?: \((?P<said>[\w, ]{1,300})\))?$"),
        _LINT,
        74,
    ),
    Format(
        "pint",
        expression(r"^\s{2}⨯ (?P<file>\S{1,300}\.php)\s{1,80}(?P<said>\S.{0,300})$"),
        _LINT,
        74,
    ),
)

_ERROR = expression(
    r"^(?:PHP )?(?:Fatal error|Parse error|Compile Error):\s{1,4}(?P<said>\S.{0,1500}?)"
    r"(?: in (?P<file>\S{1,300}?)(?: on line |:)\d{1,9})?$"
)
_UNCAUGHT = expression(r"^(?:PHP )?(?:Fatal error:\s{1,4})?Uncaught ")
_NEXT = expression(r"^Next (?P<said>\S.{0,1000})$")
_MEMORY = expression(r"^Allowed memory size of \d+ bytes exhausted|^Out of memory")
_COMPOSER = expression(
    r"^Your requirements could not be resolved to an installable set of packages|^Your lock "
    r"file does not contain a compatible set of packages"
)
_PROBLEM = expression(r"^\s{4}- (?P<said>\S.{0,1500})$")
_LEADS_ON = expression(r"-> satisfiable by [^\[]{1,200}\[[^\]]{0,1000}\]\.?$")
"""Composer's chain from the root's own requirement to the one that cannot be met: no complaint yet."""
_BOXED = expression(
    r"^\s{0,4}In (?P<where>[\w/-]{1,200}\.php(?:\(\d+\))?) line \d{1,9}:$"
    r"|^\s{2}\[(?P<type>[\w\\]{0,200}(?:Exception|Error))"
    r"\]\s{0,200}$|^\s{3}(?P<laravel>[A-Z]\w{0,80}(?:\\\w{1,80}){1,8}) {0,4}$"
)
_SETTINGS = expression(
    r"does not contain valid JSON|is not defined in this package|could not find a "
    r"composer\.json|^Command \"[^\"]{1,80}\" is not defined|There are no commands defined"
)
_NETWORK = expression(
    r"could not be downloaded|getaddrinfo|Connection (?:refused|timed out|reset)|curl error "
    r"(?:6|7|28|35|56)\\b"
)
_STAN_FILE = expression(
    r"^\s{1,4}Line\s{2,12}(?P<file>\S.{0,300}\.php\S{0,60})(?: \(in context.{0,200})?$"
)
_STAN_GENERAL = expression(r"^\s{1,4}Error\s*$")
_STAN_RULE = expression(r"^\s{1,4}-{8,}\s*$")
"""phpstan's table of what has no place in a file: a heading between two rules."""
_STAN_ROW = expression(r"^\s{1,4}:?\d{1,7}\s{2,12}(?P<said>\S.{0,1000})$")
_CS_FILE = expression(r"^FILE: (?P<file>\S.{0,400})$")
_CS_ROW = expression(r"^\s{1,8}\d{1,7} \| (?P<level>ERROR|WARNING)\s{1,4}\| (?P<said>\S.{0,500})$")

_WORDS = ("Fatal error:", "Parse error:", "Compile Error:", "Your ", " line ", "[", "\\")
"""One of them stands in every line that one of these fits."""


def php(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield PHP's own errors (of a chain the first thrown) and the boxes of console programs."""
    for at, line in holding(lines, *_WORDS):
        after = lines[at + 1 : at + LOOK_AHEAD]
        if (match := _ERROR.match(line.text)) and _is_own(line.text, match["file"]):
            yield _error(line, match, lines[at + 1 : at + 80])
        elif _COMPOSER.match(line.text):
            yield _unresolved(line, lines[at + 1 : at + 30])
        elif match := _BOXED.match(line.text):
            yield from _boxed(match, after)


def php_checkers(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the complaints of phpstan, psalm, phpcs, php-cs-fixer and pint."""
    yield from complaints(lines, FORMATS, (".php", "ERROR: "))
    file, is_stan = "", False
    for at, line in enumerate(lines):
        if _STAN_GENERAL.match(line.text):
            yield from _unplaced(lines[at + 1 : at + 3])
        head = _STAN_FILE.match(line.text) or _CS_FILE.match(line.text)
        if head:
            file, is_stan = head["file"].strip(), not line.text.startswith("FILE")
        elif file and is_stan and (row := _STAN_ROW.match(line.text)):
            yield _row("phpstan", line, file, row["said"], _TYPE, 76)
        elif file and (row := _CS_ROW.match(line.text)):
            yield _row(
                "phpcs", line, file, row["said"], _LINT, 75 if row["level"] == "ERROR" else 73
            )


def _unplaced(after: Sequence[Line]) -> Iterator[Finding]:
    """Yield the first row below the heading of phpstan's table of errors without a file."""
    if len(after) == 2 and _STAN_RULE.match(after[0].text) and after[1].text.strip():
        said = stripped(after[1])
        yield Finding(lines=(said,), rank=75, rule="phpstan", failure_class=_LINT)


def _row(rule: str, line: Line, file: str, said: str, found: FailureClass, rank: int) -> Finding:
    return Finding(
        lines=(stripped(line),),
        rank=rank,
        rule=rule,
        failure_class=found,
        summary=f"{file}: {line.text.strip()}",
        identity=f"{file} {said}",
    )


def _is_own(text: str, file: str | None) -> bool:
    """Other languages' programs print `Fatal error:` too, but name no PHP file."""
    return text.startswith("PHP ") or (file or "").endswith((".php", ".inc", ".phtml", "code"))


def _error(line: Line, match: re.Match[str], after: Sequence[Line]) -> Finding:
    said = match["said"]
    uncaught = _UNCAUGHT.match(said) is not None
    found: FailureClass | None = FailureClass.COMPILE_ERROR
    if _MEMORY.match(said):
        found = FailureClass.OUT_OF_MEMORY
    elif uncaught:
        found = None
    later = [x for x in after if _NEXT.match(x.text)][-1:] if uncaught else []
    return Finding(
        lines=(line, *later),
        rank=70 if uncaught else 77,
        rule="php exception" if uncaught else "php error",
        failure_class=found,
        first_wins=not uncaught,
        identity=f"{match['file'] or ''} {said}".strip(),
    )


def _unresolved(line: Line, after: Sequence[Line]) -> Finding:
    said = [Line(n, m["said"]) for n, text in after if (m := _PROBLEM.match(text))]
    said.sort(key=lambda one: _LEADS_ON.search(one.text) is not None)
    lead = said[0] if said else line
    return Finding(
        lines=(*said[:3], line) if said else (line,),
        rank=80,
        rule="composer",
        failure_class=FailureClass.MISSING_DEPENDENCY,
        identity=lead.text,
    )


def _boxed(match: re.Match[str], after: Sequence[Line]) -> Iterator[Finding]:
    """A message in a box is wrapped at the terminal's width: its lines are joined."""
    filled = list[Line]()
    for line in after:
        if line.text.strip() and line.text.startswith("  "):
            filled.append(stripped(line))
        elif filled:
            break
    if filled:
        kind = match["type"] or match["laravel"] or ""
        said = " ".join(line.text for line in filled[:4])
        yield Finding(
            lines=tuple(filled[:3]),
            rank=79,
            rule="php console",
            failure_class=_class_of(said),
            summary=f"{kind}: {said}" if kind else said,
            identity=f"{kind} {said}".strip(),
        )


def _class_of(said: str) -> FailureClass | None:
    if _SETTINGS.search(said):
        return FailureClass.CONFIG_ERROR
    return FailureClass.NETWORK if _NETWORK.search(said) else None
