"""What is wrong with a ledger's entries."""

from __future__ import annotations

import pytest

from policies.ledger_entry import FIELDS, LedgerEntry
from policies.ledger_lint import committed, lint, pending

KEY = "sk-ant-api03-" + "Zk4" * 12


def entry(line: int = 1, title: str = "2026-02-11", **changes: object) -> LedgerEntry:
    fields = dict.fromkeys(FIELDS, "said") | {"Date": "2026-02-11"}
    fields |= {name: str(value) for name, value in changes.items() if name in FIELDS}
    others = {name: value for name, value in changes.items() if name not in FIELDS}
    text = "\n".join([f"### {title}", *(f"- {name}: {value}" for name, value in fields.items())])
    return LedgerEntry(
        **{  # type: ignore[arg-type]
            "line": line,
            "text": f"{text}\n{line}",
            "title": title,
            "fields": tuple((name, value) for name, value in fields.items() if value),
            "is_flat": True,
        }
        | others
    )


def kinds(*entries: LedgerEntry, schema: tuple[str, ...] = FIELDS) -> list[tuple[int, str]]:
    return [(found.line, found.kind) for found in lint(entries, schema, "INCIDENTS.md")]


def test_a_whole_entry_is_fine() -> None:
    assert kinds(entry()) == []


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (entry(**{"Root Cause": ""}), [(1, "missing_field")]),
        (entry(Date=""), []),  # the heading has it
        (entry(title="no date", Date=""), [(1, "missing_field")]),
        (entry(title="2026-02-11 | it broke", Trigger=""), []),
        (entry(id="inc-20260212-00000001"), []),
        (entry(id="inc-20260212-00000001", Fix=""), [(1, "broken_entry")]),
        (entry(id="inc-x"), [(1, "broken_entry")]),
        (entry(text=f"### 2026-02-11\n- Evidence: key {KEY}\n"), [(2, "secret")]),
    ],
)
def test_what_is_wrong_is_found(wrong: LedgerEntry, found: list[tuple[int, str]]) -> None:
    assert kinds(wrong) == found


def test_a_secret_is_never_said_again() -> None:
    found = list(lint([entry(text=f"key {KEY}")], FIELDS, "f"))
    assert found and not any(KEY[:20] in str(finding.to_json()) for finding in found)


def test_without_a_schema_only_what_every_ledger_needs_is_asked_for() -> None:
    few = entry(Evidence="", Commit="", Confidence="")
    assert kinds(few, schema=()) == [] and kinds(few) == [(1, "missing_field")]
    machine = entry(title="2026-02-12T20:01:39Z | it broke", Commit="")
    assert kinds(machine, schema=()) == [(1, "missing_field")]


def test_the_same_entry_twice_is_told_once() -> None:
    one, same = entry(1, text="the same\n words"), entry(9, text="the same words")
    assert kinds(one, same) == [(9, "duplicate")]


def test_rote_entries_of_one_outage_are_one_finding() -> None:
    rote = [
        entry(
            n,
            title="2026-02-12T20:01:39Z | it broke",
            Date="2026-02-12T20:01:39Z",
            Evidence=f"pass_log=logs/20260212-101456-repo-cycle-{n}.log",
        )
        for n in (2, 3, 4)
    ]
    assert kinds(*rote) == [(2, "duplicate")]


@pytest.mark.parametrize(
    ("waits", "changes"),
    [
        (True, {"Commit": "pending"}),
        (True, {"Commit": "TBD."}),
        (False, {"Commit": "e08a78d"}),
        (False, {"Commit": "n/a"}),
        (False, {"Commit": "pending", "Fix": "pending"}),
        (False, {"Commit": "pending", "id": "inc-20260212-00000001"}),
        (False, {"Commit": "pending", "is_folded": True}),
    ],
)
def test_a_commit_is_looked_for_where_the_fix_is_known(
    waits: bool, changes: dict[str, object]
) -> None:
    assert bool(pending([entry(**changes)])) is waits


def test_the_finding_names_the_commit() -> None:
    found = committed(entry(Commit="pending"), "c0ffee012345 (Fix it)")
    assert "c0ffee012345 (Fix it)" in found.what and "Commit: c0ffee012345" in found.remedy
