"""The forms in which limits state their end, as expressions over `reset_words.plain` text; all bounded."""

from __future__ import annotations

import re

from policies.expressions import expression
from policies.reset_words import AT, CJK_S, DAYS, IN, RESETS, UNIT

_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_SPAN = rf"{_NUMBER}\s?{UNIT}(?![a-z])"
_SPANS = rf"{_SPAN}(?:[\s,]{{0,2}}(?:(?:and|y|et|e|und)\s)?{_SPAN}){{0,5}}"
_OFFSET = r"(?:utc|gmt)(?:[+-]\d{1,2}(?::?\d{2})?)?"
_SHORT = rf"{_OFFSET}|[pmce][sd]t|cest|cet|bst|jst|z"
_ZONE = (
    rf"(?:\s?\((?P<zone>{_OFFSET}|[a-z_]{{1,20}}(?:/[a-z_+\-0-9]{{1,30}}){{0,2}})\)"
    rf"|\s?(?P<short>{_SHORT}|[a-z]{{2,20}}/[a-z_]{{2,30}})\b)?"
)
_CLOCK = (
    r"(?P<hour>\d{1,2})(?:(?::|\s?h\s?|\.(?=\d\d(?:\s?uhr|\s?[ap]\.?m)))(?P<minute>\d{2})(?::\d{2})?)?"
    r"(?P<full>\s?uhr\b|\s?h\b)?\s?(?P<half>[ap]\.?\s?m\b\.?)?"
)

IN_SECONDS = expression(
    r"resets?_?(?:in|after)_?(?P<unit>seconds|secs|ms|milliseconds)\W{1,4}(\d{1,12}(?:\.\d{1,9})?)",
    re.I,
)
FIELD_SPAN = expression(
    r"(?:retry_?delay|reset_?delay|ratelimit-reset(?:-\w{1,20})?|resets?_?(?:in|after))[\"']?\s?[:=]"
    rf"\s?[\"']?(?P<spans>{_SPANS})|retry_?delay\W{{1,6}}seconds\W{{1,3}}(?P<s>\d{{1,9}})",
    re.I,
)
EPOCH = expression(
    r"(?:limit reached\||resets?[_-]?(?:at|time(?:stamp)?|on|requests|tokens)?\W{1,4})"
    r"(\d{10})(?:(\d{3})|\.\d{1,6})?\b",
    re.I,
)
HTTP_DATE = expression(
    r"retry[-_ ]after[\"']?\W{1,3}([a-z]{3}, \d\d [a-z]{3} \d{4} \d\d:\d\d:\d\d gmt)", re.I
)
ISO = expression(
    rf"(?:{RESETS}|resets?[_-]?\w{{2,12}})\D{{0,20}}"
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?)\d{0,3}\s?(Z|UTC|[+-]\d\d:?\d\d)?",
    re.I,
)
DATE = expression(
    rf"{RESETS}\D{{0,16}}?(?:\b(?P<m1>[a-z]{{3,10}})\.?\s(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?"
    r"|\b(?P<d2>\d{1,2})(?:er)?\.?\s(?:de\s)?(?P<m2>[a-z]{3,10})\.?(?:\sde)?"
    r"|\b(?P<d3>\d{1,2})\.(?P<m3>\d{1,2})\.(?=\d{4}))"
    rf"(?:\s?(?P<year>\d{{4}}))?(?:,?\s(?:{AT}\s)?{_CLOCK}{_ZONE})?",
    re.I,
)
AFTER_SPAN = expression(rf"{RESETS}(?:\s(?:(?:sie\s|du\s)?es\s)?{IN})?\s({_SPANS})", re.I)
CJK_SPAN = expression(
    rf"((?:\d{{1,6}}\s?(?:{'|'.join(CJK_S)})(?:间|間)?\s?){{1,4}})(?:后|後|후|内|내)"
)
ONE_CJK = expression(rf"(\d{{1,6}})\s?({'|'.join(CJK_S)})")
AT_CLOCK = expression(
    rf"{RESETS}(?:\s(?:sie\s|du\s)?es)?(?:\s(?P<day>{'|'.join(DAYS)}),?)?"
    rf"(?:\s{AT})?\s{_CLOCK}{_ZONE}(?!\w)",
    re.I,
)
ONE_SPAN = expression(rf"({_NUMBER})\s?({UNIT})(?![a-z])", re.I)
RETRY_AFTER = expression(
    r"retry[-_ ]after(?:[-_ ](?P<unit>ms|seconds"
    r"|secs))?[\"']?\W{1,3}(?P<n>\d{1,9}(?:\.\d{1,6})?)\s?(?P<after>ms\b)?",
    re.I,
)
