"""Patterns that could take for ever are refused before any line is tried, and only those."""

from __future__ import annotations

import re
import time
import tomllib

import pytest

from config.shipped import SIGNATURES
from policies.signatures import MATCH_LIMIT_CHARS, parse
from policies.slow_patterns import refuse_slow

NESTED = [
    "(a*)*",
    "(?:a+b?)+",
    "(a|b+)*",
    "((a+))+",
    "(x{2,})+",
    "(?i:(a+))+$",
    "(?:(?:a+){2}){3,}$",
]
MANY_WAYS = [
    *("(a|a)*$", "(a|aa)+b", "(?:a{1,20}){1,20}b", "(a?){30}a{30}", r"(?:\s|\s\s){2,50}x"),
    *(r"(?:\w{1,9}-?){2,40}!", r"(?:a|ab|b)*c", "(x)?(?(1)(?:a?){30}|b)"),
]
CHAINED = [".*.*.*.*=x", r"\w*\w+\w{0,500}\d+$", r"(.*) (.*) (.*) (.*)!"]
PLAIN = [
    *(
        "(?:ab)+c*",
        "[a+*]+",
        r"\(a\+\)+",
        "(?:a{1,9}b)*",
        "a+(b)c*",
        r"(?:\\.|[^\"\\])*",
        r"(a)\1+",
    ),
    *(r"licence server \S+ (?:busy|down)", r"(?P<same>disk) \S+ full", r"^\s*(?:error|fatal): .*$"),
    *(r"(\d+)\.(\d+)\.(\d+) at \S+ in \S+ of \S+", ".*error.*timeout", "(?:foo|far){2,5}"),
    *(r"(?:[\w.+-]{1,100}/){0,30}(?P<file>\w+)", r"(?:\d{1,3}\.){3}\d{1,3}", r"(?:, \w{1,40})*"),
]


@pytest.mark.parametrize("pattern", NESTED)
def test_a_repeated_group_that_repeats_inside_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="repeats inside can take for ever"):
        refuse_slow(pattern)


@pytest.mark.parametrize("pattern", MANY_WAYS)
def test_a_repeated_group_that_splits_a_text_in_many_ways_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="same text in several ways can take for ever"):
        refuse_slow(pattern)


@pytest.mark.parametrize("pattern", CHAINED)
def test_many_wide_repetitions_of_the_same_text_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="more than 3 wide repetitions"):
        refuse_slow(pattern)


@pytest.mark.parametrize("pattern", PLAIN)
def test_what_people_write_is_taken_and_soon_tried(pattern: str) -> None:
    refuse_slow(pattern)
    for line in (
        "a" * MATCH_LIMIT_CHARS,
        "ab" * 999,
        "error " * 333,
        "licence server " * 99,
        "1." * 999,
    ):
        began = time.process_time()
        re.search(pattern, line + "!")
        assert time.process_time() - began < 1


def test_no_shipped_pattern_would_be_refused() -> None:
    assert parse(tomllib.loads(SIGNATURES.read_text("utf-8")), trusted=False)
