"""Every shipped signature matches its example; a broken entry is refused with its reason."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from policies.failure import FailureClass
from policies.signatures import MATCH_LIMIT_CHARS, SignatureError, Signatures, parse

CATALOGUE = Path(__file__).resolve().parents[2] / "config" / "signatures.toml"
ENTRIES = parse(tomllib.loads(CATALOGUE.read_text("utf-8")))
SHIPPED = Signatures(ENTRIES)
GOOD: dict[str, Any] = {
    "name": "frob", "class": "lint", "words": ["frob"], "pattern": "frob+ed", "example": "frobbed",
}  # fmt: skip


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_shipped_entry_knows_its_example(entry: Any) -> None:
    assert entry.source
    assert entry.remediation
    assert any(word in entry.example.lower() for word in entry.words)
    assert entry.pattern.search(entry.example)
    found = SHIPPED.of(entry.example)
    assert found is not None
    assert found.failure_class is entry.failure_class


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("error: cannot lock ref 'refs/heads/x': is at abc but expected def", "git-lock"),
        ("server certificate verification failed. CAfile: none CRLfile: none", "tls"),
        ("pull access: authorization failed: insufficient_scope", "docker-auth"),
        ('service "web" depends on undefined service shelf: invalid project', "compose"),
        ("npm: could not resolve dependency: shelf@2", "npm-resolve"),
        ("gcc: internal compiler error: Killed (program cc1)", "compiler-killed"),
        ("pipeline: job execution timeout after 60 minutes", "job-timed-out"),
        ("sh: 1: can't cd to build", "shell-file"),
        ("not enough free space on /w", "disk-full"),
        ("3 files are not properly formatted", "format-check"),
        ("Build timed out (after 60 minutes). Marking the build as aborted.", "ci-time-limit"),
        ("unable to create new native thread", "java-memory"),
        ("curl: option --shelf: is unknown", "curl-usage"),
        ("Connection reset by 192.0.2.1 port 22", "ssh-connect"),
        ("Error: unknown flag: --shelf", "bad-option"),
        ("no Go files in /w", "go-mod-file"),
    ],
)
def test_what_a_pattern_knows_its_words_let_through(line: str, name: str) -> None:
    found = SHIPPED.of(line)
    assert found is not None
    assert found.name == name


def test_names_are_unique() -> None:
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_no_shipped_pattern_is_slow_on_hostile_lines(entry: Any) -> None:
    hostile = [word * MATCH_LIMIT_CHARS for word in (*entry.words, "a", " ", "a.", "/a", "1 ")]
    assert entry.pattern.search("") is None  # compiled

    def cost_s(text: str) -> float:
        began = time.process_time()
        entry.pattern.search(text[:MATCH_LIMIT_CHARS])
        return time.process_time() - began

    for text in hostile:
        assert min(cost_s(text) for _ in range(2)) < 0.05


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"class": "nonsense"}, "no class of failures is called 'nonsense': use one of auth, "),
        ({"class": "success"}, "no class of failures is called 'success'"),
        ({"pattern": "(frob"}, "unterminated"),
        ({"pattern": "(fro+b*)+x"}, "take for ever"),
        ({"words": []}, "at least one word"),
        ({"rank": 101}, "between 0 and 100"),
        ({"rank": "60"}, "whole number between 0 and 100"),
        ({"rank": True}, "whole number between 0 and 100"),
        ({"agent": "yes"}, "'agent' must be true or false"),
        ({"name": ""}, "number 1: 'name' must not be empty"),
        ({"pattern": "frob{99999999999}"}, "repetition number is too large"),
        ({"pattern": "(" * 5000 + "frob" + ")" * 5000}, "too deep"),
        ({"example": "nothing of it"}, "does not know its own example"),
        ({"words": ["frog"], "example": "it frobbed"}, "does not know its own example"),
        ({"severity": "awful"}, "one of low"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"remediation": "do it"}, "must be a list"),
        ({"pattern": 7}, "must be a text"),
        ({"name": None, "pattern": None}, "must be a text"),
    ],
)
def test_a_broken_entry_is_refused_with_its_name_and_reason(
    change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SignatureError, match=reason) as refused:
        parse({"signature": [GOOD | change]})
    assert "frob" in str(refused.value) or "number 1" in str(refused.value)


def test_a_missing_key_is_named() -> None:
    with pytest.raises(SignatureError, match="'pattern' is missing"):
        parse({"signature": [{key: value for key, value in GOOD.items() if key != "pattern"}]})


def test_of_two_entries_of_one_name_the_second_is_refused() -> None:
    with pytest.raises(SignatureError, match="number 2: 'frob' is defined above"):
        parse({"signature": [GOOD, GOOD | {"class": "auth"}]})


def test_the_highest_rank_wins() -> None:
    other = GOOD | {"name": "other", "class": "auth", "rank": 90}
    found = Signatures(parse({"signature": [GOOD, other]})).of("it frobbed")
    assert found is not None
    assert found.failure_class is FailureClass.AUTH
