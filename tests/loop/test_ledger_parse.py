"""A ledger is read without losing a byte, and only well-formed entries of our own are ours."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loop.ledger import (
    FIELDS,
    foreign,
    only_own_changes,
    own_entries,
    parse,
    prevention_rules,
)
from loop.ledger.parse import Kind, entry_hash
from loop.ledger.render import HEADER, entry
from loop.ledger.upsert import upsert
from loop.ledger.words import EntryContext
from policies.failure import Confidence, Failure, FailureClass
from policies.records import IncidentRecord

LEDGERS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "ledgers-dev"
BEGAN = datetime(2026, 2, 12, 20, 0, 51, tzinfo=UTC)
A_PERSONS = b"### 2026-02-11\n- Trigger: a person wrote this\n- Fix: and this\n"
BASE = f"{HEADER}\n\n".encode() + A_PERSONS


def incident(digit="1", **changes):
    made = IncidentRecord(
        id=f"inc-20260212-{digit * 8}",
        repo="repo",
        agent="codex",
        pass_name="maintain",
        failure=Failure(
            failure_class=FailureClass.UNKNOWN,
            summary="it broke",
            fingerprint="abc",
            confidence=Confidence.LOW,
        ),
        first_seen=BEGAN,
        last_seen=BEGAN,
        cycles=("20260212-101456-repo-cycle-1",),
        logs=("20260212-101456-repo-cycle-1.log",),
    )
    return made.evolve(**changes)


def ours(digit="1"):
    return entry(incident(digit), EntryContext()).encode() + b"\n"


def with_ours(data, digit="1"):
    return upsert(data, incident(digit), EntryContext())


def real_ledgers():
    if LEDGERS.is_dir():
        return sorted(LEDGERS.glob("*.md"))
    if os.environ.get("CI") == "true":
        pytest.fail(f"the real ledgers are not at {LEDGERS}")
    pytest.skip(f"the real ledgers are not at {LEDGERS}")


def dialects(data):
    """Give *data* as the same text in other clothes."""
    windows = data.replace(b"\n", b"\r\n")
    return [data, windows, data.rstrip(b"\n"), b"\xef\xbb\xbf" + windows, data + b"\n\n\t\n"]


def test_the_real_ledgers_come_back_byte_for_byte():
    for path in real_ledgers():
        for data in dialects(path.read_bytes()):
            assert parse(data).to_bytes() == data
            assert own_entries(data) == {} and foreign(data) == data


def test_our_entry_in_a_real_ledger_is_found_and_taken_out():
    for path in real_ledgers():
        for data in dialects(path.read_bytes()):
            more = with_ours(with_ours(data, "1"), "2")
            assert list(own_entries(more)) == [incident("1").id, incident("2").id]
            assert more.startswith(data)
            assert foreign(more).rstrip() == data.rstrip()
            assert only_own_changes(data, more) and not only_own_changes(data, data + b"x")


PIECES = st.sampled_from(
    [
        b"### 2026-02-11\n",
        b"## 2026-02-11 | x\r\n",
        b"- Date: 2026-02-11\n",
        b"\t- Prevention rules:\n",
        b"  1. a rule\n",
        b"```\n",
        b"  ~~~~ python\n",
        b"- ```sh\n",
        b"\n",
        b"\r\n",
        b"\r",
        b"<!-- nightcrew:incident inc-20260212-11111111 -->\n",
        b"\xff\xfe\x00 \xe2\x80\xa8",
        b"\xef\xbb\xbf",
        ours("1"),
        ours("2").replace(b"\n", b"\r\n"),
        ours("3").rstrip(b"\n"),
        *(b"- %s: value\n" % name.encode() for name in FIELDS),
    ]
)
GENERATED = st.lists(PIECES | st.binary(max_size=12), max_size=30).map(b"".join)


@given(GENERATED)
@example(b"\xef\xbb\xbf" + ours())
@example(b"```\n" + ours())
def test_whatever_it_is_it_comes_back(data):
    document = parse(data)
    assert document.to_bytes() == data
    assert all(segment.raw for segment in document.segments)
    assert len(foreign(data)) + sum(
        len(s.raw) for s in document.segments if s.kind is not Kind.FOREIGN
    ) == len(data)


@given(GENERATED)
def test_rules_of_whatever_it_is_are_bounded_lines(data):
    rules = prevention_rules(data, 3)
    assert len(rules) <= 3 and all(rule and "\n" not in rule for rule in rules)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"# L\n\n", b""),
        (b"", b"\n### 2026-02-13\n- Date: x\n"),
        (b"- Date: a\n- Confidence: b\n", b"- Date: 2026-02-13\n- Trigger: no blank line\n"),
        (b"```\n### in a fence\n```\n", b"\n\nfree text\n"),
        (b"~~~\n```\n~~~\n", b"## Next"),
    ],
)
def test_our_entry_ends_where_other_text_begins(before, after):
    data = before + ours() + after
    assert own_entries(data) == {incident().id: ours()}
    assert parse(data).to_bytes() == data


def test_a_formatter_that_adds_blank_lines_or_line_ends_changes_nothing():
    lines = ours().splitlines(keepends=True)
    formatted = (b"\n".join([lines[0], lines[1], b"".join(lines[2:])])).replace(b"\n", b"\r\n")
    assert list(own_entries(formatted)) == [incident().id]
    assert entry_hash(formatted) == entry_hash(ours())


@pytest.mark.parametrize(
    "touched",
    [
        ours().replace(b"- Impact: ", b"- Who: me\n- Impact: "),
        ours() + b"- Notes: a field of a person's own\n",
        ours() + b"  and more of it\n",
        ours().replace(b"- Commit: pending\n", b""),
        b"```\n" + ours() + b"```\n",
        b"    ```\n" + ours(),
        ours().replace(b"### ", b"#### "),
        ours().replace(b"inc-20260212-11111111", b"inc-x"),
    ],
)
def test_an_entry_of_another_shape_is_foreign(touched):
    assert own_entries(touched) == {} and foreign(touched) == touched


@pytest.mark.parametrize(
    ("head", "now", "only_ours"),
    [
        (None, None, True),
        (b"x\n", None, False),
        (None, with_ours(None), True),
        (None, with_ours(b"# Mine\n"), False),
        (b"", with_ours(b""), True),
        (BASE, with_ours(BASE), True),
        (BASE, with_ours(with_ours(BASE, "1"), "2"), True),
        (with_ours(BASE), BASE, True),
        (BASE, with_ours(BASE.replace(b"\n", b"\r\n")), True),
        (BASE, with_ours(BASE) + b"\n### a person's\n", False),
        (BASE, with_ours(BASE.replace(b"this", b"that")), False),
        (BASE, with_ours(BASE).replace(b"- Commit: pending\n", b""), False),
    ],
)
def test_our_own_entries_alone_make_nothing_dirty(head, now, only_ours):
    assert only_own_changes(head, now) is only_ours


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("- Date: 2026-01-01\n- Prevention Rule: one\n- Evidence: e\n", ("one",)),
        ("- Date: 2026-01-01\n  Prevention Rule: one\n  Evidence: e\n", ("one",)),
        ("- Prevention Rule: one\n  goes on\n\n  not this\n", ("one goes on",)),
        ("- Prevention rules:\n  - one\n  - two\n    more\n- Fix: x\n", ("one", "two more")),
        ("- Prevention rules:\n  1. one\n  2) two\n", ("one", "two")),
        ("- **Prevention:** one\n", ("one",)),
        ("## Template\n- Prevention:\n- Evidence:\n", ()),
        ("## Entry Schema\n- Prevention Rule\n", ()),
        ("```\n- Prevention Rule: quoted\n```\n", ()),
        ("- Prevention Rule: one\n- Prevention Rule: one\n", ("one",)),
        ("- Prevention Rule: template\n" * 5 + "- Prevention Rule: real\n", ("real",)),
        (
            "### 2026-01-01 | a\n- Prevention Rule: old\n### 2026-02-01T10:00:00Z | b\n"
            "- Prevention Rule: new\n### 2026-02-01T11:00:00Z | b\n- Prevention Rule: newest\n",
            ("newest", "new", "old"),
        ),
    ],
)
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
def test_prevention_rules_are_read_from_every_dialect(text, rules, eol):
    assert prevention_rules(text.replace("\n", eol).encode(), 10) == rules


def test_our_own_pending_rule_is_no_rule():
    assert prevention_rules(with_ours(BASE), 10) == ()


def test_the_real_ledgers_have_rules():
    for path in real_ledgers():
        if path.name != "README.md":
            rules = prevention_rules(path.read_bytes(), 40)
            assert len(rules) >= 2 and len(prevention_rules(path.read_bytes(), 2)) == 2
            assert not any("inspect pass log before retrying" in rule for rule in rules)
