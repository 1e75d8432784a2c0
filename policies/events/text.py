"""Any command's plain output: each line is progress, but for chatter about trying again.

Without an end event its exit code decides; a line that looks like an error proves nothing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from policies.events import lines
from policies.events.base import TEXT_LIMIT_CHARS, Event, EventKind
from policies.events.unwritten import NEAR_LINES, refused_report
from policies.expressions import expression

LAST_LINES = 20
_DOUBT = expression(
    r"error|exception|fail|fatal|denied|unauthori[sz]ed|forbidden|invalid|expired|exceeded|\blimit\b|quota"
    r"|unable to|could ?n[o']t|can ?not|can't|refused|rejected|terminated|aborted|went wrong"
    r"|[\u2716-\u2718\u274c]"
    r"|错误|失败|エラー|오류|fehler|erreur|errore|fallo|ошибка",
    re.IGNORECASE,
)


class TextReader:
    """Reads one run of any command."""

    has_end_event = False

    def __init__(self) -> None:
        self._last: deque[str] = deque(maxlen=NEAR_LINES)

    def feed(self, line: str) -> Iterator[Event]:
        """Yield the event of one *line*; an empty one says nothing."""
        text = lines.plain(line)[:TEXT_LIMIT_CHARS]
        self._last.append(text)
        if text:
            kind = EventKind.RETRY if lines.is_retry(text) else EventKind.PROGRESS
            yield Event(kind=kind, text=text, structured=False)

    def ends_in_doubt(self) -> bool:
        """Say whether its last lines hold words of a failure: then they are worth to be read."""
        filled = [text for text in self._last if text][-LAST_LINES:]
        return any(map(_DOUBT.search, filled))

    def finish(self) -> Iterator[Event]:
        """Yield what refused the agent its work, where its last words say so."""
        texts = [*self._last]
        at = refused_report(texts)
        if at is not None:
            back = len(texts) - 1 - at
            yield Event(
                kind=EventKind.OTHER,
                text=texts[at],
                denied=True,
                structured=False,
                lines_back=back,
            )
