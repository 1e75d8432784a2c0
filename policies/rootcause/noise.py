"""Lines that say that something failed, but never why; and lines that only look like failures."""

from __future__ import annotations

import re

LOOKED_AT_CHARS = 500
"""Of a longer line only the start is judged."""

_EXIT = (
    r"(?:exit(?:ed|ing)?(?: with)?(?: an?)?(?: status| code| value)?|returned?(?: code"
    r"| status)?"
    r"|rc|status|returning)"
)

WRAPPER = re.compile(
    r"process completed with exit code|^got exit code"
    rf"|^\W{0, 10}(?:error|fatal|fail(?:ed|ure)?|warn(?:ing)?"
    rf"|info)?\W{0, 10}(?:[\w './-]{{0,60}}?)\b{_EXIT}[ :=]{{0,2}}\(?-?\d+\)?\W{0, 10}$"
    r"|^g?make(?:\[\d+\])?: \*\*\* .*(?:error -?\d+|waiting for unfinished)"
    r"|^(?:make|gmake)(?:\[\d+\])?: .*not remade because of errors"
    r"|^npm (?:err!|error)\s*(?:$|errno|code elifecycle|exit status|this is probably not"
    r"|a complete log|failed at the"
    r"|lifecycle script|path|workspace|location|command (?:failed|sh|bash)|in workspace"
    r"|at location"
    r"|there is likely additional|/|node v|npm v|a-z)"
    r"|elifecycle"
    r"|^\[(?:error|fatal|info)\] +(?:re-run maven|to see the full stack"
    r"|for more information about the err"
    r"|after correcting the|\[help \d+\]|-> \[help|please refer to|the build could not read"
    r"|mvn <|some problems were|there are test failures|build failure|compilation error *:"
    r"|-{5,})"
    r"|^\* (?:try|get more help|exception is):?|^> run with --|^run with --(?:stacktrace"
    r"|info|debug|scan)"
    r"|^make(?:\[\d+\])?: (?:entering|leaving) directory"
    r"|^there were failing tests|^execution failed for task|^> task .* failed$"
    r"|^\d+ tests? completed"
    r"|^\*\* build failed|^the following build commands failed|^failed to build\W{0,5}$"
    r"|^error: process didn't exit successfully|^error: doctest failed|^error: build failed"
    r"|^errors while running ctest|^\d+% tests passed|^the following tests failed"
    r"|^##\[error\](?:bash|cmd|powershell) exited|^cleaning up (?:project|file)"
    r"|^uploading artifacts"
    r"|^job (?:failed|succeeded)|^error: job failed(?!: (?:execution|failed to)| \(system)"
    r"|^the action .{1,100} failed$"
    r"|^\W{0,10}error:? command failed with exit code|^error: script \".*\" exited with"
    r"|^ninja: build stopped"
    r"|^(?:error: )?could not compile |^error: aborting due to"
    r"|^for more information about (?:this|an) error|^error: \d+ errors?"
    r"|collect2: error: ld returned|clang(?:\+\+)?: error: linker command failed"
    r"|^error: recipe .* failed on line"
    r"|^build failed\W{0,10}$|^build failure\W{0,10}$|^\[error\]\s*$"
    r"|^(?:\[info\] )?build failure"
    r"|^failed!?$|^fail$|^failure$|^errors?:?$|^failures?:$|^error\s*$"
    r"|the command \".*\" (?:exited|failed)|script returned exit code"
    r"|^error: job failed(?!: (?:execution|failed to)| \(system)"
    r"|^finished: failure|see (?:the )?(?:log|output|details|errors?)s? above|see above for"
    r"|^found \d+ (?:errors?|problems?|warnings?)|^\W{0,10}\d+ problems? \(\d+ errors?"
    r"|^=+ .*\b(?:failed|passed|errors?)\b.* in [\d.]+m?s.*=+$|^!+ .* !+$|^test suites?: "
    r"|^tests?: +\d|^snapshots?: |^time: "
    r"|^failed \((?:failures|errors|unexpected)|^test result: failed|^fail\t"
    r"|^exit status \d+|^ok\t"
    r"|^\d+ (?:failed|passed|failing|passing|errors?)\b|^=+ (?:failures|errors"
    r"|short test summary info) =+$"
    r"|^error: test failed, to rerun pass|^\d+ errors? generated\.|^exited with code"
    r"|^# ?(?:fail"
    r"|pass|tests|suites) \d+"
    r"|status=failed|run .* (?:failed|unsuccessful)\W{0,10}$|^(?:error: )?(?:subprocess"
    r"|command)? ?failed\W{0,10}$"
    r"|exited with (?:exit )?code -?\d+|failed to build one or more wheels"
    r"|^error: failed building wheel"
    r"|^error: subprocess-exited-with-error|did not run successfully"
    r"|this error originates from a subprocess"
    r"|^caused by:?$|^\W{0,10}error:? (?:build|lint|tests?|check|job|step|task"
    r"|pipeline) failed\W{0,10}$"
    r"|^(?:npm (?:err!|error) )?for (?:a |the )?(?:full|more|complete|detailed"
    r"|further) (?:report|log|information|details|info)"
    r"|^warning: |^hint: |^note: |^tip: |^help: "
)
"""On the lower-cased line: a step's end, a summary count, a pointer to another place."""

