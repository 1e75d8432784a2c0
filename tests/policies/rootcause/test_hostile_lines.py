"""No finder takes long on lines made to make it backtrack."""

from __future__ import annotations

import time

import pytest

from policies.rootcause.clean import clean
from policies.rootcause.finders import FINDERS, SHAPES
from policies.rootcause.finding import Line
from policies.rootcause.generic import by_ending, by_words
from policies.rootcause.regions import regions_of
from policies.rootcause.wrappers import by_wrapper

LENGTH = 2_000
WORDS = [
    "error: ",
    "a.",
    "a/",
    " ",
    "\t",
    "a ",
    "9",
    "::",
    "[",
    "(",
    "--- FAIL: ",
    "panic: ",
    "FAILED: ",
    "a > ",
    "error[E0308]: ",
    "CMake Error at ",
    " FAILED",
    "*** FAILED ***",
    "Caused by: ",
    "<<< FAILURE!",
    "'",
    '"',
    "error CS0001: ",
    "[ERROR] ",
    "Failed ",
    "[FAIL] ",
    "== ",
    "Sanitizer: ",
    "thread 'a' panicked at ",
    ".go:1: ",
    ".java:1: ",
    ".kt:1:1 ",
    "a-",
    "_",
    "│ Error: ",
    "> [",
    "+ ",
    "[  FAILED  ]",
    "ERROR: ",
    "remote: ",
    "at ",
    ") : ",
    "Test #1: ",
    "* What went wrong:",
    "./",
    "A",
    "a_",
    "#",
    "exit 1 ",
    "was ",
    "&",
    "=",
]


@pytest.mark.parametrize("word", WORDS)
def test_time_stays_in_milliseconds(word: str) -> None:
    line = Line(1, (word * LENGTH)[:LENGTH])
    other = Line(2, "error: a.c:1:1: error: " + (word * LENGTH)[: LENGTH - 30])
    lines = [line, other, Line(3, " " + line.text[1:]), line]
    slowest = ("", 0.0)
    for finder in (*FINDERS, *SHAPES, by_words, by_wrapper, lambda seen: by_ending(seen, 0, 9)):
        began = time.process_time()
        list(finder(lines))
        took = time.process_time() - began
        slowest = max(slowest, (getattr(finder, "__name__", "?"), took), key=lambda pair: pair[1])
    began = time.process_time()
    regions_of(lines)
    clean(line.text * 600)
    assert time.process_time() - began < 0.1
    assert slowest[1] < 0.2, slowest
