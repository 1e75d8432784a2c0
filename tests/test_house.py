"""The house: imports go down only, libraries stay in their rooms, files stay small."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {
    "policies": set[str](),
    "loop": {"policies"},
    "config": {"policies"},
    "flows": {"policies", "loop", "config"},
}
ROOMS = {  # library: where it may be imported
    "prefect": ("flows/",),
    "tenacity": ("loop/",),
    "git": ("loop/",),
    "sqlalchemy": ("loop/",),
    "apprise": ("loop/",),
    "pydantic_settings": ("config/",),
    "rich": ("flows/cli/",),
    "typer": ("flows/cli/",),
}
IMPURE = {
    *("os", "subprocess", "pathlib", "time", "random", "logging", "socket", "shutil", "tempfile"),
    *("asyncio", "threading", "secrets", "sqlite3", "multiprocessing", "http"),
}
FILES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
LINES_LIMIT = 200


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of every import in *path*, those inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


@cache
def tops(path: Path) -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in imports(path))


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", FILES, ids=place)
def test_imports_go_down_only(path: Path) -> None:
    floor = place(path).partition("/")[0]
    above = set(FLOORS) - FLOORS[floor] - {floor}
    assert not tops(path) & (above | {"tests"})


@pytest.mark.parametrize("path", FILES, ids=place)
def test_libraries_stay_in_their_rooms(path: Path) -> None:
    astray = {name for name in tops(path) & set(ROOMS) if not place(path).startswith(ROOMS[name])}
    assert not astray


@pytest.mark.parametrize("path", [p for p in FILES if place(p).startswith("policies/")], ids=place)
def test_policies_are_values_in_values_out(path: Path) -> None:
    foreign = tops(path) - set(sys.stdlib_module_names) - {"policies"}
    assert not tops(path) & IMPURE
    assert not foreign


@pytest.mark.parametrize("path", FILES, ids=place)
def test_files_are_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LINES_LIMIT, f"{lines} lines: a second responsibility is a second file"


def test_there_is_a_house_to_look_at() -> None:
    assert {place(path).partition("/")[0] for path in FILES} == set(FLOORS)


def test_the_four_names_are_ours_only() -> None:
    owners = metadata.packages_distributions()
    others = {
        name: set(owners.get(name, ())) - {"nightcrew"} for name in (*FLOORS, "tests", "logs")
    }
    assert not any(others.values()), others


def test_no_folder_of_tests_is_a_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_every_test_file_has_a_name_of_its_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)
