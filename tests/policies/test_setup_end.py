"""Which line of a package manager's output says why it failed."""

import pytest

from policies.setup_end import cause, is_own_script

CAUSES = [
    (["noise", "ERROR: No matching distribution found for x", "end"], "ERROR: No matching"),
    (["error: Failed to fetch `x`", "  cause: y"], "error: Failed to fetch"),
    (
        ["npm error code E404", "npm error 404 Not Found - x", "npm error A complete log"],
        "npm error 404",
    ),
    (
        [
            "npm error code 1",
            "npm error path /w",
            "npm error command failed",
            "npm error command a",
        ],
        "npm error command a",
    ),
    (
        ["npm error An unknown git error occurred", "npm error ssh: Could not resolve hostname h"],
        "npm error ssh: Could not resolve",
    ),
    (["npm error", "npm error code 128", "last words", " "], "last words"),
    ([], ""),
]


@pytest.mark.parametrize(("lines", "said"), CAUSES)
def test_cause(lines: list[str], said: str) -> None:
    assert cause(lines).startswith(said)
    assert bool(cause(lines)) is bool(said)


@pytest.mark.parametrize(
    ("lines", "own"),
    [
        (["npm error path /w", "npm error command failed"], True),
        (["npm ERR! path /w", "npm ERR! command failed"], True),
        (["npm error path /w/node_modules/x", "npm error command failed"], False),
        (["npm error path /w", "npm error enoent ENOENT"], False),
        ([], False),
    ],
)
def test_own_script(lines: list[str], own: bool) -> None:
    assert is_own_script(lines, "/w") is own
