"""Lines that say that something failed, but never why; and lines that only look like failures."""

from __future__ import annotations

import re
from functools import lru_cache

from policies.rootcause.tallies import is_tally

LOOKED_AT_CHARS = 500
"""Of a longer line only the start is judged."""

_WRAPS_AT_START = re.compile(
    r"\S{1,200}:\d+: recipe for target .{1,200} failed$|\[pipeline\] |build completed unsuccessfully"
    r"|failed to run: |the command has failed after \d+ attempts|got exit code"
    r"|(?:\S{0,60}[-/\\])?g?make(?:\.exe)?(?:\[\d+\])?: \*\*\* .*(?:error -?\d+"
    r"|waiting for unfinished)"
    r"|(?:make|gmake)(?:\[\d+\])?: .*not remade because of errors"
    r"|npm (?:err!|error)\s*(?:$|errno|code (?:elifecycle|\d)|exit status|this is probably not"
    r"|a complete log|failed at the|lifecycle script|path|workspace|location"
    r"|command (?:failed|sh|bash)|in workspace|at location|there is likely additional|/"
    r"|node v|npm v|a-z)"
    r"|\[(?:error|fatal|info)\] +(?:re-run maven|to see the full stack"
    r"|for more information about the err|after correcting the|\[help \d+\]|-> \[help"
    r"|please refer to|see dump files|see \S{1,300} for the individual"
    r"|the build could not read|mvn <|some problems were"
    r"|there are test failures|build failure|compilation error *:|-{5,})"
    r"|\[(?:error|fatal|warn(?:ing)?)\]\s+(?:at [\w.$/@<>-]{1,300} ?\(|\.\.\. \d+ more"
    r"|(?:total|elapsed) time: |stack trace is suppressed)"
    r"|error: (?:could not create the java virtual machine|a fatal exception has occurred\. program)"
    r"|\* (?:try|get more help|exception is):?|> run with --"
    r"|run with --(?:stacktrace|info|debug|scan)"
    r"|make(?:\[\d+\])?: (?:entering|leaving) directory|there were failing tests"
    r"|execution failed for task|> task .* failed$|\d+ tests? completed|\*\* (?:[a-z]{3,12} ){1,3}failed"
    r"|#=== error while |\[error\] the (?:compilation|installation) of \S{1,100} failed at "
    r"|the following build commands failed|failed to build\W{0,5}$"
    r"|error: process didn't exit successfully|error: doctest failed|error: build failed"
    r"|errors while running ctest|\d+% tests passed|the following tests failed"
    r"|##\[error\](?:bash|cmd|powershell) exited|cleaning up (?:project|file)"
    r"|uploading artifacts|job (?:failed|succeeded)"
    r"|error: job failed(?!: (?:execution|failed to)| \(system)|the action .{1,100} failed$"
    r"|\W{0,10}error:? command failed with exit code|error: script \".*\" exited with"
    r"|ninja: build stopped|scons: building terminated|scons: \*\*\* \[.{1,300}\] error -?\d+$"
    r"|\* error: \S{1,200} failed \(\w{2,12} phase\)|\* +emake failed"
    r"|(?:error: )?could not compile |error: aborting due to"
    r"|for more information about (?:this|an) error|error: \d+ errors?"
    r"|error: recipe .* failed on line|build failed\W{0,10}$|build failure\W{0,10}$"
    r"|\[error\]\s*$|(?:\[info\] )?build failure|failed!?$|fail$|failure$|errors?:?$"
    r"|failures?:$|error\s*$|error: job failed(?!: (?:execution|failed to)| \(system)"
    r"|finished: failure|found \d+ (?:errors?|problems?|warnings?)"
    r"|\W{0,10}\d+ problems? \(\d+ errors?"
    r"|=+ .*\b(?:failed|passed|errors?)\b.* in [\d.]+m?s.*=+$|!+ .* !+$|test suites?: "
    r"|tests?: +\d|snapshots?: |time: |failed \((?:failures|errors|unexpected)"
    r"|test result: failed|fail\t|exit status \d+|ok\t"
    r"|\d+ (?:failed|passed|failing|passing|errors?)\b"
    r"|=+ (?:failures|errors|short test summary info) =+$|error: test failed, to rerun pass"
    r"|\d+ errors? generated\.|exited with code|# ?(?:fail|pass|tests|suites) \d+"
    r"|(?:error: )?(?:subprocess|command)? ?failed\W{0,10}$|error: failed building wheel"
    r"|error: subprocess-exited-with-error|caused by:?$"
    r"|\W{0,10}error:? (?:build|lint|tests?|check|job|step|task|pipeline) failed\W{0,10}$"
    r"|(?:npm (?:err!|error) )?for (?:a |the )?(?:full|more|complete|detailed"
    r"|further) (?:report|log|information|details|info)"
    r"|warning: |hint: |note: |tip: |help: |examples?: |#{2,6} (?!\[)"
    # what harnesses and buildbot add after the failure
    r"|setting return code to|# tbpl |running post_fatal|exiting -?\d+$"
    r"|no tests run or test summary|error: {1,4}\S{1,60}: commands failed|cannot build derivation '"
    r"|error: (?:cannot build '/nix/store/|\d+ dependencies of derivation |exception raised during nimble)"
    r"|halting on failure|unsuccessful task run|program finished with exit code|elapsedtime="
    r"|process killed by signal|one or more unittests failed|result: +(?:failed|aborted)$"
    r"|=+ (?:started|finished|skipped) .*=+$|test suite .{1,200} failed at \d"
)
_ENDED = re.compile(
    r"\W{0,10}(?:error|fatal|fail(?:ed|ure)?|warn(?:ing)?"
    r"|info)?\W{0,10}(?:[\w './-]{0,60}?)\b(?:exit(?:ed|ing)?(?: with)?(?: an?)?(?: status"
    r"| status code| code| value)?|return(?:ed)?(?: code| status)?|rc"
    r"|returning)[ :=]{0,2}\(?-?(?:\d{1,2}"
    r"|1\d\d|2[0-5]\d)\)?\W{0,10}$"
)
_WRAPS_INSIDE = re.compile(
    r"process completed with exit code|elifecycle|error: ld returned"
    r"|error: linker command failed|the command \".*\" (?:exited|failed)"
    r"|script returned exit code|unhandled exception: failed: "
    r"|see (?:the )?(?:log|output|details|errors?)s? above"
    r"|see above for|status=failed|run .* (?:failed|unsuccessful)\W{0,10}$"
    r"|exited with (?:exit )?code -?\d+|failed to build one or more wheels"
    r"|did not run successfully|this error originates from a subprocess|command responded with a non-zero"
    r"|assumes that this means the command failed"
    r"|build step \d+ \".*\" failed: step exited|cloud build failed\. check logs"
    r"|executor failed running \[|\bprocess \".*\" did not complete successfully"
    r"|failed to run script step|custom container implementation failed|failed to collect page data for"
)
_EXIT_WORDS = ("exit", "return", "rc")
_INSIDE_WORDS = ("exit", "fail", "above", "success", "ld returned", "elifecycle", "originates")
"""One of them stands in every line that the expression finds: a cheap test before it."""
"""On the lower-cased line: a step's end, a summary count, a pointer to another place."""

