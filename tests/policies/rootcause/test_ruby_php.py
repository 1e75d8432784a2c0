"""Ruby's and PHP's tools: test runners, linters, installers, errors."""

from __future__ import annotations

from typing import Any

import pytest

RSPEC = """
Pending: (Failures listed here are expected and do not affect your suite's status)

  1) Cart pends
     Failure/Error: expect(1).to eq(9)

Failures:

  1) Cart adds
     Failure/Error: expect(1).to eq(2)

       expected: 2
            got: 1

       (compared using ==)
     # ./spec/cart_spec.rb:2:in `block (2 levels) in <top (required)>'

Finished in 0.09 seconds

Failed examples:

rspec ./spec/cart_spec.rb:2 # Cart adds"""
RSPEC_RAISED = """
+ bundle exec rspec
Failures:

  1) Cart loads
     Failure/Error: load!

     ArgumentError:
       bad crate
     # ./spec/cart_spec.rb:4:in `block'
     # ------------------
     # --- Caused by: ---
     # KeyError:
     #   no shelf
     #   ./spec/cart_spec.rb:4:in `block'

Finished in 0.09 seconds

rspec ./spec/cart_spec.rb:4 # Cart loads"""
RSPEC_GONE = """
An error occurred while loading ./spec/gone_spec.rb.
Failure/Error: require 'crate'

LoadError:
  cannot load such file -- crate
# ./spec/gone_spec.rb:1:in `<top (required)>'"""
MINITEST = """
  1) Failure:
CartTest#test_adds [test/cart_test.rb:3]:
Expected: 1
  Actual: 2

3 runs, 2 assertions, 1 failures, 0 errors, 0 skips"""
RAILS = """
Failure:
CartTest#test_adds [test/models/cart_test.rb:3]:
Expected false to be truthy.

bin/rails test test/models/cart_test.rb:2"""
TEST_UNIT = """
Failure: test_adds(CartTest)
test_cart.rb:3:in `test_adds'
  => 3:   def test_adds; assert_equal 1, 2; end
<1> expected but was
<2>"""
RAISED = """
load.rb:2:in `rescue in <main>': bad settings (ArgumentError)
	from load.rb:2:in `<main>'
load.rb:1:in `load': no shelf (KeyError)
	from load.rb:2:in `<main>'"""
RAKE = """
rake aborted!
no shelf to build
/srv/shop/Rakefile:1:in `block in <top (required)>'
Tasks: TOP => build
(See full trace by running task with --trace)"""
CAP = """
(Backtrace restricted to imported tasks)
cap aborted!
NameError: undefined local variable or method `shelf' for #<Frob::Local:0x0001>
/srv/shop/tasks/sync.cap:54:in `block in <top (required)>'
Tasks: TOP => sync:push
(See full trace by running task with --trace)
The deploy has failed with an error: undefined local variable or method `shelf'"""
MIGRATION = """
rake aborted!
StandardError: An error has occurred, this and all later migrations canceled:

PG::UndefinedColumn: ERROR:  column "aisle" does not exist
/srv/shop/db/migrate/20240102030405_add_aisle.rb:3:in `change'
Tasks: TOP => db:migrate
(See full trace by running task with --trace)"""
NATIVE_ASKS = """
ERROR: Failed to build gem native extension.

checking for crate.h... no
checking for shelf() in -lshelf... yes
ERROR: getaddrinfo: Name or service not known
*** extconf.rb failed ***
Could not create Makefile due to some reason."""
NATIVE_RAISES = """
Gem::Ext::BuildError: ERROR: Failed to build gem native extension.

checking for crate.h... no
*** extconf.rb failed ***
Could not create Makefile due to some reason.
extconf.rb:10:in `<main>': uninitialized constant Frob (NameError)

extconf failed, exit code 1"""
NATIVE_LACKS = """
/opt/ruby/installer.rb:9:in `build_extensions': ERROR: Failed to build gem native extension. (Gem::X)

    /opt/ruby/bin/ruby extconf.rb
checking for crate.h... no
-----
libcrate is missing.  please visit https://example.org for help
-----
*** extconf.rb failed ***
Could not create Makefile due to some reason."""
NATIVE = """
ERROR: Failed to build gem native extension.

    current directory: /usr/lib/ruby/gems/crate-1.0/ext
checking for crate.h... no
An error occurred while installing crate (1.0), and Bundler cannot continue."""
PHPUNIT = """
There was 1 error:

1) App\\CartTest::testLoads
RuntimeException: no shelf

/srv/shop/tests/CartTest.php:5

Caused by
LogicException: no crate

/srv/shop/tests/CartTest.php:5

--

There was 1 failure:

1) App\\CartTest::testRows with data set "second" (3)
rows differ
Failed asserting that two arrays are equal.

/srv/shop/tests/CartTest.php:7

ERRORS!
Tests: 6, Assertions: 3, Errors: 1, Failures: 1."""
TESTDOX = """
Cart
 ✘ Adds
   │
   │ Failed asserting that 1 is identical to 3."""
