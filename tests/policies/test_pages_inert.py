"""Hostile text on a page stays text: parsed as Markdown, nothing of it becomes structure."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from policies.failure import Confidence, CycleOutcome, Failure, FailureClass
from policies.pages import (
    PAGE_LIMIT_BYTES,
    attempt_rows,
    cycle_page,
    incident_page,
    night_table,
)
from policies.pages.bounded import cut_middle, joined
from policies.pages.markdown import fenced, inline, table
from policies.records import AttemptRecord, CycleRecord, IncidentRecord, RunRecord

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HERE = "http://127.0.0.1:4200/nightcrew/logs/x"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

PIECES = [
    *("`", "``", "```", "\n```\n", "~~~", "|", "\\", "\\|", "\n", "\r", "\t", "    ", "\x1b[31m"),
    *(
        "<script>alert(1)</script>",
        "<!--",
        "-->",
        "<b>",
        "&lt;",
        "&amp;",
        "&#96;",
        "\u2028",
        "\x85",
    ),
    *("![x](http://evil.example/x.png)", "[x](http://evil.example)", "[x]: http://evil.example"),
    *("http://evil.example", "www.evil.example", "a@evil.example", "<http://evil.example>"),
    *(
        "# ",
        "- ",
        "1. ",
        "> ",
        "***",
        "---",
        "===",
        "_a_",
        "__a__",
        "*a*",
        "~~a~~",
        "| --- |",
        "[^1]",
    ),
    *("a", " ", "é", "\U0001f600", "\u202e", "snake_case", ":", "(+)"),
]
hostile = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
texts = st.one_of(hostile, st.text(max_size=40))


def named(text: str) -> str:
    """Give *text* with something to see at both ends, so that it does not vanish."""
    return f"x{text}y"


def a_failure(text: str) -> Failure:
    return Failure(
        failure_class=FailureClass.UNKNOWN,
        summary=text,
        fingerprint=text,
        confidence=Confidence.LOW,
        lines=(text, text + "z"),
        line_numbers=(1, 2),
        signature=text,
        replay=(text,),
        remediation=(text, text),
    )


def a_cycle(text: str) -> CycleRecord:
    attempt = AttemptRecord(
        n=1,
        pass_name=text,
        exit_code=1,
        stopped_because=None,
        duration_s=1,
        pass_log=f"/logs/{text}.log",
        failure=a_failure(text),
    )
    check = {"name": text, "result": text, "on_base": text, "reason": text, "duration_s": text}
    return CycleRecord(
        cycle=text,
        run=text,
        repo=text,
        n=1,
        agent=text,
        trigger=text,
        started=NOW,
        outcome=CycleOutcome.FAILED,
        reason=text + "r",
        failure=a_failure(text),
        attempts=(attempt, attempt),
        base_commit=text,
        head_commit=text,
        branch=text,
        landed=text,
        checks=(check, check),
        rerun_of=text,
    )


def an_incident(text: str) -> IncidentRecord:
    return IncidentRecord(
        id=text,
        repo=text,
        agent=text,
        pass_name=text,
        check=text,
        failure=a_failure(text),
        first_seen=NOW,
        last_seen=NOW,
        cycles=(text, text),
        logs=(text,),
        fix=text,
        commit=text,
        reopens=text,
        waits_because=text,
    )


def pages(text: str) -> tuple[str, str]:
    """Give both pages, with *text* wherever a record has text."""
    cycle = a_cycle(text)
    shown = cycle_page(
        cycle, incident=an_incident(text), reruns=[text, text], link=lambda _: HERE, logs_page=HERE
    )
    return shown, incident_page(an_incident(text))


def parsed(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def assert_inert(tokens: list[Token]) -> None:
    kinds = {token.type for token in tokens}
    assert not kinds & {"html_block", "html_inline", "image", "em_open", "strong_open", "s_open"}
    assert {token.attrs["href"] for token in tokens if token.type == "link_open"} <= {HERE}
    for token in tokens:
        if token.type == "text":
            assert not any(sign in token.content.lower() for sign in ("://", "www.", "@", "<", "&"))
        assert not any(sign in token.content for sign in "\x1b\u202e\u2028\x85\r")


@given(texts.map(named))
def test_the_structure_of_a_page_is_ours_alone(text: str) -> None:
    for hurt, plain in zip(pages(text), pages("plain"), strict=True):
        tokens = list(parsed(hurt))
        assert_inert(tokens)
        blocks = [(token.type, token.level) for token in PARSER.parse(hurt)]
        assert blocks == [(token.type, token.level) for token in PARSER.parse(plain)]


@given(texts)
def test_a_cell_of_a_table_artifact_is_inert(text: str) -> None:
    run = RunRecord(run="r", started=NOW)
    for rows in (attempt_rows(a_cycle(text)), night_table(run, [a_cycle(text)])):
        for cell in rows[0].values():
            assert "\n" not in cell
            assert_inert(list(parsed(cell)))
            assert {token.type for token in PARSER.parse(cell)} <= {
                *("paragraph_open", "inline", "paragraph_close")
            }


@given(st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=4))
def test_a_cell_never_makes_a_row_or_a_column(rows: list[list[str]]) -> None:
    shown = [[inline(cell) for cell in row] for row in rows]
    tokens = PARSER.parse(table(["a", "b", "c"], [["1", "2", "3"], *shown], 10_000))
    assert [token.type for token in tokens].count("tr_open") == len(rows) + 2
    assert [token.type for token in tokens].count("td_open") == 3 * (len(rows) + 1)
    assert tokens[0].type == "table_open" and tokens[-1].type == "table_close"


@given(texts)
def test_a_bar_in_a_cell_is_never_behind_an_even_number_of_backslashes(text: str) -> None:
    """Prefect's first UI splits there, where the standard would not."""
    row = table(["a"], [[inline(named(text))]], 10_000).splitlines()[2]
    inside = row.removeprefix("|").removesuffix("|")
    before = [inside[:n] for n, sign in enumerate(inside) if sign == "|"]
    assert all((len(text) - len(text.rstrip("\\"))) % 2 for text in before)


