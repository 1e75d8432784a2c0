"""Which step of a CI log failed: where it begins, and the line that says that it failed.

Sources: GitHub's and Azure's log commands, GitLab's runner (it shows each command after "$ ", and the
first that fails ends it), Travis' build script, Jenkins' pipeline steps, CircleCI's and Buildkite's agents,
buildbot's step headers, docker's classic builder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from policies.expressions import expression
from policies.rootcause.finding import Line
from policies.rootcause.scan import holding

STEP_FAILED = expression(
    r"^(?:##\[error\])?(?:Error: )?Process completed with exit code [1-9]"
    r"|^(?:##\[error\])(?:Bash|Cmd\.exe|PowerShell"
    r"|The process '.{1,200}').{0,40} exited with code"
    r"|^##\[error\].{0,60}failed with exit code"
    r"|^ERROR: Job failed\b|^WARNING: script canceled"
    r"|^The command \".{0,500}\" (?:failed and )?exited with [1-9]"
    r"|^(?:\W{1,4} )?Error: The command exited with status [1-9]"
    # AWS Amplify, Vercel, Cloudflare Pages
    r"|^\[ERROR\]: !!! Build failed"
    r"|^Error: Command \".{0,500}\" exited with [1-9]"
    r"|^Failed: (?:Error while executing user command\. Exited with error|build command exited with)"
    r" code: [1-9]"
    r"|^Exited with code (?:exit status )?[1-9]"
    r"|^Command exited with code [1-9]|^The command '.{1,500}' returned a non-zero code: [1-9]"
    r"|^ERROR: script returned exit code|^Build step '.{1,80}' marked build as failure"
    r"|^Finished: FAILURE"
    r"|^##\[error\]The operation was canceled|^Post job cleanup\.|^##\[section\]Finishing: Post"
    r"|^Running after[_ ]script|^Uploading artifacts for failed job"
    r"|^Saving cache for failed job"
    r"|^Cleaning up (?:project directory|file based variables)"
    r"|^\[Pipeline\] \{ \(Declarative: Post Actions\)"
    r"|^=+ Finished .{1,500} (?:failed|warnings|exception) \(results: [1-9]"
)
"""The first of these ends the failed step."""
_SAYS_LEAST = expression(r"^\s*Aborting\.{3}$|^(?:\[[A-Z]{4,7}\] )?[-=*#~_]{8,}$")
_STARTS = expression(
    r"^##\[group\]Run |^##\[section\]Starting: |^Executing \"step_script\""
    r"|^The command \".{0,500}\" exited with 0\."
    r"|^(?:\[INFO\]: | {30,36})?# Executing command: "
    r"|^Executing user (?:build |deploy )?command: |^Running \"[^\"]{1,200}\"$"
    r"|^#!/bin/(?:ba)?sh -e|^~~~ Running |^Step \d{1,3}/\d{1,3} : [A-Z]{2,12} "
    r"|^=+ Started .{1,500} \(results: "
)
_WORDS = (
    "Process completed with", "##[", "ERROR: Job failed", "WARNING: script canceled", "The command ",
    "The command exited with status ", "Exited with code ", "Command exited with code ",
    "]: !!! Build failed", "# Executing command: ", "Executing user ", 'Running "', "Error: Command ",
    "Failed: ", "ERROR: script returned exit code", "Build step '", "Finished: FAILURE", "Post job cleanup.",
    "Running after", "Uploading artifacts for failed job", "Saving cache for failed job", "Cleaning up ",
    "[Pipeline] ", "= Finished ", "= Started ", 'Executing "step_script"', "#!/bin/", "~~~ Running ", "Step ",
)  # fmt: skip
"""One of them stands in every line that starts or ends a step; in GitLab's logs a dollar, too."""
SHEBANG = "#!"
"""CircleCI shows the shell, and below it the command."""
_GITLAB = expression(r"^Running with gitlab-runner |^Executing \"step_script\"")
_GITLAB_WORDS = ("Running with gitlab-runner ", 'Executing "step_script"')
_COMMAND = expression(r"^\$ \S")
_PIPELINE = expression(r"^\[Pipeline\] (?:sh|bat|pwsh|powershell)$")
_POST = expression(r"^\[Pipeline\] \{ \(Declarative: Post Actions\)")
"""What fails without a command (a checkout, a missing credential) is told at the log's end, after these."""
_BRANCHES = expression(r"^\[Pipeline\] parallel$")
_TOLD = expression(r"^The command \"(?P<said>.{1,500}?)\" (?:failed and )?exited with [1-9]")


def failed_step(lines: Sequence[Line]) -> tuple[int, int | None]:
    """Give the first line of the step that failed (0: nothing tells), and the line that says so, if any."""
    starts = _starts(lines)
    words = (*_WORDS, "$ ") if _COMMAND in starts else _WORDS
    begins, has_run = 0, False
    for at, line in holding(lines, *words):
        has_run = has_run or _PIPELINE.match(line.text) is not None
        if _POST.match(line.text) and not has_run:
            continue
        if any(form.match(line.text) for form in starts):
            begins = line.number + line.text.startswith(SHEBANG)  # the next line shows the command
        elif STEP_FAILED.match(line.text):
            return max(begins, _shown_command(lines, at)), line.number
    return 0, None


def says_least(text: str) -> bool:
    """Say whether *text*, at the end of a log, only tells that a step ended, or nothing."""
    return bool(STEP_FAILED.match(text) or _SAYS_LEAST.match(text))


def _starts(lines: Sequence[Line]) -> tuple[re.Pattern[str], ...]:
    """Give what begins a step in this log: a dollar or a pipeline's step only where it surely is one."""
    forms = [_STARTS]
    if any(_GITLAB.match(line.text) for _, line in holding(lines, *_GITLAB_WORDS)):
        forms.append(_COMMAND)
    if not any(_BRANCHES.match(line.text) for _, line in holding(lines, "[Pipeline] parallel")):
        forms.append(_PIPELINE)
    return tuple(forms)


def _shown_command(lines: Sequence[Line], at: int) -> int:
    """Give where the command stands that the line at *at* says to have failed; 0 where it is not shown."""
    told = _TOLD.match(lines[at].text)
    if told is None:
        return 0
    shown = f"$ {told['said']}"
    return next((line.number for line in reversed(lines[:at]) if line.text == shown), 0)
