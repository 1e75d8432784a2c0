"""A command that runs the failing thing again is safe to paste: a shell sees names as the log has them."""

from __future__ import annotations

import shlex
from collections.abc import Callable

import pytest

from policies.failure import Failure

RSPEC = """Failures:

  1) it works
     Failure/Error: expect(1).to eq(2)
       expected: 2
            got: 1

1 example, 1 failure

Failed examples:

rspec ./spec/{name}_spec.rb:3 # it works
"""
RAILS = """Failure:
ATest#test_it [/a/test/a_test.rb:3]:
Expected: 1
  Actual: 2

rails test test/{name}_test.rb:3
"""
PYTEST = (
    "FAILED tests/{name}.py::test_a - AssertionError: assert 1 == 2\n=== 1 failed in 0.1s ===\n"
)
CARGO = "test {name} ... FAILED\n\n---- {name} stdout ----\nthread '{name}' panicked at src/a.rs:3:5:\nboom\n"
PRECOMMIT = "check..............Failed\n- hook id: {name}\n- exit code: 1\n"
NPM = (
    "\n> a@1.0.0 {name}\n> eslint .\n\n/a/b.js\n  1:1  error  No  no-var\n\n✖ 1 problem (1 error)\n"
)
FORMS = {"rspec": RSPEC, "rails": RAILS, "pytest": PYTEST, "cargo": CARGO, "npm": NPM}


@pytest.mark.parametrize(
    "name", ["$(reboot)", "`reboot`", "x;y", "x|y&z", "<x>", "it's", 'a"b', "*"]
)
@pytest.mark.parametrize("form", FORMS)
def test_a_shell_sees_the_name_as_the_log_has_it(
    cause: Callable[[str], Failure], form: str, name: str
) -> None:
    for command in cause(FORMS[form].format(name=name)).replay:
        words = shlex.split(command)
        assert shlex.join(words).split(" -", 1)[0] == command.split(" -", 1)[0]


@pytest.mark.parametrize("form", [CARGO, PRECOMMIT, NPM, PYTEST.replace("tests/", "")])
def test_a_name_like_an_option_is_no_argument(cause: Callable[[str], Failure], form: str) -> None:
    assert not [said for said in cause(form.format(name="--config=x")).replay if "--config" in said]
    assert any("known" in said for said in cause(form.format(name="known")).replay)
