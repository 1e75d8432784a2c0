"""Reads the prevention rules out of a ledger of any dialect, for the next prompt.

What stands in a ledger may come from others: the caller fences and labels it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from loop.ledger.lines import lines_of
from loop.ledger.parse import BOM
from loop.ledger.reading import FOLDED
from loop.ledger.render import PENDING_RULE
from policies.text import one_line

RULE_LIMIT_CHARS = 400
TEMPLATE_AT = 5
"""A rule that stands so many times word for word is a machine's template, nobody's lesson."""
_FOLLOWING = 40
"""Lines of one field that are looked at."""

_FIELD = re.compile(
    r"(?P<indent>\s*)(?:[-*+]\s+)?(?:\*\*|__)?prevention(?:\s+rules?)?(?:\*\*|__)?\s*:"
    r"(?:\*\*|__)?(?P<rest>.*)$",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?")
_DATED = re.compile(r"#{1,6}\s|\s*(?:[-*+]\s+)?(?:\*\*)?date(?:\*\*)?\s*:", re.IGNORECASE)
_ENDS = re.compile(r"#{1,6}\s|\s*$")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+(?P<text>.*)$")


def prevention_rules(data: bytes, limit: int) -> tuple[str, ...]:
    """Give at most *limit* prevention rules, newest first, each one line and each once.

    Of one moment's rules the earlier in the file comes first.
    """
    found = sorted(_dated_rules(data), key=lambda dated: dated[0], reverse=True)
    texts = [one_line(text, RULE_LIMIT_CHARS) for _, text in found]
    times = Counter(texts)
    said = (text for text in texts if text != PENDING_RULE and times[text] < TEMPLATE_AT)
    return tuple(dict.fromkeys(said))[: max(0, limit)]


def _dated_rules(data: bytes) -> Iterator[tuple[str, str]]:
    lines = [
        line.raw.decode("utf-8", "replace").rstrip().expandtabs(4)
        for line in lines_of(data.removeprefix(BOM))
        if not line.fenced
    ]
    date, is_folded = "", False
    for at, line in enumerate(lines):
        is_folded = line.startswith(FOLDED) or (is_folded and not _ENDS.match(line))
        if _DATED.match(line):
            day = _DATE.search(line)
            # A heading without a date begins something else; the bare entries there say their own.
            date = day[0] if day else ""
        field = _FIELD.match(line)
        if field and not is_folded:  # what a machine wrote by rote teaches nothing
            for rule in _rules(field, lines[at + 1 :][:_FOLLOWING]):
                yield date, rule


def _rules(field: re.Match[str], following: list[str]) -> list[str]:
    rules = [field["rest"].strip()]
    for line in following:
        inside = len(line) - len(line.lstrip()) > len(field["indent"])
        if not line.strip() or not inside or _is_sibling(field, line):
            break
        item = _ITEM.match(line)
        if item or not rules[-1]:
            rules.append((item["text"] if item else line).strip())
        else:
            rules[-1] = f"{rules[-1]} {line.strip()}"
    return [rule for rule in rules if rule]


def _is_sibling(field: re.Match[str], line: str) -> bool:
    """Say whether *line* is the next field of a group: `- Date: …` and below it `  Trigger: …`."""
    starts_group = field[0].lstrip().startswith(("-", "*", "+"))
    return starts_group and re.match(r"\s*[A-Z][A-Za-z ]{2,20}:\s", f"{line} ") is not None
