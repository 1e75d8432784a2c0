"""Shells, git, ssh, downloads, packagers, containers, kernel."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CASES: list[tuple[str, str, str, str]] = [
    ("build.sh: line 3: protoc: command not found", "missing_dependency", "protoc", ""),
    ("build.sh: 3: protoc: not found", "missing_dependency", "protoc", ""),
    ("zsh: command not found: protoc", "missing_dependency", "protoc", ""),
    ("/usr/bin/env: 'frob': No such file or directory", "missing_dependency", "frob", ""),
    (
        "bash: ./i.sh: /usr/bin/frob: bad interpreter: No such file or directory",
        "missing_dependency",
        "frob",
        "",
    ),
    (
        "'frob' is not recognized as an internal or external command,",
        "missing_dependency",
        "frob",
        "",
    ),
    (
        "frob : The term 'frob' is not recognized as the name of a cmdlet, function\nAt "
        "C:\\w\\b.ps1:3 char:1\n"
        "    + CategoryInfo          : ObjectNotFound: (frob:String) []\n"
        "    + FullyQualifiedErrorId : CommandNotFoundException",
        "missing_dependency",
        "frob",
        "",
    ),
    (
        "Shelves:   FAIL\nThe variable '$lamp' cannot be retrieved because it has not been\nset.\n"
        "At /srv/a.ps1:3 char:9\n+     if ($lamp) {\n+         ~~~~~",
        "unknown",
        "The variable '$lamp' cannot be retrieved because it has not been set.",
        "",
    ),
    *(
        (log, "config_error", log.partition("] ")[2] or log, "")
        for log in (
            "[02:38:33] Task never defined: lamp",
            "[02:38:33] No gulpfile found",
            "nox > Sessions not found: lamp",
            'Script "lamp" is not defined in this package',
            "Task not found: lamp",
            'error: Script not found "lamp"',
            "No idea what 'lamp' is!",
            "'lamp' is not a task. See 'lein help'.",
            "Error: Unrecognised task 'lamp'",
            'Could not find command "lamp".',
            "Could not find 'lane :lamp'. Available lanes: shelf",
            'Command "lamp" is not defined.',
        )
    ),
    (
        "[2:38:33 AM] [semantic-release] › ✘  An error occurred while running semantic-release: "
        "SemanticReleaseError: No npm token specified.\n    at lamp (a.js:1:2) {\n  code: 'ENONPMTOKEN',",
        "auth",
        "SemanticReleaseError: No npm token specified.",
        "",
    ),
    (
        "[2:38:33 AM] [semantic-release] › ✘  ENONPMTOKEN No npm token specified.\n"
        "An npm token must be created and set in the LAMP_TOKEN environment variable on your CI environment.",
        "auth",
        "ENONPMTOKEN No npm token specified.",
        "",
    ),
    (
        "ERROR    HTTPError: 400 Bad Request from https://lamp.example.org/legacy/\n"
        "         File already exists ('lamp-1.0.tar.gz', with hash '0a1b').",
        "config_error",
        "File already exists",
        "",
    ),
    ("s.sh: line 2: FROB_URL: unbound variable", "config_error", "FROB_URL", ""),
    ("s.sh: line 9: syntax error near unexpected token `fi'", "compile_error", "syntax error", ""),
    ("cp: cannot stat 'd/app.tar': No such file or directory", "config_error", "d/app.tar", ""),
    ("bash: line 1: ./np.sh: Permission denied", "sandbox_permission", "np.sh", ""),
    ("bash: ./l3: cannot execute binary file: Exec format error", "config_error", "l3", ""),
    (
        "run.sh: line 2:  4242 Segmentation fault      (core dumped) ./app",
        "signal_crash",
        "./app",
        "",
    ),
    ("run.sh: line 2:  4242 Killed                  node b.js", "out_of_memory", "Killed", ""),
    ("timeout: sending signal TERM to command ‘make’", "timeout", "make", ""),
    (
        "++ wc -l\n+ N=9\n+ [[ 9 -gt 5 ]]\n+ echo 'Nine widgets, five at most'\nNine widgets, five at most\n"
        "+ exit 1\n+ rm -f tmp",
        "unknown",
        "Nine widgets, five at most",
        "",
    ),
    ("error: pathspec 'frob' did not match any file(s) known to git", "git_error", "frob", ""),
    (
        "fatal: Unable to create '/w/.git/index.lock': File exists.\n\nAnother git "
        "process seems to be running",
        "git_error",
        "index.lock",
        "",
    ),
    (
        "Auto-merging f\nCONFLICT (content): Merge conflict in f\nAutomatic merge failed",
        "merge_conflict",
        "CONFLICT",
        "",
    ),
    (
        "remote: Compressing source files... done.\nremote: Building source:\nremote:\n"
        "remote:  !     No crate-supported app detected\nremote: HINT: none\n"
        "remote: !\tPush rejected to w.\n ! [remote rejected] main -> main (pre-receive hook declined)",
        "config_error",
        "No crate-supported app detected",
        "",
    ),
    (
        "remote: Building source:\nremote: -----> Installing\n"
        "remote:        npm ERR! code ENEEDAUTH\nremote:        npm ERR! need auth You must log in\n"
        "remote:  !     Push rejected, failed to compile Node.js app.\n"
        " ! [remote rejected] main -> main (pre-receive hook declined)",
        "auth",
        "need auth",
        "",
    ),
    (
        "remote: Compressing source files... done.\nremote: Building source:\nremote:\nremote:\n"
        "remote:  !     No crate-supported app detected\nremote: HINT: none\nremote:\nremote:\n"
        "remote: Verifying deploy...\nremote:\nremote:\nremote: !\tPush rejected to w.\n"
        " ! [remote rejected] main -> main (pre-receive hook declined)",
        "config_error",
        "No crate-supported app detected",
        "",
    ),
    (
        "-----> Building on the stack\n !     No crate-supported app detected\n"
        "                        HINT: add a crate file\n !     Push failed",
        "config_error",
        "No crate-supported app detected",
        "",
    ),
    (
        "-----> Installing\n       rake aborted!\n       FrobError: no shelf to build\n !\n"
        " !     Precompiling assets failed.\n !\n !     Push rejected, failed to compile Ruby app.",
        "unknown",
        "no shelf to build",
        "",
    ),
    ("FATAL: No agent named 'shelf-7' is there", "unknown", "No agent named", ""),
    (
        "FATAL: command execution failed\njava.io.EOFException\n\tat java.io.Frob.read(Frob.java:1)\n"
        "Caused: java.io.IOException: Backing channel 'shelf-3' is disconnected.\n\tat hudson.F.f(F.java:1)",
        "network",
        "Backing channel 'shelf-3' is disconnected",
        "",
    ),
    (
        "E0123 12:00:01.000000    1234 pull.go:9] fatal: couldn't find remote ref refs/heads/x",
        "git_error",
        "fatal: couldn't find remote ref",
        "",
    ),
    (
        " ✔ Network shelf_default  Created  0.1s \n ✘ Container shelf-db-1  Error  10.9s \n"
        "dependency failed to start: container shelf-db-1 is unhealthy",
        "config_error",
        "container shelf-db-1 is unhealthy",
        "",
    ),
    (
        " ✘ api Error           context canceled  0.9s \n"
        " ✘ db Error            no shelf of that name  0.9s ",
        "unknown",
        "no shelf of that name",
        "",
    ),
    (
        "building '/nix/store/bb-shelf.drv'...\nthe index has no first page\n"
        "builder for '/nix/store/bb-shelf.drv' failed with exit code 3\n"
        "cannot build derivation '/nix/store/cc-env.drv': 1 dependencies couldn't be built\n"
        "error: build of '/nix/store/cc-env.drv' failed",
        "compile_error",
        "the index has no first page",
        "",
    ),
    (
        "Epoch 3 | Loss: 2.5\n"
        "slurmstepd: error: Job 77 exceeded memory limit (9000 > 8000), being killed\n"
        "slurmstepd: error: Exceeded job memory limit\n"
        "slurmstepd: error: *** JOB 77 ON node3 CANCELLED AT 2026-03-01T10:00:00 ***",
        "out_of_memory",
        "Job 77 exceeded memory limit",
        "",
    ),
    ("error: patch failed: f:1\nerror: f: patch does not apply", "merge_conflict", "f:1", ""),
    (
        "remote: no tabs allowed\nTo /w/r.git\n ! [remote rejected] HEAD -> main "
        "(pre-receive hook declined)\n"
        "error: failed to push some refs to '/w/r.git'",
        "git_error",
        "no tabs allowed",
        "",
    ),
    (
        "fatal: unable to access 'https://example.org/x.git/': Could not resolve host: example.org",
        "network",
        "resolve",
        "",
    ),
    (
        "remote: Permission to acme/app.git denied to bot.\n"
        "fatal: unable to access 'https://example.org/acme/app.git/': The requested URL returned error: 403",
        "auth",
        "",
        "",
    ),
    ("fatal: Not possible to fast-forward, aborting.", "git_error", "fast-forward", ""),
    (
        "Author identity unknown\n\n*** Please tell me who you are.",
        "config_error",
        "tell me who you are",
        "",
    ),
    (
        "git@example.org: Permission denied (publickey).\nfatal: Could not read from remote repository.",
        "auth",
        "publickey",
        "",
    ),
    ("Host key verification failed.", "auth", "Host key", ""),
    ("ssh: connect to host example.org port 22: Connection refused", "network", "example.org", ""),
    ("curl: (6) Could not resolve host: example.org", "network", "curl: (6)", ""),
    ("curl: (22) The requested URL returned error: 403", "auth", "403", ""),
    ("curl: (22) The requested URL returned error: 503", "network", "503", ""),
    ("E: Unable to locate package libfrob-dev", "missing_dependency", "libfrob-dev", ""),
    (
        "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 8",
        "unknown",
        "lock",
        "",
    ),
    (
        "E: Failed to fetch http://example.org/x.deb  404  Not Found [IP: 192.0.2.1 80]\n"
        "E: Unable to fetch some archives",
        "network",
        "x.deb",
        "",
    ),
    (
        "ERROR: unable to select packages:\n  frob (no such package):\n    required by: world[frob]",
        "missing_dependency",
        "",
        "",
    ),
    ("Error: Unable to find a match: frob-devel", "missing_dependency", "frob-devel", ""),
    (
        "In s.sh line 2:\necho $1\n     ^-- SC2086 (info): Double quote to prevent globbing",
        "lint",
        "SC2086",
        "",
    ),
    ("Dockerfile:3 DL3008 warning: Pin versions in apt get install", "lint", "DL3008", ""),
    (
        "ERROR: failed to solve: dockerfile parse error on line 3: unknown instruction: RUNN",
        "config_error",
        "RUNN",
        "",
    ),
    (
        'ERROR: failed to solve: failed to compute cache key: "/app": not found',
        "config_error",
        "/app",
        "",
    ),
    (
        "ERROR: failed to solve: acme/app:9: docker.io/acme/app:9: not found",
        "missing_dependency",
        "acme/app:9",
        "",
    ),
    (
        "#12 [4/5] RUN frobnicate --all\n#12 0.345 frobnicate: no widgets in stock\n#12 ERROR: process "
        '"/bin/sh -c frobnicate --all" did not complete successfully: exit code: 3\n------\n'
        " > [4/5] RUN frobnicate --all:\n0.345 frobnicate: no widgets in stock\n------\nDockerfile:4\n"
        '------\nERROR: failed to solve: process "/bin/sh -c frobnicate --all" did not '
        "complete successfully: "
        "exit code: 3",
        "unknown",
        "no widgets in stock",
        "",
    ),
    (
        "toomanyrequests: You have reached your pull rate limit.",
        "rate_limit",
        "pull rate limit",
        "",
    ),
    ("dependency failed to start: container app-db-1 is unhealthy", "config_error", "app-db-1", ""),
    ('Error from server (NotFound): deployments.apps "frob" not found', "config_error", "frob", ""),
    (
        "╷\n│ Error: Reference to undeclared resource\n│ \n│   on main.tf line 3, in x:\n│ \n"
        "│ No resource frob is declared.\n╵",
        "config_error",
        "Reference to undeclared resource",
        "",
    ),
    (
        "[  812.345678] Memory cgroup out of memory: Killed process 4242 (node)",
        "out_of_memory",
        "node",
        "",
    ),
    ("dd: error writing '/w/x': No space left on device", "disk_full", "No space left", ""),
    ("x509: certificate signed by unknown authority", "network", "x509", ""),
    (
        "not ok 2 - adds\n#   Failed test 'adds'\n#   at t/sum.t line 5.\n"
        "#          got: '3'\n#     expected: '4'",
        "test_failure",
        "Failed test 'adds'",
        "",
    ),
    (
        "7:01:02 PM | CREATE_IN_PROGRESS   | AWS::S3::Bucket | Shelf\n"
        "7:01:03 PM | CREATE_FAILED        | AWS::S3::Bucket | Shelf\nshelf-bucket already exists\n"
        "7:01:03 PM | ROLLBACK_IN_PROGRESS | AWS::CloudFormation::Stack | Shop",
        "config_error",
        "Shelf: shelf-bucket already exists",
        "",
    ),
    (
        "CREATE_FAILED\tAWS::SQS::Queue\tCart\tResource creation cancelled\n"
        "CREATE_FAILED\tAWS::IAM::Role\tClerk\tuser is not authorized to perform: iam:CreateRole",
        "auth",
        "Clerk: user is not authorized",
        "",
    ),
    (
        "  Frob Error ------------------------------\n\n  Shelf shop-live cannot be updated now.\n\n"
        "  Get Support -----------------------------",
        "unknown",
        "Shelf shop-live cannot be updated now.",
        "",
    ),
    (
        "E/launcher - session not created: This version of FrobDriver only supports Frob version 80",
        "config_error",
        "only supports Frob version 80",
        "",
    ),
    (
        "==> web: err: /Stage[main]/Shop/Exec[run frob]/returns: change from notrun to 0 failed: frob "
        "returned 1 instead of one of [0]\n==> web: notice: Finished catalog run in 3.12 seconds\n"
        "The SSH command responded with a non-zero exit status. Vagrant\n"
        "assumes that this means the command failed. The output for this command\n"
        "should be in the log above. Please read the output to determine what\nwent wrong.",
        "config_error",
        "frob returned 1 instead of one of [0]",
        "",
    ),
    (
        "01:02:03  Completed with 1 error and 0 warnings:\n01:02:03\n"
        "01:02:03    Database Error in model carts (models/carts.sql)\n"
        "01:02:03    000904 (42000): SQL error:\n01:02:03    no column 'aisle'\n"
        "01:02:03    compiled Code at target/run/shop/models/carts.sql",
        "unknown",
        "model carts: 000904 (42000): SQL error: no column 'aisle'",
        "",
    ),
    (
        "--> Working on Shop::Cart\nConfiguring Shop-Cart-0.2 ... OK\n"
        "! Installing the dependencies failed: Module 'Test::Frob' is not installed\n"
        "! Bailing out the installation for Shop-Cart-0.2.",
        "missing_dependency",
        "Test::Frob",
        "",
    ),
    (
        "Can't locate Frob.pm in @INC (you may need to install it)",
        "missing_dependency",
        "Frob.pm",
        "",
    ),
    (
        "error: builder for '/nix/store/abc-frob.drv' failed with exit code 2;\n       last 3 log lines:\n"
        "       > building\n       > frobnicate: cannot open widget\n       > make: *** [all] Error 2\n",
        "compile_error",
        "cannot open widget",
        "",
    ),
    (
        "error: builder for '/nix/store/abc-frob.drv' failed with exit code 1;\n       last 4 log lines:\n"
        "       >     adds:        FAIL\n       >       Cannot locate program frob in the PATH\n"
        "       >\n       > Test suite sums: FAIL\n",
        "missing_dependency",
        "Cannot locate program frob",
        "",
    ),
    (
        "Building module:\ncleaning build area...\nmake -j8 KERNELRELEASE=5.1.5 all...\n"
        "Error!  Build of frob.ko failed for: 5.1.5 (x86_64)\n"
        "Consult the make.log in the build directory\n",
        "compile_error",
        "Build of frob.ko failed",
        "",
    ),
    ("! LaTeX Error: File `frob.sty' not found.", "missing_dependency", "frob.sty", ""),
    ("** (CompileError) lib/a.ex:3: undefined function frob/0", "compile_error", "frob/0", ""),
    (
        'File "a.ml", line 3, characters 5-9:\nError: Unbound value frob',
        "compile_error",
        "Unbound value",
        "",
    ),
    (
        "error: builder for '/nix/store/abc-frob.drv' failed with exit code 1;\n       last 3 log lines:\n"
        "       > error finding the frame of widget 7\n       > Running phase: installPhase\n"
        "       > mv: cannot stat 'frob': No such file or directory\n"
        "       For full logs, run 'nix log /nix/store/abc-frob.drv'.",
        "config_error",
        "cannot stat 'frob'",
        "",
    ),
    (
        "This is pdfTeX, Version 3.1 (TeX Live 2030)\nentering extended mode\n(./w.tex\n"
        "Overfull \\hbox (2.3pt too wide) in paragraph at lines 3--4\nRunaway argument?\n{crate \\par \n"
        "! Paragraph ended before \\frob was complete.\n<to be read again> \n                   \\par \n"
        "l.9 \n\n! Emergency stop.\n!  ==> Fatal error occurred, no output PDF file produced!\n"
        "Transcript written on w.log.",
        "compile_error",
        "Paragraph ended before",
        "",
    ),
    (
        "LaTeX2e <2030-01-01>\n! LaTeX Error: File `crate.sty' not found.\n! Emergency stop.\n"
        "!  ==> Fatal error occurred, no output PDF file produced!",
        "missing_dependency",
        "crate.sty",
        "",
    ),
    (
        "ERROR: frob-1.0-r0 do_package: ExecutionError('/w/tmp/frob/run.do_package.77', 137, None, None)\n"
        "ERROR: Logfile of failure stored in: /w/tmp/frob/log.do_package.77",
        "out_of_memory",
        "137",
        "",
    ),
    (
        '[ERROR] The compilation of frob failed at "dune build -p frob -j 4".\n\n'
        "#=== ERROR while compiling frob.v1.2 ===========================================#\n"
        "# context     2.1 | linux/x86_64 | ocaml.5.0 | https://opam.ocaml.org\n"
        "# command     dune build -p frob -j 4\n# exit-code   1\n### output ###\n"
        '# File "src/crate.ml", line 3, characters 5-9:\n# 3 | let x = zork\n#             ^^^^\n'
        "# Error: Unbound value zork\n\n<><> Error report <><><><><><><>\n| - install frob v1.2",
        "compile_error",
        "Unbound value zork",
        "",
    ),
    (
        "Resolving dependencies...\ncabal: Could not resolve dependencies:\n"
        "[__0] trying: shelf-0.1 (user goal)\n[__1] next goal: crate (dependency of shelf)\n"
        "[__1] rejecting: crate-2.0/installed-2.0 (conflict:\nshelf => crate^>=1.4)\n"
        "[__1] skipping: crate-1.9, crate-1.8 (has the same characteristics that caused the\n"
        "previous version to fail: excluded by constraint '^>=1.4' from 'shelf')\n"
        "[__1] fail (backjumping, conflict set: crate, shelf)\n"
        "After searching the rest of the dependency tree exhaustively, these were the\n"
        "goals I've had most trouble fulfilling: crate, shelf",
        "missing_dependency",
        "shelf => crate^>=1.4",
        "",
    ),
    (
        "Aborting batchmode due to failure:\nNo widget is licensed here.\n\n"
        "Caught fatal signal - signo:6 code:-6 errno:0\nAborted (core dumped)\n"
        "Build failed, with exit code 134",
        "unknown",
        "No widget is licensed",
        "",
    ),
    (
        "Assets/Frob.cs(3,9): error CS0103: The name 'zork' does not exist in the current context\n"
        "Scripts have compiler errors.\n\nAborting batchmode due to failure:\n"
        "Scripts have compiler errors.\n\nAborted (core dumped)",
        "compile_error",
        "CS0103",
        "",
    ),
    (
        "devicetree error: <Node /soc/w@0 in 'frob.dts'> lacks #crate-cells\n"
        "CMake Error at /z/cmake/dts.cmake:9 (execute_process):\n"
        '  execute_process failed command indexes:\n\n    1: "Child return code: 1"\n\n'
        "Call Stack (most recent call first):\n  CMakeLists.txt:3 (find_package)\n\n"
        "-- Configuring incomplete, errors occurred!",
        "config_error",
        "lacks #crate-cells",
        "",
    ),
    (
        "2030-05-05 00:41:15,312 process     L0436 DEBUG| [stdout]   MODPOST frob.o\n"
        "2030-05-05 00:41:15,469 process     L0436 DEBUG| [stderr] frobnicate (frobnicate) is not available\n"
        "2030-05-05 00:41:15,524 process     L0436 DEBUG| [stderr] make: *** [Makefile:6: frob] Error 1",
        "missing_dependency",
        "frobnicate (frobnicate) is not available",
        "",
    ),
    (
        'File "test/dune", line 4, characters 4-9:\n4 |  (names shelf))\n         ^^^^^\n'
        "Error: File unavailable:\n/w/lib/crate/crate.a",
        "missing_dependency",
        "File unavailable",
        "",
    ),
    (
        "INFO: [Common 17-349] Got license for feature 'Synthesis'\n"
        "ERROR: [Synth 8-993] crate is an unknown type [/w/build/shelf.v:50]\n"
        "ERROR: [Synth 8-12188] Failed to read verilog '/w/build/shelf.v'\n"
        "ERROR: [Common 17-69] Command failed: Synthesis failed - please see the console for details",
        "compile_error",
        "crate is an unknown type",
        "",
    ),
    (
        "scons: Building targets ...\nscons: *** [build/libfrob.so] File exists\n"
        "scons: building terminated because of errors.",
        "config_error",
        "File exists",
        "",
    ),
    (
        "scons: Building targets ...\nfrobc -o a.o a.c\nfrobc: cannot read widget\nscons: *** [a.o] Error 1\n"
        "scons: building terminated because of errors.",
        "unknown",
        "cannot read widget",
        "",
    ),
    (
        ">>> Test phase [not enabled]: app-misc/frob-0.3\n\n>>> Install frob-0.3 into /w/image\n"
        "/usr/bin/install: omitting directory '/w/data/build'\nmake: *** [Makefile:32: install] Error 1\n"
        " * ERROR: app-misc/frob-0.3::gentoo failed (install phase):\n *   emake failed",
        "compile_error",
        "omitting directory",
        "",
    ),
    (
        "".join(f"frob-1.2> COQC theories/W{n}.v\n" for n in range(5))
        + 'frob-1.2> File "./theories/W5.v", line 2, characters 4-9:\n'
        "frob-1.2> Error: Cannot find a physical path bound to logical path matching suffix\n"
        "frob-1.2> Crate and prefix Shelf.\nfrob-1.2> make: *** [Makefile.coq:7: theories/W5.vo] Error 1",
        "missing_dependency",
        "Cannot find a physical path",
        "",
    ),
    (
        "crate/1.0: WARN: Can't find a 'crate/1.0' package for the specified settings\n\n"
        "ERROR: Missing prebuilt package for 'crate/1.0', 'shelf/2.1'\n"
        "Or try to build locally from sources with '--build=missing'",
        "missing_dependency",
        "Missing prebuilt package",
        "",
    ),
]
"""The log, its class, words of the summary, the replay."""


@pytest.mark.parametrize(("log", "found", "words", "replay"), CASES)
def test_the_tools_own_form_is_read(
    reads: Callable[[str, str, str, str], None], log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)
