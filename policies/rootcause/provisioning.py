"""How Ansible, Puppet, Terraform (without its box), conda, R and bitbake state a cause."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile, zip_longest

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.finding import Finding, Line
from policies.rootcause.scan import holding, matching, stripped

LOOK_AHEAD, RESULT_LINES = 12, 60

_ANSIBLE = expression(
    r"^\s{0,8}fatal: \[(?P<host>[^\]]{1,200})\]: (?P<how>FAILED|UNREACHABLE)! => ?(?P<data>\{.*)?"
)
_ANSIBLE_TASK = expression(r"^(?:TASK|RUNNING HANDLER) \[(?P<name>.{1,200}?)\]")
_MESSAGE = expression(r'"(?:stderr|msg)": "(?P<said>(?:[^"\\]|\\.){1,800})"')
_SSH_TALK = expression(r"(?:OpenSSH_\d|debug\d: )[^\r\n]{0,2000}(?:[\r\n]{1,4}|$)")
"""What ssh tells of itself before its error, when Ansible is verbose."""
_FIELD = expression(r'^ {4}"(?P<key>stderr|msg)": "[^"]')
_SAID_BELOW = expression(r"^  (?P<key>stderr|msg): (?P<said>.*)$")
"""Ansible's YAML callback tells the result in lines of their own."""
_FOLDED = frozenset({"", "|-", ">-", "|", ">"})
_PUPPET = expression(
    r"^(?:[Ee]rr(?:or)?: )?/[A-Z]\w{0,30}\[.{1,300}: change from .{1,200} failed: (?P<said>\S.{0,800})"
)
"""A resource that Puppet could not bring to its state; those that depend on it follow as skipped."""
_TERRAFORM = expression(r"^Error: (?P<said>\S.{0,300})$")
_CLOUD = (
    (
        expression(
            r"\b\w{0,40}(?:LimitExceeded|QuotaExceeded|quotaExceeded)\b|\bquota(?: '\w{1,80}')? exceeded\b"
            r"|\b(?:exceeding|insufficient) (?:\w{1,40} )?quota\b",
            re.IGNORECASE,
        ),
        C.USAGE_LIMIT,
    ),
    (
        expression(
            r"\b(?:AccessDenied|Unauthorized|AuthFailure|Forbidden|ExpiredToken|InvalidClientTokenId"
            r"|AuthorizationFailed|PERMISSION_DENIED)|\bError 403\b|\bno valid credential|\baccess denied\b"
        ),
        C.AUTH,
    ),
    (
        expression(
            r"\bdial tcp\b|\bno such host\b|\bi/o timeout\b|connection refused|\(Client\.Timeout exceeded"
        ),
        C.NETWORK,
    ),
)
"""What the provider answered, where it is not the configuration that is wrong; Google refuses with 403 what
goes beyond a quota, too."""
_TERRAFORM_PLACE = expression(r"^\s+on \S+\.tf(?:\.json)? line \d+|^\s+with [\w.-]+\.[\w.-]+,$")
_MAMBA = expression(
    r"^(?:LibMamba)?Unsatisfiable(?:Error|SpecificationsError)?: |^error +libmamba |^PackagesNotFoundError: "
    r"|^ResolvePackageNotFound:|^LibMambaUnsatisfiableError: "
)
_BULLET = expression(r"^\s{0,6}[-*└├─• ]{1,8}(?P<said>\w.{0,500})$")
_R_ERROR = expression(r"^\s{0,4}Error(?: in .{1,500}?)? ?: ?(?P<said>.{0,1000})")
_R_ENDS = expression(r"^\s{0,4}(?:Execution halted|Calls: )")
_R_WORDS = ("Execution halted", "Calls: ")
_BITBAKE = expression(
    r"^ERROR: (?:Nothing (?:R?PROVIDES) .+|\S+ do_\w+: (?!oe_runmake failed|ExecutionError|"
    r"Execution of |Function failed).+)"
)


