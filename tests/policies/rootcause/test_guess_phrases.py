"""The class of a cause that no format knows: phrases before single words, then the step that ran."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure

Cause = Callable[[str], Failure]

PHRASES = [
    ("Error: Zork was not started: your spending limit needs to be increased", "usage_limit"),
    ("Error: Pipeline quota exceeded, the lamp is out", "usage_limit"),
    (
        "Error in Agent run: Unterminated string starting at: line 1 column 9 (char 8)",
        "model_error",
    ),
    ("AttributeError: 'zork' object has no attribute 'choices'", "model_error"),
    ("KeyError: 'choices'", "model_error"),
    ("Failed: 1 of 5 requests: response status was 500, expected 200", "test_failure"),
    ("Error: Could not take role: Not authorized to perform zork:Light", "auth"),
    ("Error: Zork token is not valid.", "auth"),
    ('Error: "lamp" length must be less than or equal to 9 characters long', "config_error"),
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
    (
        'ERROR render of "lamp" failed: "zork.html:3:5": execute of template failed: no field Lamp',
        "config_error",
    ),
    ("Error: Could not find task `lint` in zork", "config_error"),
    ("Error: Zork token not found. Please give it with -t", "auth"),
    ("ERROR: (zork.run) PERMISSION_DENIED: Permission 'lamp.light' denied on resource", "auth"),
    ("ERROR: Invalid client secret provided.", "auth"),
    ("An error occurred (ExpiredToken) when calling Light: the lamp is out", "auth"),
    ("ERROR: You must define the following for 'Zork': lamp", "config_error"),
    ("ERROR: lamp.yaml is wrong: '/spec/lamp' does not validate", "config_error"),
    ("Error: stack 'zork' not found", "config_error"),
    ('Error The lamp includes the "../zork" path which doesn\'t exist', "config_error"),
    ("RuntimeException: No lamp key has been specified.", "config_error"),
    ("Error: flag provided but not defined: -zork", "config_error"),
    ("ReferenceError: zork is not defined in ES module scope", "config_error"),
    ('Error: Zork "dev" requires plugin grue v6.0.0', "missing_dependency"),
    (
        "Error: failed to execute `zork-opt`: No such file or directory (os error 2)",
        "missing_dependency",
    ),
    ("lua: error: module 'zork' not found:", "missing_dependency"),
    ("Error: Can't reach the lamp at `zork`:`5432`", "network"),
    ("Error: lamp.goto: net::ERR_CONNECTION_REFUSED at zork", "network"),
    ("zork.LaunchException: Timed out waiting for container port to open", "timeout"),
    ("Error: lamp is out: context deadline exceeded", "timeout"),
    ("Error: expect(received).toBeLit()", "test_failure"),
    ("ERROR: zork-1.0 do_compile: oe_runmake failed", "compile_error"),
    ("SassError: the lamp is out", "compile_error"),
    ("error: could not light a lamp. Please use `zork` to light it", "config_error"),
    ("Error: the lamp is out, did you forget the oil?", "config_error"),
    ("ERROR: The zork file is invalid because: Unsupported config option: 'lamp'", "config_error"),
    ("Error response from daemon: network zork not found", "config_error"),
    ('error Command "lint" not found.', "config_error"),
    ("zork.OperationalError: no such table: lamp", "config_error"),
    ("Error: Username and password required", "auth"),
    ("Error: Cannot perform an interactive login from a non TTY device", "auth"),
    ("Error: Commit message does not follow Conventional Commits", "lint"),
    ("Error: bundle size of 120 kB exceeds limit of 100 kB", "lint"),
    ("error: cannot find 'lamp' in scope", "compile_error"),
    (
        "zork: error: component 'lamp' for target 'x' is unavailable for download",
        "missing_dependency",
    ),
    ("TimeoutError: locator.click: Timeout 30000ms exceeded.", "test_timeout"),
    ("Error: the lamp did not become healthy within 120s", "timeout"),
    (
        "zork.ConnectionError: HTTPSConnectionPool(host='z', port=4): Max retries exceeded",
        "network",
    ),
    ("Error: dial tcp 1.2.3.4:443: i/o timeout", "network"),
    ("Error: You have exceeded your request limit.", "rate_limit"),
    ("error: zork completed with signal SIGTERM", "signal_crash"),
    ("ValueError: expected a lamp, got str: '<!DOCTYPE html><html>'", "network"),
    ("zork.LampError: Server disconnected", "network"),
    ("zork.WireError: peer closed connection without sending complete message body", "network"),
    ("TypeError: terminated (cause: UND_ERR_SOCKET: other side closed)", "network"),
]


@pytest.mark.parametrize(("log", "found"), PHRASES)
def test_the_class_of_what_only_words_tell(cause: Cause, log: str, found: str) -> None:
    failure = cause(log)
    assert failure.failure_class.value == found, failure
