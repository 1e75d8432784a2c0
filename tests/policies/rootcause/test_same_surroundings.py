"""The same cause outside the code, as two machines tell it: one fingerprint."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Failure, FailureClass

REGISTRY = (
    "Could not retrieve the list of available versions for provider {}: could not connect to r.example: "
    "failed to request discovery document: Get\n"
    '"https://r.example/.well-known/frob.json": context deadline exceeded (Client.Timeout exceeded while '
    "awaiting headers)"
)
BOXED = "╷\n│ Error: Failed to query available provider packages\n│\n│ {}\n╵"
ASKED = (
    "Could not retrieve the list of available versions for provider hashicorp/frob: could not query\n"
    "provider registry for r.example/hashicorp/frob: the request failed after 2 attempts, please try again:\n"
    'Get "https://r.example/frob/versions": net/http: request canceled (Client.Timeout exceeded while '
    "awaiting headers)"
)
NO_KEY = (
    "W: GPG error: http://{0}.example x InRelease: The following signatures couldn't be verified because the "
    "public key is not available: NO_PUBKEY 0123456789ABCDEF\n"
    "E: The repository 'http://{0}.example x InRelease' is not signed.\n"
    "E: Sub-process returned an error code"
)
NO_MEMORY = (
    "{} warning: INFO: os::commit_memory(0x{}, {}, 0) failed; error='Cannot allocate memory'"
)

FULL = "failed to register layer: Error processing tar (exit status 1): write {}: no space left on device"

LOCK = "pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock{}`."

SAME = [
    (
        "config_error",
        LOCK.format(""),
        f"$ poetry install\n\nError: {LOCK.format(' [--no-update]')}",
    ),
    (
        "auth",
        "ERROR: denied: Your Authorization Token has expired. Please run 'frob login' to fetch a new one.",
        "denied: Your authorization token has expired. Reauthenticate and try again.\nmake: *** [x] Error 1",
    ),
    (
        "signal_crash",
        "Server terminated abruptly (error code: 14, error message: 'Socket closed', log file: '/a/jvm.out')",
        "Server terminated abruptly (error code: 14, error message: '', log file: '/frob/server/jvm.out')",
    ),
    (
        "disk_full",
        FULL.format("usr/libfrob.so"),
        f"ERROR: Service 'x' failed to build: {FULL.format('etc/widget')}",
    ),
    (
        "network",
        BOXED.format(REGISTRY.format("acme/frob").replace("\n", "\n│ ")),
        BOXED.format(REGISTRY.format("acme/widget").replace("\n", "\n│ ")),
        BOXED.format(ASKED.replace("\n", "\n│ ")),
        "Error: Failed to query available provider packages\n\n" + REGISTRY.format("acme/crate"),
    ),
    (
        "auth",
        "fatal: could not read Username for 'https://git.example': Invalid argument",
        "  Error: fatal: could not read Username for 'https://git.example': terminal prompts disabled",
    ),
    (
        "out_of_memory",
        NO_MEMORY.format("OpenJDK 64-Bit Server VM", "0723", "1593"),
        "[ERROR] " + NO_MEMORY.format("Java HotSpot(TM) 64-Bit Server VM", "0415", "738197504"),
    ),
    (
        "config_error",
        NO_KEY.format("frob"),
        "Err:1 http://widget.example x InRelease\n  The following signatures couldn't be verified because "
        "the public key is not available: NO_PUBKEY 0123456789ABCDEF\n" + NO_KEY.format("widget"),
    ),
]


@pytest.mark.parametrize("told", SAME, ids=lambda told: told[0])
def test_one_cause_is_one_print(cause: Callable[[str], Failure], told: tuple[str, ...]) -> None:
    failures = [cause(log) for log in told[1:]]
    assert {failure.failure_class for failure in failures} == {FailureClass(told[0])}
    assert len({failure.fingerprint for failure in failures}) == 1, failures


PULL = (
    "NAMESPACE   NAME       READY   STATUS                  RESTARTS   AGE\n"
    "frob        widget     0/1     Init:ImagePullBackOff   0          12m\nEvents:\n"
    '  Warning  Failed     9m38s   kubelet   Failed to pull image "r.example/frob:v1": {}'
)


@pytest.mark.parametrize(
    ("why", "found"),
    [
        ("dial tcp: lookup r.example on 10.0.0.1:53: no such host", FailureClass.NETWORK),
        ("manifest for r.example/frob:v1 not found", FailureClass.MISSING_DEPENDENCY),
    ],
)
def test_the_event_says_why_an_image_is_not_pulled(
    cause: Callable[[str], Failure], why: str, found: FailureClass
) -> None:
    failure = cause(PULL.format(why))
    assert (failure.failure_class, why in failure.summary) == (found, True), failure