_BARE = re.compile(
    r"^(?:[\w./:'\"\[\]-]{1,200} ){1,6}(?:has |have )?failed\W{0,5}$"
    r"|^(?:the )?(?:build|tests?|job|command|task|step|check"
    r"|process)\b[\w ./'\"-]{0,120} failed\W{0,5}$"
    r"|^failed to (?:run|execute) (?:command|script|step|task|hook)\W"
    r"|\bfailed with (?:exit |return )?(?:code|status)|\breturned (?:a )?non-zero"
    r"|^(?:error|failed):? \S+\.\w{1,4}$"
    r"|\bexited with (?:non-?zero )?(?:exit )?(?:code|status)|\bnon-zero exit (?:code|status"
    r"|value)"
)
"""It names what failed, not why."""

_HARMLESS = re.compile(
    r"\b(?:0|no) (?:errors?|fail(?:ed|ures?|ing)|warnings?|problems?|issues?|vulnerabilities)\b"
    r"|\b(?:errors?|fail(?:ed|ures?)|warnings?)(?: count)?[:= ]{1,2}0\b|error count \d"
    r"|\bno errors?\b|without (?:any )?(?:errors?|failures?)|fail[_-]?fast|on[_-]error"
    r"|continue[_-]on[_-]error"
    r"|\b(?:passed|pass|ok|success(?:ful(?:ly)?)?|skipped|xfail(?:ed)?|xpass(?:ed)?"
    r"|done)\b[\s\[\])%.\d]*$"
    r"|^ok \d+|^\s*[✓✔√]|\.{2,} ?(?:ok|yes|passed|done)\b|\bpassed\b.{0,20}\[ *\d+%\]"
    r"|\bretrying\b.{0,10}(?:\.\.\.|\bin \d|\bafter \d|\(|\battempt)|\bretry \d"
    r"|\breconnecting\b"
    r"|\bwill (?:be )?retr"
    r"|\b(?:continuing|ignored|ignoring|non-fatal|harmless|expected in tests?|skipping)\b"
    r"|^\s*[\w.-]+: error$"
    r"|-werror|-wno-error|\berror(?:s|_|-)?(?:budget|budgets|handling|handler|reporting)\b"
    r"|error budget|\berror (?:handling|handlers?|reporting|channels?)\b(?!:)"
)
_QUIET_LEVEL = re.compile(
    r"^\W{0,3}(?:info|debug|trace|notice|warn|warning|verbose|note|deprecated"
    r"|deprecation)\b(?!\W{0,3}error:)"
    r"|##\[(?:debug|warning|group|endgroup|section|command|notice)\]|^::(?:debug|warning|group"
    r"|notice|endgroup)"
    r"|\b(?:deprecationwarning|userwarning|futurewarning|runtimewarning|syntaxwarning"
    r"|resourcewarning)\b"
)
_ECHO = re.compile(
    r"^\++ \S|^\$ \S|^\s*(?:echo|printf|print|throw|raise|console\.\w+|log(?:ger)?\.\w+|return"
    r"|if|elif|else|assert|const"
    r"|let|var|def|class|import|from|function|set|export|case|fi|esac|done)\b[ (\"']"
    r"|^\s*(?://(?![\w/.-]*:)|/\*|\*(?!\*\*)|#(?![#\[]))|^\s*\d+(?: {1,9}\d+)? {0,3}\| "
    r"|^\s*>? ?\d+ \| "
)
CLEANUP = re.compile(
    r"\b(?:cleanup|clean up|cleaning up|teardown|tearing down|removing|post job|post run"
    r"|upload(?:ing|ed)?|artifacts?|cache"
    r"|telemetry|metrics?|stop(?:ping)? container|logout|docker stop|terminate orphan)\b|^rm: "
)
"""On the lower-cased line: work after the failure, or beside the point."""


def is_wrapper(lowered: str) -> bool:
    """Say whether the line only repeats that something failed."""
    return WRAPPER.search(lowered.strip()[:LOOKED_AT_CHARS]) is not None


def is_bare(lowered: str) -> bool:
    """Say whether the line says that something failed, and nothing of why."""
    return is_wrapper(lowered) or _BARE.search(lowered.strip()[:LOOKED_AT_CHARS]) is not None


def is_harmless(lowered: str) -> bool:
    """Say whether the line reports no failure at all (levels below error, counts of zero, passes)."""
    text = lowered[:LOOKED_AT_CHARS]
    return _QUIET_LEVEL.search(text) is not None or _HARMLESS.search(text) is not None


def is_echo(text: str) -> bool:
    """Say whether the line shows a script's or program's text, not its output."""
    return _ECHO.search(text) is not None
