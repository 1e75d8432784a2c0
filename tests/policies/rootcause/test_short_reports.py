"""Reports whose reason stands in a set place, and what of a printed object states the cause."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Confidence, Failure

Cause = Callable[[str], Failure]

APT = """Get:1 http://example.org/apt stable InRelease [1581 B]
Err:1 http://example.org/apt stable InRelease
  The following signatures couldn't be verified because the public key is not available: NO_PUBKEY {key}
Reading package lists...
W: GPG error: http://example.org/apt stable InRelease: The following signatures couldn't be verified
E: The repository 'http://example.org/apt stable InRelease' is not signed.
"""
ELASTIC = """[2026-01-02T03:04:05,436][ERROR][o.e.b.Bootstrap          ] [n1] node validation exception
[1] bootstrap checks failed
[1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]
[2026-01-02T03:04:05,443][INFO ][o.e.n.Node               ] [n1] stopping ...
"""
GULP = """[10:27:10] 'bundle' errored after 1.8 min
[10:27:10] Error in plugin "paint"
Message:
    [tsl] ERROR
      TS2688: Cannot find type definition file for 'brush'.
Details:
    domainEmitter: [object Object]
"""
EVENTS = """Events:
  Type     Reason                  Age                From               Message
  Normal  Scheduled  <unknown>  default-scheduler  Successfully assigned default/web-0 to n1
  Warning FailedCreatePodSandBox  2m  kubelet, n1  Failed to create pod sandbox: plugin x is not there
  Normal  SandboxChanged  2s  kubelet, n1  Pod sandbox changed, it will be killed and re-created.
  Warning BackOff  1s (x4 over 60s)  kubelet, n1  Back-off restarting failed container
"""
BREW = """Error: The `brew link` step did not complete successfully
The formula built, but is not symlinked into /usr/local
Could not symlink bin/paint
Target /usr/local/bin/paint
already exists. You may want to remove it:
  rm '/usr/local/bin/paint'
"""
REPORTS = [
    (BREW, "Could not symlink bin/paint", "config_error"),
    (APT.format(key="0123456789ABCDEF"), "NO_PUBKEY 0123456789ABCDEF", "config_error"),
    (ELASTIC, "[1]: max virtual memory areas", "config_error"),
    (GULP, "TS2688: Cannot find type definition", None),
    (EVENTS, "FailedCreatePodSandBox", None),
]


@pytest.mark.parametrize(("log", "said", "found"), REPORTS)
def test_the_reason_is_read_in_its_place(
    cause: Cause, log: str, said: str, found: str | None
) -> None:
    failure = cause(log)
    assert said in failure.summary
    assert found in (None, failure.failure_class)


NODE = """events.js:292
      throw er; // Unhandled 'error' event
      ^

Error: listen EADDRINUSE: address already in use :::5000
    at Server.setupListenHandle [as _listen2] (net.js:1318:16)
Emitted 'error' event on Server instance at:
    at emitErrorNT (net.js:1345:8)
    at processTicksAndRejections (internal/process/task_queues.js:80:21) {
  code: 'EADDRINUSE',
  errno: -4091,
  syscall: 'listen',
}
"""


def test_a_field_of_a_printed_error_leads_to_what_was_thrown(cause: Cause) -> None:
    failure = cause(NODE)
    assert failure.summary == "Error: listen EADDRINUSE: address already in use :::5000"


PLAYWRIGHT = """browserType.launch: Executable doesn't exist at /home/u/.cache/ms-playwright/chromium-1/chrome
╔════════════════════════════════════════════╗
║ Looks like Playwright Test or Playwright was just installed or updated. ║
╚════════════════════════════════════════════╝
"""


def test_a_folder_called_cache_is_no_work_of_tidying_up(cause: Cause) -> None:
    failure = cause(PLAYWRIGHT)
    assert failure.summary.startswith("browserType.launch: Executable doesn't exist")
    assert failure.confidence is Confidence.HIGH


COMPOSER = """PHP Fatal error:  Allowed memory size of 16106 bytes exhausted in Solver.php on line 3

