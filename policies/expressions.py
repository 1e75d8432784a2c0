"""Regular expressions that are compiled when they are first asked something.

Over a thousand are known here and one log needs some 150 of them: compiling all is a third of a start.
"""

from __future__ import annotations

import re
from typing import Any, cast

_ASKED = (
    *("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"),
    *("flags", "groupindex", "groups", "pattern"),
)


class Expression:
    """What answers as the `re.Pattern` of its source; the first question compiles it."""

    __slots__ = ("_flags", "_source", *_ASKED)

    def __init__(self, source: str, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        """Give what the pattern has, which from then on is found without asking here."""
        if name not in _ASKED:
            raise AttributeError(name)
        compiled = re.compile(self._source, self._flags)
        for each in _ASKED:
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)


def expression(source: str, flags: int = 0) -> re.Pattern[str]:
    """Give *source* to be asked as a pattern; where it is none, the first question raises re.error."""
    return cast("re.Pattern[str]", Expression(source, flags))
