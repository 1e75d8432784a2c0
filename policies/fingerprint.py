"""A short stable id of a cause: the same on another night, another path, another machine.

What varies from run to run is replaced by its kind (times, ids, paths, counters); words, names of
tests and files, error codes and HTTP statuses stay, since they tell one cause from another.
"""

from __future__ import annotations

import hashlib
import re

from policies.expressions import expression
from policies.failure import FailureClass

FINGERPRINT_CHARS = 12
"""Hexadecimal digits of a fingerprint."""

TEXT_LIMIT_CHARS = 2_000
"""More of a cause is not looked at."""

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}"
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s?[ap]\.?m\b\.?)?"
_UNIT = (
    r"(?:milliseconds?|microseconds?|seconds?|minutes?|hours?|days?|weeks?|msecs?|secs?|mins?|hrs?"
    r"|ms|us|ns|s|m|h|d)"
)
_SIZE = r"(?:[kmgt]i?b|bytes?|b|%)"

# One pass over the text: the first alternative that fits at a place wins, so dates stand before
# numbers and uuids before hex. A group named keep_* is left as it is.
_KINDS: tuple[tuple[str, str], ...] = (
    ("keep_test", r"(?<![\w/])test\w{0,200}\[[^\]\s/]{0,200}\]"),
    (
        "node",
        r"(?<=\bon )[\w.-]{1,80}(?= cancelled at )|(?<=srun: error: )[^\s:]{1,80}(?=: tasks? \d)",
    ),
    (
        "cycle",
        r"\b\d{8}-\d{6}(?:-[\w.]{1,100}){0,20}|\b(?:cycle|attempt|run)[-_ =#:]{1,2}(?:\d{8}t\d{6}z?|\d+)",
    ),
    (
        "time",
        rf"\b\d{{4}}-\d{{2}}-\d{{2}}(?:[t _]\d{{2}}:\d{{2}}(?::\d{{2}}(?:[.,]\d{{1,9}})?)?"
        rf"(?:\s?(?:z\b|utc\b|[+-]\d{{2}}:?\d{{2}}))?)?"
        rf"|\b{_DAY},?\s(?=\d{{1,2}}\s{_MONTH}\b|{_MONTH}\s\d)|\b\d{{8}}t\d{{6}}(?:[.,]\d{{1,9}})?z?\b"
        rf"|\b\d{{1,2}}/{_MONTH}/\d{{4}}:\d{{2}}:\d{{2}}:\d{{2}}(?:\s[+-]\d{{4}})?"
        rf"|\b{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?(?:\s\d{{4}})?(?:,?\s(?:at\s)?{_CLOCK})?"
        rf"|\b\d{{1,2}}\s(?:de\s)?{_MONTH}\.?(?:\sde)?\s\d{{4}}(?:,?\s{_CLOCK})?"
        rf"|(?<![\w:]){_CLOCK}(?!\d)|\b\d{{1,2}}\s?[ap]m\b",
    ),
    ("uuid", r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    ("keep_status", r"\b(?:http(?:/[\d.]+)?|status|code|exit|errno|signal)[ :=]{1,2}-?\d{1,3}\b"),
    (
        "keep_code",
        r"\b(?:no_pubkey|expkeysig) [0-9a-f]{8,40}\b|\b(?:ora|tns|pls|sp2|rman|ghc)-\d{4,5}\b"
        r"|\berror \d{4} \(\w{5}\)"
        r"|\b(?:hresult|code|status)[ :=]{1,3}\(?0x[0-9a-f]{4,8}\b",
    ),
    (
        "keep_wanted",
        r"\b(?:version found for|404 not found:?|artifact|no distribution|not find|manifest for|requirement"
        r"|not find gem|failed to solve:) '?[\w@./:+-]{1,160}(?:[@:=]{1,2}| = |' \(| \(= | = '\^?)"
        r"\d{1,6}(?:\.\d{1,6}){1,3}(?![\w.]*:\d)|\be: version '\d[\w.:~+-]{0,60}' for ",
    ),
    ("keep_version", r"\bversion \d{1,6}(?:\.\d{1,6}){0,3}\b|(?<=\.net )\d{1,2}\.\d\b"),
    (
        "id",
        r"\b(?:req|resp|msg|chatcmpl|call|toolu|org|sess|proj|item|run|job)[-_][\w-]{6,100}"
        r"|\b(?:request|session|trace|thread|conversation|correlation|activity|incident|ray|run|job"
        r"|build)[-_ ]?id[ :='\"]{1,5}[\w-]{1,100}(?::[0-9a-f]{2,12}){0,8}"
        r"|\b(?![0-9a-f]{7,64}\b)[a-z]{1,3}\d{6,30}\b|\bcf-ray[ :=]{1,2}[\w-]{1,100}|\b[sp]k-[\w*-]{1,200}"
        r"|\b1\d{12}[-_][a-z0-9]{6,16}\b",
    ),
    ("worker", r"(?<=: error/)[\w-]{1,60}(?=\] )|(?<=: critical/)[\w-]{1,60}(?=\] )"),
    ("pid", r"\bpid[ :=]{1,2}\d+|\bprocess \d+"),
    (
        "ip",
        r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?\b|(?<=\()::1(?=\))"
        r"|\[(?=[0-9a-f:]{0,39}::|(?:[0-9a-f]{1,4}:){7})[0-9a-f:]{2,39}(?:%\w{1,15})?\](?::\d{1,5})?",
    ),
    ("hex", r"\b0x[0-9a-f]+\b|\b(?=[0-9a-f]{0,39}\d)(?=[0-9]{0,39}[a-f])[0-9a-f]{7,128}\b"),
    ("temp", r"(?<![\w/\\])(?:tmp|temp)[-_.]?(?=[a-z_]{0,11}\d|[\w-]{6,12}\b)[\w.-]{3,60}"),
    ("port", r"(?<=[\w\]]):\d{2,5}\b(?=[/\s)'\",]|$)"),
    (
        "duration",
        r"\b(?:\d+h)?\d+m\d+(?:\.\d+)?s\b|\b\d+h\d+m\b|"
        rf"\b\d+(?:\.\d+)?\s?{_UNIT}\b(?:\s?,?\s?(?:and\s)?\d+(?:\.\d+)?\s?{_UNIT}\b){{0,6}}",
    ),
    ("size", rf"\b\d+(?:\.\d+)?\s?{_SIZE}(?!\w)"),
    ("index", r"\b(?:messages|contents?|input|tools|parts)[.\[]\d{1,6}\b"),
    ("number", r"(?<![\w.])-?\d+(?:[.,]\d+){0,8}(?:e[-+]?\d+)?(?![\w])"),
)
_KIND = expression("|".join(f"(?P<{name}>{pattern})" for name, pattern in _KINDS))
_PATH = expression(
    r"(?<![\w:/.\\~-])(?:~|[a-z]:)?(?:[/\\]{1,2}[\w.@+~-]{1,255}){0,60}[/\\]{1,2}(?=[\w.@+~<-])"
    r"|(?<![\w:/.\\~'(-])(?:\.\.|vendor|node_modules)(?:/[\w.@+~-]{1,255}){0,60}/(?=[\w.@+~-]{1,255}[:(]\d)"
    r"|(?<=file:/)(?:/[\w.@+~-]{1,255}){1,60}/(?=[\w.@+~<-])"
)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": "'", "”": "'", '"': "'", "`": "'"})
_MARK = expression(
    r"^(?:(?:error|fatal|err!?|failed|stderr|caused by): ?|\[(?:error|fatal)\] |npm (?:err!|error) "
    r"|php (?=(?:fatal|parse) error: )|docker: (?=error response from daemon: )"
    r"|[a-z_$](?:[\w$]{0,2}|\w{0,40}error) \[\w{0,60}error\]: ?"
    r"|(?:installation|upgrade) failed: (?=\S)"
    r"|(?:(?:nginx: )?\[emerg\] )?\d{1,9}#\d{1,9}: |nginx: \[emerg\] "
    r"|\d{1,6} (?:verbose stack|error) (?:\w{0,20}error: )?){1,4}"
)
"""Who passes the words on prints it before them: an agent's text mode, npm (three ways), a logger, Helm,
nginx; Node the name that a minifier gave the error's class, which is another one in every release."""
_HEAP = expression(r"(?<=fatal error: ).{1,120}? (?=allocation failed - )")
"""V8 says where it noticed that its heap is full (`V8::FatalProcessOutOfMemory`): that varies."""
_EXE = expression(r"(?<=[\w+-])\.exe(?=: )")
"""A tool that speaks has this ending on Windows only."""
_SCHEME = expression(r"\b(?:phar|(?:jar:)?file):/{0,2}(?=/|[a-z]:[/\\])")
"""Of a file's address only the path, which is cut."""
_WHERE = expression(
    r"(?<=') \((?:unknown location|(?:[a-z]:)?[/\\][^()]{1,400}|[^()\s]{1,400}\.(?:py|so|pyd))\)"
    r"(?:\. did you mean: .{0,400})?$"
    r"| \(in target '[^']{1,200}' from project '[^']{1,200}'\)$"
    r"|(?<=typeerror: )[\w.<>]{1,160}\.(?=\w{1,80}\(\) )"
    r"|(?:[.,;?]|(?<=')) did you mean\b.{0,400}$|(?<=/tmp/)cc\w{6}(?=\.)"
    r"| \(0x[0-9a-f]{8}/\d{1,6}\)|connection failed: (?=connection to server )"
    r"|tls: failed to verify certificate: (?=x509: )"
)
"""What versions, systems and parallel targets add to the same words: Python 3.7 the module's file, 3.10 a
method's class, 3.12 what may have been meant, xcodebuild the target that met the error first, libpq on
Windows the error's number, psycopg 3 and Go 1.20 who says it, gcc the name it gave a file between steps."""
_HERE = expression(r"(?<![\w./\\])(?:\.|<root(?:dir)?>)/(?=[\w.@<-])")
"""The folder where the tool runs: pnpm names it from its ninth release on, jest always."""
_HEADER = expression(
    r"(?<![\w./+-])(?:[\w.+-]{1,100}/){0,30}(?P<file>[\w.+-]{1,100}\.\w{1,5})[:(]\d[\d:,]{0,20}\)?:? "
    r"(?:fatal )?error(?: c1083)?: (?:cannot open include file: )?'?(?P<header>[\w./+-]{1,200})'?"
    r"(?:: no such file or directory| file not found)"
)
_IMPORT = expression(
    r"\b(?:modulenotfound|import)error: no module named '?(?P<module>[\w.-]{1,200})'?"
)
"""Each compiler and each Python has its own words for what is not there."""
_RAISED = expression(r"^(?P<said>.{1,600}) \((?P<kind>[\w:]{1,80}error)\)$")
"""Ruby prints an uncaught error's class behind its words, a library that reports one before them."""
_SPACE = expression(r"\s+")


def normalise(text: str) -> str:
    """Give *text* with everything that varies from run to run replaced by its kind, in lower case."""
    plain = _SPACE.sub(" ", text[:TEXT_LIMIT_CHARS].translate(_QUOTES).lower()).strip()
    plain = _EXE.sub("", plain) if ".exe: " in plain else plain
    plain = _HERE.sub("", _WHERE.sub("", plain))
    plain = _absent(plain) if "no " in plain or " not found" in plain else plain
    plain = _SCHEME.sub("", plain) if ":/" in plain else plain
    plain = _RAISED.sub(r"\g<kind>: \g<said>", plain) if plain.endswith("error)") else plain
    bare = _KIND.sub(_kind, _MARK.sub("", _PATH.sub("", _HEAP.sub("", plain))))
    return bare.replace("'", "").rstrip(" .,;")


def _absent(text: str) -> str:
    text = _HEADER.sub(r"\g<file>: no header '\g<header>'", text)
    return _IMPORT.sub(r"no module named '\g<module>'", text)


def fingerprint(failure_class: FailureClass, cause: str, agent: str | None = None) -> str:
    """Give the id of *cause*: FINGERPRINT_CHARS hexadecimal digits.

    *agent* is named for a failure of the agent's own (another account is another cause), else None.
    """
    parts = (failure_class.value, agent or "", normalise(cause))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:FINGERPRINT_CHARS]


def _kind(match: re.Match[str]) -> str:
    name = match.lastgroup or ""
    return match.group() if name.startswith("keep_") else f"<{name}>"
