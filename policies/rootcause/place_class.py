"""The class of what is said of a place in a file: by its words, the name of a rule, the file's language."""

from __future__ import annotations

import re

from policies.expressions import expression
from policies.failure import FailureClass as C
from policies.rootcause.tallies import words_of

RULE_NAME = expression(
    r"\s[\[(](?!\S{0,80}(?:Error|Exception|Defect)[\])])(?P<rule>[A-Za-z][\w@/.:-]{2,80})[\])]"
    r"(?: \[\d{1,2}\])?\.?$|^(?P<code>[A-Z]{1,5}-?\d{2,5})\b:?"
    r"|\s(?P<bare>[a-z]{2,}(?:[-/][a-z]{2,}){1,5})$"
)
"""How checkers name the rule that was broken: at the end, or as a code at the start."""

_COMPILED = words_of(
    "c cc cpp cxx c++ h hh hpp hxx inl m mm cu cl ino java kt kts scala sc groovy swift go rs zig d "
    "di nim cr v sv svh vhd vhdl ml mli hs lhs lean f f90 f95 f03 for adb ads cs fs fsx vb ts tsx "
    "mts cts js jsx mjs cjs vue svelte astro coffee elm purs res re gleam ex exs erl hrl dart proto "
    "thrift fbs vala vapi pas pp lpr asm s hx as sol move cairo mo wgsl glsl frag vert hlsl metal qml "
    "pyx pxd r jl tex bib sty less scss sass"
)
_SETTINGS = words_of("yml yaml toml json jsonc ini cfg conf xml gradle properties tf hcl nix cmake")
_TYPES = expression(
    r"\btypes? (?:mismatch|error)|\bmismatched types|not assignable|incompatible types?"
    r"|\bexpected type|cannot unify"
    r"|could not match type|couldn't match (?:expected )?type|has no attribute"
)
_CHECKED = words_of("ts tsx mts cts py pyi vue svelte astro purs elm")
_MISSING = expression(
    r"(?:no such file|not found|cannot find|can't (?:find|resolve)|could not (?:find|resolve"
    r"|locate)"
    r"|unable to (?:find|resolve)|unresolved|missing)\b.{0,80}\b(?:modules?|packages?"
    r"|headers?|librar|dependenc|imports?"
    r"|plugin)|(?:modules?|packages?|headers?|plugin|library) .{1,120}(?:not found"
    r"|cannot be found|not installed)"
    r"|\.(?:h|hpp|hh)['\">]?:? (?:no such file|file not found|not found)"
)
_SYNTAX = expression(
    r"\bsyntax|\bparse\b|\bparser?\b|\bunexpected (?:token|end|eof|indent|character|keyword)"
    r"|unterminated"
)
_ASSERTS = expression(
    r"\bassert|\bexpected\b.{1,120}\b(?:got|but|actual|found)\b|\bfailed\b|\bEXPECT_|\bmismatch"
)
_ADVISES = expression(
    r"\bshould (?:not )?(?:be|have|use|start|end|match)\b|^(?:please )?(?:prefer|avoid|consider)\b"
)
"""How checkers of style speak; compilers that do set `error` before it."""
_TEST_FILE = expression(
    r"(?:^|[/\\_.])(?:tests?|specs?)(?:[/\\_.]|$)|(?:Test|Spec)s?\.\w+$|(?:^|[/\\])test\w*\.\w+$",
    re.I,
)


def is_code(ext: str) -> bool:
    """Say whether files that end with *ext* hold a language that is compiled or checked."""
    return ext.lower() in _COMPILED


def class_at(file: str, ext: str, said: str, *, is_error: bool) -> C | None:
    """Give the class of what was *said* of a place in *file*: by the words, the rule's name, the language."""
    lowered, ext = said.lower(), ext.lower()
    if _MISSING.search(lowered):
        return C.MISSING_DEPENDENCY
    if _TYPES.search(lowered) and ext in _CHECKED:
        return C.TYPE_ERROR
    if _SYNTAX.search(lowered):
        return C.CONFIG_ERROR if ext in _SETTINGS else C.COMPILE_ERROR
    if _TEST_FILE.search(file) and _ASSERTS.search(lowered):
        return C.TEST_FAILURE
    rule = RULE_NAME.search(said)
    if (
        rule
        and not (rule["code"] and ext in _COMPILED and is_error)
        and not (rule["rule"] or "").startswith("-W")
    ):
        return C.LINT
    if _ADVISES.search(lowered) and "error" not in lowered:
        return C.LINT
    if ext in _SETTINGS:
        return C.CONFIG_ERROR
    if ext in _COMPILED and is_error:
        return C.TYPE_ERROR if ext in ("ts", "tsx") and "TS2" in said else C.COMPILE_ERROR
    return None
