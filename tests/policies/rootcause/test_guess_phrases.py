"""The class of a cause that no format knows: phrases before single words, then the step that ran."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure

Cause = Callable[[str], Failure]

PHRASES = [
    ("Error: Zork was not started: your spending limit needs to be increased", "usage_limit"),
    ("Error: Pipeline quota exceeded, the lamp is out", "usage_limit"),
    ("Failed: 1 of 5 requests: response status was 500, expected 200", "test_failure"),
    ("Error: Could not take role: Not authorized to perform zork:Light", "auth"),
    ("Error: Zork token is not valid.", "auth"),
    ("ERROR Invalid or non-existent authentication information.", "auth"),
    ("Zork failed to verify that your server is running.", "network"),
    ("ERROR: Could not find org.zork:lamp:9.", "missing_dependency"),
    ("[!] Unable to find a specification for `Zork`", "missing_dependency"),
    ("Error: Schema validation failed: lamp should be object", "config_error"),
    ("Error: Could not find a required file.", "config_error"),
    ("Error: Namespace not specified in the module", "config_error"),
    (
        "Error: execution error at (zork/templates/lamp.yaml:12:20): lamp.tag is required",
        "config_error",
    ),
    ("Error: Prettier check failed", "lint"),
    ("ERROR: Generated files are not up to date", "lint"),
    (' ERROR  RollupError: Entry module "zork" cannot be external.', "compile_error"),
    ('Error: Could not resolve "./zork" from "src/lamp.js"', "compile_error"),
    ("error: unable to write file lamp.bin", "git_error"),
]


@pytest.mark.parametrize(("log", "found"), PHRASES)
def test_the_class_of_what_only_words_tell(cause: Cause, log: str, found: str) -> None:
    failure = cause(log)
    assert failure.failure_class.value == found, failure
