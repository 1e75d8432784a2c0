"""Whether a line is a sentence of an agent's answer that speaks of a failure, or the report of one.

An agent sums up what it did: "I added a check for an invalid API key." The catalogue knows such words; at
exit 0 they are a failure only where the program states it: with its mark, or as a sentence of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.expressions import expression
from policies.rootcause.choose import class_of, entry_for
from policies.rootcause.finding import HIGH_RANK, Finding, Line
from policies.rootcause.killed import ANSWERS
from policies.signatures import Signatures

_STATED = expression(
    r"^\W{0,6}(?:\w[\w ]{0,30} )?(?:error|fatal|failed|failure|warning|exception)\b ?[:({\[-]"
    r"|^\W{0,3}(?:error|failed|failure) [│┃] "
    r"|^\W{0,3}(?:sorry,? )?(?:i|we)(?:['’]ve)? (?:encountered|hit|got|ran into|received) (?:an?|this)"
    r" (?:\w{1,20} ){0,2}(?:error|issue|problem)\b.{0,60}?: "
    r"|^\W{0,3}the (?:(?:ai|api|llm|model) )?(?:model|provider|request|server|service)"
    r" (?:denied|failed|refused|rejected|timed out)\b"
    r"|^\s{0,8}[✖✗✘❌⚠⛔🚫🛑■]",
    re.IGNORECASE,
)
_REPORT = expression(
    r"^\W{0,4}(?:\[[^\[\]]{1,40}\] )?(?:(?:API )?(?:ERROR|Error|error)|FATAL|fatal)(?: \w{1,20})?: \S"
)
"""How a program begins to report its own failure."""
_TOLD = expression(
    r"^\*\*[^*]{1,200}\*\*:? {1,3}(?:[-–—:→=]|->) ?\w|^\s{0,8}[✅✓✔☑]"
    r"|^\W{0,3}(?:actual|after|before|example|expected|input|new|old|output|previously|was)\b ?:"
    r"|^\W{0,3}(?:cannot|could not|unable to) (?:reproduce|test|verify)\b"
    r"|^when(?:ever)? [^,]{1,120}, (?:the|it|they|we) "
    r"|^\W{0,3}(?:it|the \w{1,20}) (?:answers|displays|gives|prints|raises|reports|responds|returns|sends"
    r"|shows|throws) ",
    re.IGNORECASE,
)
"""A title that a sentence explains, what an agent ticks off, and what the code does: those report nothing."""
_ITEM = expression(r"^(?:[-*+]|\d{1,2}[.)]) +\S|^[+|#]|^\*\*|^[\w./-]{1,200}\.\w{1,4}: ")
"""An item of a list, a row of a table, a line of a difference, a title, what was done in a file."""
_MINE = expression(
    r"\b(?:I|We)(?:'ve|’ve| have| also| then| now)? (?!encountered|ran into|hit|got|received"
    r"|(?:am|are|was|were|could|can|do|did)\b|cannot|failed)[a-z]"
)
"""What an agent tells of its own work; not what befell it."""
_DONE = expression(
    r"^\W{0,6}(?:(?:also|then|now) )?(?:add|creat|updat|chang|fix|mend|implement|handl|document|replac|remov"
    r"|renam|rewrit|improv|support|cover|test|rais|return|print|show|retr)(?:s|es|ed|d|ing|ies|ied)?\b"
    r"|^\W{0,6}(?:it|they|users?|clients?|callers?|the (?:docs?|docstring|readme|comment|tests?|code"
    r"|function|method|class|client|endpoint|page|handler|app|user|tool)) ",
    re.IGNORECASE,
)
_WAS_DONE = expression(
    r"\b(?:is|are|was|were) (?:(?:now|also) )?(?:added|caught|covered|documented|fixed|gone|handled|mocked"
    r"|shown)\b|\b(?:is|are) now (?:an?|the|logged|reported|retried|truncated)\b"
    r"|\b(?:passes|works|fails) now\b|\bformerly\b"
    r"|[.;] (?:that|this|it|which) (?:explains|was|were)\b|[,;.] (?:added|installed|mocked|wrote) "
    r"|\bno longer (?:block|break|crash|fail|kill|rais|retri|throw)",
    re.IGNORECASE,
)
"""What somebody did about a failure; a program that reports one may have retried and logged it, too."""
_MENDED = expression(
    r"\b(?:fixed|resolved|solved|corrected|repaired|no longer|used to|behoben|corregid\w|solucionad\w"
    r"|corrigé\w{0,2})\b|已修复|已解决|不再",
    re.IGNORECASE,
)
_I_DID = expression(
    r"\bI(?:'ve|’ve| have)? (?:added|changed|kept|left|made|moved|removed|replaced|updated|wrote)\b"
)
_WORK = expression(
    r"\b(?:because|previously|formerly|earlier|handled|passes|passed|so I|but I|jetzt|ahora"
    r"|maintenant)\b|->|=>|→|现在|？\s*$"
    r"|\b(?:can|could|do|does|may|shall|should|want|would) [^.?!]{3,200}\?\s*$",
    re.IGNORECASE,
)
"""What was done about a failure, or comes of it: a program that reports its own tells none of that."""
_NOW = expression(r"\b(?:now|instead|already) [a-z]{3,12}s?\b|^\W{0,3}now ", re.IGNORECASE)
_WHEN = expression(r"\b(?:when|whenever|where|if|unless)\b (?!\w{2,20}ing\b)\S", re.IGNORECASE)
_LATE = 26
"""A program says at once what it was refused: "You've hit your usage limit", "429 Too many requests"."""
_QUOTES = ("'", '"', "`", "‘", "“")
_ENDED = expression(r"[.;!?] ")
_SOON = 30
"""A sentence that begins with what it supposes is advice; one in which that comes later tells of a case."""

_SET_IN, _FENCES = "    ", ("```", "~~~")
_SHOWS = expression(
    r"\b(?:was|were|said|says|prints?|printed|shows?|showed|with|like|reads?|before|earlier|run|output)\b",
    re.IGNORECASE,
)
_FAILS = expression(r"\b(?:error|fail(?:ed|ure|s)?|fatal|unable|exception)\b", re.IGNORECASE)


def is_stated(lines: Sequence[Line], found: Finding, signatures: Signatures) -> bool:
    """Say whether *found* is an agent's own failure whatever its exit code, and no talk of one."""
    if not found.agent_form:
        return False
    text = found.words().strip()
    if is_shown(lines, found.lines[0]):
        return False
    if found.rank < HIGH_RANK:
        return _ends_with(lines, found, signatures) and not is_talk(text)
    if not found.one_line:
        whole = found.lines[0].text
        return not (_WAS_DONE.search(text[:400]) or _I_DID.search(whole[:400]))
    entry = signatures.of(text)
    match = entry.pattern.search(text) if entry else None
    return not is_talk(text, match.start() if match else 0)


