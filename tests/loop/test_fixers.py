"""The built-in agent over real repositories, with the real tools that are installed here."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from repositories import commit, everything, git, repository

from loop.fixing import editorconfig, whitespace
from loop.fixing.children import OFFLINE, batches, run_tool
from loop.fixing.repository import Repository
from loop.fixing.scripts import options, words_of
from tests.waiting import until, until_gone

RUFF = "[tool.ruff]\n"
RUFF_FORMAT = "[tool.ruff.format]\n"
UNTIDY = "import os\nx = [1,2]\n"
TRIM = "[*]\ntrim_trailing_whitespace = true\ninsert_final_newline = true\n"
PRE_COMMIT = "repos:\n- repo: local\n  hooks:\n"


def fix(where: Path, *, tools: Path | None = None) -> tuple[int, list[str]]:
    """Run the agent as a cycle does; give its exit code and lines. *tools* stands first on PATH."""
    folders = [str(tools)] if tools else []
    folders += [str(Path(sys.executable).parent), os.environ["PATH"]]
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "loop.fixers"],
        cwd=where,
        env=os.environ | {"PATH": os.pathsep.join(folders)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stderr == ""
    return ended.returncode, ended.stdout.splitlines()


def program(folder: Path, name: str, body: str) -> Path:
    """Write a program in sh; give its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(stat.S_IRWXU)
    return folder


def without(tmp_path: Path, *names: str) -> str:
    """Give a PATH on which only git and *names* are."""
    folder = tmp_path / "bare"
    folder.mkdir()
    for name in ("git", "env", *names):
        (folder / name).symlink_to(shutil.which(name) or f"/usr/bin/{name}")
    return str(folder)


def test_nothing_configured_changes_nothing(tmp_path: Path) -> None:
    where = repository(tmp_path / "r", {"a.py": UNTIDY, "n.txt": "a  \nb"})
    before = everything(where)
    assert fix(where) == (
        0,
        ["fixers: nothing to run: no formatter or linter is both configured here and installed"],
    )
    assert everything(where) == before


def test_ruff_mends_and_formats_and_the_second_run_changes_nothing(tmp_path: Path) -> None:
    where = repository(tmp_path / "r", {"pyproject.toml": RUFF + RUFF_FORMAT, "a.py": UNTIDY})
    assert fix(where) == (
        0,
        [
            "ruff check --fix (pyproject.toml): changed 1 file",
            "ruff format (pyproject.toml): changed 1 file",
            "fixers: changed 1 file",
        ],
    )
    assert (where / "a.py").read_text() == "x = [1, 2]\n"
    assert git(where, "status", "--short") == "M a.py"
    before = everything(where)
    assert fix(where)[1][-1] == "fixers: nothing to change"
    assert everything(where) == before


def test_ruff_formats_only_where_the_repository_says_so(tmp_path: Path) -> None:
    where = repository(tmp_path / "r", {"pyproject.toml": RUFF, "a.py": UNTIDY})
    code, lines = fix(where)
    assert (code, lines[-1]) == (0, "fixers: changed 1 file")
    assert (where / "a.py").read_text() == "x = [1,2]\n"


@pytest.mark.parametrize("name", ["ruff.toml", ".ruff.toml", "sub/ruff.toml"])
def test_ruffs_own_file_counts_for_its_folder(tmp_path: Path, name: str) -> None:
    folder = Path(name).parent
    where = repository(tmp_path / "r", {name: "line-length = 99\n", "sub/a.py": UNTIDY})
    commit(where, {"b.py": UNTIDY})
    assert fix(where)[0] == 0
    assert "import os" not in (where / "sub/a.py").read_text()
    assert ("import os" in (where / "b.py").read_text()) == (folder == Path("sub"))


def test_only_tracked_files_are_touched(tmp_path: Path) -> None:
    files = {"pyproject.toml": RUFF + "extend-exclude = ['skip.py']\n", "skip.py": UNTIDY}
    where = repository(tmp_path / "r", files | {".editorconfig": TRIM, "a.py": UNTIDY})
    outside = tmp_path / "outside"
    outside.mkdir()
    for place in (where / "new.py", outside / "b.py"):
        place.write_text(UNTIDY + "y = 1  ")
    (where / "link.py").symlink_to(outside / "b.py")
    (where / "folder").symlink_to(outside)
    git(where, "add", "link.py", "folder")
    repository(where / "inner", {"c.py": UNTIDY, "c.txt": "a  "})
    assert fix(where)[0] == 0
    assert git(where, "diff", "--name-only").split() == ["a.py"]
    assert (where / "new.py").read_text() == (outside / "b.py").read_text() == UNTIDY + "y = 1  "
    assert git(where / "inner", "status", "--short") == ""


