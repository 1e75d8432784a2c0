"""What is not the code's fault: servers, connections, limits of the machine, hooks, settings."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from policies.failure import Failure

Cause = Callable[[str], Failure]

REFUSED = " ! [remote rejected] HEAD -> main (pre-receive hook declined)"
SSH = "Failed to connect to the host via ssh: "
TALK = "OpenSSH_9.2p1, OpenSSL 3.0\r\ndebug1: Reading configuration data /etc/ssh/ssh_config\r\ndebug2: x\r\n"
CLOSED = "ssh: connect to host 10.0.0.7 port 22: Connection refused"
FULL = (
    'frobbench: error: connection to server at "db" failed: FATAL:  sorry, too many clients already'
)
FELL = "ci/load.sh: line 48: 1949 Segmentation fault      (core dumped) $B/frobbench -c 40 lamp"
CELERY = "[2026-11-28 01:04:03,913: ERROR/{}] Task lamp raised unexpected: no shelf left"
FAILED = 'fatal: [web1]: FAILED! => {{"changed": true, "msg": "{}", "rc": 1}}'
GATEWAY = "Unable to download data from http://gems.example/ - bad response Bad Gateway 502"

CASES = [
    (
        f"remote: Looking at 3 commits...\nremote: LAMP: commits need a sign-off\nTo ../rem.git\n{REFUSED}",
        "git_error",
        "LAMP: commits need a sign-off",
    ),
    (
        f"{FULL}\nfrobbench: error: could not create connection for client 5\n{FELL}",
        "config_error",
        "too many clients",
    ),
    ("lamp: error: no shelf\n" + FELL, "signal_crash", "Segmentation fault"),
    (
        f"ERROR:  Could not find a valid gem 'frob' (>= 0), here is why:\n          {GATEWAY}\n"
        + "GET http://gems.example/specs.4.8.gz\n502 Bad Gateway\n" * 3,
        "network",
        GATEWAY,
    ),
    ("GET http://gems.example/specs.4.8.gz\n502 Bad Gateway", "network", "502 Bad Gateway"),
    (
        "java.lang.OutOfMemoryError: Java heap space\nDumping heap to java.hprof ...\n\nException: "
        'java.lang.OutOfMemoryError thrown from the UncaughtExceptionHandler in thread "main"',
        "out_of_memory",
        "Java heap space",
    ),
    (
        "web-1  | wait-for-it.sh: timeout occurred after waiting 15 seconds for db:5432\n"
        "db-1   | LOG:  database system is ready to accept connections\nweb-1 exited with code 124",
        "network",
        "timeout occurred after waiting",
    ),
    (
        "ERROR: frob.conf on line 7:\nERROR: lamp /etc/shelf - missing tabs to separate words",
        "config_error",
        "frob.conf on line 7: lamp /etc/shelf - missing tabs",
    ),
    (
        '[emerg] 18#18: "proxy_read_timeout" directive invalid value in /etc/nginx/n.conf:7\n'
        "nginx: configuration file /etc/nginx/n.conf test failed",
        "config_error",
        '"proxy_read_timeout" directive invalid value',
    ),
    (
        "app-1  | ssh: connect to host 10.0.0.7 port 22: Connection refused\n"
        "app-1  | fatal: Could not read from remote repository.\n"
        "db-1   | LOG:  database system is ready to accept connections\napp-1 exited with code 128",
        "network",
        "Connection refused",
    ),
    (
        "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 812 (apt-get)\n"
        "E: Unable to lock directory /var/lib/apt/lists/",
        "unknown",
        "Could not get lock",
    ),
    (
        "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line 2\n"
        ">>> 'maxmemory 2zb'\nargument must be a memory value",
        "config_error",
        "maxmemory 2zb: argument must be a memory value",
    ),
    (
        "[emerg] 7#7: bind() to 0.0.0.0:80 failed (98: Address already in use)\n"
        "[emerg] 7#7: still could not bind()",
        "config_error",
        "Address already in use",
    ),
    (
        'checking\nsshd.conf line 3: unsupported option "lamp".',
        "config_error",
        "unsupported option",
    ),
    (
        "app-1  | rsync: [sender] failed to connect to 10.0.0.7 (10.0.0.7): Connection refused (111)\n"
        "app-1  | rsync error: error in socket IO (code 10) at clientserver.c(165) [sender=3.5.0]\n"
        "cache-1  | * Ready to accept connections tcp\napp-1 exited with code 10\n"
        "Aborting on container exit...",
        "network",
        "Connection refused",
    ),
    (
        "app-1  | lamp: connection to server at 10.0.0.7 failed: Connection refused\n"
        "db-1   | LOG:  database system is ready to accept connections\n"
        "app-1  | ERROR: no shelf for the lamp",
        "unknown",
        "no shelf for the lamp",
    ),
    (
        f"TASK [Stop] ***\n{FAILED.format('non-zero return code')}\n\nTASK [Must be there] ***\n"
        'fatal: [web1]: FAILED! => {\n    "changed": false,\n    "msg": "no lamp under /etc"\n}',
        "unknown",
        "Must be there: no lamp under /etc",
    ),
    (
        "[CRITICAL] WORKER TIMEOUT (pid:7)\n[ERROR] Worker (pid:7) was sent SIGKILL! Perhaps out of memory?",
        "timeout",
        "WORKER TIMEOUT",
    ),
    (
        'yaml.parser.ParserError: while parsing a block mapping\n  in "a.yml", line 2, column 3\n'
        "expected <block end>, but found '<block mapping start>'\n  in \"a.yml\", line 4, column 4",
        "config_error",
        "a.yml:4: expected <block end>",
    ),
    ("copying\nscp: Connection closed", "network", "scp: Connection closed"),
    (
        "Fetching\nThe certificate's owner does not match hostname 'frob.example'",
        "network",
        "does not match hostname",
    ),
    (
        "[tasks]\n[2026-11-28 01:04:03,913: CRITICAL/MainProcess] Retrying to establish a connection to the "
        "message broker after a connection loss has been disabled. Shutting down...",
        "network",
        "Retrying to establish",
    ),
    (
        "ERROR: BuildKit is enabled but the buildx component is missing or broken.\n       Install it",
        "missing_dependency",
        "buildx component",
    ),
]
"""The log, its class, words of the summary."""


@pytest.mark.parametrize(("log", "found", "words"), CASES)
def test_what_a_server_or_a_limit_says_is_the_cause(
    cause: Cause, log: str, found: str, words: str
) -> None:
    said = cause(log)
    assert words in said.summary
    assert said.failure_class.value == found


def _unreachable(said: str) -> str:
    data = json.dumps({"changed": False, "msg": SSH + said, "unreachable": True})
    return f"TASK [Gathering Facts] ****\nfatal: [web1]: UNREACHABLE! => {data}"


TWINS = [
    (_unreachable(CLOSED), _unreachable(TALK + CLOSED)),
    (
        "Error: EMFILE: too many open files, open 'a.js'",
        "Error: EMFILE: too many open files, open 'b.js'",
    ),
    (
        'nginx: [emerg] unknown directive "lamp" in /etc/nginx/nginx.conf:3',
        'nginx: [emerg] unknown directive "lamp" in /srv/web/nginx.conf:3',
    ),
    (FULL, f"{FULL}\n{FELL}"),
    (CELERY.format("ForkPoolWorker-3"), CELERY.format("ForkPoolWorker-11")),
]


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_another_night_and_machine_is_the_same_cause(cause: Cause, one: str, other: str) -> None:
    assert cause(one).fingerprint == cause(other).fingerprint
