"""Five cron fields, checked and written so that every reader of them means the same moments.

Only what all crons share is taken: numbers, names, lists, ranges, steps over `*` or a range.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The days that each month has at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    """Names for the numbers from *low* on."""


FIELDS = (
    _Field(name="minute", low=0, high=59),
    _Field(name="hour", low=0, high=23),
    _Field(name="day of the month", low=1, high=31),
    _Field(name="month", low=1, high=12, names=MONTHS),
    _Field(name="day of the week", low=0, high=7, names=DAYS),
)

_PART = re.compile(
    r"(?P<all>\*)(?:/(?P<every>\d+))?|(?P<low>\w+)(?:-(?P<high>\w+)(?:/(?P<step>\d+))?)?"
)


def checked(text: str) -> str:
    """Give the five fields of *text* in plain numbers, one blank between them.

    Raises ValueError, in one sentence, for what is no cron or would never come.
    """
    words = text.lower().split()
    if len(words) != len(FIELDS):
        raise ValueError(
            f"cron has five fields (minute, hour, day of the month, month, day of the week), "
            f"here are {len(words)}; as in 0 2 * * *"
        )
    read = [_read(word, field) for word, field in zip(words, FIELDS, strict=True)]
    _refuse_two_meanings(*(written for written, _ in read[2::2]))
    _refuse_never(read[2][1], read[3][1])
    return " ".join(written for written, _ in read)


def _read(word: str, field: _Field) -> tuple[str, set[int]]:
    """Give *word* in numbers, and the numbers that it means."""
    parts = [_part(part, field) for part in word.split(",")]
    return ",".join(written for written, _ in parts), set().union(*(all_ for _, all_ in parts))


def _part(part: str, field: _Field) -> tuple[str, set[int]]:
    found = _PART.fullmatch(part)
    if not found:
        raise ValueError(
            f"{part!r} is no {field.name}; write a number, a list 1,2, a range 1-5 or a step */2"
        )
    step = int(found["every"] or found["step"] or 1)
    if not 1 <= step <= field.high:
        raise ValueError(f"a step of {step} fits no {field.name}; use 1 to {field.high}")
    every = f"/{step}" if step > 1 else ""
    if found["all"]:
        return "*" + every, set(range(field.low, field.high + 1, step))
    low = _number(found["low"], field)
    if found["high"] is None:
        one = low % 7 if field.names is DAYS else low  # 7 is sunday, as 0
        return str(one), {one}
    high = _number(found["high"], field)
    if field.names is DAYS and high == 0 < low:
        high = 7  # fri-sun
    if high == low:
        return _part(str(low), field)  # some read 1-1 as every day
    if high < low:
        raise ValueError(
            f"{part!r} runs backwards; write two: {low}-{field.high},{field.low}-{high}"
        )
    return f"{low}-{high}{every}", set(range(low, high + 1, step))


def _number(word: str, field: _Field) -> int:
    if word in field.names:
        return field.names.index(word) + field.low
    if not (word.isascii() and word.isdecimal() and field.low <= int(word) <= field.high):
        raise ValueError(f"{word!r} is no {field.name}; use {field.low} to {field.high}")
    return int(word)


def _refuse_two_meanings(day: str, weekday: str) -> None:
    """A step over `*` beside the other day field: some crons read "and", some "or"."""
    if "*" not in (day, weekday) and any(field.startswith("*") for field in (day, weekday)):
        raise ValueError(
            "day of the month and day of the week are both given, one as a step over *, which "
            "programs read differently; let one of the two be *"
        )


def _refuse_never(days: set[int], months: set[int]) -> None:
    if min(days) > max(LONGEST[month - 1] for month in months):
        raise ValueError(f"a day {min(days)} never comes in that month; correct day or month")
