"""Every dialect's entries are found, and the blocks are the ledger's bytes again."""

from __future__ import annotations

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.ledger.dialects import blocks_of, entries_of

LEDGERS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "ledgers-dev"


def expectations() -> list[dict[str, Any]]:
    rows = LEDGERS / "expectations.jsonl"
    if not rows.is_file():
        said = f"the real ledgers are not at {LEDGERS}"
        pytest.fail(said) if os.environ.get("CI") == "true" else pytest.skip(said)
    return [json.loads(line) for line in rows.read_text().splitlines()]


def clothes(data: bytes) -> list[bytes]:
    """Give *data* as the same text in other clothes."""
    windows = data.replace(b"\n", b"\r\n")
    tabs = data.replace(b"- ", b"-\t")
    return [data, windows, data.rstrip(b"\n"), b"\xef\xbb\xbf" + windows, data + b"\n\n", tabs]


def test_every_expected_entry_of_the_real_ledgers_is_found_where_it_stands() -> None:
    for row in expectations():
        data = (LEDGERS / row["file"]).read_bytes()
        for dressed in clothes(data):
            assert b"".join(block.raw for block in blocks_of(dressed)) == dressed
            assert len(entries_of(dressed)) == row["entries_total"], row["ledger"]
        raw = {block.line: block.raw.rstrip() for block in blocks_of(data) if block.entry}
        for hand in row["hand_written"]:
            digests = {hashlib.sha256(raw[hand["line"]] + end).hexdigest() for end in (b"", b"\n")}
            assert hand["sha256"] in digests, (row["ledger"], hand["line"])


DATED = "## 2026-02-11 - It broke\n- Impact: some\n- Root cause:\n  - this\n"
BARE = "- Date: 2026-02-11\n- Trigger: x\n- Fix: y\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (DATED, [1]),
        (BARE, [1]),
        (f"## Entries\n\n{BARE}\n{BARE}", [3, 7]),
        (f"### 2026-02-11\n{BARE}", [1]),
        (f"## 2026-02-11\n\n{BARE}\n{BARE}", [1, 7]),
        (f"{DATED}\n### 2026-02-12T20:00:00Z | x\n{BARE}", [1, 6]),
        (f"{DATED}\n{BARE}", [1, 6]),
        (f"{DATED}\n### What we saw\ntext\n\n## Notes\ntext\n", [1]),
        ("- Date: 2026-02-11\n  Trigger: x\n  Fix: y\n\ntext of the file\n", [1]),
        ("- Date: 2026-02-11\n\n- Trigger: x\n\n- Fix: y\n", [1]),
        ("- Trigger: x\n- Impact: y\n- Fix: z\n\n- Trigger: x\n- Impact: y\n- Fix: z\n", [1, 5]),
        ("### INC-7 it broke\n- Date: 2026-02-11\n- Fix: y\n", [1]),
        ("### 20:15 | it broke\n- Fix: y\n", [1]),
        ("## 2026-02-11\n### The first\n- Impact: a\n- Fix: b\n", [2]),
        ("# Incidents\n\n## Entry Schema\n- Date\n- Trigger\n- Fix\n", []),
        ("## Template\n- Date:\n- Trigger:\n- Fix:\n", []),
        ("## Template\n- Trigger: what happened\n- Impact: whom\n- Fix: how\n", []),
        ("## Open incidents\n- None.\n\n## Prevention rules\n- a rule: with a colon\n", []),
        ("No incidents recorded in this cycle.\n", []),
        (f"```\n{BARE}### 2026-02-11\n```\n", []),
        (f"<!--\n{DATED}-->\n", []),
        (f"{DATED}```\n### 2026-02-12 | in a fence\n```\n", [1]),
        ("# Incidents (2026-02-11)\n", []),
    ],
)
def test_entries_of_each_dialect(text: str, lines: list[int]) -> None:
    for eol in ("\n", "\r\n"):
        data = text.replace("\n", eol).encode()
        assert [entry.line for entry in entries_of(data)] == lines
        assert b"".join(block.raw for block in blocks_of(data)) == data


def test_a_field_may_go_on_over_lines() -> None:
    entry = entries_of(DATED.encode())[0]
    assert entry.value("Root Cause") == "- this" and not entry.is_flat
    assert entry.title == "2026-02-11 - It broke" and entry.moment is not None


PIECES = st.sampled_from(
    [
        *(DATED + "\n", BARE + "\n", "```\n", "<!--\n", "-->\n", "\n", "\r\n", "\r", "\t- x\n"),
        *("## Template\n", "# L\n", "---\n", "- Date: 2026-02-11\n", "  Trigger: x\n", "\ufeff"),
    ]
).map(str.encode)


@given(st.lists(PIECES | st.binary(max_size=12), max_size=30).map(b"".join))
def test_whatever_it_is_it_comes_back(data: bytes) -> None:
    blocks = blocks_of(data)
    assert b"".join(block.raw for block in blocks) == data
    assert all(block.raw for block in blocks)


@pytest.mark.parametrize(
    "line", [BARE, "- Date:\n", "## 2026-02-11\n", "### x\n", "- - - -\n", "\n"]
)
def test_ten_times_as_much_takes_about_ten_times_as_long(line: str) -> None:
    took = []
    for size in (20_000, 200_000):
        data = line.encode() * (size // len(line))
        began = time.process_time()
        blocks_of(data)
        took.append(time.process_time() - began)
    assert took[1] < 40 * max(took[0], 0.01)
