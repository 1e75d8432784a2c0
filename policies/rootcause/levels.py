"""The words of failure, and how surely each says that its line states a cause."""

from __future__ import annotations

import re

from policies.expressions import expression

LEVELS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (
        47,
        expression(
            r"^(?:\S{1,80} )?(?:fatal|panic|critical)\b ?[:!\]|]|\blevel=(?:fatal|panic"
            r"|critical)\b"
            # glog, Chromium's bracket
            r"|^f\d{4} \d\d:\d\d:\d\d\.\d+ |^\[[\d:/.]{1,60}:fatal:"
            r"|\[(?:fatal|critical)\]|^\[[\d :,-]{10,40}: (?:fatal|critical)/[\w-]{1,60}\] \S"
        ),
    ),
    (47, expression(r"^(?:[a-z_][\w.$]{0,120})?(?:error|exception)(?: \[\w{1,60}\])?: \S")),
    (
        46,
        expression(
            r"^##\[error\]|^::error|^caused by: \S|^(?:cause|reason|message|details?"
            r"|error message)\s{0,12}: \S"
        ),
    ),
    (
        45,
        expression(
            r"^\[? {0,2}(?:error|err!?|fatal)\b {0,2}\]?\s*[:|\]-]"
            r"|^e\d{4} \d\d:\d\d:\d\d\.\d+ |^e: \S|\blevel=error\b|[\[|] ?error ?[\]|]|^e \S"
            r"|^\S{1,300}: (?:error|fatal)\b"
            r"|^\[[\d :,-]{10,40}: error/[\w-]{1,60}\] \S"  # Celery
            r"|^\W{0,6}[^\W\da-z_]{0,8}(?:错误|失败|异常) ?[:：] ?\S"  # Chinese programs
        ),
    ),
    (
        44,
        expression(
            r"^\S{1,300}:\d+(?::\d+)?:? .{0,200}\berror\b|^(?:✖|✗|✘|❌|×) ?\S|^.{1,40} [✖✗✘❌⨯] {1,3}\S"
        ),
    ),
    (
        43,
        expression(r"\berrors?: |\w(?:error|exception): |^err[:!]|\bfatal\b|\bpanic\b"),
    ),
    (40, expression(r"\berrors?\b|\w(?:error|exception)\b")),
    (
        34,
        expression(
            r"\bfail(?:ed|ure|s|ing)?\b|\bcannot\b|can't|could not|couldn't|\bunable to\b"
            r"|\bdenied\b"
            r"|\brefus|\brejected\b|\binvalid\b|\bmissing\b|not found|no such|\bunexpected\b"
            r"|\babort"
            r"|\bkilled\b|expired|exceed|timed out|timeout|mismatch|\bregression\b|\bmust\b"
            r"|canceled"
            r"|\bdo(?:es)? not (?:match|exist|fit|agree|equal)|\bun(?:defined|declared|bound)\b"
            r"|\battempt to \w+ an? |expected:? ?<|^expected\b.{1,120}\b(?:but|got|found|received)\b"
            r"|\bconflict|\bdiffers?\b"
            r"|\b(?:leaks?|vulnerabilit\w{1,4}|violations?|secrets?|differences) (?:were "
            r"|was )?(?:found|detected)"
            r"|\b(?:http|status|replied|answered|responded)\b.{0,16}?\b(?:401|403|429|500|502|503|504)\b"
            r"|\bon signal \d|\btook longer than\b|\bnot loaded\b|\bgiving up\b|\bgave up\b"
            r"|\b(?:retry|retries|attempts|tries)\b.{0,20}\bexhausted\b"
            r"|not (?:allowed|permitted|supported|defined|valid|installed|available)|cancelled"
        ),
    ),
    (
        26,
        expression(
            r"^(?!\W*(?:if|please|you|to|see|when|for|in order|use|try|this"
            r"|note)\b).*(?:\bnot\b|n't\b|\bnever\b|\bunused\b|\bunknown\b|\bunsupported\b|\billegal\b"
            r"|\bincorrect|\bduplicate|\bdisallowed)"
        ),
    ),
)
"""How surely the words of a line (lower-cased) say that it states a failure: the first that fits counts."""
