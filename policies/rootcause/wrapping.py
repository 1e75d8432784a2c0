"""Lines that only say that something failed: a step's end, a summary's count, a pointer to another place."""

from __future__ import annotations

from functools import lru_cache

from policies.expressions import expression
from policies.rootcause.tallies import is_tally

LOOKED_AT_CHARS = 500
"""Of a longer line only the start is judged."""

_WRAPS_AT_START = expression(
    r"\S{1,200}:\d+: recipe for target .{1,200} failed$|\[pipeline\] |build completed unsuccessfully"
    r"|failed to run: |the command has failed after \d+ attempts|got exit code"
    # GNU make, in other languages than English too and in Spack's excerpts; NMAKE
    r"|(?:(?:>> )?\d{1,7} {2,9})?(?:\S{0,60}[-/\\])?"
    r"(?:g?make|kmk)(?:\.exe)?(?:\[\d+\])?: \*\*\* (?:.*(?:error -?\d+"
    r"|waiting for unfinished|deleting (?:intermediate )?file |archive member )"
    r"|\[.{1,300}\] \S{1,20} \d{1,3}$)|nmake : fatal error u1077: "
    r"|(?:make|gmake)(?:\[\d+\])?: .*not remade because of errors"
    r"|npm (?:err!|error)\s*(?:$|errno|code (?:elifecycle|\d)|exit status|this is probably not"
    r"|a complete log|failed at the|lifecycle script|path|workspace|location"
    r"|command (?:failed|sh|bash)|in workspace|at location|there is likely additional|/|node v|npm v|a-z)"
    r"|\[(?:error|fatal|info)\] +(?:re-run maven|to see the full stack"
    r"|for more information about the err|after correcting the|\[help \d+\]|-> \[help"
    r"|please refer to|see dump files|see \S{1,300} for the individual"
    r"|the build could not read|mvn <|some problems were"
    r"|there are test failures|build failure|compilation error *:|-{5,})"
    r"|\[error\] failed to execute goal \S{1,300} (?:\([^)]{0,200}\) )?on project \S{1,200}: "
    r"(?:there (?:are|were) test failures\b|compilation failure(?:: compilation failure)?:?$)"
    r"|\[(?:error|fatal|warn(?:ing)?)\]\s+(?:at [\w.$/@<>-]{1,300} ?\(|\.\.\. \d+ more"
    r"|(?:total|elapsed) time: |stack trace is suppressed)"
    r"|error: (?:could not create the java virtual machine|a fatal exception has occurred\. program)"
    r"|\* (?:try|get more help|exception is):?|> run with --|run with --(?:stacktrace|info|debug|scan)"
    r"|make(?:\[\d+\])?: (?:entering|leaving) directory|there were failing tests"
    r"|execution failed for task|> task .* failed$|:[\w:.-]{1,200} failed$"
    r"|\d+ tests? completed|\*\* (?:[a-z]{3,12} ){1,3}failed"
    r"|#=== error while |\[error\] the (?:compilation|installation) of \S{1,100} failed at "
    r"|the following build commands failed|failed to build\W{0,5}$"
    r"|error: process didn't exit successfully|process didn't exit .*\(exit (?:status|code): \d+\)$"
    r"|error: (?:(?:doctest|build) failed|failed to run custom build command)|errors while running ctest"
    r"|\d+% tests passed|the following tests failed|##\[error\](?:bash|cmd|powershell) exited"
    r"|cleaning up (?:project|file)|uploading artifacts|job (?:failed|succeeded)"
    r"|error: job failed(?!: (?:execution|failed to|prepare env)| \(system)|the action .{1,100} failed$"
    r"|(?:\[error\]:)?\W{0,10}error:? command failed with exit code|error: script \".*\" exited with"
    r"|ninja: build stopped: (?:subcommand|interrupted|cannot make progress)"
    r"|scons: building terminated|scons: \*\*\* \[.{1,300}\] error -?\d+$"
    r"|(?:failed|error): build did not complete successfully"
    r"|cannot build deriv|error: build of '/nix/.{1,999}' failed$"
    r"|checkstyle ends with \d+ errors?\."
    r"|\* error: \S{1,200} failed \(\w{2,12} phase\)|\* +emake failed"
    r"|(?:error: )?could not compile |error: aborting due to"
    r"|for more information about (?:this|an) error|error: \d+ errors?"
    r"|error: recipe .* failed on line|build failed\W{0,10}$|build failure\W{0,10}$"
    r"|\[error\]\s*$|(?:\[info\] )?build failure|failed!?$|fail$|failure$|errors?:?$"
    r"|failures?:$|error\s*$|finished: failure"
    r"|aborting on container exit|found \d+ (?:errors?|problems?|warnings?)"
    r"|\W{0,10}\d+ problems? \(\d+ errors?"
    r"|=+ .*\b(?:failed|passed|errors?)\b.* in [\d.]+m?s.*=+$|!+ .* !+$|test suites?: "
    r"|tests?: +\d|snapshots?: |time: |failed \((?:failures|errors|unexpected)"
    r"|test result: failed|fail\t|exit status \d+|ok\t|\d+ (?:failed|passed|failing|passing|errors?)\b"
    r"|=+ (?:failures|errors|short test summary info) =+$|error: test failed, to rerun pass"
    r"|\d+ errors? generated\.|exited with code|# ?(?:fail|pass|tests|suites) \d+"
    r"|(?:error: )?(?:subprocess|command)? ?failed\W{0,10}$|error: failed building wheel"
    r"|error: subprocess-exited-with-error|caused by:?$"
    r"|\W{0,10}error:? (?:build|lint|tests?|check|job|step|task|pipeline) failed\W{0,10}$"
    r"|(?:npm (?:err!|error) )?for (?:a |the )?(?:full|more|complete|detailed|further)"
    r" (?:report|log|information|details|info)|warning: |hint: |note: |tip: |help: |examples?: |#{2,6} (?!\[)"
    # what builds packages: rpm and mock, Debian's tools, Arch, Gentoo, Yocto, OpenWrt, FreeBSD, Homebrew
    r"|rpm build (?:errors|warnings):|(?:error: )?bad exit status from /|child return code was: \d"
    r"|exception: \[error\((?:\)|['\"]command failed)|(?:\w+\.){1,6}\w*(?:error|exception): command failed\b"
    r"|e: (?:build failure \(|pybuild pybuild:\d+: \w+: plugin |sub-process \S+ returned an error)"
    r"|debuild: fatal error at line \d|dpkg-buildpackage .{0,300} failed$|aborting\.{3}$"
    r"|==> error: build failed, check |\* {1,4}\S{1,40}(?: -\S{1,20}){1,8} failed$|>>> failed to emerge "
    r"|error: \S{1,200} failed to build\b|make -r world: build failed"
    r"|=+>> error: build failed in phase|===> compilation failed unexpectedly|builderror: failed executing: "
    r"|tar(?: \(child\))?: (?:error is not recoverable|child returned status|exiting with failure status)"
    # a package's build that uv ran
    r"|call to `\S{1,200}` failed \(exit (?:status|code): -?\d|the build backend returned an error$"
    # Jenkins, sbt, cabal, stack
    r"|build step '.{1,100}' (?:marked build as|changed build result to) "
    r"|(?:\[error\] \(.{1,80}\) )?sbt\.testsfailedexception: tests unsuccessful"
    r"|\[error\] \(.{1,80}\) compilation failed$|cabal: failed to build .{1,200} see the build log"
    r"|-- {1,4}while building package |cabal: error: some packages failed to install:"
    r"|user error \('.{1,300}' exited with an error:|\S{1,100} failed during the .{1,40}the exception was:$"
    r"|\S{1,200} depends on \S{1,200} which failed to install\b"
    # Homebrew's test; Gradle; Cordova
    r"|error: \S{1,200}: failed$|(?:> )?process 'command '.{1,300}' finished with non-zero exit value \d"
    r"|(?:error: )?error code \d{1,3} for command: "
    # an AUR helper; Arduino; Nim; ctest's advice; MSBuild
    r"|-> error making: |(?:compilation error|error during build): exit status \d"
    r"|error: execution of an external (?:compiler )?program failed: '"
    r"|output from these tests are in: |use \"--rerun-failed --output-on-failure\" to re-run"
    r"|(?:\d+>)?done building project \".{1,300} -- failed\.$"
    # what harnesses and buildbot add after the failure
    r"|(?:please )?(?:check|see|visit|read)(?: out)? https?://\S{1,300} (?:for|to|on)\b"
    r"|setting return code to|# tbpl |running post_fatal|exiting -?\d+$"
    r"|no tests run or test summary|error: {1,4}\S{1,60}: commands failed|cannot build derivation '"
    r"|error: (?:cannot build '/nix/store/|\d+ dependencies of derivation |exception raised during nimble)"
    r"|\W{0,4}\S{1,100} error {1,60}context cancell?ed\b"
    r"|dubious, test returned|parse errors: (?:no|bad|more|tests?) |non-zero (?:exit|wait) status: "
    r"|# looks like your test exited with |# tests were run but no plan "
    r"|halting on failure|\W{0,4}nx {1,9}(?:error {1,9})?(?:running|ran) targets? |unsuccessful task run"
    r"|program finished with exit code|elapsedtime="
    r"|the process '.{1,300}' failed with exit code \d|triggeruncaughtexception\("
    # Amplify, Cloudflare Pages, Vercel
    r"|(?:\[error\]: )?!!! (?:build failed|non-zero exit code detected)|failed: an internal error occurred\b"
    r"|failed: (?:an )?error occurred (?:while|when|during) [\w ,-]{1,80}\.?$"
    r"|error: command \".{1,300}\" exited with \d|the vercel build \(.{1,80}\) command failed"
    # systemd, of a program that ended by itself
    r"|[\w@.:\\-]{1,200}\.service: (?:main process exited, code=exited, status=\d{1,2}/"
    r"|failed with result 'exit-code'|scheduled restart job)|failed to start \S{1,200}\.service - "
    r"|process killed by signal|one or more unittests failed|result: +(?:failed|aborted)$"
    r"|=+ (?:started|finished|skipped) .*=+$|test suite .{1,200} failed at \d"
)
_ENDED = expression(
    r"\W{0,10}(?:error|fatal|fail(?:ed|ure)?|warn(?:ing)?"
    r"|info)?\W{0,10}(?:[\w './-]{0,60}?)\b(?:exit(?:ed|ing)?(?: with)?(?: an?)?(?: non-?zero)?(?: status"
    r"| status code| error code| code| value)?"
    r"|return(?:ed)?(?: code| status)?|rc|returning)[ :=]{0,2}\(?-?(?:\d{1,2}"
    r"|1\d\d|2[0-5]\d)\)?\W{0,10}$"
)
_WRAPS_INSIDE = expression(
    r"process completed with exit code|elifecycle|error: ld returned"
    r"|error: linker command failed|the command \".*\" (?:exited|failed)"
    r"|script returned exit code|unhandled exception: failed: "
    r"|see (?:the )?(?:log|output|details|errors?)s? above"
    r"|see above for|status=failed|run .* (?:failed|unsuccessful)\W{0,10}$"
    r"|exited with (?:exit )?code -?\d+|failed to build one or more wheels"
    r"|did not run successfully|this error originates from a subprocess"
    r"|command responded with a non-zero|assumes that this means the command failed"
    r"|build step \d+ \".*\" failed: step exited|cloud build failed\. check logs"
    r"|failed: error executing (?:[\w ]{1,40} )?command|executor failed running \["
    r"|\bprocess \".*\" did not complete successfully"
    # GNU make, into whose line another stream broke
    r"|make(?:\[\d{1,3}\])?: \*\*\* \[[^\]]{1,300}\] error \d"
    # GNU ld of the compiler that it called for link-time optimisation
    r"|lto-wrapper(?:\.exe)?(?: failed\b|: fatal error: \S{1,300} returned \d)"
    # debhelper, dpkg-buildpackage, CMake's and others' own scripts
    r"|\breturned exit (?:code|status) -?\d"
    r"|failed to run script step|custom container implementation failed|failed to collect page data for"
)
_EXIT_WORDS = ("exit", "return", "rc")
_INSIDE_WORDS = (
    "*** [",
    "exit",
    "fail",
    "above",
    "success",
    "ld returned",
    "elifecycle",
    "originates",
)
"""One of them stands in every line that the expression finds: a cheap test before it."""
"""On the lower-cased line: a step's end, a summary count, a pointer to another place."""


def _speaks_of_tally(text: str) -> bool:
    """Say whether a tool that names itself first only counts."""
    match = _SPEAKER.match(text) if ": " in text[:40] else None
    return match is not None and is_tally(text[match.end() :])


_SPEAKER = expression(r"^[\w.+-]{1,30}: ?(?:error|fatal): ")


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