def test_a_hooks_files_and_arguments_are_kept_to(tmp_path: Path) -> None:
    config = (
        "exclude: ^top/\n"
        + PRE_COMMIT
        + "  - {id: ruff, args: [--fix, --select=I], exclude: ^old/}\n"
        + "  - {id: trailing-whitespace, files: '[.]txt$'}\n"
        + "  - {id: end-of-file-fixer, stages: [manual]}\n"
    )
    unsorted = "import sys\nimport os\n"
    names = ("a.py", "old/a.py", "top/a.py")
    where = repository(tmp_path / "r", dict.fromkeys(names, unsorted))
    commit(where, {".pre-commit-config.yaml": config, "n.txt": "a \nb", "n.cfg": "a \n"})
    tools = program(
        tmp_path / "tools", "pre-commit", "echo 'An error has occurred: offline'; exit 1"
    )
    code, lines = fix(where, tools=tools)
    assert code == 0
    assert lines[0].startswith("pre-commit (.pre-commit-config.yaml): could not run: An error")
    assert git(where, "diff", "--name-only").split() == ["a.py", "n.txt"]
    assert (where / "a.py").read_text() == "import os\nimport sys\n"
    assert (where / "n.txt").read_text() == "a\nb"


def test_what_pre_commit_has_run_is_not_run_again(tmp_path: Path) -> None:
    config = PRE_COMMIT + "  - {id: ruff}\n"
    where = repository(tmp_path / "r", {".pre-commit-config.yaml": config, "a.py": UNTIDY})
    tools = program(tmp_path / "tools", "pre-commit", "echo 'ruff....Failed'; exit 1")
    assert fix(where, tools=tools) == (
        0,
        [
            "pre-commit (.pre-commit-config.yaml): nothing to change",
            "ruff check --fix: run by pre-commit",
            "fixers: nothing to change",
        ],
    )
    assert (where / "a.py").read_text() == UNTIDY


