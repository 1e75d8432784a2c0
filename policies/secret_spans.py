"""Finds secrets by their shape: each search begins at a literal and looks at a bounded neighbourhood.

No pattern can scan a long line again and again, and ordinary text costs a few plain searches. A span
covers the value alone, so that a key's name stays to be read. No span crosses a line's end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies import secret_words as words
from policies.secret_values import value_span

Span = tuple[int, int]

CONTEXT_BYTES = 160
"""A span is decided by at most this much before it: a name, its suffix, and what joins them."""
_BEFORE_BYTES = 48

_COLOUR = rb"(?:\x1b\[[0-9;]{0,12}m)?"
_JOIN = re.compile(
    rb"(?P<suffix>[A-Za-z0-9_-]{0,40})(?: provided)?(?:\\{0,7}[\"'`])?\]?"
    + _COLOUR
    + rb"[ \t]{0,8}"
    rb"(?P<sep>:=|=>|:(?!:)|=(?!=)|%3[dD])" + _COLOUR + rb"[ \t]{0,8}"
    rb"(?P<quote>\\{0,7}[\"'`])?"
)
_FLAG_BEFORE = re.compile(rb"(?:^|[\s\"'=\[,(])--?[a-z0-9-]{0,40}\Z")
_FLAG_JOIN = re.compile(
    rb"(?P<suffix>[A-Za-z0-9_-]{0,40})(?:\\{0,7}[\"'],)?[ \t]{1,4}(?P<quote>\\{0,7}[\"'])?(?!-)"
)
_ENVIRONMENT_LINE = re.compile(rb"(?:^|\n)[ \t+-]{0,8}(?:export |set |env )?[a-z0-9_]{0,48}\Z")
_AUTHORIZATION = re.compile(
    rb"orization(?:\\{0,7}[\"'])?\]?[ \t]{0,8}(?:[:=]>?|,)[ \t]{0,8}(?:\\{0,7}[\"'])?"
    rb"(?:(?P<list>(?:digest|aws4-hmac-sha256|oauth)[ \t]+)(?P<rest>[^\r\n\"'\\]{1,4096})"
    rb"|(?:bearer|basic|token|negotiate|apikey|api-key|key)[ \t]+(?P<known>[^\s\"'\\]{3,4096})"
    rb"|[a-z][a-z0-9-]{1,30}[ \t]+(?=[^\s\"'\\]{0,64}[0-9])(?P<other>[^\s\"'\\]{8,4096})"
    rb"|(?!\S{1,64}[ \t]+\[redacted)(?P<bare>[^\s\"'\\<>\[]{6,4096}))",
    re.IGNORECASE,
)
_BEARER = re.compile(rb"(?:[ \t]{1,4}|%20)([A-Za-z0-9._~+/=-]{12,4096})")
_COOKIE = re.compile(
    rb"(?:\\{0,7}[\"'])?[ \t]{0,4}:[ \t]{0,4}(?:\\{0,7}[\"'])?"
    rb"([^\r\n\"'\\=]{1,64}=[^\r\n\"'\\]{1,4096})"
)
_USERINFO = re.compile(
    rb"[^\s/:@\"'<>?#\\]{0,256}:(?P<pass>[^\s/\"'<>?#\\$*\[{][^\s/\"'<>?#\\]{0,511})@"
    rb"|(?=[^\s/:@]{0,64}[0-9])(?P<user>[A-Za-z0-9_~.%-]{16,512})@"
)
_SHAPES = tuple(
    re.compile(pattern)
    for pattern in (
        rb"A(?:(?:KIA|SIA|ROA)[0-9A-Z]{12,124}|Iza[0-9A-Za-z_-]{30,64})",
        rb"gh[pousr]_[A-Za-z0-9]{20,255}",
        rb"github_pat_[A-Za-z0-9_]{20,255}",
        rb"xox[a-z]-[A-Za-z0-9-]{8,255}",
        rb"glpat-[A-Za-z0-9_.-]{16,255}",
        rb"npm_[A-Za-z0-9]{30,64}",
        rb"hf_[A-Za-z0-9]{20,64}",
        rb"pypi-[A-Za-z0-9_-]{40,512}",
    )
)
_SK = re.compile(rb"sk[-_](?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9_-]{16,512}")
_JWT = re.compile(rb"eyJ[A-Za-z0-9_-]{6,8192}\.[A-Za-z0-9_-]{6,8192}(?:\.[A-Za-z0-9_-]{0,8192})?")
_JWT_RUN = re.compile(rb"[A-Za-z0-9_-]*")
_GLUED = re.compile(rb"(?<!\\)[A-Za-z0-9_-]\Z|\\[A-Za-mo-qsu-z0-9_-]\Z")


def find_spans(block: bytes) -> list[Span]:
    """Give the spans of all secrets in *block* (whole lines, or a piece of one), in no order."""
    lower = block.lower()
    found = [match.span() for shape in _SHAPES for match in shape.finditer(block)]
    found += _sk(block)
    found += _jwt(block)
    found += _userinfo(block)
    found += (span for name in words.NAMES for span in _named(block, lower, name))
    for match in re.finditer(rb"bearer", lower):
        value = _BEARER.match(block, match.end())
        if value and (re.search(rb"[0-9]", value[1]) or len(value[1]) >= 24):
            found.append(value.span(1))
    return found


def _named(block: bytes, lower: bytes, name: re.Pattern[bytes]) -> Iterator[Span]:
    done = 0
    for match in name.finditer(lower):
        if match.start() >= done and (span := _after_name(block, lower, match)):
            yield span
            done = span[1]


def _after_name(block: bytes, lower: bytes, match: re.Match[bytes]) -> Span | None:
    word, end = match.group(), match.end()
    before = lower[max(0, match.start() - _BEFORE_BYTES) : match.start()]
    if word == b"cookie":
        return _group(_COOKIE.match(block, end), 1)
    if word == b"auth" and lower.startswith(b"orization", end):
        return _authorization(block, end)
    join, tight = _JOIN.match(block, end), False
    if join is not None:
        tight = join["sep"] != b":" and join.group().endswith((b"=", b"%3d", b"%3D"))
    elif b"-" in before and _FLAG_BEFORE.search(before):
        join, tight = _FLAG_JOIN.match(block, end), True
    if join is None or not _may_name(word, before, join["suffix"]):
        return None
    whole = tight and _ENVIRONMENT_LINE.search(before) is not None
    quote = join["quote"] or b""
    strong = word.startswith(words.STRONG) and (word != b"pwd" or quote != b"")
    return value_span(block, join.end(), quote, strong=strong, tight=tight, whole=whole)


def _may_name(word: bytes, before: bytes, suffix: bytes) -> bool:
    if words.SUFFIX_NOT_SECRET.match(suffix.lower()):
        return False
    if suffix and word in words.WITHOUT_SUFFIX:
        return False
    if word == b"key":
        return words.BEFORE_KEY.search(before) is not None
    if word == b"token":
        return words.BEFORE_NOT_TOKEN.search(before) is None
    if word == b"auth":
        return words.BEFORE_AUTH.search(before) is not None
    if word in (b"sig", b"signature"):
        return words.BEFORE_QUERY.search(before) is not None
    return True


def _authorization(block: bytes, end: int) -> Span | None:
    match = _AUTHORIZATION.match(block, end)
    if match is None or (match["bare"] or b"").lower().rstrip(b".,:;") in words.EXPLAINS:
        return None
    return next(match.span(name) for name in ("rest", "known", "other", "bare") if match[name])


def _userinfo(block: bytes) -> Iterator[Span]:
    for match in re.finditer(rb"://", block):
        if userinfo := _USERINFO.match(block, match.end()):
            yield userinfo.span("pass" if userinfo["pass"] else "user")


def _sk(block: bytes) -> Iterator[Span]:
    for match in _SK.finditer(block):
        if not _GLUED.search(block, max(0, match.start() - 2), match.start()):
            yield match.span()


def _jwt(block: bytes) -> Iterator[Span]:
    at = block.find(b"eyJ")
    while at >= 0:
        if match := _JWT.match(block, at):
            yield match.span()
            end = match.end()
        else:  # no later start in the same run can do better
            run = _JWT_RUN.match(block, at)
            end = run.end() if run else at + 3
        at = block.find(b"eyJ", end)


def _group(match: re.Match[bytes] | None, number: int) -> Span | None:
    return match.span(number) if match else None
