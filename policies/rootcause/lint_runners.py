"""How git hooks state what is wrong (pre-commit, lintrunner, commitlint), dart analyze, and shellcheck."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from itertools import dropwhile

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import Format, complaints, stripped
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding

SHOWN = 3
"""Lines of a hook's output that are shown."""
_HOOK_LINES = 60

_HOOK = expression(r"^(?P<name>\S.{0,200}?)\.{3,200}(?:\([^)]{0,60}\))?Failed$")
_FIELD = expression(
    r"^- (?:hook id: (?P<id>\S{1,100})|exit code: -?\d+|duration: \S+|(?P<changed>files were "
    r"modified by this hook))$"
)
_SETTINGS = expression(r"^An error has occurred: (?P<type>Invalid(?:Config|Manifest)Error): ?$")
_AT = expression(r"^==> (?:File|At) \S")
_REASON = "=====> "
_DEPTH = 16
"""Lines that say where in its settings an error lies: one for each level."""
_NOT_FOUND = expression(r"^Executable `.{1,200}` not found$")
_SCRIPT = expression(r"^(?P<place>In (?P<file>\S.{0,300}) line \d{1,7}):$")
_MARKED = expression(r"^\s{0,400}\^[-^]{1,400} (?P<said>SC\d{4} \(\w{4,8}\): \S.{0,600})$")
_LINT_FOR = expression(r"^>>> Lint for (?P<file>\S.{0,300}?):$")
_LINT_ROW = expression(
    r"^\s{1,4}(?P<level>Error|Warning|Advice) \((?P<linter>\w{1,60})\) (?P<code>\S.{0,300})$"
)
_COMMIT_SHOWN = "\u29d7   input: "
"""The commit message that commitlint read, above what it says of it."""
_COMMIT_ROW = expression(
    r"^\s{0,4}✖ {1,4}(?P<said>\S.{0,400}) \[(?P<code>[a-z]{2,30}(?:-[a-z]{2,30}){1,5})\]$"
)
_DART = (
    r"(?:\S.{0,1000}? [•-] )?(?P<file>[^\s:]{1,300}\.dart):\d{1,7}:\d{1,7} [•-] "
    r"(?:\S.{0,1000} - )?(?P<code>[a-z]\w{2,80})$"
)
DART = (
    Format(
        "dart analyze", expression(rf"^\s{{0,4}}error [•-] {_DART}"), FailureClass.COMPILE_ERROR, 77
    ),
    Format(
        "dart analyze",
        expression(rf"^\s{{0,4}}(?:warning|info) [•-] {_DART}"),
        FailureClass.LINT,
        72,
    ),
)
"""Severity, message, place, rule, with bullets by flutter; dart sets the place before the message."""


def dart_analysis(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the analyzer's complaints; errors outweigh the others."""
    yield from complaints(lines, DART, (".dart:",))


def hooks(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield pre-commit's failing hooks: the files they changed, or the first thing they said."""
    for at, line in enumerate(lines):
        if line.text.endswith("Failed") and (match := _HOOK.match(line.text)):
            after = lines[at + 1 : at + _HOOK_LINES]
            if after and _FIELD.match(after[0].text):
                yield _hook(line, match["name"], after)


def hook_settings(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what pre-commit finds wrong in settings: said last, below where it lies."""
    for at, line in holding(lines, "An error has occurred: "):
        match = _SETTINGS.match(line.text)
        below = dropwhile(lambda x: _AT.match(x.text), lines[at + 1 : at + _DEPTH]) if match else ()
        said = next(iter(below), None)
        if match and said and said.text.startswith(_REASON):
            reason = said.text.removeprefix(_REASON)
            known, found = f"pre-commit {reason}", FailureClass.CONFIG_ERROR
            summary = f"{match['type']}: {reason}"
            yield _lint("pre-commit settings", (said, line), summary, known, found=found)


def _hook(line: Line, name: str, after: Sequence[Line]) -> Finding:
    said, hook_id, changed = list[Line](), "", None
    for item in after:
        match = _FIELD.match(item.text)
        if match and not said:
            hook_id = match["id"] or hook_id
            changed = item if match["changed"] else changed
        elif item.text.endswith(("Failed", "Passed", "Skipped")) and "..." in item.text:
            break
        elif item.text.strip():
            said.append(stripped(item))
    lead = changed or (said[0] if said else line)
    command = (
        (f"pre-commit run {shlex.quote(hook_id)} --all-files",) if hook_id[:1].strip("-") else ()
    )
    shown = (lead, *([line] if changed else ()), *(said[:SHOWN] if changed else ()))
    summary = f"{name}: {lead.text.removeprefix('- ')}"
    missing = _NOT_FOUND.match(lead.text) is not None
    found = FailureClass.MISSING_DEPENDENCY if missing else FailureClass.LINT
    rank = 75 if changed or missing else 71
    identity = f"pre-commit {hook_id or name}"
    return _lint("pre-commit", shown, summary, identity, rank, found=found, replay=command)


def shellcheck(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what shellcheck says below each heading, by its file: alone a complaint does not say where."""
    heading = None
    for _, line in holding(lines, "In ", "^"):
        heading = _SCRIPT.match(line.text) or heading
        match = _MARKED.match(line.text) if heading else None
        if heading and match:
            yield Finding(
                lines=(Line(line.number, match["said"]),),
                rank=76,
                rule="shellcheck",
                failure_class=FailureClass.LINT,
                summary=f"{heading['place']}: {match['said']}",
                identity=f"{heading['file']} {match['said']}",
            )


def lintrunner(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield lintrunner's complaints; errors outweigh warnings."""
    head: Line | None = None
    file = ""
    for line in lines:
        if match := _LINT_FOR.match(line.text):
            head, file = line, match["file"]
        elif head and (match := _LINT_ROW.match(line.text)):
            said = f"{match['linter']} {match['code']}"
            rank = 75 if match["level"] == "Error" else 74
            summary = f"{file}: {line.text.strip()}"
            yield _lint("lintrunner", (stripped(line), head), summary, f"{file} {said}", rank)


def commit_messages(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield commitlint's errors: the rule is their identity, for some of the words count characters."""
    for at, _ in holding(lines, _COMMIT_SHOWN):
        for line in lines[at + 1 : at + _HOOK_LINES]:
            if match := _COMMIT_ROW.match(line.text):
                yield _lint("commitlint", (stripped(line),), "", f"commitlint {match['code']}")


def _lint(
    rule: str,
    lines: Sequence[Line],
    summary: str,
    identity: str,
    rank: int = 75,
    *,
    found: FailureClass = FailureClass.LINT,
    replay: tuple[str, ...] = (),
) -> Finding:
    own = {line.number: line for line in lines}
    return Finding(
        lines=tuple(own.values()),
        rank=rank,
        rule=rule,
        failure_class=found,
        summary=summary,
        identity=identity,
        replay=replay,
    )
