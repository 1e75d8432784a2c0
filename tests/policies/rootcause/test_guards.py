"""The guards before expressions: each covers its expression, and answers are the same without them."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator
from functools import reduce
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.alarmscan import guards
from loop.multisearch import engine
from policies.literals import plain_engine
from policies.rootcause import generic, levels, noise
from policies.rootcause.choose import findings
from policies.rootcause.finding import Line
from policies.rootcause.guards import BARE, CLEANUP, GUARDS, HARMLESS, LEVELS, QUIET, STARTS
from policies.signatures import Signatures
from tests.policies.conftest import SIGNATURES

Texts = frozenset[str]
NOTHING: Texts = frozenset({""})
MANY = 300
GUARDED = {
    QUIET: noise._QUIET_LEVEL,
    HARMLESS: noise._HARMLESS,
    CLEANUP: noise.CLEANUP,
    BARE: noise._BARE,
    **{guard: form for guard, (_, form) in zip(LEVELS, levels.LEVELS, strict=True)},
}


def texts(op: Any, arg: Any) -> Texts | None:
    """Give every text that one node of an expression stands for, ^ for a line's start; None: too many."""
    if op is c.LITERAL:
        return frozenset({chr(arg)})
    if op is c.AT:
        return frozenset({"^"}) if arg is c.AT_BEGINNING else NOTHING
    if op in (c.ASSERT, c.ASSERT_NOT):
        return NOTHING
    if op is c.IN:
        return (
            frozenset(chr(one) for _, one in arg) if all(o is c.LITERAL for o, _ in arg) else None
        )
    if op is c.SUBPATTERN:
        return texts_of(arg[3])
    if op is c.BRANCH:
        parts = [texts_of(branch) for branch in arg[1]]
        return None if None in parts else frozenset().union(*(p for p in parts if p))
    if op in (c.MAX_REPEAT, c.MIN_REPEAT) and arg[1] <= 2:
        inner = texts_of(arg[2])
        rows = [[inner] * times for times in range(arg[0], arg[1] + 1)]
        parts = [reduce(joined_or_none, row, NOTHING) for row in rows]
        return None if None in parts else frozenset().union(*(p for p in parts if p is not None))
    return None


def joined_or_none(before: Texts | None, after: Texts | None) -> Texts | None:
    return None if before is None or after is None else joined(before, after)


def texts_of(nodes: Any) -> Texts | None:
    """Give every text that *nodes* in a row stand for; None: too many."""
    whole: Texts | None = NOTHING
    for op, arg in nodes:
        found = texts(op, arg)
        whole = None if whole is None or found is None else joined(whole, found)
    return whole


def joined(before: Texts, after: Texts) -> Texts | None:
    made = frozenset(a + b for a in before for b in after)
    return made if len(made) <= MANY else None


def runs(nodes: Any) -> Iterator[Texts]:
    """Yield sets of texts: one of each set stands in whatever *nodes* match."""
    run = NOTHING
    for op, arg in nodes:
        found = texts(op, arg)
        longer = None if found is None else joined(run, found)
        if longer is not None:
            run = longer
            continue
        inner = texts_of(arg[2]) if op is c.MAX_REPEAT and arg[0] > 0 else None
        yield run if inner is None else joined(run, inner) or run
        run = found or inner or NOTHING
    yield run


def is_covered(nodes: Any, guard: tuple[str, ...]) -> bool:
    """Say whether in all that *nodes* match stands a literal of *guard*."""
    for run in runs(nodes):
        if all(any(literal in text for literal in guard) for text in run):
            return True
    for op, arg in nodes:
        if op is c.BRANCH and all(is_covered(branch, guard) for branch in arg[1]):
            return True
        inner = arg[3] if op is c.SUBPATTERN else arg[2] if op is c.MAX_REPEAT and arg[0] else ()
        if is_covered(inner, guard) if inner else False:
            return True
    return False


def branches(form: re.Pattern[str]) -> Iterator[Any]:
    nodes = _parser.parse(form.pattern, form.flags & ~re.UNICODE)
    split = len(nodes) == 1 and nodes[0][0] is c.BRANCH
    yield from nodes[0][1][1] if split else [nodes]


@pytest.mark.parametrize("guard", GUARDED)
def test_every_branch_of_an_expression_needs_a_literal_of_its_guard(guard: int) -> None:
    wanted = (*GUARDS[guard], *(f"^{start}" for start in STARTS.get(guard, ())))
    open_ones = [str(b) for b in branches(GUARDED[guard]) if not is_covered(b, wanted)]
    assert not open_ones, "declare what it needs in policies/rootcause/guards.py"


@pytest.mark.parametrize(
    ("pattern", "guard", "covered"),
    [
        ("fail(?:ed)?", ("fail",), True),
        ("fail|oops", ("fail",), False),
        ("x[=:]{1,2}0", ("=0", ":0"), True),
        ("x[=:]?0", ("=0", ":0"), False),
        (r"^e\d", ("^e",), True),
        (r"e\d", ("^e",), False),
        (r"(?:fail)*\d", ("fail",), False),
        (r"\d(?:a|b)c", ("ac", "bc"), True),
    ],
)
def test_what_an_expression_needs(pattern: str, guard: tuple[str, ...], covered: bool) -> None:
    found = [is_covered(branch, guard) for branch in branches(re.compile(pattern))]
    assert all(found) == covered


WORDS = sorted(
    {
        *(word for words in GUARDS.values() for word in words),
        *(
            "error: x",
            "Error",
            "##[error]",
            "make: *** [a] Error 1",
            "warning",
            "E   x",
            "e1234 ",
            " ",
            "  ",
        ),
        *(
            "exit code 1",
            "failed",
            "src/a.c:1:2: ",
            "\u0130",
            "0",
            "ok",
            "rm: ",
            "x" * 480,
            "Caused by:",
        ),
    }
)
LINE = st.lists(st.sampled_from(WORDS), max_size=5).map("".join)
LINES = st.lists(LINE | st.text(max_size=30), max_size=30)


@given(LINES)
def test_guards_change_no_finding(texts: list[str]) -> None:
    lines = [Line(n, text) for n, text in enumerate(texts, 1)]
    assert list(generic.by_words(lines, guards())) == list(generic.by_words(lines))


@given(LINES)
def test_an_engine_changes_no_finding(texts: list[str]) -> None:
    lines = [Line(n, text) for n, text in enumerate(texts, 1)]
    fast = Signatures(SIGNATURES.entries, engine)
    assert findings(lines, fast, guards()) == findings(lines, SIGNATURES)


@given(
    st.lists(st.sampled_from(["error", "err", "rr", "é", "’", "\n", "403"]), max_size=9).map(
        "".join
    )
)
def test_the_engine_finds_what_a_plain_search_finds(text: str) -> None:
    literals = ("error", "err", "rr", "403", "’", "é")
    found = [{n for n, _, _ in made(literals)(text)} for made in (engine, plain_engine)]
    assert found[0] == found[1]


def test_a_catalogue_with_an_engine_goes_to_other_processes() -> None:
    made = Signatures(SIGNATURES.entries, engine)
    text = "fatal: unable to access: Could not resolve host: example.org"
    found = made.of(text)
    assert found is not None
    assert pickle.loads(pickle.dumps(made)).of(text) == found
