"""How far an answer is trusted: what speaks against a tool's form that the catalogue does not know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.failure import Confidence, FailureClass
from policies.rootcause.finding import Finding, Line
from policies.rootcause.noise import is_harmless
from policies.rootcause.trust import confidence_of


def finding(number: int, rank: int, rule: str, **more: bool) -> Finding:
    return Finding(
        lines=(Line(number, f"line {number}"), Line(number + 1, "its reason")),
        rank=rank,
        rule=rule,
        failure_class=FailureClass.TEST_FAILURE,
        **more,
    )


FORM = finding(30, 79, "some runner")


@pytest.mark.parametrize(
    ("others", "is_known", "confidence"),
    [
        ([], False, Confidence.HIGH),
        ([finding(60, 40, "words")], True, Confidence.HIGH),
        ([finding(60, 40, "words")], False, Confidence.MEDIUM),
        ([finding(9, 40, "words")], False, Confidence.MEDIUM),
        ([finding(60, 39, "words")], False, Confidence.HIGH),
        ([finding(31, 40, "words")], False, Confidence.HIGH),
        ([finding(60, 79, "some runner")], False, Confidence.HIGH),
    ],
)
def test_a_form_that_the_catalogue_does_not_know_is_sure_only_alone(
    others: list[Finding], is_known: bool, confidence: Confidence
) -> None:
    ordered = [FORM, *others]
    assert confidence_of(ordered, FailureClass.TEST_FAILURE, is_known=is_known) is confidence


def words(number: int, text: str) -> Finding:
    return Finding(lines=(Line(number, text),), rank=46, rule="words")


@pytest.mark.parametrize(
    ("other", "confidence"),
    [
        (words(61, "its reason"), Confidence.HIGH),
        (words(90, "npm error the lamp on shelf 30 is out"), Confidence.HIGH),
        (words(90, "error: no shelf"), Confidence.MEDIUM),
    ],
)
def test_what_a_form_claims_or_says_again_is_no_rival(
    other: Finding, confidence: Confidence
) -> None:
    lead = replace(FORM, lines=(Line(30, "the lamp on shelf 30 is out"), Line(61, "its reason")))
    ordered = [lead, finding(60, 79, "some runner"), other]
    found = confidence_of(ordered, FailureClass.TEST_FAILURE, is_known=False)
    assert found is confidence


def test_what_an_agent_says_of_itself_needs_no_entry() -> None:
    own = finding(30, 96, "agent's event", agent_form=True)
    ordered = [own, finding(60, 40, "words")]
    found = confidence_of(ordered, FailureClass.TEST_FAILURE, is_known=False)
    assert found is Confidence.HIGH


def test_what_says_the_same_again_is_no_rival() -> None:
    said = "Could not get unknown property 'label' for task ':jar'"
    lead = Finding(
        lines=(Line(30, said),),
        rank=79,
        rule="some runner",
        failure_class=FailureClass.CONFIG_ERROR,
    )
    again = Finding(
        lines=(
            Line(90, f"Caused by: a.b.NoSuchException: {said}"),
            Line(40, "a.b.Wrapped: script"),
        ),
        rank=62,
        rule="some exception",
    )
    outer = Finding(lines=(Line(40, "a.b.Wrapped: script"),), rank=47, rule="words")
    wrapper = Finding(
        lines=(Line(120, "make: *** [Makefile:3: all] Error 1"),), rank=46, rule="words"
    )

    def asked(*others: Finding) -> Confidence:
        return confidence_of([lead, *others], FailureClass.CONFIG_ERROR, is_known=False)

    assert asked(again, outer, wrapper) is Confidence.HIGH
    assert asked(outer) is Confidence.MEDIUM


def test_a_stage_that_was_not_run_is_no_error() -> None:
    assert is_harmless('stage "deploy" skipped due to earlier failure(s)')
    assert not is_harmless('stage "deploy" failed due to an earlier error')