PEST = """
   FAILED  Tests\\Unit\\CartTest > it adds                      AssertionFailedError
  Failed asserting that 1 is identical to 3.

  at tests/Unit/CartTest.php:5"""
COMPOSER = """
Your requirements could not be resolved to an installable set of packages.

  Problem 1
    - Root composer.json requires shop/crate ^9, found shop/crate[1.0] but it does not match."""
CHAINED = """
Your requirements could not be resolved to an installable set of packages.

  Problem 1
    - Root composer.json requires shop/cart ^2 -> satisfiable by shop/cart[2.0.0, 2.1.0].
    - shop/cart 2.1.0 requires shop/crate ~1.3 -> found shop/crate[1.3.0] but it conflicts."""
CONSOLE = """
In Cart.php line 12:

  No shelf was
  found

cart:load [-h|--help]"""
PHPSTAN = """
 ------ ------------------------------------------------
  Line   src/Cart.php
 ------ ------------------------------------------------
  12     Method Cart::total() has no return type specified.
 ------ ------------------------------------------------

 [ERROR] Found 1 error"""
PHPCS = """
FILE: /srv/shop/src/Cart.php
----------------------------------------------------------------------
FOUND 1 ERROR AFFECTING 1 LINE
----------------------------------------------------------------------
 3 | ERROR | [x] Expected 1 space after IF keyword"""
UNCAUGHT = """
PHP Fatal error:  Uncaught LogicException: no crate in /srv/shop/load.php:2
Stack trace:
#0 {main}

Next RuntimeException: no shelf in /srv/shop/load.php:2
  thrown in /srv/shop/load.php on line 2"""
ADDS = "Failed asserting that 1 is identical to 3."

