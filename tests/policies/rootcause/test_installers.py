"""pip, uv, poetry, conda, tox, nox; errors told in layers; documentation builds."""

from __future__ import annotations

from typing import Any

import pytest

CONFLICT = """
ERROR: Cannot install -r req.txt and crate==1 because these package versions have conflicting dependencies.

The conflict is caused by:
    The user requested crate==1
    shelf 2.0 depends on crate<3 and >=2

To fix this you could try to:
1. loosen the range of package versions you've specified

ERROR: ResolutionImpossible: for help visit the documentation"""
NO_MATCH = """
ERROR: Could not find a version that satisfies the requirement crate==99 (from versions: 1.0, 2.0)
ERROR: No matching distribution found for crate==99"""
PODS = """
Analyzing dependencies
[!] CocoaPods could not find compatible versions for pod "Crate":
  In Podfile:
    Shelf (from `../shelf`) was resolved to 0.7, which depends on
      Crate (= 0.6)

None of your spec sources contain a spec satisfying the dependency: `Crate (= 0.6)`.

You have either:
 * out-of-date source repos which you can update with `pod repo update`."""
OFFLINE = f"""
WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'Reset': /simple/crate/
{NO_MATCH.strip()}"""


def box(*output: str, title: str = "Building wheel for crate (pyproject.toml)") -> str:
    inner = "\n".join(f"      {line}" for line in output)
    return f"""
  error: subprocess-exited-with-error

  × {title} did not run successfully.
  │ exit code: 1
  ╰─> [{len(output)} lines of output]
{inner}
      [end of output]

  note: This error originates from a subprocess, and is likely not a problem with pip.
  ERROR: Failed building wheel for crate
Failed to build crate"""


TRACE = ("Traceback (most recent call last):", '  File "<string>", line 2, in <module>')
RAISED = box(*TRACE, "RuntimeError: CRATE_HOME is not set")
GONE = box(*TRACE, "ModuleNotFoundError: No module named 'shelf'")
COMPILER = box(
    "running build_ext",
    "gcc -c crate.c",
    "crate.c:1:10: fatal error: nope.h: No such file",
    "compilation terminated.",
    "error: command '/usr/bin/gcc' failed with exit code 1",
)
CMAKE = box(
    "-- Found Python3",
    "CMake Error at CMakeLists.txt:70 (message):",
    "  No shelf named for this build.",
    "",
    "-- Configuring incomplete, errors occurred!",
)
OLD_PIP = """
    ERROR: Command errored out with exit status 1:
     command: /usr/bin/python setup.py egg_info
         cwd: /tmp/pip-install/crate
    Complete output (3 lines):
    Traceback (most recent call last):
      File "<string>", line 1, in <module>
    RuntimeError: CRATE_HOME is not set
    ----------------------------------------
WARNING: Discarding crate. Command errored out with exit status 1"""
UV_BUILD = """
  × Failed to build `crate @ file:///srv/crate`
  ├─▶ The build backend returned an error
  ╰─▶ Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)

      [stderr]
      Traceback (most recent call last):
        File "<string>", line 14, in <module>
      RuntimeError: CRATE_HOME is not set

      hint: This usually indicates a problem with the package"""
UV = """
  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of crate==99 and you require crate==99, we
      can conclude that your requirements are unsatisfiable."""
UV_NEW = """
error: No solution found when resolving dependencies
  cause: Because there is no version of crate==99 and you require crate==99"""
CAUSED = """
error: Failed to weigh the shelf
  Caused by: error sending the request
  Caused by: no crate at this address"""
ANYHOW = """
Error: cannot open the shelf

Caused by:
    0: cannot read the list
    1: no such crate"""
POETRY = """
Because no versions of crate match >99 and shop depends on crate (>99), version solving failed."""
POETRY_LONG = """
Because shelf (2.0) depends on crate (>=2) and shop depends on crate (<2),
 shelf is forbidden.
So, because shop depends on shelf (2.0), version solving failed."""
TOX = """
py311: commands[0] /srv/shop> python check.py
py311: exit 1 (0.03 seconds) /srv/shop> python check.py pid=1062"""
NOX = """
nox > Running session docs
nox > Session docs aborted: no crate to document.
nox > Session docs failed."""
SPHINX = """
/srv/shop/docs/index.rst:4: WARNING: undefined label: 'crate' [ref.ref]
build finished with problems, 1 warning (with warnings treated as errors)."""
OLD_SPHINX = "Warning, treated as error:\n/srv/shop/docs/index.rst:4:undefined label: crate"
MKDOCS = """
WARNING -  Doc file 'index.md' contains a link 'crate.md'
Aborted with 1 warnings in strict mode!"""

