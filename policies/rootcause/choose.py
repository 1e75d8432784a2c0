"""Which of the findings is the cause, and the class, confidence and identity that follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace

from policies.expressions import expression
from policies.failure import CHECK_CLASSES, FailureClass
from policies.rootcause.commands import shown_command
from policies.rootcause.crashes import ABORT
from policies.rootcause.finders import FINDERS, SHAPES
from policies.rootcause.finding import HIGH_RANK, Finding, Line, Lines
from policies.rootcause.generic import LAST_WORDS, ONLY_WORDS, by_ending, by_words
from policies.rootcause.guards import Guards
from policies.rootcause.guess import guessed
from policies.rootcause.provider import ANSWER
from policies.rootcause.regions import Regions, regions_of
from policies.rootcause.single import OWN_RANK, by_signature, tests_own, unmarked
from policies.rootcause.weigh import after_cut, behind_forms, in_place
from policies.rootcause.wrappers import by_wrapper
from policies.signatures import Signature, Signatures

OVERRIDES_TEST = frozenset(
    {
        FailureClass.MISSING_DEPENDENCY,
        FailureClass.OUT_OF_MEMORY,
        FailureClass.DISK_FULL,
        FailureClass.TEST_TIMEOUT,
        FailureClass.SIGNAL_CRASH,
        FailureClass.NETWORK,
        FailureClass.COMPILE_ERROR,
        FailureClass.CONFIG_ERROR,
    }
)
"""What a failing test may say that asks for something else than mending code."""

OVERRIDES_FORMAT = frozenset({FailureClass.DISK_FULL, FailureClass.OUT_OF_MEMORY})
"""What a line in a tool's own format may state beside what the format says."""

GUESSED = 3
"""Of the first candidates the class is guessed where nothing knows it."""

_RULED = expression(r" \((?:[a-z]{2,30}:)?[a-z]{2,30}(?:-[a-z]{2,30}){1,5}\)$")
"""The name of a checker's rule behind its complaint: no compiler writes it so."""


_UNGUARDED = Guards()


def findings(
    lines: Sequence[Line], signatures: Signatures, guards: Guards = _UNGUARDED
) -> list[Finding]:
    """Give every candidate that any format, signature or word finds in *lines*, the cause first."""
    regions = regions_of(Lines(lines, guards.vocabulary))
    ordered = best(_candidates(lines, signatures, regions, guards))
    begins = regions.begins
    step = [line for line in lines if line.number >= begins]
    lead = [_classed(finding, step, signatures) for finding in ordered[:GUESSED]]
    told = [replace(f, command=shown_command(lines, begins, f.number)) for f in lead[:1]]
    return [*told, *lead[1:], *ordered[GUESSED:]]


def _classed(finding: Finding, lines: Sequence[Line], signatures: Signatures) -> Finding:
    known = finding.failure_class or entry_for(finding, signatures)
    if known:
        return finding
    return replace(finding, failure_class=guessed(finding, lines), is_guessed=True)


def _candidates(
    lines: Sequence[Line], signatures: Signatures, regions: Regions, guards: Guards
) -> Iterator[Finding]:
    said = [line for line in lines if line.number not in regions.shown]
    unprefixed = (Line(line.number, unmarked(line.text)) for line in said)
    plain = Lines(unprefixed, guards.vocabulary)
    formal = [finding for finder in FINDERS for finding in finder(plain)]
    claimed = {line.number for found in formal if found.rank >= HIGH_RANK for line in found.lines}
    shaped = [f for shape in SHAPES for f in shape(plain) if f.number not in claimed]
    claimed |= {found.number for found in shaped if _names_test(found)}
    known = [found for found in by_signature(plain, signatures) if _adds(found, claimed)]
    formal, shaped = list(in_place(formal, regions)), list(in_place(shaped, regions))
    placed_known = behind_forms(list(after_cut(list(in_place(known, regions)))), formal)
    weighed = [*formal, *placed_known, *shaped, *in_place(by_words(said, guards), regions)]
    yield from weighed
    says = any(found.rank >= LAST_WORDS and regions.holds(found.number) for found in weighed)
    for last in by_ending(said, regions.begins, regions.ends):
        yield last if says or not regions.begins else replace(last, rank=ONLY_WORDS)
    yield from in_place(by_wrapper(plain), regions)


def _names_test(found: Finding) -> bool:
    """Say whether its line names a failing test whose reason stands elsewhere: the name befell nobody."""
    return found.failure_class is FailureClass.TEST_FAILURE and len(found.lines) > 1


def _adds(found: Finding, claimed: Set[int]) -> bool:
    """Say whether the catalogue knows more of the line than the form that holds it."""
    return (
        found.number not in claimed
        or found.failure_class in OVERRIDES_FORMAT
        or found.rank >= OWN_RANK
    )


def best(candidates: Iterable[Finding]) -> list[Finding]:
    """Give the candidates, the cause first: by rank, then by what their format says of order."""
    return sorted(candidates, key=_order)


def _order(finding: Finding) -> tuple[int, int]:
    return -finding.rank, finding.number if finding.first_wins else -finding.number


def entry_for(finding: Finding, signatures: Signatures) -> Signature | None:
    """Give the catalogue entry that knows one of the finding's lines best, if its class may stand."""
    if own := signatures.named(finding.rule):
        return own
    own_lines = finding.lines[:1] if finding.rule == ABORT else finding.lines
    told = (line.text for line in own_lines if not _only_names(finding, line))
    known = [
        entry for text in told if (entry := signatures.of(text)) and not tests_own(text, entry)
    ]
    known.sort(key=lambda entry: -entry.rank)
    for entry in known:
        if entry.own:
            return entry
        is_answers = finding.rule in (ANSWER, ABORT) and entry.failure_class not in CHECK_CLASSES
        if finding.failure_class in (None, entry.failure_class) or is_answers:
            return entry
        if (
            _may_say_more(finding)
            and entry.failure_class in OVERRIDES_TEST
            and not _asserts(finding)
        ):
            return entry
    return None


def _only_names(finding: Finding, line: Line) -> bool:
    """Say whether *line* is a test's name, of which nothing else is known."""
    return (
        finding.failure_class is FailureClass.TEST_FAILURE and line.text.strip() == finding.identity
    )


def class_of(finding: Finding, entry: Signature | None) -> FailureClass:
    """Give the class: the entry's, else the format's own, else unknown."""
    own = finding.failure_class or FailureClass.UNKNOWN
    found = entry.failure_class if entry is not None else own
    is_ruled = found is FailureClass.COMPILE_ERROR and _RULED.search(finding.lines[0].text)
    return FailureClass.LINT if is_ruled else found


def _may_say_more(finding: Finding) -> bool:
    """An assertion's own place looks like a compiler's: there the format knows better."""
    return finding.failure_class is FailureClass.TEST_FAILURE and finding.rule != "native test"


def _asserts(finding: Finding) -> bool:
    """Say whether the test compares: what it got may quote any other tool's error."""
    told = [line.text.strip().lower() for line in finding.lines]
    return any("assert" in text or text.startswith("expected") for text in told)