_BARE = re.compile(
    r"^(?:[\w./:'\"\[\]-]{1,200} ){1,6}(?:has |have )?failed\W{0,5}$"
    r"|^(?:the )?(?:build|tests?|job|command|task|step|check"
    r"|process)\b[\w ./'\"-]{0,120} failed\W{0,5}$"
    r"|^([=*#_~-])\1{7,}[^=*#~]{0,60}\b(?:error|fail)[^=*#~]{0,60}\1{7,}$"
    r"|^failed to (?:run|execute) (?:command|script|step|task|hook)\W"
    r"|\bfailed with (?:exit |return )?(?:code|status)|\breturned (?:a )?non-zero"
    r"|^(?:error|failed):? \S+\.\w{1,4}$"
    r"|\b(?:compiled|completed|finished|ended|found|failed|done"
    r"|generated)\b.{0,12}\b[1-9]\d{0,6} (?:weighted )?"
    r"(?:errors?|problems?|failures?|issues?|violations?)\b"
    r"|^(?:error: )?command failed\b|^(?:error|warning) was generated by\b"
    r"|\bexited with (?:non-?zero )?(?:exit )?(?:code|status)|\bnon-zero exit (?:code|status"
    r"|value)"
)
"""It names what failed, not why."""

_HARMLESS = re.compile(
    r"(?<![.,\d])\b(?:0|no) (?:errors?|fail(?:ed|ures?|ing)|warnings?|problems?|issues?|vulnerabilities)\b"
    r"|\b(?:errors?|fail(?:ed|ures?)|warnings?)(?: count)?[:= ]{1,2}0\b|error count \d"
    r"|\bno errors?\b|without (?:any )?(?:errors?|failures?)|fail[_-]?fast|on[_-]error"
    r"|continue[_-]on[_-]error"
    r"|\b(?:passed|pass|ok|skipped|xfail(?:ed)?|xpass(?:ed)?|done)\b[\s\[\])%.\d]*$"
    r"|^(?!.{0,400}\b(?:unable|cannot|not|failed) ).{0,490}\bsuccess(?:ful(?:ly)?)?\b[\s\[\])%.\d]*$"
    r"|^ok \d+|^\s*[✓✔√]|\.{2,} ?(?:ok|yes|passed|done)\b|\bpassed\b.{0,20}\[ *\d+%\]"
    r"|\bretrying\b.{0,10}(?:\.\.\.|\bin \d|\bafter \d|\(|\battempt)|\bretry \d"
    r"|\breconnecting\b|\bwill (?:be )?retr|\b(?:seconds?|secs?|minutes?|ms|\ds?) (?:before"
    r"|until) (?:the )?(?:next )?(?:retry|attempt)"
    r"|\b(?:continuing|ignored|ignoring|non-fatal|harmless|expected in tests?|skipping)\b"
    r"|^\s*[\w.-]+: error$"
    r"|-werror|-wno-error|\berror(?:s|_|-)?(?:budget|budgets|handling|handler|reporting)\b"
    r"|^_xservtrans|^[iwd]\d{4} \d\d:\d\d:\d\d|^w: \S|^plugins: "
    r"|resolver does not currently take into account|the database system is (?:starting up|shutting down)"
    # what a web server writes down of each request it answered; why stands elsewhere
    r"|^completed [1-5]\d\d [\w ]{0,40} in \d[\d.]{0,8} ?m?s\b"
    r"|\"(?:get|post|put|patch|delete|head|options) \S{1,300} http/\d(?:\.\d)?\" [1-5]\d\d\b"
    r"|^\W{0,8}(?:package|dart):\S{1,200} \d{1,6}(?::\d{1,6})? {2,}\S"  # a frame of Dart's
    r"|error budget|\berror (?:handling|handlers?|reporting|channels?)\b(?!:)"
)
_QUIET_LEVEL = re.compile(
    r"^(?:npm )?\W{0,3}(?:info|debug|trace|notice|warn|warning|verbose|note|deprecated"
    r"|deprecation)\b(?!\W{0,3}error:|\s{2,9}failed\s)"
    r"|##\[(?:debug|warning|group|endgroup|section|command|notice)\]|^::(?:debug|warning|group"
    r"|notice|endgroup)"
    r"|\b(?:deprecationwarning|userwarning|futurewarning|runtimewarning|syntaxwarning"
    r"|resourcewarning)\b"
)
_ECHO = re.compile(
    r"^\++ \S|^\$ \S|^\s*(?:echo|printf|print|throw|raise|console\.\w+|log(?:ger)?\.\w+|return"
    r"|if|elif|else|assert|const"
    r"|let|var|def|class|import|from|function|set|export|case|fi|esac|done)\b[ (\"']"
    r"|^\s*(?://(?![\w/.-]*:)|/\*"
    r"|#(?![#\[]))|^\s+\*(?![*\[])|^\*/?$|^\s*\d+(?: {1,9}\d+)? {0,3}\| "
    r"|^\s*>? ?\d+ \| |^>>> \S"
)
CLEANUP = re.compile(
    r"\b(?:cleanup|clean up|cleaning up|teardown|tearing down|removing|post job|post run"
    r"|upload(?:ing|ed)?|artifacts?|cache"
    r"|telemetry|metrics?|stop(?:ping)? container|logout|docker stop|terminate orphan"
    # Jenkins' publisher, after a build that never came to its tests
    r"|no test report files were found)\b|^rm: "
    r"|^p?kill(?:all)?: "
)
"""On the lower-cased line: work after the failure, or beside the point."""


