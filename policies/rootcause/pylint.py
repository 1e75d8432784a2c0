"""How Python's checkers state complaints: ruff, flake8, pylint, mypy, pyright, ty, bandit, pydocstyle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import Format, complaint, complaints, unmarked
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

_PY = (
    r"(?P<file>(?:[A-Za-z]:)?[^\s:()\[\]'\"][^:()\[\]'\"]{0,300}?\.(?:py|pyi|pyx|ipynb)"
    r"(?::cell \d{1,4})?)"
)
_CODE = r"(?P<code>[A-Z]{1,7}\d{2,5})"
_LINT, _TYPE = FailureClass.LINT, FailureClass.TYPE_ERROR

_ARGPARSE = r"(?:\w+ \w* ?\w* ?arguments?\b|argument |unrecognized |too few |no such option)"
"""What option parsers say of a program's own command line, in mypy's form."""
FORMATS: tuple[Format, ...] = (
    Format(
        "mypy",
        expression(
            rf"^\s{{0,4}}{_PY}(?::\d{{1,9}}){{1,4}}: error: .{{1,1500}}?(?:\s\[(?P<code>[\w-]{{1,60}})"
            rf"\])?$"
        ),
        _TYPE,
        77,
    ),
    Format("mypy", expression(rf"^{_PY}: error: (?!{_ARGPARSE})(?P<said>.{{1,1500}})$"), _TYPE, 77),
    Format(
        "pyright",
        expression(
            rf"^\s{{0,4}}{_PY}(?::\d{{1,9}}){{1,2}} - error: (?P<said>.{{0,1500}}?)"
            rf"(?:\s\((?P<code>report\w{{1,60}})\))?$"
        ),
        _TYPE,
        77,
    ),
    Format(
        "pyre",
        expression(
            rf"^{_PY}:\d{{1,9}}:\d{{1,9}} (?P<said>[A-Z].{{1,1500}} \[\d{{1,4}}\]: .{{1,500}})$"
        ),
        _TYPE,
        77,
    ),
    Format(
        "pylint",
        expression(rf"^{_PY}:\d{{1,9}}(?::\d{{1,9}})?: (?P<code>[EF]\d{{4}}): \S"),
        _LINT,
        76,
    ),
    Format(
        "pylint",
        expression(rf"^{_PY}:\d{{1,9}}(?::\d{{1,9}})?: (?P<code>[CRWI]\d{{4}}): \S"),
        _LINT,
        74,
    ),
    Format(
        "pylint",
        expression(
            rf"^{_PY}[:(]\d{{1,9}}\)?: \[(?P<code>[A-Z]{{1,7}}\d{{3,5}})[^\]]{{0,200}}\] \S"
        ),
        _LINT,
    ),
    Format("flake8", expression(rf"^{_PY}:\d{{1,9}}:\d{{1,9}}:? {_CODE}:? "), _LINT),
    Format(
        "ruff",
        expression(
            rf"^{_PY}:\d{{1,9}}:\d{{1,9}}: (?P<code>[a-z]{{2,30}}(?:-[a-z0-9]{{1,30}}){{1,9}}"
            rf"|SyntaxError): "
        ),
        _LINT,
    ),
    Format(
        "ruff",
        expression(r"^error: Failed to parse (?P<file>\S{1,300}?):\d{1,9}:\d{1,9}: "),
        FailureClass.COMPILE_ERROR,
        76,
    ),
    Format(
        "vulture",
        expression(
            rf"^{_PY}:\d{{1,9}}: (?P<said>(?:unused|unreachable) .{{1,300}} \(\d{{1,3}}% confidence)"
        ),
        _LINT,
    ),
    Format(
        "codespell",
        expression(r"^(?P<file>(?:\./)?[\w./-]{1,300}):\d{1,9}: (?P<said>\S{1,60} ==> \S)"),
        _LINT,
        73,
    ),
    Format("interrogate", expression(r"^RESULT: (?P<said>FAILED) \(minimum: "), _LINT, 74),
    Format(
        "pyflakes",
        expression(
            rf"^{_PY}:\d{{1,9}}:\d{{1,9}}:? (?P<said>(?:.{{1,200}} imported but unused|undefined name "
            rf"|local variable |redefinition of |'from .{{1,200}} import \*'|f-string is missing"
            rf"|invalid syntax).{{0,200}})$"
        ),
        _LINT,
        71,
    ),
)

_WORDS = (".py:", ".py(", ".pyi:", ".pyx:", ".ipynb:", " ==> ", "RESULT: FAILED", "to parse ")
_TEST_ID = ".py::"

_RUFF = expression(
    r"^(?:error\[|error: )?(?P<code>[A-Z]{1,5}\d{3,4}|[a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30})"
    r"{0,9})(?:\]?: |:? \[\*\] | )(?P<said>\S.{0,1000})$"
)
_ARROW = expression(
    r"^\s{0,12}--> (?P<file>\S.{0,300}?\.(?:py|pyi|pyx|ipynb|toml))(?::cell \d{1,4})"
    r"?(?::\d{1,9}){1,2}$"
)
_FILE = expression(r"^(?P<file>[\w./\\-]{1,300}\.(?:pyi?|ipynb)):$")
_ROW = expression(
    r"^\s{1,12}\d{1,7}:\d{1,7}\s{1,4}(?P<code>[A-Z]{1,7}\d{2,5}|[a-z]+(?:-[a-z]+){1,9}) \S"
)
_DOC_HEAD = expression(r"^(?P<file>\S{1,300}\.py):\d{1,9} (?:at|in) .{1,200}:$")
_DOC_SAID = expression(r"^\s{4,12}(?P<code>D\d{3}): \S")
_BANDIT = expression(r"^>> Issue: \[(?P<code>B\d{3})\b.{0,200}?\] (?P<said>.{1,500})$")
_BANDIT_PLACE = expression(r"^\s{2,6}Location: (?P<file>\S{1,300}?):\d{1,9}")
_FULL = Format("ruff", _RUFF, _LINT)
_TY = Format("ty", _RUFF, _TYPE, 77)


def python_checkers(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the complaints that stand on one line."""
    held = [line for _, line in holding(lines, *_WORDS)]
    yield from complaints([line for line in held if _may_complain(line.text)], FORMATS, _WORDS)


