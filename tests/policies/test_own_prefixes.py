"""No expression is slow on a line made for it: its own beginning, then one of its repetitions over and over.

What is tried on any line (test_hostile_expressions.py) seldom gets as far as an expression's middle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from policies import events
from policies.events.base import TEXT_LIMIT_CHARS
from policies.rootcause.clean import LINE_LIMIT_CHARS
from tests.policies.test_hostile_expressions import LIMIT_S, least_s, of_catalogue, of_modules

REPEATS = (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT)
CHARS = "a7 :/.-_\"'[(@A,=\t"
SEEDS = 12
FITTING: dict[str, list[str]] = {}


class Written:
    """Writes a text that an expression matches, up to its repetition number *at*, which fills the rest."""

    def __init__(self, seed: int, at: int, fill_chars: int) -> None:
        self._random, self._at, self._fill = Random(seed), at, fill_chars
        self._met = 0
        self.is_full = False

    def all_of(self, nodes: Sequence[Any]) -> str:
        text = ""
        for op, value in nodes:
            if not self.is_full:
                text += self._one(op, value)
        return text

    def _one(self, op: Any, value: Any) -> str:
        if op in REPEATS:
            return self._repeated(*value)
        if op is code.SUBPATTERN:
            return self.all_of(value[3])
        if op is code.BRANCH:
            return self.all_of(self._random.choice(value[1]))
        if op is code.LITERAL:
            return chr(value)
        return self._char(op, value) if op in (code.IN, code.ANY, code.NOT_LITERAL) else ""

    def _repeated(self, low: int, high: int, body: Sequence[Any]) -> str:
        self._met += 1
        if self._met == self._at:
            inner = Written(self._random.randrange(99), 0, 0)
            unit = "".join(inner.all_of(body) for _ in range(self._random.choice((1, 3)))) or "a"
            self.is_full = True
            return (unit * self._fill)[: self._fill]
        times = max(low, self._random.choice((0, 1)) if high else 0)
        return "".join(self.all_of(body) for _ in range(min(times, 20)))

    def _char(self, op: Any, value: Any) -> str:
        key = repr((op, value))
        if key not in FITTING:
            node = parser.SubPattern(parser.State(), [(op, value)])
            node.state.flags, node.state.str = 0, ""
            one = re._compiler.compile(node)  # type: ignore[attr-defined]
            FITTING[key] = [char for char in CHARS if one.match(char)]
        fitting = FITTING[key]
        firsts = [chr(v) for o, v in value if o is code.LITERAL] if op is code.IN else []
        likely = (fitting or firsts or ["é"])[: self._random.choice((1, None))]
        return self._random.choice(likely)


def hostile_lines(form: re.Pattern[Any], chars: int) -> Iterator[str]:
    written = form.pattern if isinstance(form.pattern, str) else form.pattern.decode("latin-1")
    tree = parser.parse(written, form.flags & (re.IGNORECASE | re.VERBOSE | re.DOTALL))
    for seed in range(SEEDS):
        for at in range(1, min(sum(map(written.count, "*+{")), 20) + 1):
            made = Written(100 * seed + at, at, chars)
            text = made.all_of(tree)
            if made.is_full:
                yield f"{text[: chars - 1]}\x01"
        whole = Written(seed, 0, 0).all_of(tree) or "a"
        for unit in (whole, whole[: len(whole) // 2 + 1]):
            yield f"{(unit * chars)[: chars - 1]}\x01"


def slow_ones(found: Sequence[tuple[re.Pattern[Any], str]], chars: int) -> list[str]:
    slow = []
    for form, method in found:
        for text in hostile_lines(form, chars):
            line: Any = text.encode() if isinstance(form.pattern, bytes) else text
            if least_s(getattr(form, method), line) > LIMIT_S:
                slow.append(f"{form.pattern} on {text[:80]}")
                break
    return slow


def test_a_line_is_made_that_reaches_the_middle() -> None:
    made = Written(1, 1, 9)
    assert made.all_of(parser.parse("error: a{1,9}b")) == "error: aaaaaaaaa"
    assert slow_ones([(re.compile(r"x: \w*\w*\w*\w*b"), "search")], 150)


@pytest.mark.parametrize("module", of_modules())
def test_no_expression_of_a_module_is_slow_on_a_line_made_for_it(module: str) -> None:
    of_events = module.startswith(events.__name__)
    chars = TEXT_LIMIT_CHARS if of_events else LINE_LIMIT_CHARS
    assert not slow_ones(of_modules()[module], chars)


def test_no_expression_of_the_catalogue_is_slow_on_a_line_made_for_it() -> None:
    assert not slow_ones(of_catalogue(), LINE_LIMIT_CHARS)