def test_what_is_not_installed_is_named_with_its_remedy(tmp_path: Path) -> None:
    files = {"pyproject.toml": "[tool.ruff]\n[tool.black]\n", ".prettierrc": "{}\n"}
    where = repository(tmp_path / "r", files)
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "loop.fixers"],
        cwd=where,
        env={"PATH": without(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[:3] == [
        "ruff check --fix: configured in pyproject.toml, but not installed (pip install ruff)",
        "black: configured in pyproject.toml, but not installed (pip install black)",
        "prettier --write: configured in .prettierrc, but not installed (npm install)",
    ]


def test_the_repositorys_own_tool_wins_over_the_path(tmp_path: Path) -> None:
    where = repository(tmp_path / "r", {"pyproject.toml": RUFF, ".gitignore": ".venv\n"})
    program(
        where / ".venv/bin", "ruff", "echo Traceback '(most recent call last)'; echo boom; exit 2"
    )
    code, lines = fix(where)
    assert code == 1
    assert lines == [
        "ruff check --fix: crashed: it ended with code 2",
        "    Traceback (most recent call last)",
        "    boom",
        "fixers: nothing to change",
    ]


def test_a_configuration_that_the_tool_does_not_know_is_no_crash(tmp_path: Path) -> None:
    where = repository(tmp_path / "r", {"ruff.toml": 'lint.select = ["ZZZ9"]\n', "a.py": UNTIDY})
    code, lines = fix(where)
    assert code == 0
    assert lines[0].startswith("ruff check --fix (ruff.toml): could not run: ")


def test_a_folder_that_is_no_repository_is_said(tmp_path: Path) -> None:
    code, lines = fix(tmp_path)
    assert code == 1
    assert "not a git repository" in lines[0]


def test_whitespace_follows_editorconfig(tmp_path: Path) -> None:
    dirty = {
        "a.txt": b"a  \r\nb\t\r\nc",
        "b.md": b"break  \none \n   \nend",
        "keep.cfg": b"a  \nb",
        "bin.txt": b"a  \0\n",
        "attr.txt": b"a  \n",
        "x.snap": b"a  \n",
        "x.patch": b"a  \n",
        "testdata/a.txt": b"a  \n",
        "fixtures/a.txt": b"a  \n",
        "big.txt": b"a  \n" * 300_000,
        "own/a.txt": b"a  ",
    }
    config = f"root = true\n{TRIM}[*.cfg]\ntrim_trailing_whitespace = false\n"
    where = repository(tmp_path / "r", {".editorconfig": config})
    commit(where, {"own/.editorconfig": "root = true\n[*]\ninsert_final_newline = true\n"})
    for name, data in dirty.items():
        (where / name).parent.mkdir(exist_ok=True)
        (where / name).write_bytes(data)
    git(where, "config", "core.autocrlf", "false")
    commit(where, {".gitattributes": "attr.txt -text\n"})
    assert fix(where) == (
        0,
        ["whitespace (.editorconfig): changed 4 files", "fixers: changed 4 files"],
    )
    mended = {
        "a.txt": b"a\r\nb\r\nc\r\n",
        "b.md": b"break  \none\n\nend\n",
        "keep.cfg": b"a  \nb\n",
        "own/a.txt": b"a  \n",
    }
    assert {name: (where / name).read_bytes() for name in dirty} == dirty | mended
    assert fix(where)[1][-1] == "fixers: nothing to change"


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("*", ["a", "b/c.py"], []),
        ("*.py", ["a.py", "b/c.py"], ["a.pyc"]),
        ("*.{js,ts}", ["a.js", "b/c.ts"], ["a.jsx", "a.{js,ts}"]),
        ("{a,b}.{c,d{e,f}}", ["a.c", "b.de", "b.df"], ["a.d", "a.e"]),
        ("[Mm]akefile", ["Makefile", "x/makefile"], ["amakefile"]),
        ("[!a-c]x", ["dx"], ["ax", "cx"]),
        ("lib/**.js", ["lib/a.js", "lib/b/c.js"], ["x/lib/a.js"]),
        ("/top.txt", ["top.txt"], ["a/top.txt"]),
        ("docs/*.md", ["docs/a.md"], ["docs/b/a.md"]),
        ("v{1..3}", ["v1", "v3"], ["v4", "v{1..3}"]),
        ("{single}", ["{single}"], ["single"]),
        ("a?c", ["abc"], ["ac", "a/c"]),
        ("a\\*", ["a*"], ["ab"]),
        ("[broken", ["[broken"], ["b"]),
    ],
)
def test_globs_of_editorconfig(tmp_path: Path, glob: str, yes: list[str], no: list[str]) -> None:
    (tmp_path / ".editorconfig").write_text(f"[{glob}]\nindent_size = 2\n")
    matched = [path for path in yes + no if editorconfig.rules(tmp_path, path)]
    assert matched == yes


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ("[*]\nTrim_Trailing_Whitespace = TRUE\n", {"trim_trailing_whitespace": "true"}),
        ("[*]\na = 1\n[*.py]\na = unset\n", {}),
        ("[*]\na = 1\n[*.py]\na = 2\n", {"a": "2"}),
        ("a = 1\n; note\n# note\n[*.txt]\na = 1\n", {}),
    ],
)
def test_properties_of_editorconfig(tmp_path: Path, said: str, rules: dict[str, str]) -> None:
    (tmp_path / ".editorconfig").write_text(said)
    assert editorconfig.rules(tmp_path, "x/a.py") == rules


ALL = whitespace.Wish(trim=True, newline=True, single=True)


@pytest.mark.parametrize(
    ("data", "markdown", "mended"),
    [
        (b"", False, b""),
        (b"\n\n", False, b"\n\n"),
        (b"a\n\n\n", False, b"a\n"),
        (b"a\r\n\r\n", False, b"a\r\n"),
        (b"a\t \nb", False, b"a\nb\n"),
        (b"a\x0c\n", False, b"a\x0c\n"),
        (b"a  \nb \n  \n", True, b"a  \nb\n"),
        (b"\xff \n", False, b"\xff\n"),
        (b" " * 200_000 + b"x\n", False, b" " * 200_000 + b"x\n"),
    ],
)
def test_mending_of_whitespace(data: bytes, markdown: bool, mended: bytes) -> None:
    assert whitespace.mend(data, ALL, markdown) == mended
    assert whitespace.mend(mended, ALL, markdown) == mended


def test_cargo_formats_and_mends(tmp_path: Path) -> None:
    tools = [["cargo", "fmt", "--version"], ["cargo", "clippy", "--version"]]
    # A rustup whose HOME is another one finds no toolchain.
    if not shutil.which("cargo") or any(subprocess.run(t, check=False).returncode for t in tools):
        pytest.skip("cargo, rustfmt and clippy are not installed here")
    manifest = (
        '[package]\nname = "c"\nversion = "0.1.0"\nedition = "2021"\n[lints.clippy]\nall = "warn"\n'
    )
    main = 'fn main(){ let x = 5; println!("{}", x.clone()); return; }\n'
    where = repository(
        tmp_path / "r", {"Cargo.toml": manifest, "rustfmt.toml": "", "src/main.rs": main}
    )
    code, lines = fix(where)
    assert (code, lines[-1]) == (0, "fixers: changed 1 file")
    assert "return" not in (where / "src/main.rs").read_text()
    assert git(where, "status", "--short") == "M src/main.rs"
    assert fix(where)[1][-1] == "fixers: nothing to change"


