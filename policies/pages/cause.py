"""A failure on a page: what it is, its cause in the log's words, what to do, how to see it again."""

from __future__ import annotations

from policies.failure import Failure
from policies.pages.markdown import bullets, facts, fenced
from policies.text import one_line
from policies.words import moment

CAUSE_BYTES = 16_000
TO_DO_BYTES = 8_000
CAUSE_CHARS = 400


def cause_blocks(failure: Failure) -> list[str]:
    """Give the blocks of the section on *failure*, without its heading."""
    known = facts(
        [
            ("class", failure.failure_class.value),
            ("confidence", failure.confidence.value),
            ("signature", failure.signature or ""),
            ("fingerprint", failure.fingerprint),
            ("limit ends", moment(failure.resets_at)),
        ]
    )
    blocks = [known, fenced("\n".join(cause_lines(failure)), CAUSE_BYTES)]
    if to_do := bullets(failure.remediation, TO_DO_BYTES):
        blocks += ["What to do:", to_do]
    if again := fenced("\n".join(failure.replay), TO_DO_BYTES):
        blocks += ["To see it again:", again]
    return blocks


def cause_lines(failure: Failure) -> list[str]:
    """Give each cause once, behind the numbers of the log lines that say it."""
    said: dict[str, list[str]] = {}
    for n, line in enumerate(failure.lines):
        numbers = said.setdefault(one_line(line, CAUSE_CHARS), [])
        numbers += [str(number) for number in failure.line_numbers[n : n + 1]]
    return [f"{', '.join(numbers)}: {line}" if numbers else line for line, numbers in said.items()]
