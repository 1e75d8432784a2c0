"""What programs that read settings say of a file's line, over several lines of their own.

Sources: libyaml's and PyYAML's marked errors (what was read and where, what was wrong and where), Redis's
`FATAL CONFIG FILE ERROR`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import matching, stripped

_REDIS = expression(r"^\*{3} FATAL CONFIG FILE ERROR\b[^*]{0,40}\*{3}$")
_QUOTED = expression(r"^>>> '(?P<setting>[^\s'][^']{0,300})'$")
_YAML = expression(r"^(?:.{0,160}: )?while (?:parsing|scanning|constructing) an? \w[\w ]{2,40}$")
_YAML_AT = expression(
    r"^\s{1,8}in \"(?P<file>[^\"]{1,300})\", line (?P<line>\d{1,9}), column \d{1,9}$"
)


def settings_files(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what was wrong with the line that such a message names."""
    for at, line, _ in matching(lines, "while ", _YAML):
        yield from _of_yaml(line, lines[at + 1 : at + 4])
    for at, line, _ in matching(lines, "FATAL CONFIG", _REDIS):
        yield from _of_redis(line, lines[at + 1 : at + 5])


def _of_yaml(line: Line, below: Sequence[Line]) -> Iterator[Finding]:
    """Yield what libyaml found, with the place of it: its first line only says what it was reading."""
    marks = [_YAML_AT.match(one.text) for one in below]
    if len(below) > 2 and marks[0] and (mark := marks[2]) and not marks[1]:
        said = stripped(below[1])
        yield Finding(
            lines=(said, stripped(line)),
            rank=78,
            rule="yaml",
            failure_class=C.CONFIG_ERROR,
            summary=f"{mark['file']}:{mark['line']}: {said.text}",
            identity=f"{mark['file']} {said.text}",
        )


def _of_redis(line: Line, below: Sequence[Line]) -> Iterator[Finding]:
    """Yield what Redis says below the setting that it quotes."""
    for quoted, why in pairwise(below):
        if (match := _QUOTED.match(quoted.text)) and why.text.strip():
            yield Finding(
                lines=(stripped(why), stripped(quoted), stripped(line)),
                rank=78,
                rule="redis settings",
                failure_class=C.CONFIG_ERROR,
                summary=f"{match['setting']}: {why.text.strip()}",
            )