TABLE = [
    (CONFLICT, "missing_dependency", "Cannot install -r req.txt", ""),
    (NO_MATCH, "missing_dependency", "crate==99", ""),
    (OFFLINE, "network", "WARNING: Retrying", ""),
    (RAISED, "compile_error", "RuntimeError: CRATE_HOME is not set", ""),
    (RAISED.split("lines of output]\n")[1], "compile_error", "CRATE_HOME is not set", ""),
    (GONE, "missing_dependency", "No module named 'shelf'", ""),
    (COMPILER, "missing_dependency", "crate.c:1:10: fatal error", ""),
    (CMAKE, "compile_error", "No shelf named for this build.", ""),
    (OLD_PIP, "compile_error", "RuntimeError: CRATE_HOME is not set", ""),
    (UV_BUILD, "compile_error", "RuntimeError: CRATE_HOME is not set", ""),
    (UV, "missing_dependency", "Because there is no version of crate==99", ""),
    (UV_NEW, "missing_dependency", "Because there is no version of crate==99", ""),
    (
        "ERROR: Package 'crate' requires a different Python: 3.9.1 not in '>=3.11'",
        "missing_dependency",
        "3.9.1",
        "",
    ),
    (
        "ERROR: Could not open requirements file: [Errno 2] No such file: 'r.txt'",
        "config_error",
        "r.txt",
        "",
    ),
    (
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
        "missing_dependency",
        "HASHES",
        "",
    ),
    (
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
        "disk_full",
        "space",
        "",
    ),
    ("error: externally-managed-environment", "config_error", "externally-managed", ""),
    (
        "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",
        "config_error",
        "uv.lock",
        "",
    ),
    (
        "PackagesNotFoundError: The following packages are not available:",
        "missing_dependency",
        "not available",
        "",
    ),
    (CAUSED, "unknown", "no crate at this address", ""),
    (ANYHOW, "unknown", "cannot open the shelf: no such crate", ""),
    (POETRY, "missing_dependency", "version solving failed", ""),
    (POETRY_LONG, "missing_dependency", "Because shelf (2.0) depends on crate", ""),
    ("Error: poetry.lock is not consistent with pyproject.toml", "config_error", "poetry.lock", ""),
    (TOX, "unknown", "py311: exit 1", "tox -e py311"),
    (
        "lint: Exception running subprocess [Errno 2] No such file or directory: 'frob'",
        "missing_dependency",
        "'frob'",
        "tox -e lint",
    ),
    (NOX, "unknown", "no crate to document", "nox -s docs"),
    (SPHINX, "lint", "undefined label: 'crate'", ""),
    (OLD_SPHINX, "lint", "undefined label: crate", ""),
    (
        "Extension error:\nCould not import extension crate (exception: No module named 'crate')",
        "missing_dependency",
        "crate",
        "",
    ),
    (PODS, "missing_dependency", 'compatible versions for pod "Crate"', ""),
    ("[!] Unable to find a specification for `Crate (~> 1)`", "missing_dependency", "`Crate", ""),
    ("[!] No `Podfile' found in the project directory.", "config_error", "No `Podfile'", ""),
    (MKDOCS, "lint", "Doc file 'index.md' contains a link", ""),
]


@pytest.mark.parametrize(("log", "found", "words", "replay"), TABLE)
def test_why_an_installation_or_a_build_failed(
    check: Any, log: str, found: str, words: str, replay: str
) -> None:
    check(log, found, words, replay)


def test_a_conflict_names_the_packages_that_conflict(check: Any) -> None:
    lines = check(CONFLICT, "missing_dependency", "Cannot install", "").lines
    assert lines[1:3] == ("The user requested crate==1", "shelf 2.0 depends on crate<3 and >=2")


UV_BUILD = """Traceback (most recent call last):
  File "/srv/crate/build.py", line 9, in build_wheel
    raise OSError(message)
OSError: Readme file does not exist: README.md
error: Failed to build `/srv/crate`
  cause: The build backend returned an error
  cause: Call to `hatchling.build.build_wheel` failed (exit status: 1)

hint: Build failures usually indicate a problem with the package or the build environment"""
UV_HASH = """error: Failed to download `crate==8.1.7`
  cause: Hash mismatch for `crate==8.1.7`

         Expected:
           sha256:0000

         Computed:
           sha256:ae74"""


def test_what_the_build_backend_raised_says_more_than_uv_s_call_of_it(cause: Any) -> None:
    assert cause(UV_BUILD).summary == "OSError: Readme file does not exist: README.md"


def test_another_hash_than_was_asked_for_is_no_failure_of_the_network(check: Any) -> None:
    check(UV_HASH, "missing_dependency", "Hash mismatch for `crate==8.1.7`", "")


@pytest.mark.parametrize("took", ["", " (took 16 seconds)"])
def test_a_python_that_nox_lacks_is_to_be_installed(check: Any, took: str) -> None:
    said = "nox > Session tests-3.19 failed: Python interpreter 3.19 not found"
    pbs = "nox > Failed to install a pbs version for python_version='python3.19': Could not find a version"
    log = f"nox > Running session tests-3.19\n{pbs}\n{said}{took}."
    failure = check(log, "missing_dependency", "interpreter 3.19 not found", "nox -s tests-3.19")
    assert (
        failure.fingerprint
        == check(f"{said}.", "missing_dependency", said, "nox -s tests-3.19").fingerprint
    )
