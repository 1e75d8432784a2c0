"""How Ruby states a cause: exceptions, rake, rubocop."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import Format, complaints, stripped
from policies.rootcause.colons import announced
from policies.rootcause.finding import Finding, Line

LOOK_AHEAD = 12

FORMATS: tuple[Format, ...] = (
    Format(
        "rubocop",
        expression(
            r"^(?P<file>[^\s:][^:]{0,300}):\d{1,9}:\d{1,9}: [EF]: (?:\[\w{1,20}\] )"
            r"?(?P<code>[A-Z]\w{1,40}(?:/\w{1,60}){1,4}): "
        ),
        FailureClass.LINT,
        76,
    ),
    Format(
        "rubocop",
        expression(
            r"^(?P<file>[^\s:][^:]{0,300}):\d{1,9}:\d{1,9}: [CWRI]: (?:\[\w{1,20}\] )"
            r"?(?P<code>[A-Z]\w{1,40}(?:/\w{1,60}){1,4}): "
        ),
        FailureClass.LINT,
        75,
    ),
    Format(
        "standardrb",
        expression(
            r"^\s{2}(?P<file>[^\s:][^:]{0,300}\.rb):\d{1,9}:\d{1,9}: "
            r"(?P<code>[A-Z]\w{1,40}(?:/\w{1,60}){1,4}): "
        ),
        FailureClass.LINT,
        75,
    ),
)

RAISED = expression(
    r"^(?:\S.{0,300}?:\d{1,9}:in [`'].{1,200}?'|\S{1,300}\.rb:\d{1,9}|\S{0,60}ruby\S{0,20}): "
    r"(?P<said>.{0,1500}?) ?\((?P<type>[A-Z]\w{0,80}(?:::\w{1,80}){0,8})\)$"
)
_FROM = expression(r"^\s{1,8}(?:\d{1,4}: )?from \S")
_SYNTAX = expression(
    r"^(?P<file>\S{1,300}\.(?:rb|rake|ru|gemspec|erb)|\S{0,200}(?:Rakefile|Gemfile))"
    r":\d{1,9}: (?P<said>syntax error.{0,500}|syntax errors? found.{0,100})$"
)
_RAKE = expression(r"^(?P<program>\w[\w-]{0,30}) aborted!$")
"""Rake's own words; a program built on it (Capistrano) puts its name before them."""
_TASK = expression(r"^Tasks: (?:TOP => )?(?:.{0,300} => )?(?P<task>[\w:\[\],-]{1,200})$")
_COMMAND = expression(r"^Command failed with status \(\d+\)")
_NO_TASK = expression(r"^(?:Don't know how to build task|No Rakefile found)")


def ruby(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield exceptions that ended a program, with the one that caused them; rake's own."""
    for at, line in enumerate(lines):
        after = lines[at + 1 : at + LOOK_AHEAD]
        if match := _SYNTAX.match(line.text):
            yield _finding(
                (line,), 77, FailureClass.COMPILE_ERROR, f"{match['file']} {match['said']}"
            )
        elif match := RAISED.match(line.text):
            if not _follows_another(lines, at):
                yield _raised(line, match, lines[at + 1 : at + 100])
        elif (match := _RAKE.match(line.text)) and after:
            yield _rake(after, match["program"])


def rubocop(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield rubocop's offences; errors and fatals outweigh style."""
    yield from complaints(
        lines, FORMATS, (": [", ": C: ", ": W: ", ": E: ", ": F: ", ": R: ", ".rb:")
    )


def is_unfetched(said: str) -> bool:
    """Say whether RubyGems could not fetch what is there: a name that is not is answered with 404."""
    return "Gem::RemoteFetcher::" in said and " 404" not in said


def _follows_another(lines: Sequence[Line], at: int) -> bool:
    """Say whether it is the cause of the exception printed above it."""
    return at > 0 and _FROM.match(lines[at - 1].text) is not None


def _raised(line: Line, match: re.Match[str], after: Sequence[Line]) -> Finding:
    causes = [line]
    for n, item in enumerate(after):
        if RAISED.match(item.text) and n and _FROM.match(after[n - 1].text):
            causes.append(item)
        elif item.text.strip() and not _FROM.match(item.text):
            break
    cause = causes[-1]
    inner = RAISED.match(cause.text) or match
    said = f"{inner['said']} ({inner['type']})"
    later = f", then {match['said']} ({match['type']})" if cause is not line else ""
    missing = inner["type"].endswith("LoadError") and "cannot load such file" in inner["said"]
    missing = missing or inner["type"].startswith(("Bundler::", "Gem::"))
    found = FailureClass.MISSING_DEPENDENCY if missing else None
    found = FailureClass.NETWORK if is_unfetched(said) else found
    shown = (cause, line) if cause is not line else (line,)
    is_syntax = inner["type"] == "SyntaxError"
    return Finding(
        lines=shown,
        rank=76 if missing or is_syntax else 67,
        rule="ruby exception",
        failure_class=FailureClass.COMPILE_ERROR if is_syntax else found,
        first_wins=False,
        summary=f"{said}{later}",
        identity=said,
    )


def _rake(after: Sequence[Line], program: str) -> Finding:
    said = (announced(after) or after)[-1]
    task = next((m["task"] for x in after if (m := _TASK.match(x.text))), "")
    wrapper = _COMMAND.match(said.text) is not None
    unknown = _NO_TASK.match(said.text) is not None
    return Finding(
        lines=(said,),
        rank=35 if wrapper else 76 if unknown else 68,
        rule="rake",
        failure_class=FailureClass.CONFIG_ERROR if unknown else None,
        first_wins=False,
        replay=(f"rake {shlex.quote(task)}",) if task and program == "rake" and not unknown else (),
    )


def _finding(lines: Sequence[Line], rank: int, found: FailureClass, identity: str) -> Finding:
    return Finding(
        lines=tuple(map(stripped, lines)),
        rank=rank,
        rule="ruby",
        failure_class=found,
        identity=identity,
    )
