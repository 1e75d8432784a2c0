"""How JavaScript's linters and type checkers state complaints: eslint, stylelint, biome, oxlint, tsc."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import Format, complaints, named, stripped, unmarked
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

_LINT, _TYPE = FailureClass.LINT, FailureClass.TYPE_ERROR
_FILE = r"(?P<file>(?:[A-Za-z]:)?[^\s:()][^:()]{0,300}?\.\w{1,12})"

FORMATS: tuple[Format, ...] = (
    Format(
        "eslint format",
        expression(
            rf"^{_FILE}:\d{{1,9}}:\d{{1,9}}: (?P<said>.{{1,1000}}) \[Error(?:/(?P<code>[\w@/-]{{1,80}})"
            rf")?\]$"
        ),
        _LINT,
    ),
    Format(
        "eslint format",
        expression(
            rf"^{_FILE}: line \d{{1,9}}, col \d{{1,9}}, Error - (?P<said>.{{1,1000}}?)(?: "
            rf"\((?P<code>[\w@/-]{{1,80}})\))?$"
        ),
        _LINT,
    ),
    Format(
        "eslint format",
        expression(rf"^{_FILE}\(\d{{1,9}},\d{{1,9}}\): error (?P<code>[a-z@][\w@/-]{{2,80}}) : "),
        _LINT,
    ),
    Format(
        "tslint",
        expression(
            rf"^ERROR: {_FILE}(?::\d{{1,9}}:\d{{1,9}}|\[\d{{1,9}}, \d{{1,9}}\])(?: -|:) "
            rf"(?P<said>\S.{{1,500}})$"
        ),
        _LINT,
    ),
    Format(
        "standard",
        expression(
            rf"^\s{{2}}{_FILE}:\d{{1,9}}:\d{{1,9}}: "
            rf"(?P<said>.{{1,500}} \((?P<code>(?!warning\))[\w@/-]{{2,80}})\))$"
        ),
        _LINT,
    ),
    Format(
        "markdownlint",
        expression(rf"^{_FILE}:\d{{1,9}}(?::\d{{1,9}})? (?:error )?(?P<code>MD\d{{3}})/"),
        _LINT,
    ),
    Format(
        "biome",
        expression(
            rf"^{_FILE}(?::\d{{1,9}}:\d{{1,9}})? (?P<code>(?:lint|parse|format|assist|organizeImports"
            rf"|check)(?:/[\w/-]{{1,80}})?) .{{0,80}}━━"
        ),
        _LINT,
    ),
)

_ROW = expression(
    r"^(?:\s{1,8}|(?=\d.{0,1100} {2}[@\w][\w@/.-]{1,80}$))(?P<place>\d{1,7}:\d{1,7})\s{1,8}"
    r"(?P<level>error|warning|✖|×|⚠)\s{1,4}(?P<said>\S.{0,1000}?)(?:\s{2,80}(?P<code>[@\w][\w@/.-]{1,80}))?$"
)
"""Under a CI system's mark it has no indent: there it must name its rule."""
_XO = expression(
    r"^\s{1,4}[✖×]\s{1,4}\d{1,7}:\d{1,7}\s{1,4}(?P<said>\S.{0,500}?)\s{2,80}(?P<code>[@\w][\w@/.-]{1,80})$"
)
_HEAD = expression(
    r"^\s{0,4}(?P<file>(?:/|\.{0,2}/|[A-Za-z]:\\)?[^\s:()][^:()]{0,300}\.[A-Za-z]\w{0,9})$"
)
_CRA = expression(
    r"^\s{1,4}Line \d{1,7}(?::\d{1,7})?:\s{1,4}(?P<said>\S.{0,500}?)"
    r"\s{2,80}(?P<code>[@\w][\w@/.-]{1,80})$"
)
_TOO_MANY = ("found too many warnings", "Treating warnings as errors", "(maximum: ")
_WORDS = (" [Error", ", Error - ", ": error ", "ERROR: ", " MD0", ":MD0", "━━", " (")
_SETTINGS = expression(
    r"^(?:ESLint couldn't find (?:an eslint\.config|a configuration file|the config \"\.)|Error: "
    r"Failed to load (?:config|parser) ['\"]\.|No files matching (?:the pattern )?['\"]|Could not "
    r"find config file|Error: No ESLint configuration found|Invalid option '|.{0,80}ESLint "
    r"configuration (?:in|is|error))"
)
_PLUGIN = expression(
    r"^ESLint couldn't find the (?:plugin|config \"[^.])"
    r"|^Error: Failed to load (?:plugin|(?:config|parser) ['\"][^.])"
)
_OXLINT = expression(
    r"^\s{1,4}[×x] (?P<code>[\w@/-]{1,60}\([\w@/-]{1,80}\)): (?P<said>\S.{0,500})$"
)
_OX_PLACE = expression(r"^\s{1,12}[╭,]─?\[(?P<file>\S{1,300}?):\d{1,9}:\d{1,9}\]")
_TSC = expression(
    r"^(?:Error: |ERROR in |\s{0,4})?(?P<file>[^\s:()\[\]][^:()]{0,300}?)"
    r"(?:\(\d{1,9},\d{1,9}\)|:\d{1,9}:\d{1,9})(?: -|:) error (?P<code>(?:TS|NG)-?\d{1,6}): "
)
_PACKAGE = expression(r"\bTS(?:2307|2688|7016): .{1,60} '(?!\.|/|@/|~|#|src/)[^']")
"""What TypeScript looks for in node_modules: to be installed, with its types."""
_TSC_BARE = expression(r"^error (?P<code>TS\d{1,6}): \S")
_TYPE_LINE = expression(r"^(?:Type error|(?P<code>TS\d{1,6})): \S|^\S.{0,400}  (?P<last>TS\d+)$")
_TYPE_PLACE = expression(
    r"^(?:ERROR in |TypeScript error in (?=.{1,300}\):$)(?:[A-Za-z]:)?)?"
    r"(?P<file>\.{0,2}/?[^\s:()]{1,300}\.(?:[cm]?[jt]sx?|vue|svelte))"
    r"(?::\d{1,9}:\d{1,9}|\(\d{1,9},\d{1,9}\):)$"
)


