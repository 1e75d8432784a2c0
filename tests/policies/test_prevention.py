"""Prevention rules: as agents say them, and as the next cycles are told them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.failure import Confidence, Failure, FailureClass
from policies.prevention import RULE_LIMIT_CHARS, learnt, rules_said, with_rule
from policies.records import IncidentRecord, IncidentState, Severity

ONE, TWO = "inc-20260212-0a1b2c3d", "inc-20260213-ffffffff"
BEGAN = datetime(2026, 2, 12, tzinfo=UTC)
FAILURE = Failure(
    failure_class=FailureClass.LINT, summary="s", fingerprint="f", confidence=Confidence.HIGH
)


def incident(name: str = ONE, **changes: object) -> IncidentRecord:
    record = IncidentRecord(
        id=name,
        repo="r",
        agent="a",
        pass_name="maintain",
        failure=FAILURE,
        first_seen=BEGAN,
        last_seen=BEGAN,
    )
    return record.evolve(**changes)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (f"Done.\nPrevention rule {ONE}: Pin the linter.\n", {ONE: "Pin the linter."}),
        (f"- **Prevention rule ({ONE}):** Pin it", {ONE: "Pin it"}),
        ("prevention rule: Pin it", {"": "Pin it"}),
        (f"Prevention rule {ONE}: A\nPrevention Rule {TWO}: B", {ONE: "A", TWO: "B"}),
        (f"Prevention rule {ONE}: A\nPrevention rule {ONE}: B", {ONE: "B"}),
        ("Prevention rule: none", {}),
        ("Prevention rule: N/A.", {}),
        ("Prevention rule: <one sentence>", {}),
        ("Prevention rule:\nnext line", {}),
        ("I wrote no Prevention rule: sorry", {}),
        ("", {}),
    ],
)
def test_the_line_with_the_marker_is_read(message: str, said: dict[str, str]) -> None:
    assert rules_said(message) == said


def test_a_rule_is_redacted_bounded_and_one_line() -> None:
    token = "ghp_" + "a1B2" * 9
    (rule,) = rules_said(f"Prevention rule: set {token} \x1b[2J" + "long " * 500).values()
    assert token not in rule and "\x1b" not in rule and len(rule) <= RULE_LIMIT_CHARS


@given(st.text())
def test_no_message_breaks_it(text: str) -> None:
    for rule in rules_said(f"Prevention rule: {text}").values():
        assert rule and "\n" not in rule and len(rule) <= RULE_LIMIT_CHARS


def test_a_rule_without_an_id_is_that_of_the_only_one_fixed() -> None:
    one, two = incident(), incident(TWO)
    assert with_rule(one, {"": "x"}, [one]).prevention_rule == "x"
    assert with_rule(one, {"": "x"}, [one, two]).prevention_rule == ""
    assert with_rule(one, {ONE: "x"}, [one, two]).prevention_rule == "x"
    assert with_rule(two, {ONE: "x"}, [one, two]).prevention_rule == ""
    by_hand = incident(prevention_rule="by hand")
    assert with_rule(by_hand, {ONE: "x"}, [by_hand]).prevention_rule == "by hand"


def test_rules_come_most_severe_and_newest_first() -> None:
    def done(name: str, days: int, severity: Severity) -> IncidentRecord:
        return incident(
            state=IncidentState.RESOLVED,
            severity=severity,
            last_seen=BEGAN + timedelta(days=days),
            prevention_rule=name,
        )

    known = [
        done("old", 1, Severity.SEV3),
        done("new", 9, Severity.SEV3),
        done("new", 3, Severity.SEV3),
        done("worst", 0, Severity.SEV1),
        incident(prevention_rule="still open"),
        incident(state=IncidentState.RESOLVED),
    ]
    assert learnt(known) == ("worst", "new", "old")
