"""No expression that looks for a cause takes long, whatever the line; none is left out of this.

They are collected from the modules and the catalogue, and asked as the code asks them: about a line cut
where its readers cut it. What can backtrack without bound takes seconds there, all others 2 ms at most.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from policies import events, fingerprint, reset_forms, rootcause
from policies.events import READERS, reader_for
from policies.events.base import TEXT_LIMIT_CHARS
from policies.expressions import Expression
from policies.rootcause import Diagnosis, Hints
from policies.rootcause.clean import LINE_LIMIT_CHARS
from policies.signatures import MATCH_LIMIT_CHARS
from tests.policies.conftest import NOW, SIGNATURES

LIMIT_S = 0.05
WHOLE_LIMIT_S = 2.0
"""Of two whole lines of 1 MB, whoever reads them: 0.1 s when it was written."""
MILLION = 1_000_000
SHAPES = {
    "spaces": " ",
    "tabs": "\t",
    "digits": "7",
    "hex": "0f",
    "letters": "a",
    "capitals": "A",
    "underscores": "_",
    "slashes": "/",
    "dots": "a.",
    "dashes": "a-",
    "quotes": '"',
    "single quotes": "'",
    "brackets": "[",
    "parentheses": "(",
    "keys": "a: ",
    "errors": "error ",
    "places": "a/b.c:1:",
    "mixed": 'a1/ "x": (b) [c] - 2.3, error ',
}

Found = tuple[re.Pattern[Any], str]
"""An expression, and the method by which it is asked."""


def patterns_in(value: Any) -> Iterator[re.Pattern[Any]]:
    """Yield the expressions inside *value*, however deep."""
    if isinstance(value, re.Pattern | Expression):
        yield value
    elif isinstance(value, Mapping):
        yield from patterns_in((*value.keys(), *value.values()))
    elif isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from patterns_in(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from patterns_in([getattr(value, one.name) for one in dataclasses.fields(value)])


def modules() -> list[ModuleType]:
    names = [
        f"{room.__name__}.{found.name}"
        for room in (rootcause, events)
        for found in pkgutil.iter_modules(room.__path__)
    ]
    return [fingerprint, reset_forms, events, *map(importlib.import_module, names)]


def asked(module: ModuleType, name: str) -> str:
    """Give `match` where its own module asks the private expression *name* only so, else `search`."""
    source = Path(str(module.__file__)).read_text("utf-8")
    used = re.findall(rf"\b{name}\.(match|search|sub|finditer|findall|fullmatch|split)\(", source)
    return "match" if name.startswith("_") and set(used) == {"match"} else "search"


def inline(module: ModuleType) -> Iterator[Found]:
    """Yield the expressions that stand where they are asked: re.search("…", text)."""
    source = Path(str(module.__file__)).read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=method),
                args=[ast.Constant(value=str(written)), _, *_],
            ) if method != "compile":
                yield re.compile(written), "match" if method == "match" else "search"


@cache
def of_modules() -> dict[str, list[Found]]:
    made: dict[str, list[Found]] = {module.__name__: [*inline(module)] for module in modules()}
    for module in modules():
        for name, value in vars(module).items():
            if not name.startswith("__"):
                forms = patterns_in(value)
                made[module.__name__] += ((form, asked(module, name)) for form in forms)
    return made


@cache
def of_catalogue() -> list[Found]:
    return [(entry.pattern, "search") for entry in SIGNATURES.entries]


def least_s(ask: Callable[[Any], object], line: Any) -> float:
    """Give the CPU seconds of asking about *line*, the least of some when the first are too many."""
    took = LIMIT_S
    for _ in range(4):
        began = time.process_time()
        ask(line)
        took = time.process_time() - began
        if took < LIMIT_S / 2:
            break
    return took


def assert_fast(found: list[Found], chars: int) -> None:
    slow = []
    for form, method in found:
        for shape, unit in SHAPES.items():
            text: Any = (unit * (chars // len(unit) + 1))[:chars]
            line = text.encode() if isinstance(form.pattern, bytes) else text
            if least_s(getattr(form, method), line) > LIMIT_S:
                slow.append((shape, form.pattern))
                break
    assert not slow


def test_all_expressions_are_collected() -> None:
    assert sum(map(len, of_modules().values())) > 600
    assert len(of_catalogue()) == len(SIGNATURES.entries) > 100
    assert re.compile("a") in patterns_in({"x": [(re.compile("a"), 1)]})
    assert len([found for module in modules() for found in inline(module)]) > 4


@pytest.mark.parametrize("module", of_modules())
def test_no_expression_of_a_module_is_slow_on_any_line(module: str) -> None:
    of_events = module.startswith(events.__name__)
    assert_fast(of_modules()[module], TEXT_LIMIT_CHARS if of_events else LINE_LIMIT_CHARS)


def test_no_expression_of_the_catalogue_is_slow_on_any_line() -> None:
    assert_fast(of_catalogue(), MATCH_LIMIT_CHARS)


@pytest.mark.parametrize("unit", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("lead", ["", "error: ", "\x1b[1m", '{"type": "'])
def test_a_whole_line_of_a_million_characters_is_read_in_time(unit: str, lead: str) -> None:
    line = lead + unit * (MILLION // len(unit))
    began = time.process_time()
    diagnosis = Diagnosis(Hints(exit_code=1, now=NOW), SIGNATURES)
    diagnosis.feed(f"{line}\n{line}\n".encode())
    diagnosis.finish()
    for name in READERS:
        list(reader_for(name).feed(line))
    fingerprint.normalise(line)
    events.detect([line])
    assert time.process_time() - began < WHOLE_LIMIT_S
