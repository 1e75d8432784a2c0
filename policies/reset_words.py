"""The words in which limits state their end: English, and the cousins that localised agents print."""

from __future__ import annotations

import unicodedata
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

RESETS = (
    r"(?:resets?|reset at|available|retry|try again|renews?|until|wait"
    r"|restabl\w{1,12}|reinici\w{1,8}|intent(?:alo|arlo|elo|a|e)\b|disponib\w{1,4}|nuevo"
    r"|reessay\w{1,4}|reinitiali\w{1,6}|nouveau|redefin\w{1,6}|tente|novamente"
    r"|riprova\w{0,4}|reimpost\w{1,6}|ripristin\w{1,6}|versuch\w{1,4}|zuruck\w{1,10}|erneut|verfugbar)"
)
"""What stands before the end: English, Spanish, French, Portuguese, Italian, German; without accents."""
IN = r"(?:in|after|en|dans|em|dentro de|tra|fra|nach)"
AT = r"(?:at|a las|um|a|as|alle(?: ore)?)"
DAYS = {
    **dict.fromkeys(("today", "hoy", "aujourd'hui", "hoje", "oggi", "heute"), 0),
    **dict.fromkeys(("tomorrow", "manana", "demain", "amanha", "domani", "morgen"), 1),
}
_UNITS = {
    604_800: ("w", "week", "weeks", "semaine", "semaines", "semana", "semanas", "settimana", "settimane",
              "woche", "wochen"),
    86_400: ("d", "day", "days", "dia", "dias", "jour", "jours", "giorno", "giorni", "tag", "tage", "tagen"),
    3_600: ("h", "hr", "hrs", "hour", "hours", "hora", "horas", "heure", "heures", "ora", "ore", "stunde",
            "stunden", "std"),
    60: ("m", "min", "mins", "minute", "minutes", "minuto", "minutos", "minuti", "minuten"),
    1: ("s", "sec", "secs", "second", "seconds", "segundo", "segundos", "seconde", "secondes", "secondo",
        "secondi", "sekunde", "sekunden"),
    0.001: ("ms",),
}  # fmt: skip
UNIT_S = {word: seconds for seconds, words in _UNITS.items() for word in words}
"""Seconds of each unit's word."""
UNIT = "(?:" + "|".join(sorted(UNIT_S, key=len, reverse=True)) + ")"
CJK_S = {
    **dict.fromkeys(("天", "日", "일"), 86_400),
    **dict.fromkeys(("小时", "小時", "時間", "시간"), 3_600),
    **dict.fromkeys(("分钟", "分鐘", "分", "분"), 60),
    **dict.fromkeys(("秒钟", "秒", "초"), 1),
}
_MONTHS = (
    ("jan", "gen", "ene"), ("feb", "fev"), ("mar",), ("apr", "abr", "avr"), ("may", "mai", "mag"),
    ("jun", "juin", "giu"), ("jul", "juil", "lug"), ("aug", "ago", "aou"), ("sep", "set"),
    ("oct", "okt", "out", "ott"), ("nov",), ("dec", "dez", "dic"),
)  # fmt: skip
_HOURS_OFF = {
    "pst": -8, "pdt": -7, "mst": -7, "mdt": -6, "cst": -6, "cdt": -5, "est": -5, "edt": -4,
    "bst": 1, "cet": 1, "cest": 2, "jst": 9,
}  # fmt: skip
"""Names of zones that agents' vendors use; CST and BST as in the United States and Britain."""
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"'})


def plain(text: str) -> str:
    """Give *text* without accents, odd spaces (U+202F before AM, U+00A0), odd digits, odd quotes."""
    bare = (c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", "".join(bare)).translate(_QUOTES)


def month_of(name: str) -> int | None:
    """Give the month 1..12 that *name* (in any of the languages, short or long) means."""
    word = name.lower()
    found = (n for n, stems in enumerate(_MONTHS, 1) if word.startswith(stems))
    return next(found, None)


def zone_of(name: str | None, local_zone: tzinfo) -> tzinfo | None:
    """Give the zone that *name* means, *local_zone* without one, None where no one knows it."""
    if not name:
        return local_zone
    short = name.lower()
    if short in ("utc", "gmt", "z"):
        return UTC
    if short in _HOURS_OFF:
        return timezone(timedelta(hours=_HOURS_OFF[short]))
    if short[:3] in ("utc", "gmt") or short[0] in "+-":
        return _offset(short.removeprefix("utc").removeprefix("gmt"))
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # an unknown name, or no zone data on this machine
        return None


def _offset(text: str) -> tzinfo | None:
    hours, _, minutes = text[1:].partition(":")
    if not minutes and len(hours) > 2:
        hours, minutes = hours[:-2], hours[-2:]
    if not (hours.isdecimal() and (minutes or "0").isdecimal()) or int(hours) > 14:
        return None
    span = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-span if text[0] == "-" else span)