def _ends_with(lines: Sequence[Line], found: Finding, signatures: Signatures) -> bool:
    """Say whether the log ends with *found*, as a report of what only whoever answers for a model says."""
    if not _REPORT.match(found.lines[0].text):
        return False
    below = (line for line in lines if line.number > found.number and line.text.strip())
    return not any(below) and class_of(found, entry_for(found, signatures)) in ANSWERS


def is_shown(lines: Sequence[Line], line: Line) -> bool:
    """Say whether *line* is an example: in a fence, or set in below a line that announces it."""
    if line.text.startswith(_SET_IN) and is_announced(lines, line):
        return True
    fences = [one.number for one in lines if one.text.lstrip()[:3] in _FENCES]
    above = sum(number < line.number for number in fences)
    return above % 2 == 1 and above < len(fences)


def is_announced(lines: Sequence[Line], line: Line) -> bool:
    """Say whether the text above *line* ends with a colon, and reports no failure that *line* explains."""
    above = (one.text.strip() for one in reversed(lines) if one.number < line.number)
    head = next(filter(None, above), "")
    if not head.endswith((":", "：")):
        return False
    return _SHOWS.search(head) is not None or _FAILS.search(head) is None


def tells_of_work(text: str) -> bool:
    """Say whether *text* tells what was done about a failure, or asks: no program reports one so."""
    forms = (_MENDED, _WORK, _I_DID, _WAS_DONE, _TOLD, _NOW)
    return any(form.search(text[:400]) for form in forms)


def is_talk(text: str, begins: int = 0) -> bool:
    """Say whether *text* is a sentence of an answer, no report of what its words from *begins* on name."""
    before = text[:begins]
    if _WAS_DONE.search(text[:400]) or _TOLD.match(text) or _MENDED.search(before):
        return True
    if _STATED.match(text):
        return False
    is_late = begins > _LATE or before[-1:] in _QUOTES or _ENDED.search(before) is not None
    is_case = _WHEN.search(text[:400].partition(". ")[0], _SOON) is not None
    forms = (_ITEM.match, _DONE.match, _MINE.search, _NOW.search)
    return is_late or is_case or any(form(text[:400]) for form in forms)