TABLE = [
    (RSPEC, "test_failure", "Cart adds: expected: 2 got: 1", "rspec ./spec/cart_spec.rb:2"),
    (
        RSPEC_RAISED,
        "test_failure",
        "Cart loads: KeyError: no shelf ArgumentError: bad",
        "bundle exec rspec ./spec/cart_spec.rb:4",
    ),
    (
        RSPEC_GONE,
        "missing_dependency",
        "cannot load such file -- crate",
        "rspec ./spec/gone_spec.rb",
    ),
    (
        MINITEST,
        "test_failure",
        "CartTest#test_adds: Expected: 1 Actual: 2",
        "ruby -Itest test/cart_test.rb -n test_adds",
    ),
    (
        RAILS,
        "test_failure",
        "Expected false to be truthy.",
        "bin/rails test test/models/cart_test.rb:2",
    ),
    (TEST_UNIT, "test_failure", "test_adds(CartTest): <1> expected but was", ""),
    (RAISED, "unknown", "no shelf (KeyError), then bad settings (ArgumentError)", ""),
    (
        "load.rb:1:in 'Kernel#require': cannot load such file -- crate (LoadError)",
        "missing_dependency",
        "crate",
        "",
    ),
    (
        "load.rb:2: syntax error, unexpected end-of-input",
        "compile_error",
        "unexpected end-of-input",
        "",
    ),
    (
        "ERROR:  While executing gem ... (Gem::FilePermissionError)\n"
        "    You don't have write permissions for the /var/lib/gems/3.1.0 directory.",
        "sandbox_permission",
        "You don't have write permissions for the /var/lib/gems/3.1.0 directory. (Gem::FilePerm",
        "",
    ),
    (
        "rake aborted!\nLoadError: cannot load such file -- shelf\n/w/lib/x.rb:62:in `require'\n"
        "Tasks: TOP => environment\n(See full trace by running task with --trace)",
        "missing_dependency",
        "cannot load such file -- shelf",
        "rake environment",
    ),
    (
        "ERROR:  While executing gem ... (Errno::ENOENT)\n"
        "    No such file or directory @ rb_sysopen - frob.gemspec",
        "config_error",
        "rb_sysopen - frob.gemspec",
        "",
    ),
    (
        "             ERROR: YOUR SITE COULD NOT BE BUILT:\n"
        "                    ------------------------------------\n"
        "                    Invalid date 'tuesday': 'a.md' does not have a valid date",
        "unknown",
        "Invalid date 'tuesday'",
        "",
    ),
    (RAKE, "unknown", "no shelf to build", "rake build"),
    (CAP, "unknown", "NameError: undefined local variable or method `shelf'", ""),
    (MIGRATION, "unknown", 'column "aisle" does not exist', "rake db:migrate"),
    ("rake aborted!\nDon't know how to build task 'bild'", "config_error", "'bild'", ""),
    ("Could not find gem 'crate' in locally installed gems.", "missing_dependency", "crate", ""),
    ("bundler: command not found: rspec", "missing_dependency", "rspec", ""),
    (NATIVE, "compile_error", "checking for crate.h... no", ""),
    (NATIVE_LACKS, "missing_dependency", "libcrate is missing", ""),
    (
        NATIVE_LACKS.partition("': ")[2].replace(
            "ERROR", "Gem::Installer::ExtensionBuildError: ERROR"
        ),
        "missing_dependency",
        "libcrate is missing",
        "",
    ),
    (NATIVE_ASKS, "compile_error", "getaddrinfo", ""),
    (NATIVE_RAISES, "compile_error", "uninitialized constant Frob", ""),
    (
        "lib/cart.rb:1:9: C: [Correctable] Layout/SpaceInsideParens: Space inside.",
        "lint",
        "Layout/SpaceInsideParens",
        "",
    ),
    (
        PHPUNIT,
        "test_failure",
        "testLoads: RuntimeException: no shelf LogicException: no crate",
        "vendor/bin/phpunit --filter CartTest::testLoads",
    ),
    (TESTDOX, "test_failure", f"Adds: {ADDS}", ""),
    (
        PEST,
        "test_failure",
        f"it adds: AssertionFailedError: {ADDS}",
        "vendor/bin/pest --filter 'it adds'",
    ),
    (COMPOSER, "missing_dependency", "requires shop/crate ^9", ""),
    (CHAINED, "missing_dependency", "requires shop/crate ~1.3", ""),
    (CONSOLE, "unknown", "No shelf was found", ""),
    (
        'In JsonFile.php line 347:\n\n  "./composer.json" does not contain valid JSON  ',
        "config_error",
        "valid JSON",
        "",
    ),
    (PHPSTAN, "type_error", "src/Cart.php: 12 Method Cart::total() has no return type", ""),
    (
        "ERROR: InvalidReturnType - src/Cart.php:3:5 - no return (see https://example.org)",
        "type_error",
        "InvalidReturnType",
        "",
    ),
    (PHPCS, "lint", "/srv/shop/src/Cart.php: 3 | ERROR", ""),
    (UNCAUGHT, "unknown", "Uncaught LogicException: no crate", ""),
    (
        "PHP Parse error:  syntax error, unexpected '}' in load.php on line 2",
        "compile_error",
        "unexpected '}'",
        "",
    ),
    (
        "Fatal error: Allowed memory size of 16777216 bytes exhausted in load.php on line 1",
        "out_of_memory",
        "Allowed memory",
        "",
    ),
]


@pytest.mark.parametrize(("log", "found", "words", "replay"), TABLE)
def test_the_cause_is_named(check: Any, log: str, found: str, words: str, replay: str) -> None:
    check(log, found, words, replay)
