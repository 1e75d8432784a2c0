"""Patterns that people write, looked at before they are tried: some could take for ever on one line.

Python's expressions try one way after the other. Where a repeated group can split the same text in many
ways, or many wide repetitions stand where each could take the others' text, the ways are past counting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

CHAIN_LIMIT = 3
"""So many wide repetitions may compete for the same text: of 2,000 characters, that is seconds at worst."""
WIDE = 100
"""A repetition that can take so many characters more or fewer is wide."""
NESTED = "a repeated group that repeats inside can take for ever: bound one of the two"
_MANY_WAYS = (
    "a repeated group that can match the same text in several ways can take for ever: end it with a "
    "character that stands nowhere else in it"
)
_CHAINED = (
    f"more than {CHAIN_LIMIT} wide repetitions that can take each other's text can take for ever: "
    "bound some, or say what stands between them"
)

_ALPHABET = "".join(map(chr, range(128))) + "é日"
_REPEATS = (code.MAX_REPEAT, code.MIN_REPEAT)
_Node = tuple[Any, Any]
_Chars = frozenset[str]


def refuse_slow(pattern: str) -> None:
    """Raise ValueError when *pattern* could take for ever, re.error when it is none."""
    tree = list(parser.parse(pattern, re.IGNORECASE))
    for _, high, body in _repeats(tree):
        if high > 1:
            _refuse_group(body, is_endless=high == code.MAXREPEAT)
    if _longest_chain(list(_flat(tree))) > CHAIN_LIMIT:
        raise ValueError(_CHAINED)


def _refuse_group(body: list[_Node], *, is_endless: bool) -> None:
    if is_endless and any(high == code.MAXREPEAT for _, high, _ in _repeats(body)):
        raise ValueError(NESTED)
    loose = _loose(body)
    if _overlaps(body) or (loose and not _is_fenced(body, loose)):
        raise ValueError(_MANY_WAYS)


def _children(node: _Node) -> list[list[_Node]]:
    """Give the sequences inside *node*."""
    op, value = node
    if op in _REPEATS or op is code.POSSESSIVE_REPEAT:
        return [list(value[2])]
    if op is code.SUBPATTERN:
        return [list(value[3])]
    if op is code.BRANCH:
        return [list(way) for way in value[1]]
    if op is code.ATOMIC_GROUP:
        return [list(value)]
    if op is code.GROUPREF_EXISTS:
        return [list(way) for way in value[1:] if way]
    return [list(value[1])] if op in (code.ASSERT, code.ASSERT_NOT) else []


def _repeats(nodes: Iterable[_Node]) -> Iterator[tuple[int, int, list[_Node]]]:
    """Yield the repetitions in *nodes*, however deep: least, most, and what is repeated."""
    for node in nodes:
        if node[0] in _REPEATS or node[0] is code.POSSESSIVE_REPEAT:
            yield int(node[1][0]), int(node[1][1]), list(node[1][2])
        for inside in _children(node):
            yield from _repeats(inside)


def _loose(nodes: Iterable[_Node]) -> _Chars:
    """Give the characters of what can be longer or shorter in *nodes*."""
    found = set[str]()
    for node in nodes:
        op, value = node
        is_loose = (op in _REPEATS and value[0] != value[1]) or (
            op is code.BRANCH and not all(map(_first, _children(node)))
        )
        if is_loose:
            found |= _all(_children(node))
        elif op is not code.POSSESSIVE_REPEAT:
            for inside in _children(node):
                found |= _loose(inside)
    return frozenset(found)


def _is_fenced(body: list[_Node], loose: _Chars) -> bool:
    """Say whether each round ends or begins with a character that nothing loose in it can take."""
    flat = [node for node in _flat(body) if node[0] is not code.AT]
    ends = [node for node in (*flat[:1], *flat[-1:]) if node[0] not in _REPEATS]
    return any((chars := _chars(node)) and not chars & loose for node in ends)


def _overlaps(nodes: Iterable[_Node]) -> bool:
    """Say whether two ways of a choice in *nodes* can begin with the same character."""
    for node in nodes:
        ways = _children(node)
        if node[0] is code.BRANCH:
            firsts = [_first(way) for way in ways]
            if firsts.count(frozenset()) > 1 or sum(map(len, firsts)) > len(_union(firsts)):
                return True
        if any(_overlaps(way) for way in ways):
            return True
    return False


def _first(way: list[_Node]) -> _Chars:
    flat = next((node for node in _flat(way) if node[0] is not code.AT), None)
    return _chars(flat) if flat else frozenset()


def _flat(nodes: Iterable[_Node]) -> Iterator[_Node]:
    """Yield *nodes* without groups around them; of a choice the way with most repetitions."""
    for node in nodes:
        op = node[0]
        if op in (code.SUBPATTERN, code.ATOMIC_GROUP):
            yield from _flat(_children(node)[0])
        elif op is code.BRANCH:
            yield from _flat(max(_children(node), key=lambda way: len(list(_repeats(way)))))
        elif op in _REPEATS and node[1][1] == 1:
            yield (code.MAX_REPEAT, node[1])
        else:
            yield node


def _all(ways: Iterable[list[_Node]]) -> _Chars:
    """Give every character that *ways* can take."""
    return _union(_chars(node) for way in ways for node in way)


def _union(sets: Iterable[_Chars]) -> _Chars:
    return frozenset().union(*sets)


def _chars(node: _Node) -> _Chars:
    op = node[0]
    if op in (code.AT, code.ASSERT, code.ASSERT_NOT):
        return frozenset()
    if inside := _children(node):
        return _all(inside)
    return _taken(repr(node), node) if op is not code.GROUPREF else frozenset(_ALPHABET)


_known: dict[str, _Chars] = {}


def _taken(key: str, node: _Node) -> _Chars:
    """Give what one character may be for *node*, in small letters: the compiler itself is asked, once."""
    if key in _known:
        return _known[key]
    made = parser.SubPattern(parser.State(), [node])
    made.state.flags, made.state.str = re.IGNORECASE | re.DOTALL, ""
    one = compiler.compile(made)
    return _known.setdefault(key, frozenset(c.lower() for c in _ALPHABET if one.match(c)))


def _longest_chain(flat: list[_Node]) -> int:
    """Give how many wide repetitions in a row could each take the text of those before it."""
    longest, open_ones = 0, list[tuple[_Chars, int]]()
    for node in flat:
        chars = _chars(node)
        if node[0] in _REPEATS and node[1][1] - node[1][0] >= WIDE:
            length = 1 + max((n for taken, n in open_ones if taken & chars), default=0)
            longest = max(longest, length)
            open_ones.append((chars, length))
        elif node[0] not in _REPEATS and chars:
            open_ones = [(taken, n) for taken, n in open_ones if taken & chars]
    return longest
