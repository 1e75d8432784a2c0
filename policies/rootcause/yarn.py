"""How yarn (1 and berry) and pnpm state a cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policies.expressions import expression
from policies.rootcause.finding import Finding, Line
from policies.rootcause.package_codes import coded

_PNPM = expression(
    r"^\s{0,4}(?:\[(?P<boxed>ERR_PNPM_\w{1,80})\]|(?P<code>ERR_PNPM_\w{1,80}))"
    r"\s{1,4}(?P<said>\S.{0,1000})$"
)
_PNPM_WRAPPER = expression(r"ERR_PNPM_RECURSIVE_(?:RUN|EXEC)_FIRST_FAIL")
_YARN = expression(
    r"^error (?!Command failed|Found incompatible module|An error occurred)"
    r"(?P<said>(?:[A-Z\"'/@]|https?:|package\.json|[\w./@-]{1,200}@\S).{0,1200})$"
)
_YARN_ON = expression(
    r"^yarn (?:run|install|add|exec|workspaces?|remove|upgrade|publish)?\s?v[01]\.\d"
)
_BERRY = expression(r"^\s{0,8}➤ (?P<code>YN\d{4}): (?:[│┌└] )?(?P<said>[^\s@+│┌└-].{0,1000})$")
_BERRY_CODES = frozenset(
    [
        "YN0001",
        "YN0009",
        "YN0010",
        "YN0014",
        "YN0016",
        "YN0018",
        "YN0027",
        "YN0028",
        "YN0035",
        "YN0041",
        "YN0056",
        "YN0057",
        "YN0081",
        "YN0082",
    ]
)
_BERRY_SAID = expression(r"^(?:Usage Error|Internal Error): \S")


def yarn(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield yarn's errors; berry marks every line with a code, only some of which are errors."""
    is_yarn1 = any(_YARN_ON.match(line.text) for line in lines)
    for line in lines:
        if match := _BERRY.match(line.text):
            if match["code"] in _BERRY_CODES:
                yield coded((line,), match["code"], match["said"])
        elif _BERRY_SAID.match(line.text):
            yield coded((line,), "EUSAGE", line.text)
        elif is_yarn1 and (match := _YARN.match(line.text)):
            yield coded((line,), _yarn_code(match["said"]), line.text)


def pnpm(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield pnpm's errors, each with its code."""
    for line in lines:
        match = _PNPM.match(line.text)
        if match and not _PNPM_WRAPPER.search(line.text):
            code = match["boxed"] or match["code"]
            yield coded((Line(line.number, line.text.strip()),), code, line.text.strip())


def _yarn_code(said: str) -> str:
    """Yarn 1 gives no codes: its words say as much."""
    lowered = said.lower()
    if "lockfile" in lowered or lowered.startswith('command "') or "package.json" in lowered:
        return "EUSAGE"
    known = (
        "ENOTFOUND",
        "ECONNREFUSED",
        "ECONNRESET",
        "ETIMEDOUT",
        "EAI_AGAIN",
        "ENOSPC",
        "EACCES",
    )
    return next((code for code in known if code in said), "ETARGET")
