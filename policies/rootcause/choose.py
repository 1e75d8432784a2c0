"""Which of the findings is the cause, and the class, confidence and identity that follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from policies.failure import FailureClass
from policies.rootcause.c import compilers
from policies.rootcause.checks import failed_checks
from policies.rootcause.cmake import autotools, bazel, cmake, meson, ninja
from policies.rootcause.commands import shown_command
from policies.rootcause.containers import buildkit, nix_builds
from policies.rootcause.crashes import sanitizers, terminations
from policies.rootcause.ctests import assertions, ctest, gtests, perl_tests
from policies.rootcause.documents import error_documents
from policies.rootcause.dotnet import dotnet_exceptions, dotnet_tests, msbuild
from policies.rootcause.finding import Finding, Line, Lines
from policies.rootcause.generic import (
    LAST_WORDS,
    ONLY_WORDS,
    by_ending,
    by_words,
)
from policies.rootcause.git import refused_pushes
from policies.rootcause.go import go_build, go_panics
from policies.rootcause.gotests import go_tests
from policies.rootcause.gradle import gradle, gradle_tests, scala_tests
from policies.rootcause.guards import Guards
from policies.rootcause.guess import guessed
from policies.rootcause.harness import mozlog
from policies.rootcause.jvm import jvm_compilers, jvm_crashes, jvm_exceptions
from policies.rootcause.maven import goals, surefire
from policies.rootcause.places import placed
from policies.rootcause.provider import ANSWER, provider_errors
from policies.rootcause.provisioning import provisioning
from policies.rootcause.regions import Regions, regions_of
from policies.rootcause.rust import error_chains, rustc, rustfmt
from policies.rootcause.rusttests import rust_tests
from policies.rootcause.scripting import scripting
from policies.rootcause.shell import powershell, shell_trace, terraform
from policies.rootcause.single import OWN_RANK, by_signature, unmarked
from policies.rootcause.verdicts import verdicts
from policies.rootcause.weigh import in_place
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
    }
)
"""What a failing test may say that asks for something else than mending code."""

OVERRIDES_FORMAT = frozenset({FailureClass.DISK_FULL, FailureClass.OUT_OF_MEMORY})
"""What a line in a tool's own format may state beside what the format says."""

HIGH_RANK = 70
"""From here on a tool's own format spoke."""
GUESSED = 3
"""Of the first candidates the class is guessed where nothing knows it."""

_RULED = re.compile(r" \((?:[a-z]{2,30}:)?[a-z]{2,30}(?:-[a-z]{2,30}){1,5}\)$")
"""The name of a checker's rule behind its complaint: no compiler writes it so."""

FINDERS: tuple[Callable[[Sequence[Line]], Iterator[Finding]], ...] = (
    scripting,
    *(compilers, gtests, assertions, perl_tests, ctest, sanitizers, terminations),
    *(cmake, meson, autotools, ninja, bazel),
    *(rustc, error_chains, rustfmt, rust_tests),
    *(go_build, go_tests, go_panics),
    *(
        jvm_compilers,
        jvm_exceptions,
        jvm_crashes,
        surefire,
        goals,
        gradle,
        gradle_tests,
        scala_tests,
    ),
    *(msbuild, dotnet_tests, dotnet_exceptions),
    *(shell_trace, powershell, terraform, buildkit, nix_builds, refused_pushes),
    *(mozlog, verdicts, provisioning, provider_errors, error_documents),
)
"""What reads each tool's own format."""

SHAPES: tuple[Callable[[Sequence[Line]], Iterator[Finding]], ...] = (failed_checks, placed)
"""What reads the forms that most tools share, where no format claims the lines."""


_UNGUARDED = Guards()


def findings(
    lines: Sequence[Line], signatures: Signatures, guards: Guards = _UNGUARDED
) -> list[Finding]:
    """Give every candidate that any format, signature or word finds in *lines*, the cause first."""
    regions = regions_of(lines)
    ordered = best(_candidates(lines, signatures, regions, guards))
    lead = [_classed(finding, lines, signatures) for finding in ordered[:GUESSED]]
    begins = regions.begins
    told = [replace(f, command=shown_command(lines, begins, f.number)) for f in lead[:1]]
    return [*told, *lead[1:], *ordered[GUESSED:]]


def _classed(finding: Finding, lines: Sequence[Line], signatures: Signatures) -> Finding:
    known = finding.failure_class or entry_for(finding, signatures)
    return finding if known else replace(finding, failure_class=guessed(finding, lines))


def _candidates(
    lines: Sequence[Line], signatures: Signatures, regions: Regions, guards: Guards
) -> Iterator[Finding]:
    said = [line for line in lines if line.number not in regions.shown]
    plain = Lines(Line(line.number, unmarked(line.text)) for line in said)
    formal = [finding for finder in FINDERS for finding in finder(plain)]
    claimed = {line.number for found in formal if found.rank >= HIGH_RANK for line in found.lines}
    known = [
        found
        for found in by_signature(said, signatures)
        if found.number not in claimed
        or found.failure_class in OVERRIDES_FORMAT
        or found.rank >= OWN_RANK
    ]
    shaped = [f for shape in SHAPES for f in shape(plain) if f.number not in claimed]
    weighed = list(in_place((*formal, *known, *shaped, *by_words(said, guards)), regions))
    yield from weighed
    says = any(found.rank >= LAST_WORDS and regions.holds(found.number) for found in weighed)
    for last in by_ending(said, regions.begins, regions.ends):
        yield last if says or not regions.begins else replace(last, rank=ONLY_WORDS)
    yield from in_place(by_wrapper(plain), regions)


def best(candidates: Iterable[Finding]) -> list[Finding]:
    """Give the candidates, the cause first: by rank, then by what their format says of order."""
    return sorted(candidates, key=_order)


def _order(finding: Finding) -> tuple[int, int]:
    return -finding.rank, finding.number if finding.first_wins else -finding.number


def entry_for(finding: Finding, signatures: Signatures) -> Signature | None:
    """Give the catalogue entry that knows one of the finding's lines best, if its class may stand."""
    if own := signatures.named(finding.rule):
        return own
    known = [entry for line in finding.lines if (entry := signatures.of(line.text))]
    known.sort(key=lambda entry: -entry.rank)
    for entry in known:
        if entry.own:
            return entry
        if finding.failure_class in (None, entry.failure_class) or finding.rule == ANSWER:
            return entry
        if (
            _may_say_more(finding)
            and entry.failure_class in OVERRIDES_TEST
            and not _asserts(finding)
        ):
            return entry
    return None


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
    return any("assert" in line.text.lower() for line in finding.lines)
