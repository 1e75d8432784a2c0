"""What people read names what there is: every setting with its default, every verb and flag."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from config.model import Model
from flows.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DEFAULTS = tomllib.loads((ROOT / "config/defaults.toml").read_text(encoding="utf-8"))
BOUNDS = DEFAULTS["bounds"]
FIELDS = ("attempts", "wait_from_s", "wait_to_s", "opens_after", "scope")
SETTINGS = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
CONTRACTS = (ROOT / "docs/contracts.md").read_text(encoding="utf-8")


def leaves(table: dict, above: tuple[str, ...] = ()) -> Iterator[tuple[str, object]]:
    """Yield every key of *table*, dotted, with its value; the bounds have a table of their own."""
    for name, value in table.items():
        if isinstance(value, dict):
            if name != "bounds":
                yield from leaves(value, (*above, name))
        else:
            yield ".".join((*above, name)), value


def table_rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]


LEAVES = dict(leaves(DEFAULTS))
ROWS = {row[0].strip("`"): row for row in table_rows(SETTINGS)}


@pytest.mark.parametrize("key", LEAVES)
def test_every_setting_is_told_with_its_default_and_its_environment_name(key: str) -> None:
    _, default, unit, environment, meaning = ROWS[key]
    assert default == f"`{json.dumps(LEAVES[key])}`"
    assert environment == f"`NIGHTCREW_{key.upper().replace('.', '__')}`"
    assert unit
    assert meaning


def test_no_setting_is_told_that_does_not_exist() -> None:
    told = {row[0].strip("`") for row in table_rows(SETTINGS) if len(row) == 5 and "`" in row[0]}
    assert told == set(LEAVES)
    top = {key.partition(".")[0] for key in LEAVES} | {"bounds", "agents", "repositories"}
    assert top == set(Model.model_fields)


def test_every_class_and_field_of_the_bounds_is_told() -> None:
    assert not [name for name in BOUNDS if f"`{name}`" not in SETTINGS]
    assert not [field for field in FIELDS if f"`bounds.<class>.{field}`" not in SETTINGS]


def test_the_operators_table_of_bounds_is_the_default() -> None:
    told = {}
    for row in table_rows((ROOT / "docs/operating.md").read_text(encoding="utf-8")):
        for name in re.findall(r"`(\w+)`", row[0]):
            if name in BOUNDS and len(row) == 6:
                told[name] = row[1:]
    wanted = {name: [str(bound[field]) for field in FIELDS] for name, bound in BOUNDS.items()}
    assert told == wanted


# --- verbs and flags -----------------------------------------------------------------------------

COMMAND = typer.main.get_command(app)
CALL = re.compile(r"(?<![\w/-])(?:\.venv/bin/)?(?:nightcrew|python3 flows)(?= )")
NO_CALL = re.compile(r"(?:#|\b(?:install|uninstall|cd)|\bclone \S+) $")
"""What stands before the name where it is no call: a log's first line, or another program's word."""


def flags_of(command: object) -> set[str]:
    names = {opt for param in command.params for opt in (*param.opts, *param.secondary_opts)}
    return {name for name in names if name.startswith("-")} | {"-h", "--help"}


def commands(command: object, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], set]]:
    """Yield every verb, as its words, with its flags."""
    yield above, flags_of(command)
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*above, name))


VERBS = dict(commands(COMMAND))


def code_of(text: str) -> Iterator[str]:
    """Yield what stands in code: the lines of fenced blocks, and spans."""
    parts = re.split(r"^```.*$", text, flags=re.MULTILINE)
    for block in parts[1::2]:
        yield from block.splitlines()
    for prose in parts[::2]:
        yield from re.findall(r"`([^`\n]+)`", prose)


def words_of(call: str) -> list[str]:
    call = re.split(r"\s(?:&&|\||;|>|#)(?:\s|$)", f" {call} ")[0]
    try:
        return shlex.split(call)
    except ValueError:
        return call.split()


def calls(text: str) -> Iterator[list[str]]:
    """Yield the words after the program's name, of every call of it that stands in code."""
    for code in code_of(text):
        for found in CALL.finditer(code):
            if not NO_CALL.search(code[: found.start()]):
                yield words_of(code[found.end() :])


def wrong(words: list[str]) -> str:
    """Say what of a call does not exist; empty when all does."""
    verb: tuple[str, ...] = ()
    for word in words:
        if (*verb, word) not in VERBS:
            break
        verb = (*verb, word)
    rest = words[len(verb) :]
    if not verb and rest and not rest[0].startswith("-") and not rest[0].isupper():
        return f"no verb {rest[0]}"
    flags = [word.partition("=")[0] for word in rest if word.startswith("-") and word != "-"]
    unknown = [flag for flag in flags if flag not in VERBS[verb] and not flag[1:].isdecimal()]
    return f"{' '.join(verb)} has no {', '.join(unknown)}" if unknown else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_call_that_is_named_works(page: Path) -> None:
    told = [(words, wrong(words)) for words in calls(page.read_text(encoding="utf-8"))]
    assert not [(" ".join(words), why) for words, why in told if why]


def test_calls_are_seen_where_they_stand() -> None:
    text = 'See `nightcrew run --agent "x --y"`.\n```\ncd nightcrew && nightcrew breaker rest --yes\n```\n'
    seen = {tuple(words): wrong(words) for words in calls(text)}
    assert seen == {
        ("run", "--agent", "x --y"): "",
        ("breaker", "rest", "--yes"): "breaker has no --yes",
    }
    assert wrong(["trip"]) == "no verb trip"


def told_in(text: str) -> Iterator[tuple[tuple[str, ...], set]]:
    """Yield the verb and the flags of every line of *text* that is a synopsis."""
    for line in text.splitlines():
        if line.startswith("nightcrew "):
            words = re.sub(r"[][]", " ", line.partition("  ")[0]).split()[1:]
            verb = max(
                (v for v in VERBS if tuple(words[: len(v)]) == v),
                key=len,
            )
            yield verb, {word for word in words if word.startswith("-")}


def test_the_contracts_name_every_verb_with_all_its_flags() -> None:
    given = {verb: flags - {"-h", "--help"} for verb, flags in VERBS.items() if verb}
    assert {verb: flags for verb, flags in told_in(CONTRACTS) if verb} == given
