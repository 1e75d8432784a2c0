"""The words by which a name is known as a secret's, and those that show that it is not."""

from __future__ import annotations

import re

EXPLAINS = frozenset(
    b"""expired invalid missing required incorrect wrong denied rejected revoked none null nil true
    false undefined empty unset set ok yes no not unknown unauthorized unauthenticated failed error
    must is was are has have cannot can for and or the a an in to of on at it this that you your
    str string bytes int integer bool boolean number any optional object array float self input
    output hidden masked redacted prompt default changed updated found valid mismatch
    password passwd secret token key api_key apikey api-key auth authorization username user name
    keyring stdin file here there enabled disabled available unavailable see please use using with
    from by if when while type value and/or n/a - -- ...""".split()
)
"""A value that is one of these tells about the secret; it is not the secret."""

NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rb"pass(?:w(?:or)?d|phrase|code)",
        rb"pwd",
        rb"secret",
        rb"token",
        rb"key",
        rb"auth",
        rb"cookie",
        rb"sig(?:nature)?",
    )
)
"""Looked for in lower case. Each begins with a literal, which makes the search fast."""

STRONG = (b"pass", b"pwd", b"secret", b"key")

WITHOUT_SUFFIX = (b"auth", b"sig", b"signature", b"pwd")

BEFORE_KEY = re.compile(
    rb"(?:[?&;]|(?:api|access|private|secret|encrypt|encryption|signing|sign|auth|account|storage"
    rb"|license|licence|shared|master|client|service|session|deploy|ssh|hmac|jwt|webhook|app"
    rb"|subscription|consumer|openai|anthropic|gemini)[_\-. ]?)\Z"
)
"""`key` alone names many things; after one of these, a secret."""

BEFORE_NOT_TOKEN = re.compile(
    rb"(?:unexpected|illegal|next|current|invalid|syntax|parse|max|min|total|first|last|start|end|eos"
    rb"|bos|pad|unk|mask|special|stop|per)[ _-]\Z"
)
"""Parsers and models have tokens of their own."""

BEFORE_AUTH = re.compile(rb"[\"'_]\Z")
BEFORE_QUERY = re.compile(rb"(?:[?&;]|amz-|goog-)\Z")

SUFFIX_NOT_SECRET = re.compile(
    rb"s(?!tring|alt)|i[sz]|less|ary|board|word|stone|ring|hole|note|frame"
    rb"|[_-]?(?:limit|count|usage|used|left|type|ur[il]|endpoint|file|path|dir|name|ttl|expir|size"
    rb"|budget|len|field|policy|required|reset|prompt|hint|version|manager|store|service|stream"
    rb"|index|pos|kind|rate|cost|total|max|min|stdin|format|pattern|regex|algorithm|status|error"
    rb"|scope|provider|source|ref\b|created|updated|age|strength|manag)"
)
"""What follows the name in `token_limit`, `tokens`, `tokenizer`, `secret_name`, `password-stdin`."""