@given(texts, st.integers(1100, 3000))
def test_a_fence_holds_and_keeps_its_size(text: str, limit: int) -> None:
    for given_text in (text, text * 400):
        shown = fenced(given_text, limit)
        assert len(shown.encode()) <= limit
        assert [token.type for token in PARSER.parse(shown)] in ([], ["fence"])


def test_a_long_line_in_a_fence_is_cut() -> None:
    assert fenced("a" * 5000 + "\n  b", 3000) == f"```text\n{'a' * 499}…\n  b\n```"


@given(st.lists(st.text(st.characters(exclude_characters="\n"), max_size=30), max_size=80))
def test_the_middle_is_cut_and_said(lines: list[str]) -> None:
    kept = cut_middle(lines, 900)
    assert sum(len(line.encode("utf-8", "replace")) + 1 for line in kept) <= 900
    if kept != lines:
        at = next(n for n, line in enumerate(kept) if line.endswith("bytes left out here]"))
        gone = len(lines) - len(kept) + 1
        assert kept[at].startswith(f"[{gone} lines, ")
        assert kept[:at] == lines[:at] and kept[at + 1 :] == lines[at + gone :]


def test_a_block_is_left_out_whole() -> None:
    blocks = ["head", *["x" * 400] * 400, "tail"]
    text = joined(blocks)
    assert len(text.encode()) <= PAGE_LIMIT_BYTES
    assert text.startswith("head\n") and text.endswith("tail\n")
    assert "bytes left out here." in text


@pytest.mark.parametrize("piece", ["a", "\U0001f600", "`", "|", "\\|", "a\n", "é `"])
@pytest.mark.parametrize("n", [1, 10_000])
def test_no_page_and_no_table_is_larger_than_its_limit(piece: str, n: int) -> None:
    text = named(piece * 40_000 if n == 1 else piece)
    many = max(1, n // 10)
    cycle = a_cycle(text)
    failure = replace(cycle.failure, lines=(text,) * n, remediation=(text,) * n, replay=(text,) * n)
    cycle = replace(
        cycle,
        failure=failure,
        attempts=cycle.attempts * many,
        checks=cycle.checks * many,
    )
    incident = replace(an_incident(text), failure=failure, cycles=(text,) * n, logs=(text,) * n)
    shown = [
        cycle_page(cycle, incident=incident, reruns=[text] * n, link=lambda _: HERE),
        incident_page(incident),
    ]
    tables = [
        attempt_rows(cycle),
        night_table(RunRecord(run="r", started=NOW), [a_cycle(text)] * many),
    ]
    for page in shown:
        assert len(page.encode()) <= PAGE_LIMIT_BYTES
        assert_inert(list(parsed(page)))
        assert "## Next" in page and ("more, not shown" in page) is (n > 1)
    for rows in tables:
        assert len(json.dumps(rows)) <= PAGE_LIMIT_BYTES
    if n > 1:
        assert (
            tables[0][-1]["failure"] == f"{2 * many - len(tables[0]) + 1} more attempts, not shown"
        )
        assert tables[1][-1]["what"] == f"{many - len(tables[1]) + 1} more cycles, not shown"
