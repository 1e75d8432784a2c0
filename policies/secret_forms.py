"""The forms in which a known secret value can stand in a text."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

KNOWN_FROM_CHARS = 6
"""A shorter value is too ordinary to be looked for."""
FORM_LIMIT_BYTES = 4096
"""Of a longer form, its beginning is looked for."""
_BASE64_FROM_CHARS = 8


def forms(known: Iterable[str]) -> tuple[bytes, ...]:
    """Give every form of the *known* values: as they are, by line, and in JSON, URL, base64 escape."""
    found = {
        form.encode(errors="surrogateescape")[:FORM_LIMIT_BYTES]
        for value in known
        for form in _forms(value)
    }
    return tuple(sorted(found, key=lambda form: (-len(form), form)))


def _forms(value: str) -> Iterator[str]:
    value = value.strip()
    if len(value) < KNOWN_FROM_CHARS:
        return
    for line in value.splitlines():
        if len(line.strip()) >= KNOWN_FROM_CHARS:
            yield line.strip()
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        yield from (once, json.dumps(once, ensure_ascii=ascii_only)[1:-1])
    raw = value.encode(errors="surrogateescape")
    for text in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield from (text, _lower_hex(text))
    yield from _base64(raw)


def _lower_hex(text: str) -> str:
    head, *rest = text.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in rest)])


def _base64(raw: bytes) -> Iterator[str]:
    """What of the value's base64 stays the same whatever stands before and after it."""
    for before in range(3):
        text = base64.b64encode(b"\0" * before + raw).decode()
        from_, whole = (0, 2, 3)[before], (before + len(raw)) // 3 * 4
        for form in (text[from_:whole], text[from_:whole].translate({43: "-", 47: "_"})):
            if len(form) >= _BASE64_FROM_CHARS:
                yield form
    yield base64.b64encode(raw).decode()