def provisioning(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what these tools say of why they stopped."""
    ended = {match["host"]: found for *found, match in matching(lines, "fatal: [", _ANSIBLE)}
    for at, line, match in matching(lines, "fatal: [", _ANSIBLE):
        if ended[match["host"]] == [at, line]:
            yield from _ansible(lines, at, line, match)
    for _, line, match in matching(lines, " failed: ", _PUPPET):
        yield _finding((stripped(line),), "puppet", C.CONFIG_ERROR, match["said"], rank=73)
    for at, line, _ in matching(lines, "Error: ", _TERRAFORM):
        yield from _terraform(lines, at, line)
    for word in ("Unsatisfiable", "NotFound"):
        for at, line, _ in matching(lines, word, _MAMBA):
            yield from _conda(lines, at, line)
    if any(_R_ENDS.match(line.text) for _, line in holding(lines, *_R_WORDS)):
        for at, line, match in matching(lines, "Error", _R_ERROR):
            yield from _r_error(lines, at, line, match["said"])
    for _, line, _ in matching(lines, "ERROR: ", _BITBAKE):
        if "PROVIDES" in line.text:
            yield _finding((stripped(line),), "bitbake", C.MISSING_DEPENDENCY)


def _ansible(lines: Sequence[Line], at: int, line: Line, match: re.Match[str]) -> Iterator[Finding]:
    below = list(takewhile(_is_below, lines[at + 1 : at + 1 + RESULT_LINES]))
    rest = lines[at + 1 + len(below) : at + 4 + len(below)]
    if next((one.text for one in rest if one.text.strip(" }")), "").startswith("...ignoring"):
        return
    data = match["data"] or ""
    told = None if data else _told_below(below)
    if data == "{":
        data = "\n".join(("{", *(one.text for one in below), "}"))
        told = _field_below(below)
    said = (_ansible_words(data) if data else "") or (told.text if told else "")
    task = next(
        (m["name"] for one in reversed(lines[:at]) if (m := _ANSIBLE_TASK.match(one.text))), ""
    )
    is_away = match["how"] == "UNREACHABLE" and "Permission denied" not in said
    found = C.NETWORK if is_away else None
    shown = (told, stripped(line)) if told else (stripped(line),)
    yield _finding(shown, "ansible", found, ": ".join(x for x in (task, said) if x), rank=78)


def _is_below(line: Line) -> bool:
    return line.text.startswith("  ")


def _field_below(below: Sequence[Line]) -> Line | None:
    """Give the line of a result that is printed over many, as JSON, with the words that are told of it."""
    fields = {match["key"]: line for line in below if (match := _FIELD.match(line.text))}
    found = fields.get("stderr") or fields.get("msg")
    return stripped(found) if found else None


def _told_below(below: Sequence[Line]) -> Line | None:
    """Give the words of a result that is told in YAML: what the command printed, else the message."""
    told: dict[str, Line] = {}
    for one, after in zip_longest(below, below[1:]):
        if match := _SAID_BELOW.match(one.text):
            said = after if match["said"].strip() in _FOLDED else Line(one.number, match["said"])
            if said and said.text.strip(" '\""):
                told.setdefault(match["key"], Line(said.number, said.text.strip(" '\"")))
    return told.get("stderr") or told.get("msg")


def _ansible_words(data: str) -> str:
    try:
        told = json.loads(data)
        said = str(told.get("stderr") or told.get("msg") or "")
        return " ".join((_SSH_TALK.sub("", said) or said).split())
    except (ValueError, AttributeError):
        match = _MESSAGE.search(data)
        return match["said"] if match else ""


def _terraform(lines: Sequence[Line], at: int, line: Line) -> Iterator[Finding]:
    below = lines[at + 1 : at + 1 + LOOK_AHEAD]
    if not any(_TERRAFORM_PLACE.match(one.text) for one in below[:4]):
        return
    told = [one for one in below if one.text[:1].isupper()][:1]
    said = " ".join((line.text.strip(), *(one.text.strip() for one in told)))
    found = answered_with(said) or C.CONFIG_ERROR
    yield _finding((stripped(line), *told), "terraform", found, said, rank=78)


def answered_with(said: str) -> C | None:
    """Give the class of what a cloud's provider answered; None where it is the configuration's fault."""
    return next((found for pattern, found in _CLOUD if pattern.search(said)), None)


def _conda(lines: Sequence[Line], at: int, line: Line) -> Iterator[Finding]:
    below = ((one, _BULLET.match(one.text)) for one in lines[at + 1 : at + 1 + LOOK_AHEAD])
    why = next(((one, match["said"]) for one, match in below if match), None)
    if why:
        shown = (stripped(why[0]), stripped(line))
        yield _finding(
            shown, "conda", C.MISSING_DEPENDENCY, f"{line.text.strip()} {why[1]}", rank=81
        )


def _r_error(lines: Sequence[Line], at: int, line: Line, said: str) -> Iterator[Finding]:
    below = lines[at + 1 : at + 4]
    if not any(_R_ENDS.match(one.text) for one in below):
        return
    more = [stripped(below[0])] if not said and below[0].text[:1] == " " else []
    before = "\n".join(one.text for one in lines[max(0, at - 30) : at])
    is_test = re.search(r"Running the tests in .{1,200} failed|^.{0,4}checking tests", before, re.M)
    found = C.TEST_FAILURE if is_test else None
    if "there is no package called" in line.text + "".join(one.text for one in more):
        found = C.MISSING_DEPENDENCY
    yield _finding(
        (*more, stripped(line)),
        "R",
        found,
        " ".join((line.text.strip(), *(one.text for one in more))),
        rank=77,
    )


def _finding(
    lines: tuple[Line, ...], rule: str, found: C | None, summary: str = "", *, rank: int = 76
) -> Finding:
    return Finding(lines=lines, rank=rank, rule=rule, failure_class=found, summary=summary)
