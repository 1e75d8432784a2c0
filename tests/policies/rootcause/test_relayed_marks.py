"""A name, a quote or an indent that stands before every line is nobody's own form."""

from __future__ import annotations

import pytest

from policies.rootcause.finding import Line
from policies.rootcause.marked import FEWEST_MARKED
from policies.rootcause.relayed import as_printed

TOLD = ("a", "  b: error", "", "c", "Traceback:", '  File "x.py", line 3', *"defghi")


def printed(*texts: str) -> tuple[str, ...]:
    return tuple(line.text for line in as_printed([Line(n, text) for n, text in enumerate(texts)]))


@pytest.mark.parametrize(
    "mark",
    [
        *("[server] ", "[0] ", "[rank0]: ", "web    | ", "    default: ", "> ", "    ", "[a b] "),
        *("[lamp:7] ", "[lamp:L7:1s] ", "Line 7: "),
    ],
)
def test_what_stands_before_every_line_is_taken_off(mark: str) -> None:
    assert printed(*(mark + text for text in TOLD)) == TOLD


def test_whoever_ran_it_may_say_a_word_of_its_own() -> None:
    told = [f"[rank{n % 4}]: {text}" for n, text in enumerate(TOLD)]
    assert printed("starting", *told) == ("starting", *TOLD)


def test_act_sets_a_bar_behind_the_job_before_what_a_step_prints() -> None:
    told = ("[CI/lamp] ⭐ Run make", *("[CI/lamp]   | " + text for text in TOLD))
    assert printed(*told) == ("⭐ Run make", *TOLD)


@pytest.mark.parametrize("form", ["{} {}", "{}:\t{}", "{}{}", "  {}   {}", "{}. {}"])
def test_the_numbers_that_a_viewer_sets_are_taken_off(form: str) -> None:
    told = (*TOLD, "3 boards failed")
    lines = (form.format(n, text) for n, text in enumerate(told, 97) if text and n != 101)
    assert printed("a word of its own", *lines)[1:] == tuple(
        text for n, text in enumerate(told, 97) if text and n != 101
    )


def test_figures_that_do_not_count_the_lines_are_left() -> None:
    lines = tuple(f"{n * n} {text}" for n, text in enumerate(TOLD))
    assert printed(*lines) == lines


@pytest.mark.parametrize("mark", ["[INFO] ", "[error] ", "[xUnit.net 00:00:01.02] ", "error: ", ""])
def test_a_tools_own_form_is_left(mark: str) -> None:
    lines = tuple(mark + text for text in TOLD)
    assert printed(*lines) == lines


def test_a_clock_behind_the_mark_is_taken_off_too() -> None:
    lines = ("[server] 2026-07-30T02:38:33.8740364Z " + text for text in TOLD)
    assert printed(*lines) == TOLD


def test_a_test_runners_own_indent_is_left() -> None:
    lines = tuple("  " + text for text in TOLD if text)
    assert printed(*lines) == lines


def test_source_behind_its_line_numbers_is_left() -> None:
    lines = tuple(f"{n} | {text}" for n, text in enumerate(TOLD))
    assert printed(*lines) == lines


def test_a_few_lines_may_be_marked_if_all_are() -> None:
    few = tuple(text for text in TOLD if text)[:FEWEST_MARKED]
    assert printed(*("> " + text for text in few)) == few
    lines = ("a word of its own", *("> " + text for text in few))
    assert printed(*lines) == lines


def test_fewer_lines_are_left() -> None:
    lines = tuple("[server] " + text for text in TOLD if text)[: FEWEST_MARKED - 1]
    assert printed(*lines) == lines


def test_a_mark_before_some_of_the_lines_is_left() -> None:
    lines = (*("[server] " + text for text in TOLD), *TOLD[:5])
    assert printed(*lines) == lines


def test_the_programs_that_concurrently_ran_lose_its_marks() -> None:
    lines = (
        "npm ci",
        "[api] node:events:502",
        "[web] starting",
        "[api]     at listen (server.js:1:9)",
        "[api]",
        "[api] node server.js exited with code 1",
        "[main] a logger's own name",
        "--> Sending SIGTERM to other processes..",
        "[web] vite exited with code SIGTERM",
    )
    assert printed(*lines) == (
        "npm ci",
        "node:events:502",
        "starting",
        "    at listen (server.js:1:9)",
        "",
        "node server.js exited with code 1",
        "[main] a logger's own name",
        "--> Sending SIGTERM to other processes..",
        "vite exited with code SIGTERM",
    )