def js_linters(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the complaints of linters; warnings only where the log says that they count."""
    yield from complaints(lines, FORMATS, _WORDS)
    counted = any(True for _ in holding(lines, *_TOO_MANY))
    file = ""
    for at, raw in enumerate(lines):
        text = unmarked(raw.text)
        line = Line(raw.number, text)
        if text[:1] in " \t0123456789" and (row := _row(text)):
            if counted or not _is_warning(row):
                rank = 74 if _is_warning(row) else 75
                yield _lint(line, file, row["code"] or row["said"], rank)
        elif "." in text and (head := _HEAD.match(text)):
            file = head["file"].strip()
        elif match := _OXLINT.match(text):
            place = (found for x in lines[at + 1 : at + 3] if (found := _OX_PLACE.match(x.text)))
            shown = next(place, None)
            yield _lint(line, shown["file"] if shown else "", match["code"])
        elif _SETTINGS.match(text):
            yield _settings(stripped(line), FailureClass.CONFIG_ERROR)
        elif _PLUGIN.match(text):
            yield _settings(stripped(line), FailureClass.MISSING_DEPENDENCY)


def _row(text: str) -> re.Match[str] | None:
    return _ROW.match(text) or _XO.match(text) or _CRA.match(text)


def _is_warning(row: re.Match[str]) -> bool:
    return row.groupdict().get("level") in ("warning", "⚠") or row[0].lstrip()[:4] == "Line"


def _settings(line: Line, found: FailureClass) -> Finding:
    return Finding(lines=(line,), rank=76, rule="eslint settings", failure_class=found)


def typescript(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield tsc's errors, also as vue-tsc, Angular, Next.js and webpack's checker print them."""
    for at, raw in enumerate(lines):
        if not any(word in raw.text for word in ("TS", "NG", "Type error")):
            continue
        text = unmarked(raw.text)
        line = Line(raw.number, text.strip())
        if match := _TSC.match(text) or _TSC_BARE.match(text):
            yield _typed(line, match.groupdict().get("file") or "", match["code"])
        elif at and (match := _TYPE_LINE.match(text)):
            above, code = lines[at - 1], match["code"] or match["last"] or text
            if place := _TYPE_PLACE.match(above.text):
                yield _typed(line, place["file"], code, stripped(above))


def _lint(line: Line, file: str, code: str, rank: int = 75) -> Finding:
    name = file.replace("\\", "/")
    return Finding(
        lines=(stripped(line),),
        rank=rank,
        rule="eslint format",
        failure_class=_LINT,
        summary=f"{name}: {line.text.strip()}" if name else "",
        identity=f"{name} {code}".strip(),
    )


def _typed(line: Line, file: str, code: str, *more: Line) -> Finding:
    return Finding(
        lines=(line, *more),
        rank=77,
        rule="tsc",
        failure_class=_class_of(code, line.text),
        summary=f"{file}: {line.text}" if more else line.text,
        identity=f"{file.rpartition('node_modules/')[2]} {code} {named(line.text)}".strip(),
    )


def _class_of(code: str, text: str) -> FailureClass:
    """TypeScript numbers its messages by kind: 1xxx is syntax, 5xxx, 6xxx, 18xxx settings; NG: Angular's."""
    if _PACKAGE.search(text):
        return FailureClass.MISSING_DEPENDENCY
    number = code.removeprefix("TS")
    if code.startswith("NG") or re.match(r"1\d{3}$", number):
        return FailureClass.COMPILE_ERROR
    if not number.isdigit():
        return _TYPE
    is_setting = (len(number) == 4 and number[0] in "56") or number in ("18002", "18003")
    return FailureClass.CONFIG_ERROR if is_setting else _TYPE