def _speaks_of_tally(text: str) -> bool:
    """Say whether a tool that names itself first only counts."""
    match = _SPEAKER.match(text) if ": " in text[:40] else None
    return match is not None and is_tally(text[match.end() :])


_SPEAKER = re.compile(r"^[\w.+-]{1,30}: ?(?:error|fatal): ")


def is_wrapper(lowered: str) -> bool:
    """Say whether the line only repeats that something failed."""
    return _wraps(lowered.strip()[:LOOKED_AT_CHARS])


@lru_cache(maxsize=256)
def _wraps(text: str) -> bool:
    """Each line is asked about several times, by those around it too."""
    if _WRAPS_AT_START.match(text) or is_tally(text) or _speaks_of_tally(text):
        return True
    if any(map(text.__contains__, _EXIT_WORDS)) and _ENDED.match(text):
        return True
    return any(map(text.__contains__, _INSIDE_WORDS)) and bool(_WRAPS_INSIDE.search(text))


def is_bare(lowered: str) -> bool:
    """Say whether the line says that something failed, and nothing of why."""
    return is_wrapper(lowered) or _BARE.search(lowered.strip()[:LOOKED_AT_CHARS]) is not None


def is_harmless(lowered: str) -> bool:
    """Say whether the line reports no failure at all (levels below error, counts of zero, passes)."""
    text = lowered[:LOOKED_AT_CHARS]
    return _QUIET_LEVEL.search(text) is not None or _HARMLESS.search(text) is not None


def is_echo(text: str) -> bool:
    """Say whether the line shows a script's or program's text, not its output."""
    return _ECHO.match(text) is not None
