"""What CI systems, runners and loggers write before a line: clocks, job and service names, step numbers."""

from __future__ import annotations

from policies.expressions import expression

_DAY = r"(?:\d{4}[-/]\d\d[-/]\d\d|\d\d[-/.]\d\d[-/.]\d{4})"
_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
_ZONE = r"(?:Z|\s?[+-]\d\d(?::?\d\d)?|\s?UTC|\s?GMT)"
_RELAYED = (
    r"npm (?:ERR!|error)|error |> |\S{1,200}\(\d{1,6},\d{1,6}\): error TS|(?:ba)?sh: |Failed to compile"
    r"|Type error: |Error: |ERR! |\S{1,200}: line \d{1,6}: |ERR_PNPM_|\./\S{1,300}$"
)
"""What a command prints that another program runs, which marks it as information or as a warning."""
_SCRIPTS = (
    r"(?:build|test|lint|check|type-?check|prepare|dev|start|e2e|unit|ci|format|compile|bundle|ts)"
)

PREFIX = expression(
    r"^\ufeff?(?:"
    # GitHub, GitLab, Azure, Taskcluster: ISO times; GitLab's stream number after it, a kubelet's stream
    rf"\[?{_DAY}(?:, |[T ]{{1,2}}){_CLOCK}{_ZONE}?\]?(?: [0-9A-F]{{2}}[OE]\+?| std(?:out|err) [FP](?= ))?"
    # AWS CodeBuild; Tekton: task and step
    rf"|\[Container\] {_DAY} {_CLOCK}|\[[\w-]{{1,60}} : [\w-]{{1,60}}\]"
    # Jenkins' timestamper, AppVeyor, TeamCity
    rf"|\[{_CLOCK}(?: [AP]M)?\](?:[A-Z]?:|\[[\w ./-]{{1,60}}\])?"
    # Bamboo: the stream
    r"|(?:build|error|simple|command)\t\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d\t"
    # Netlify; who else writes a clock and nothing more
    r"|\d{1,2}:\d\d:\d\d [AP]M:"
    # Render; Vercel, where somebody copied it from the page
    r"|[A-Z][a-z]{2} \d{1,2} \d{1,2}:\d\d:\d\d [AP]M (?= )"
    rf"|{_CLOCK} {{1,4}}\t"
    rf"|{_CLOCK}(?: \||(?: (?= \S))?)(?=\s+\S|\s*$)"
    # Google's Cloud Build: number and name of the step; its buildpacks' phase
    r"|Step #\d{1,4}(?: - \"[^\"]{1,80}\")?:"
    r"|\[(?:analyzer|detector|restorer|builder|exporter|creator|extender)\]"
    # Heroku: the process, after the time; what its builder prints comes back through git
    r"|(?:app|heroku)\[[\w.-]{1,60}\]:"
    r"|remote: {4,7}(?= \S)"
    r"|\[(?:task|vcs|setup|taskcluster|fetches|cache)[^\]]{0,60}\]"
    # docker compose, foreman, BuildKit, pytest-xdist
    r"|[\w.-]{1,80}[-_.]\d{1,4}\s{1,40}\|"
    r"|#\d{1,4} \d{1,6}\.\d{1,4}|#\d{1,4}(?= ERROR)"
    r"|\[gw\d{1,3}\]"
    # Airflow's task log, behind the clock: source file and line
    r"|\{{1,2}[\w.]{1,60}:\d{1,6}\}{1,2}(?= [A-Z]{4,8} - )"
    # Vagrant and Packer: the machine
    r"|==> (?!(?i:error|err|warning|warn|fatal|info|note)\b)[\w.-]{1,60}:(?= )"
    # Maven's own logger (slf4j-simple) with showDateTime: milliseconds since the start
    r"|\d{1,9}(?= \[(?:INFO|WARNING|ERROR|DEBUG)\] )"
    # minutes and seconds since the start
    r"|\d\d:\d\d\.\d{3}(?= )(?: (?= ))?"
    # zap's console: seconds since 1970, as Go prints a float
    r"| {0,12}\d\.\d{3,18}e\+09(?=\t(?:DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL)\t)"
    # lerna, yarn: a package with its scope, behind Maven's level too
    r"|(?:\[INFO\] )?@[\w.-]{1,60}/[\w.-]{1,80}:(?= )"
    # MSBuild, of what a tool that it ran printed
    r"|(?:[A-Za-z]:)?[^\s:(]{1,300}\.targets\(\d{1,5}, ?\d{1,5}\) ?: (?:warning|error) ?:(?= error: )"
    # Flutter with -v: milliseconds since the line before
    r"|\[(?: {0,5}\+\d{1,3}(?:,\d{3})? ms| {8})\](?= |$)"
    # Gradle with --debug: level and category
    r"|\[(?:LIFECYCLE|QUIET|ERROR|WARN|INFO|DEBUG)\] \[(?:(?:class )?org\.gradle\.[\w.$]{1,200}"
    r"|system\.(?:err|out)|TestEventLogger)\]"
    # a project or a branch of a pipeline, before a build tool's own level
    r"|\[(?!(?i:info|error|warn|warning|debug|trace)\])[\w .()/-]{1,60}\]"
    r"(?= \[(?:error|info|warn|ERROR|INFO|WARNING)\] )"
    # the kernel's ring buffer, syslog
    r"|(?:<\d{1,2}>)?\[ {0,8}\d{1,9}\.\d{6}\](?:\[ {0,8}[TC]\d{1,9}\])?"
    rf"|[A-Z][a-z]{{2}} [ \d]\d {_CLOCK} [\w.-]{{1,80}} [\w./@-]{{1,60}}(?:\[\d+\])?:"
    # gh run view --log: job, step
    r"|[^\t]{1,120}\t[^\t]{1,120}\t\ufeff?(?=\d{4}-\d\d-\d\dT)"
    # cargo -vv: the package whose build script printed it; a compiler's error that a script passes on
    r"|\[[A-Za-z][\w-]{0,63} \d{1,6}\.\d{1,6}\.\d{1,6}[\w.+-]{0,40}\]"
    r"|(?:cargo::?warning=|warning:(?: [\w-]{1,64}@\d[\w.+-]{0,40}:)?)"
    r"(?= ?\S{1,300}: (?:fatal )?error: )"
    # ctest -V: the test's number, where GoogleTest or a sanitizer speaks behind it
    r"|\d{1,4}:(?= (?:\[(?: RUN | {6} OK|  FAILED|  PASSED|-{10}|={10}|  DEATH )|={1,40}\d{1,9}={1,40}"
    r"|(?:SUMMARY|WARNING|ERROR): [A-Z]\w{1,30}Sanitizer:|\S{1,300}:\d{1,7}: Failure$))"
    # prove: the test's name, where the test's own words go on in its line
    r"|[\w./-]{1,200}\.t {0,40}\.{2,60}(?: \d{1,6}/(?:\d{1,6}|\?))?"
    r"(?= (?!ok\b|skipped|Dubious|Failed|FAILED|All )\S)"
    # mock, which builds Fedora's packages: the stream
    r"|BUILDSTDERR:"
    # fastlane, before each line of xcpretty's; next-on-pages, before each of Vercel's
    r"|▸|▲(?: (?= ))?"
    # AWS Amplify: the stream as a level, nothing before the next lines of the same write; Railway: the stream
    rf"|\[(?:INFO|WARNING)\]:(?= (?:{_RELAYED}))| {{32,35}}(?= (?:{_RELAYED}))|\[(?:inf|err)\](?: (?= ))?"
    # Expo's EAS: the phase, the stream
    r"|\[(?:INSTALL|RUN|PREPARE|SPIN_UP|CONFIGURE|READ|SET|UPLOAD)_[A-Z_]{3,40}\]|\[PREBUILD\]"
    r"|\[std(?:out|err)\]"
    # crosstool-NG: its level, before what a tool printed
    r"|\[(?:ALL {2}|ERROR)\] {3,15}"
    r"(?= (?:configure: |g?make(?:\[\d{1,2}\])?: |\S{1,300}: (?:fatal )?error: ))"
    # Avocado: module, source line, level, which stream of a command
    r"|\w{1,16} {1,16}L\d{4} (?:DEBUG|INFO|WARN|ERROR) ?\|(?: \[std(?:out|err)\])?"
    # workspaces of pnpm, turbo, lerna: package and script
    rf"|(?:@[\w.-]{{1,60}}/)?[\w./-]{{1,80}}[ :#]{_SCRIPTS}(?::[\w-]{{1,30}})?:"
    r")(?: |\s*$|(?<=[\dZ])\t|(?=\t)|(?<=\t)|(?<=warning=))"
)
"""One of them, at the line's start; several may stand one after the other."""

MARKERS = expression(
    r"section_(?:start|end):\d{1,12}:[\w.-]{1,200}(?:\[[^\]]{0,200}\])?"
    r"|travis_(?:fold|time):(?:start|end):[\w.:,=-]{1,300}"
)
"""GitLab's and Travis' folding marks, which a terminal does not show."""

LOOKS_MARKED = ("section_", "travis_")
