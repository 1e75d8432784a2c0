"""The words by which a finder chooses its lines: one stands in all that its forms fit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import events
from policies.rootcause import (
    answered,
    bundlers,
    clean,
    passed_tests,
    php,
    pip,
    provisioning,
    pytest_session,
    regions,
    single,
    steps,
    vitest,
    wrappers,
)
from policies.rootcause.finding import Line, Lines
from policies.rootcause.scan import holding
from tests.policies.rootcause.test_guards import LINES, WORDS, branches, is_covered

WORDED = [
    *((form, events._WORDS) for _, form in events._TEXTS),
    *((form, pip._WORDS) for form in (pip._FAILED, pip._UV_BUILD, pip._CONFLICT, pip._NO_MATCH)),
    *((form, pip._WORDS) for form in (pip._SO, *(form for form, _ in pip._ONE_LINE))),
    (bundlers._ESBUILD, bundlers._WORDS),
    *((form, bundlers._WORDS) for form in (bundlers._ROLLUP, bundlers._DURING, bundlers._NEXT)),
    (bundlers._BABEL, bundlers._WORDS),
    (passed_tests._TEST_STARTS, passed_tests._TEST_WORDS),
    (passed_tests._TEST_PASSED, passed_tests._TEST_WORDS),
    (regions._AGAIN, regions._AGAIN_WORDS),
    *((form, vitest._WORDS) for form in (vitest._FAIL, vitest._UNHANDLED, vitest._OTHER)),
    *((form, php._WORDS) for form in (php._ERROR, php._COMPOSER)),
    *((form, pytest_session._WORDS) for form in (pytest_session._CONFTEST, pytest_session._FATAL)),
    *((form, pytest_session._WORDS) for form in (pytest_session._TIMER, pytest_session._STOPPED)),
    *((form, pytest_session._WORDS) for form in (pytest_session._INTERNAL, pytest_session._EMPTY)),
    *((form, pytest_session._WORDS) for form in (pytest_session._TALLY, pytest_session._COVERAGE)),
    *((form, wrappers._WORDS) for form in (wrappers._NAMES,)),
    (provisioning._R_ENDS, provisioning._R_WORDS),
    *(
        (form, steps._WORDS)
        for form in (steps.STEP_FAILED, steps._STARTS, steps._PIPELINE, steps._POST)
    ),
    (steps._GITLAB, steps._GITLAB_WORDS),
    (answered._ANSWERS, answered._ANSWER_WORDS),
    (single._MARK, single._MARK_WORDS),
    (clean._LOST_ANSI, ("m",)),
]


@pytest.mark.parametrize(("form", "words"), WORDED)
def test_every_form_of_a_finder_needs_one_of_its_words(
    form: re.Pattern[str], words: tuple[str, ...]
) -> None:
    open_ones = [str(b) for b in branches(form) if not is_covered(b, words)]
    assert not open_ones, "name what it needs among the words beside it"


@given(LINES, st.lists(st.sampled_from(WORDS), max_size=6))
def test_a_look_at_the_whole_text_finds_what_each_line_holds(
    texts: list[str], words: list[str]
) -> None:
    lines = [Line(n, text) for n, text in enumerate(texts, 1)]
    held = [(at, line) for at, line in enumerate(lines) if any(w in line.text for w in words)]
    assert list(holding(Lines(lines), *words)) == list(holding(lines, *words)) == held
