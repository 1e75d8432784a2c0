"""How npm states a cause: its error codes, and install scripts that fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.build_output import cause_in, class_of_output
from policies.rootcause.finding import Finding, Line
from policies.rootcause.package_codes import RANK, coded

GROUP_LIMIT_LINES = 400

_NPM = expression(r"^npm (?:ERR!|error)(?: (?P<said>.{0,2000}))?$")
_CODE = expression(r"^code (?P<code>\S{1,80})$")
_COMMAND = expression(
    r"^command (?:sh|bash|cmd|C:|/|failed)|^> \S{1,200}@\S{1,80} (?:pre|post)?install\b"
)
_MISSING_SCRIPT = expression(
    r"^(?:Missing script: |missing script: |Lifecycle script `.{1,80}` not found)"
)
_SKIPPED = expression(
    r"^(?:code|errno|path|command|syscall|file|dest|signal|type|cwd|lifecycle|workspace"
    r"|location|network This is|network In most|network If you|enoent This is|A complete log"
    r"|a complete log|404 {1,2}(?:Note|tarball|You should)|engine Unsupported engine|Tell "
    r"the author|Run \"npm|In most|Note that you|For a full|node_modules/|Fix the upstream"
    r"|to accept an|See \S{1,300}$|Could not write)\b|^(?:404$|$|/|\d{1,6}$)"
    # Of old npm: the system that it ran on
    r"|^registry error parsing json$"
    # which script failed: it has said why itself
    r"|^Lifecycle script `.{1,80}` failed\b"
    r"|^(?:(?:Linux|Darwin|Windows_NT|FreeBSD|SunOS) \d|argv \"|(?:node|npm) {1,4}v\d)"
)
_PEER = expression(
    r"^(?:peer |Could not resolve dependency|Conflicting peer)|\bpeer .{1,200} from "
)
_WANTS = expression(r"^peer .{1,200} from \S|^While resolving: \S")
"""Whose wish cannot be met, in the words that differ from one ERESOLVE to another."""
_PEER_WISH = expression(r"^peer \S{1,300} from \S")
"""It is not set in: who else wants the package stands below with more room before it."""
_NEEDED = expression(r"^\s{0,4}(?:Missing|Invalid): ")


def npm(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield why npm itself failed, and what an install script that it ran said."""
    group: list[Line] = []
    for line, match in ((x, m) for x in lines if (m := _NPM.match(x.text))):
        said = Line(line.number, match["said"] or "")
        is_next = _CODE.match(said.text) and any(_CODE.match(one.text) for one in group)
        if is_next:
            yield from _of_group(group)
            group = []
        if len(group) < GROUP_LIMIT_LINES:
            group.append(said)
    if group:
        yield from _of_group(group)


def _of_group(group: Sequence[Line]) -> Iterator[Finding]:
    codes = [match["code"] for line in group if (match := _CODE.match(line.text))]
    code = codes[0] if codes else ""
    at = next((n for n, line in enumerate(group) if _COMMAND.match(line.text)), None)
    if at is not None and code[:1] in "E0123456789" and code[:2] not in ("E4", "E5"):
        cause = cause_in(
            [
                x
                for x in group[at + 1 :]
                if not _SKIPPED.match(x.text) and not _COMMAND.match(x.text)
            ]
        )
        if cause is not None:
            yield Finding(
                lines=(cause,),
                rank=RANK,
                rule="install script",
                failure_class=class_of_output(cause.text),
            )
        return
    said = [line for line in group if line.text and not _SKIPPED.match(line.text)]
    if code in ("", "ELIFECYCLE") or not said:
        said = [line for line in said if _MISSING_SCRIPT.match(line.text)]
        code = "EUSAGE"
    if said:
        extra = _extra(said[1:], code)
        same = code.removeprefix("E").lower()
        extra = extra or [
            line
            for line in said[1:3]
            if line.text.lower().startswith((same, "notarget", "enoent", "engine", "notsup"))
        ]
        told = said[0].text
        if code == "ERESOLVE" and (wants := _wanted(group)):
            told = f"{told}: {wants}"
        yield coded((said[0], *extra[:3]), code, told)


def _extra(said: Sequence[Line], code: str) -> list[Line]:
    """Give what npm adds to its first sentence: the wish that cannot be met, or what is missing."""
    wish = next((line for line in said if _PEER_WISH.match(line.text)), None)
    if code == "ERESOLVE" and wish:
        return [wish]
    return [line for line in said if _PEER.search(line.text) or _NEEDED.match(line.text)]


def _wanted(group: Sequence[Line]) -> str:
    """Give the peer that does not fit; where npm does not name it, what it was resolving."""
    told = sorted((x.text.strip() for x in group if _WANTS.match(x.text)), key=_is_resolving)
    return told[0] if told else ""


def _is_resolving(text: str) -> bool:
    return text.startswith("While")
