"""Smaller languages: EUnit, plunit, Nim, Perl's use_ok, minitest's diffs, gettext, OCaml."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from policies.failure import Confidence, Failure, FailureClass

Cause = Callable[[str], Failure]

EUNIT = """===> Performing EUnit tests...
======================== EUnit ========================
module 'shelf_tests'
  shelf_tests: put_test...ok
  shelf_tests: count_test...*failed*
in function shelf_tests:count_test/0 (/srv/shop/test/shelf_tests.erl, line 4)
in call from eunit_test:run_testfun/1 (eunit_test.erl, line 71)
in call from eunit_proc:with_timeout/3 (eunit_proc.erl, line 356)
**error:{assertEqual,[{module,shelf_tests},
              {line,4},
              {expected,0},
              {value,1}]}
  output:<<"">>

  shelf_tests: get_test...ok
=======================================================
  Failed: 1.  Skipped: 0.  Passed: 2.
===> Error running tests"""
EUNIT_FORMATTED = """===> Performing EUnit tests...
.F.
Failures:

  1) shelf_tests:count_test/0
     Failure/Error: ?assertEqual(0, shelf : count ( ))
       expected: 0
            got: 1
     %% eunit_proc.erl:346:in `eunit_proc:with_timeout/3`
     Output:
     Output:

Finished in 0.032 seconds
3 tests, 1 failures
===> Error running tests"""
PLUNIT = """% PL-Unit: shelves .
ERROR: /srv/shop/t.pl:4:
	test sum: wrong answer (compared using ==)
ERROR:     Expected: 7
ERROR:     Got:      6
.**FAILED 0.139 sec
% 1 test failed
% 2 tests passed
ERROR: -g run_tests: false"""
NIM = """[Suite] shelves
  [OK] empty
    /srv/shop/tests/tshelf.nim(7, 22): Check failed: label("a") == "A"
    label("a") was a
  [FAILED] label
  [OK] more
Error: execution of an external program failed: '/srv/shop/tests/tshelf '"""
USE_OK = """t/00_load.t .. 1/3
#   Failed test 'use Shelf::Open;'
#   at t/00_load.t line 5.
#     Tried to use 'Shelf::Open'.
#     Error:  syntax error at /srv/shop/lib/Shelf/Open.pm line 9, near ") {"
# Compilation failed in require at t/00_load.t line 5.
# Looks like you failed 1 test of 3."""
USE_OK_ABSENT = USE_OK.replace(
    'syntax error at /srv/shop/lib/Shelf/Open.pm line 9, near ") {"',
    "Can't locate Crate.pm in @INC (you may need to install the Crate module)",
)
PERL_SAYS = """Loading lib/Shelf.pm failed. No B module?
perl says : syntax error at lib/Shelf.pm line 49, near ") {"
syntax error at lib/Shelf.pm line 57, near "}"
lib/Shelf.pm has too many errors.
No Makefile created."""
MINITEST_DIFF = """
  1) Failure:
ShelfTest#test_label [test/shelf_test.rb:23]:
--- expected
+++ actual
@@ -1,2 +1,2 @@
-"<b>x</b>
+"<i>x</i>
 "


7 runs, 13 assertions, 1 failures, 0 errors, 0 skips"""
GETTEXT = """msgfmt -c -o de.mo po/de.po
po/de.po:2: warning: header field 'Language' missing in header
po/de.po:7: format specifications in 'msgid' and 'msgstr' for argument 1 are not the same
msgfmt: found 1 fatal error
make: *** [Makefile:3: de.mo] Error 1"""
OCAML = """File "lib/shelf.ml", line 1:
Error: The implementation lib/shelf.ml
       does not match the interface lib/shelf.cmi:
       The value `open_' is required but not provided
       File "lib/shelf.mli", line 23, characters 0-53: Expected declaration"""
SHELLCHECK = """
In bin/open.sh line 4:
rm -rf $SHELF/lib
       ^--------^ SC2115 (warning): Use "${var:?}" to ensure this never expands to /lib .

For more information:
  https://www.shellcheck.net/wiki/SC2115 -- Use "${var:?}" to ensure this nev..."""
COMMON_TEST = """===> Running Common Test suites...
%%% shelf_SUITE: .
%%% shelf_SUITE ==> subs: FAILED
%%% shelf_SUITE ==> {{badmatch,1},
 [{shelf_SUITE,subs,1,[{file,"/srv/shop/test/shelf_SUITE.erl"},{line,6}]}]}
Failed 1 tests. Passed 1 tests.
===> Failures occurred running tests: 1"""
SRFI = """%%%% Starting test shelf  (Writing full log to "shelf.log")
/srv/shop/t.scm:3: FAIL adds
# of expected passes      1
# of unexpected failures  1"""
PERL_CRITIC = """Code before strictures are enabled at line 2, column 1.  See page 429 of PBP.  (Severity: 5)
Expression form of "eval" at line 2, column 24.  See page 161 of PBP.  (Severity: 5)"""

