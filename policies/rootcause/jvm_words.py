"""What the words of Maven and Gradle say of the kind of failure: both resolve, compile and fork alike."""

from __future__ import annotations

import re

from policies.expressions import expression
from policies.failure import FailureClass as C

_RULES = (
    (
        expression(
            r"Could not (?:find artifact|resolve dependencies)|could not be resolved|No compiler is provided"
            r"|was not found in|No plugin found|Non-resolvable|Could not resolve"
        ),
        C.MISSING_DEPENDENCY,
    ),
    (
        expression(
            r"checkstyle|spotless|format violations|pmd|spotbugs|findbugs|license"
            r"|Too many files with unapproved|ktlint|sortpom|impsort|formatter|detekt|coverage check",
            re.I,
        ),
        C.LINT,
    ),
    (expression(r"invalid (?:target|source) release|release version \d+ not"), C.CONFIG_ERROR),
    (expression(r"ompilation fail|Fatal error compiling"), C.COMPILE_ERROR),
    (expression(r"forked VM terminated|VM crash|The fork|in starting fork"), C.SIGNAL_CRASH),
    (expression(r"timeout (?:or other error )?in the fork"), C.TEST_TIMEOUT),
    (expression(r"test failures|surefire|failsafe|tests did not pass", re.I), C.TEST_FAILURE),
)
_NETWORK = expression(
    r"Connect(?:ion)? (?:to .{1,200} )?(?:refused|timed out|reset)|Unknown host|UnknownHost"
    r"|status code:? 5\d\d|Read timed out|Network is unreachable|Remote host terminated|PKIX"
    r"|Temporary failure|No route to host|Premature EOF|status: 5\d\d|Return code is: 5\d\d"
    r"|Transfer failed for \S{1,400}(?: 5\d\d\b|:|$)"
)
_REFUSED = expression(r"status(?: code)?:? (?:401|403)|Unauthorized|Forbidden|Not authorized", re.I)
_RATE = expression(r"status(?: code)?:? 429|Too Many Requests")


def class_of_words(said: str) -> C | None:
    """Give the class that *said* tells, or None.

    A repository that cannot be reached comes before the artifact that is missed for it.
    """
    if _NETWORK.search(said):
        return C.NETWORK
    if _REFUSED.search(said):
        return C.AUTH
    if _RATE.search(said):
        return C.RATE_LIMIT
    return next((found for pattern, found in _RULES if pattern.search(said)), None)
