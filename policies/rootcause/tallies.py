"""Lines that only count or announce failures: "2 passed, 1 failed", "Some tests failed."."""

from __future__ import annotations

from functools import lru_cache

from policies.expressions import expression

LOOKED_AT_CHARS = 200
"""A longer line says more than a count."""


def words_of(text: str) -> frozenset[str]:
    """Give the words of *text*, which blanks part."""
    return frozenset(text.split())


_WORD = expression(r"[a-z]+(?:'t)?")
_UNIT = expression(
    r"\b\d[\d.,:]*\s?(?:ns|us|ms|s|m|min|mins|sec|secs|seconds?|minutes?)?\b|0x[0-9a-f]+"
)
_TOLD = expression(r"!=|\w ?== ?\w|\bnot found\b|\bno\b")
"""Such a line says what is amiss."""
_FAILURE = words_of(
    "timeouts fail failed failing fails failure failures error errors errored erroneous "
    "unsuccessful unsuccessfully aborted broken unexpected problems"
)
_COUNTED = words_of(
    "test tests subtest subtests programs testcase testcases case cases suite suites spec specs "
    "example examples assertion assertions check checks scenario scenarios feature features step "
    "steps file files job jobs task tasks target targets build builds run runs command commands "
    "package packages project projects module modules result results summary report total totals "
    "count number problem problems issue issues violation violations offense offenses warning "
    "suggestion suggestions warnings warn pass passed passes passing skip skipped skips pending todo "
    "ignored disabled scanned linted checked validated analyzed due inspected compiled to blacklisted xfail "
    "xfailed xpass xpassed expected retried flaky cancelled canceled success successes successful "
    "succeeded ok okay info compilation execution pipeline stage session unit integration testing"
)
_GRAMMAR = words_of(
    "a an all and any including are at by completed configuration configurations did during executed "
    "exception exceptions finished following for from had has have in is its list more not of on "
    "one or our out please processed ran see selected some steps that the there these this time "
    "took total treated was were with as did didn't complete occurred occured oh encountered "
    "while running status configuring incomplete your which zero instances deselected found "
    "detected contains"
)
_KNOWN = _FAILURE | _COUNTED | _GRAMMAR


@lru_cache(maxsize=4_096)
def is_tally(lowered: str) -> bool:
    """Say whether every word of the *lowered* line counts or announces failures: none says what or why."""
    if len(lowered) > LOOKED_AT_CHARS or not any(word in lowered for word in _SIGNS):
        return False
    if _TOLD.search(lowered):
        return False
    words = _WORD.findall(_UNIT.sub(" ", lowered))
    return _KNOWN.issuperset(words) and not _FAILURE.isdisjoint(words)


def says_nothing(text: str) -> bool:
    """Say whether *text* holds no word beside counts, times and those of a tally."""
    return _KNOWN.issuperset(_WORD.findall(_UNIT.sub(" ", text.lower())))


_SIGNS = ("fail", "error", "timeouts", "success", "abort", "broken", "unexpected", "problems")
"""One of them stands in every such line: a cheap test before its words are looked at."""