CASES = [
    (EUNIT, "test_failure", "shelf_tests:count_test/0: **error:{assertEqual,", ""),
    (EUNIT_FORMATTED, "test_failure", "count_test/0: expected: 0 got: 1", ""),
    (PLUNIT, "test_failure", "sum: wrong answer (compared using ==) Expected: 7 Got: 6", ""),
    (NIM, "test_failure", 'label: Check failed: label("a") == "A" label("a") was a', ""),
    (USE_OK, "compile_error", "'use Shelf::Open;': syntax error at ", ""),
    (USE_OK_ABSENT, "missing_dependency", "Can't locate Crate.pm in @INC", ""),
    (PERL_SAYS, "compile_error", "lib/Shelf.pm line 49", ""),
    (GETTEXT, "compile_error", "po/de.po:7: format specifications in", ""),
    (COMMON_TEST, "test_failure", "shelf_SUITE:subs: {{badmatch,1},", ""),
    (SRFI, "test_failure", "adds: FAIL adds", ""),
    (
        "src/shelf.vala:5.5-5.10: error: The name `size' does not exist in the context of `Shelf'",
        "compile_error",
        "The name `size' does not exist",
        "",
    ),
    (PERL_CRITIC, "lint", "Code before strictures", ""),
    (SHELLCHECK, "lint", "In bin/open.sh line 4: SC2115 (warning): Use", ""),
    (OCAML, "compile_error", "The value `open_' is required but not provided", ""),
]
"""The log, its class, words of the summary, the replay."""


@pytest.mark.parametrize(("log", "found", "words", "replay"), CASES)
def test_the_tools_own_form_is_read(
    reads: Callable[[str, str, str, str], None], log: str, found: str, words: str, replay: str
) -> None:
    reads(log, found, words, replay)


def test_what_differs_is_said_and_not_the_heads_of_the_difference(cause: Cause) -> None:
    assert cause(MINITEST_DIFF).summary == 'ShelfTest#test_label: -"<b>x</b> +"<i>x</i>'


def test_the_same_complaint_of_another_script_is_another_cause(cause: Cause) -> None:
    told = cause(SHELLCHECK).fingerprint
    assert cause(SHELLCHECK.replace("line 4", "line 9")).fingerprint == told
    assert cause(SHELLCHECK.replace("bin/open", "bin/shut")).fingerprint != told


def test_a_patch_that_is_printed_is_no_comparison(cause: Cause) -> None:
    patch = "--- a/shelf.rb\n+++ b/shelf.rb\n@@ -1,1 +1,1 @@\n-a\n+fatal error: no shelf\n"
    assert "no shelf" not in cause(f"{patch}\n1 file would be reformatted").summary


def test_a_test_of_eunit_that_names_no_reason_borrows_none(cause: Cause) -> None:
    log = EUNIT.replace("**error:{assertEqual,[{module,shelf_tests},", "module said more")
    assert "assertEqual" not in cause(log).summary


def test_a_command_that_is_absent_may_have_been_replaced_by_the_next(cause: Cause) -> None:
    failure = cause(
        "bash: line 1: frobjit: command not found\n"
        "lua: open.lua:1: module 'crate' not found:\n\tno field package.preload['crate']"
    )
    assert failure.confidence is not Confidence.HIGH


@pytest.mark.parametrize(
    "said",
    [
        "PHP Fatal error:  Uncaught TypeError: f(): Argument #1 ($x) must be of type int, string given",
        'Traceback (most recent call last):\n  File "/srv/shop/a.py", line 2, in <module>\n    f()\n'
        "TypeError: f() missing 1 required positional argument: 'x'",
    ],
)
def test_wrong_arguments_are_no_setting(cause: Cause, said: str) -> None:
    assert cause(said).failure_class is not FailureClass.CONFIG_ERROR


@pytest.mark.parametrize("name", ["overloaded-model", "disk-full-error", "no-space-left"])
def test_the_name_of_a_test_that_begins_befell_nobody(cause: Cause, name: str) -> None:
    failure = cause(
        f"t/{name}.t ............\nok 1 - opens\n1..1\nok\nt/shelf.t ............... 1/?\n"
        "#   Failed test 'shuts'\n#   at t/shelf.t line 5.\n#          got: '1'\n#     expected: '2'"
    )
    assert name not in failure.summary
    assert failure.failure_class is FailureClass.TEST_FAILURE