def test_go_is_formatted(tmp_path: Path) -> None:
    if not shutil.which("gofmt"):
        pytest.skip("gofmt is not installed here")
    where = repository(tmp_path / "r", {"go.mod": "module x\n", "a.go": "package  x\n"})
    assert fix(where)[0] == 0
    assert (where / "a.go").read_text() == "package x\n"


@pytest.mark.parametrize(
    ("scripts", "words"),
    [
        ({"lint": "eslint src --ext .ts --fix && tsc"}, ("src", "--ext", ".ts")),
        ({"a": "tsc", "b": "CI=1 npx eslint 'a b/**'"}, ("a b/**",)),
        ({"lint": "eslint --fix"}, ()),
        ({"lint": "eslint $FILES"}, ()),
        ({"lint": "eslint 'src"}, ()),
        ({"lint": ["eslint", "src"]}, ()),
    ],
)
def test_words_of_package_scripts(
    tmp_path: Path, scripts: dict[str, object], words: tuple[str, ...]
) -> None:
    where = repository(tmp_path / "r", {"package.json": json.dumps({"scripts": scripts})})
    assert words_of(Repository(where, {}), "eslint", frozenset({"--fix"})) == words


def test_options_keep_their_values() -> None:
    words = ("src", "--config", "x.json", "--tab=2", "lib")
    assert options(words, frozenset({"--config"})) == ("--config", "x.json", "--tab=2")


def test_prettier_writes_only_what_is_tracked(tmp_path: Path) -> None:
    """The program stands in for prettier: it lists two files and notes how it was called."""
    package = json.dumps({"scripts": {"lint": "prettier --config c.json --check src"}})
    files = {"package.json": package, ".prettierrc": "{}", "src/a.js": "a", ".gitignore": "n*\n"}
    where = repository(tmp_path / "r", files)
    (where / "src/new.js").write_text("a")
    program(
        where / "node_modules/.bin",
        "prettier",
        'echo "$@" >> node_modules/calls; case "$*" in *list*)'
        " echo src/a.js; echo src/new.js; exit 1;; esac\n"
        'for last; do :; done; echo b > "$last"',
    )
    code, lines = fix(where)
    assert (code, lines[-1]) == (0, "fixers: changed 1 file")
    assert (where / "src/new.js").read_text() == "a"
    assert (where / "node_modules/calls").read_text().splitlines()[:2] == [
        "--config c.json src --list-different --ignore-unknown",
        "--config c.json --write --ignore-unknown ./src/a.js",
    ]


def test_a_tool_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    tools = program(tmp_path / "tools", "slow", "echo begun; sleep 60")
    ended = run_tool(tmp_path, [str(tools / "slow")], os.environ, 0.5)
    assert (ended.exit_code, ended.lines) == (None, ("begun",))
    assert ended.why_not == "it did not end within 0.5 s"


def test_a_stop_ends_the_tool_too(tmp_path: Path) -> None:
    where = repository(tmp_path / "r", {"pyproject.toml": RUFF})
    pid = tmp_path / "pid"
    program(where / ".venv/bin", "ruff", f"echo $$ > {pid}.new; mv {pid}.new {pid}; exec sleep 60")
    command = [sys.executable, "-P", "-m", "loop.fixers"]
    with subprocess.Popen(command, cwd=where, stdout=subprocess.DEVNULL) as child:
        until(pid.exists)
        child.terminate()
        assert child.wait(20) == 128 + signal.SIGTERM
    until_gone(int(pid.read_text()))


def test_a_tool_has_closed_input_and_is_told_to_stay_offline(tmp_path: Path) -> None:
    tools = program(tmp_path / "tools", "asks", "cat; env")
    ended = run_tool(tmp_path, [str(tools / "asks")], os.environ, 20)
    assert ended.exit_code == 0
    assert {f"{name}={value}" for name, value in OFFLINE.items()} <= set(ended.lines)


@given(st.lists(st.text("ab/", min_size=1, max_size=40_000), max_size=30))
def test_batches_keep_every_path_in_order(paths: list[str]) -> None:
    parts = list(batches(paths))
    assert [path for part in parts for path in part] == paths
    assert all(len(part) == 1 or sum(map(len, part)) <= 60_000 for part in parts)
