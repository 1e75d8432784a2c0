"""An expression is asked as the pattern it stands for, and compiled by the first question only."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from policies.expressions import Expression, expression

COUNT = """
import re
compiled, before = [], re._compiler.compile
re._compiler.compile = lambda source, flags=0: (compiled.append(source), before(source, flags))[1]
import policies.rootcause
print(sum(len(str(source)) > 40 for source in compiled))
"""


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("match", ("ab 12",)),
        ("search", ("x AB",)),
        ("fullmatch", ("ab",)),
        ("findall", ("ab 12 AB",)),
        ("split", ("1ab2",)),
        ("sub", ("-", "ab ab")),
        ("subn", ("-", "ab ab")),
    ],
)
def test_it_answers_as_the_pattern_does(method: str, arguments: tuple[str, ...]) -> None:
    made, compiled = expression(r"a(b)", re.IGNORECASE), re.compile(r"a(b)", re.IGNORECASE)
    for _ in range(2):
        told, wanted = getattr(made, method)(*arguments), getattr(compiled, method)(*arguments)
        assert (told and told[0]) == (wanted and wanted[0])
    assert [found.span() for found in made.finditer("ab ab")] == [(0, 2), (3, 5)]
    assert (made.pattern, made.flags, made.groups) == (compiled.pattern, compiled.flags, 1)


def test_what_is_no_expression_is_told_by_the_first_question() -> None:
    made = expression("a(")
    with pytest.raises(re.error, match="unterminated"):
        made.search("a")
    assert not hasattr(Expression("a", 0), "fly")


def test_reading_the_rules_compiles_next_to_none() -> None:
    done = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 60
