"""How Ruby's installers state a cause: bundler, RubyGems, and the native builds that they run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.failure import FailureClass
from policies.rootcause.cases import stripped
from policies.rootcause.colons import announced
from policies.rootcause.finding import Finding, Line
from policies.rootcause.ruby import RAISED, is_unfetched

NATIVE_LINES = 60
"""Lines of one native build that are read."""

_BUNDLER = expression(
    r"^(?:(?:Bundler::\w{1,60}: )?(?:Could not find (?:gem ['`]|compatible versions"
    r"|[\w.-]{1,100}-\d)|Bundler could not find compatible versions|Your Ruby version is "
    r"\S{1,30}, but your Gemfile)"
    r"|An error occurred while installing \S|bundler: command not found: |You have already "
    r"activated |There was an error parsing `|\[!\] There was an error (?:parsing|while "
    r"loading)"
    r"|(?:The dependencies in your gemfile changed|Your bundle only supports platforms|You "
    r"are trying to install in deployment mode)|Some gems seem to be missing"
    r"|Gem::(?:RemoteFetcher::)?\w{1,60}: )"
)
_GEM = expression(r"^ERROR: {1,4}While executing gem \.{3} \((?P<type>[A-Z][\w:]{0,80})\)$")
_NATIVE = expression(
    r"^ERROR: Failed to build gem native extension|^Gem::(?:Ext|Installer)::(?:Extension)?BuildError: "
    r"|: ERROR: Failed to build gem native extension"
)
_NATIVE_SAID = expression(
    r"mkmf\.rb can't find|: (?:fatal )?error: |is missing|not found|^ERROR: (?!Failed to build)"
)
_ABSENT = expression(r"^mkmf\.rb can't find|^[\w.+/-]{1,40} is missing\b")
_NATIVE_LACKS = expression(r"^checking .{1,400}\.{3} ?no$")
_NATIVE_ENDS = expression(r"^\*\*\* .{1,200}\*\*\*$")
"""mkmf looks for much that a build can do without: only its last question may have ended it."""
_SETTINGS = (
    "There was an error parsing",
    "The dependencies in your gemfile",
    "You are trying to",
    "[!]",
)
_GEM_CLASSES = (
    ("FilePermission", FailureClass.SANDBOX_PERMISSION),
    ("EACCES", FailureClass.SANDBOX_PERMISSION),
    ("ENOSPC", FailureClass.DISK_FULL),
    ("Specification", FailureClass.CONFIG_ERROR),
    ("OptionParser", FailureClass.CONFIG_ERROR),
)


def rubygems(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield bundler's own errors, RubyGems', and what a native build said."""
    for at, line in enumerate(lines):
        if match := _GEM.match(line.text):
            yield _gem(line, match["type"], lines[at + 1 : at + 3])
        elif _NATIVE.search(line.text) and (said := _native(lines[at + 1 : at + NATIVE_LINES])):
            yield said
        elif _BUNDLER.match(line.text):
            yield _finding(line, _class_of(line.text), 76)


def _class_of(said: str) -> FailureClass:
    if is_unfetched(said):
        return FailureClass.NETWORK
    is_settings = said.startswith(_SETTINGS)
    return FailureClass.CONFIG_ERROR if is_settings else FailureClass.MISSING_DEPENDENCY


def _gem(line: Line, kind: str, after: Sequence[Line]) -> Finding:
    """Give what RubyGems itself raised: its kind, and below it the message."""
    said = announced(after)
    text = " ".join(x.text for x in said)
    found = next((found for word, found in _GEM_CLASSES if word in kind), None)
    return Finding(
        lines=(*said, line),
        rank=72,
        rule="gem",
        failure_class=found,
        summary=f"{text} ({kind})",
        identity=f"{kind} {text}",
    )


def _native(after: Sequence[Line]) -> Finding | None:
    """Give what a native build states, else what it raised, else the last thing that it lacked."""
    ends = next((n for n, x in enumerate(after) if _NATIVE_ENDS.match(x.text)), len(after))
    stated = [stripped(x) for x in after if _NATIVE_SAID.search(x.text)]
    raised = [stripped(x) for x in after[ends:] if RAISED.match(x.text)]
    lacked = [stripped(x) for x in after[:ends] if _NATIVE_LACKS.match(x.text)]
    said = [*stated[:1], *raised[:1], *lacked[-1:], *map(stripped, after[ends : ends + 1])]
    if not said:
        return None
    lacks = _ABSENT.match(said[0].text)
    return _finding(
        said[0], FailureClass.MISSING_DEPENDENCY if lacks else FailureClass.COMPILE_ERROR, 78
    )


def _finding(line: Line, found: FailureClass, rank: int) -> Finding:
    return Finding(
        lines=(stripped(line),),
        rank=rank,
        rule="ruby",
        failure_class=found,
        identity=line.text,
    )
