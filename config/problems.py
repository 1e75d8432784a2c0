"""A wrong setting told in one line: the place, the key, what was found, and what to write."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config import model, outward
from config.layers import PREFIX, Layer
from config.schedule import Bare, ScheduleSettings
from policies.bounds import DEFAULT_BOUNDS

Path = tuple[str | int, ...]

TABLES: dict[str, type[BaseModel]] = {
    "timeouts": model.TimeoutSettings,
    "retry": model.RetrySettings,
    "breaker": model.BreakerSettings,
    "incidents": model.IncidentSettings,
    "environment": model.EnvironmentSettings,
    "bounds": model.BoundSettings,
    "agents": model.AgentEntry,
    "checks": model.CheckEntry,
    "setup": model.SetupEntry,
    "schedule": ScheduleSettings,
    "outage": model.OutageSettings,
    "notify": outward.NotifySettings,
    "outward": outward.OutwardSettings,
}


def told(error: ValidationError, layers: Sequence[Layer]) -> str:
    """Give one line for the first problem of *error*, and say how many more there are."""
    problems = error.errors(include_url=False)
    first = min(problems, key=lambda p: p["type"] != "extra_forbidden")
    path, layer = _source(first["loc"], layers)
    places = {_source(p["loc"], layers)[0] for p in problems}
    more = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
    return f"{_place(path, layer)}: {_wrong(first, path)}{more}"


def _source(loc: Path, layers: Sequence[Layer]) -> tuple[Path, Layer | None]:
    """Give the part of *loc* that stands in a layer, and the topmost layer it stands in."""
    best: tuple[Path, Layer | None] = ((), None)
    for layer in layers:
        path = _present(loc, layer.values)
        if len(path) >= max(len(best[0]), 1):
            best = (path, layer)
    return best


def _present(loc: Path, values: Any) -> Path:
    """Give *loc* without what stands in no layer: members of unions that pydantic names in it."""
    path: Path = ()
    for key in loc:
        with suppress(KeyError, IndexError, TypeError):
            values = values[key]
            path = (*path, key)
    return path


def _place(path: Path, layer: Layer | None) -> str:
    path = _written(path, layer)
    dotted = ".".join(str(key) for key in path)
    if layer is None or layer.kind == "defaults":
        return dotted or "settings"
    if layer.kind == "arguments":
        return "--" + dotted.replace("_", "-")
    if layer.kind == "environment":
        return "environment " + PREFIX + "__".join(str(key) for key in path).upper()
    line = line_of(layer.text, path)
    return f"{layer.name}{f', line {line}' if line else ''}: {dotted}"


def _written(path: Path, layer: Layer | None) -> Path:
    """Give *path* as the person wrote it: a bare schedule stands for its table's `at`."""
    value: Any = layer.values if layer else {}
    for key in path:
        value = value[key]
    return path[:-1] if isinstance(value, Bare) else path


def line_of(text: str, path: Path) -> int | None:
    """Give the 1-based line of *text* where the key at *path* is written, as far as it is plain."""
    keys = [str(key) for key in path if isinstance(key, str)]
    table: list[str] = []
    found = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\[?([^\[\]]+)\]", line):
            table = _keys(header.group(1))
        elif entry := re.match(r"""\s*([\w."'-]+(?:\s*\.\s*[\w"'-]+)*)\s*=""", line):
            full = table + _keys(entry.group(1))
            if keys[: len(full)] == full:  # the key, or an inline table that holds it
                return number
            continue
        if table and table == keys[: len(table)]:
            found = found or number
    return found


def _keys(dotted: str) -> list[str]:
    return [key.strip(" \t\"'") for key in dotted.split(".")]


def _wrong(problem: ErrorDetails, path: Path) -> str:
    key = next((k for k in reversed(path) if isinstance(k, str)), "")
    if problem["type"] == "extra_forbidden":
        return f"no such setting{_meant(key, _known(path[:-1]))}"
    if problem["type"] == "missing":
        return f"{problem['loc'][-1]} is missing; add it"
    if "[key]" in problem["loc"]:
        known = [c.value for c in DEFAULT_BOUNDS] if "bounds" in path else []
        return f"no such name{_meant(key, known)}" if known else _reason(problem)
    if key == "urls":  # what was written may be a secret
        return f"item {_number(path)} is no channel; {_CHANNELS}"
    return f"{_shown(problem['input'])} does not fit; {_remedy(key, problem)}"


_CHANNELS = (
    'write a list of URLs, as in urls = ["ntfy://host/topic"], or "$NAME" for the environment\'s'
)


def _number(path: Path) -> int:
    return next((key + 1 for key in reversed(path) if isinstance(key, int)), 1)


def _known(path: Path) -> list[str]:
    names = [key for key in path if isinstance(key, str)]
    if names[:1] == ["repositories"] and len(names) >= 2:
        names = names[2:] or ["repositories"]
    if not names:
        return list(model.Model.model_fields)
    table = model.RepositoryEntry if names == ["repositories"] else TABLES.get(names[0])
    fields = table.model_fields if table else {}
    return [field.alias or name for name, field in fields.items()]


def _meant(key: str, known: Iterable[str]) -> str:
    known = sorted(known)
    close = difflib.get_close_matches(key, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are: {', '.join(known)}"


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _reason(problem: ErrorDetails) -> str:
    return problem["msg"].removeprefix("Value error, ")


def _remedy(key: str, problem: ErrorDetails) -> str:
    kind = problem["type"]
    if key in ("checks", "setup"):
        return f'write "find", or a list of commands, as in {key} = ["make test"]'
    if key == "schedule":
        return 'write text, as in schedule = "nightly at 02:00", or a table [schedule]'
    if kind in ("enum", "literal_error"):
        return f"write one of {problem.get('ctx', {}).get('expected', '')}"
    if kind.startswith("bool"):
        return "write true or false"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"write a table, as in [{key}]"
    if key.endswith("_s"):
        return f"write a number of seconds, 0 or more, as in {key} = 3600"
    if kind.startswith("int"):
        return f"write a whole number, as in {key} = 2"
    if kind in ("greater_than", "greater_than_equal"):
        least = problem.get("ctx", {}).get("ge", "more than 0")
        return f"write a number from {least}" if least != "more than 0" else f"write {least}"
    if kind == "less_than_equal":
        return f"write a number up to {problem.get('ctx', {}).get('le')}"
    if kind.startswith(("float", "finite")):
        return f"write a number, as in {key} = 4"
    if kind.startswith("string"):
        return f'write text, as in {key} = "…"'
    if kind.startswith("list"):
        return f'write a list, as in {key} = ["…"]'
    return _reason(problem)