def _may_complain(text: str) -> bool:
    """Say whether *text*, without tests' names, may hold a complaint: pytest's progress is long."""
    return _TEST_ID not in text or any(map(text.replace(_TEST_ID, "").__contains__, _WORDS))


def python_checkers_in_blocks(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the complaints whose file stands on another line than what is wrong in it."""
    file: str | None = None
    for at in _places(lines):
        line, after = lines[at], lines[at + 1].text if at + 1 < len(lines) else ""
        if arrow := _ARROW.match(after):
            yield from _full(line, arrow["file"])
        elif head := _FILE.match(unmarked(line.text)):
            file = head["file"]
        elif file and (row := _ROW.match(line.text)):
            yield _named("ruff", line, f"{file} {row['code']}", f"{file}: {line.text.strip()}")
        elif head := _DOC_HEAD.match(line.text):
            if said := _DOC_SAID.match(after):
                below = Line(lines[at + 1].number, after.strip())
                yield _named("pydocstyle", below, f"{head['file']} {said['code']}", "", line)
        elif issue := _BANDIT.match(line.text):
            place = next(
                (p for x in lines[at : at + 8] if (p := _BANDIT_PLACE.match(x.text))), None
            )
            yield _named("bandit", line, f"{place['file'] if place else ''} {issue['code']}", "")


def _places(lines: Sequence[Line]) -> Iterable[int]:
    """Give where a complaint may begin: only below a file's name alone on its line that is everywhere."""
    named = list(holding(lines, ".py:", ".pyi:", ".ipynb:"))
    if any(_FILE.match(unmarked(line.text)) for _, line in named):
        return range(len(lines))
    arrows = (at - 1 for at, _ in holding(lines, "--> ") if at)
    issues = (at for at, _ in holding(lines, ">> Issue: ["))
    return sorted({*arrows, *issues, *(at for at, _ in named)})


def _full(line: Line, file: str) -> Iterator[Finding]:
    text = unmarked(line.text)
    if match := _RUFF.match(text):
        is_type = text.startswith("error[")
        found = complaint(_TY if is_type else _FULL, Line(line.number, text), match)
        yield _named(
            found.rule,
            found.lines[0],
            f"{file} {match['code']}",
            f"{file}: {text}",
            form=_TY if is_type else _FULL,
        )


def _named(
    rule: str, line: Line, identity: str, summary: str, *more: Line, form: Format = _FULL
) -> Finding:
    return Finding(
        lines=(line, *more),
        rank=form.rank,
        rule=rule,
        failure_class=form.failure_class,
        summary=summary,
        identity=identity.strip(),
    )