Check https://example.org/docs.md#memory for more info on how to handle out of memory errors.
"""


def test_where_to_read_more_is_no_cause(cause: Cause) -> None:
    failure = cause(COMPOSER)
    assert "Allowed memory size" in failure.summary
    assert failure.failure_class == "out_of_memory"


STACK = """2352 silly placeDep ROOT brush@1.0.0 OK
2353 verbose stack TypeError: Cannot read properties of null (reading 'matches')
2353 verbose stack     at Link.matches (/opt/npm/lib/node.js:1117:41)
2354 verbose cwd /srv/shop
"""


def test_npms_debug_log_without_its_error_is_read_from_the_stack(cause: Cause) -> None:
    assert "Cannot read properties of null (reading 'matches')" in cause(STACK).summary


UNREACHABLE = """TASK [Gathering Facts] *******
fatal: [box]: UNREACHABLE! => {"msg": "Failed to connect to the host via ssh: %s", "unreachable": true}
"""


def test_a_host_that_refuses_a_login_is_no_network(cause: Cause) -> None:
    assert (
        cause(UNREACHABLE % "root@192.0.2.7: Permission denied (publickey).").failure_class
        == "auth"
    )
    assert cause(UNREACHABLE % "Connection timed out").failure_class == "network"


WORDS = "Error: frobnicator `paint` is odd\n"


def test_a_guessed_class_is_no_part_of_the_fingerprint(cause: Cause) -> None:
    alone, beside = cause(WORDS), cause(f"1 passing (3s)\n  ✓ brushes\n{WORDS}")
    assert alone.failure_class != beside.failure_class
    assert alone.fingerprint == beside.fingerprint


SAME = [
    (
        "ImportError: cannot import name 'quote' from 'paint.urls' (/a/lib/python3.12/paint/urls.py). "
        "Did you mean: 'unquote'?",
        "ImportError: cannot import name 'quote' from 'paint.urls' (/b/lib/python3.9/paint/urls.py)",
    ),
    (
        "/usr/bin/ld: cannot find -lpaint: No such file or directory",
        "/usr/bin/ld: cannot find -lpaint",
    ),
    (
        "node_modules/@types/node/globals.d.ts:3:8 - error TS2792: Cannot find module 'paint'.",
        "../../node_modules/@types/node/globals.d.ts:14:1 - error TS2792: Cannot find module 'paint'.",
    ),
    (
        "TypeError: Client.__init__() got an unexpected keyword argument 'paint'",
        "TypeError: __init__() got an unexpected keyword argument 'paint'",
    ),
    (
        "API Error: 400 messages.7.content.12: `thinking` blocks cannot be modified",
        "API Error: 400 messages.1.content.3: thinking blocks cannot be modified.",
    ),
    (
        "[ErrorReply: MISCONF Redis is configured to save RDB snapshots, but it is not able to]",
        "Error: MISCONF Redis is configured to save RDB snapshots, but is currently not able to",
    ),
    (
        "9:40:53 PM: FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    ),
]


@pytest.mark.parametrize("logs", SAME)
def test_what_versions_and_hosts_add_makes_no_other_cause(
    cause: Cause, logs: tuple[str, str]
) -> None:
    assert cause(logs[0]).fingerprint == cause(logs[1]).fingerprint


GRADLE = """:app:lint
Ran lint on variant debug: 59 issues found
:app:lint FAILED

FAILURE: Build failed with an exception.

* What went wrong:
Execution failed for task ':app:lint'.
> Lint found errors in the project; aborting build.
"""
STRICT = """INFO     -  Building documentation to directory: /site
WARNING  -  Documentation file 'a.md' contains a link to 'b.svg' which is not found.

Aborted with 1 warnings in strict mode!
"""
ENDED = """ 20/54 [▓▓▓▓▓▓░░░░░░]  37%
 54/54 [▓▓▓▓▓▓▓▓▓▓▓▓] 100%
all is odd here
##[error]Process completed with exit code 1.
"""


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (GRADLE, "Lint found errors"),
        (STRICT, "Documentation file 'a.md'"),
        (ENDED, "all is odd here"),
    ],
)
def test_a_line_that_says_why_goes_before_one_that_says_that(
    cause: Cause, log: str, said: str
) -> None:
    assert said in cause(log).summary


def test_two_links_of_brew_are_two_causes(cause: Cause) -> None:
    assert cause(BREW).fingerprint != cause(BREW.replace("paint", "brush")).fingerprint


def test_a_programs_fatal_line_goes_before_words_of_failure(cause: Cause) -> None:
    failure = cause("FATAL: the paint shop is closed\nERROR: brush 7 was left\nsee error log\n")
    assert failure.summary == "FATAL: the paint shop is closed"
    assert cause("FATAL: build failed\nERROR: brush 7 is not there\n").summary.startswith("ERROR")


WHEEL = """  error: subprocess-exited-with-error
      INLINE bool operator==(const brush<T>& x, nullptr_t) NOEXCEPT
                                                    ^
        fatal error: too many errors emitted, stopping now [-ferror-limit=]
        220 warnings and 20 errors generated.
        error: command '/usr/bin/clang' failed with exit code 1
        [end of output]

  ERROR: Failed building wheel for paint
ERROR: Could not build wheels for paint, which is required to install pyproject.toml-based projects
"""


def test_of_a_wheels_output_the_error_is_taken_however_far_it_is_indented(cause: Cause) -> None:
    assert "too many errors emitted" in cause(WHEEL).summary
