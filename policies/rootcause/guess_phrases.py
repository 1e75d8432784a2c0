"""Phrases that tell a cause's class better than the single words in them; the first that fits decides."""

from __future__ import annotations

import re

from policies.expressions import expression
from policies.failure import FailureClass as C

_CHECKERS = (
    r"(?:prettier|eslint|stylelint|rubocop|flake8|pylint|black|isort|ruff|gofmt|goimports|rustfmt|phpcs"
    r"|clang-(?:format|tidy)|checkstyle|ktlint|detekt|swiftlint|golangci-lint|hadolint|yamllint"
    r"|markdownlint|commitlint|spotless|cppcheck|bandit)"
)
_GIVEN = r"(?:specified|configured|defined|given|provided|set)"
_NAMED = r"(?:stack|project|profile|environment|workspace|preset|browser|scheme)"

PHRASES: tuple[tuple[re.Pattern[str], C], ...] = (
    (  # a page where data should be: a proxy, a portal or a wrong address answered
        expression(
            r"\b(?:got|received)\b.{0,80}<(?:!doctype|html\b)"
            r"|<(?:!doctype|html\b).{0,200}\bnot valid json\b"
        ),
        C.NETWORK,
    ),
    (  # what should be a model's answer is none
        expression(
            r"\b(?:agent|ai|anthropic|gemini|llm|openai)\b.{0,40}: "
            r"(?:expecting value|extra data|unterminated string)"
            r"|\b(?:has no attribute|keyerror:) ['\"](?:candidates|choices)['\"]"
        ),
        C.MODEL_ERROR,
    ),
    (
        expression(r"\bexceeded (?:your|the) (?:api )?request limit\b|\bretry after \d{1,5}\b"),
        C.RATE_LIMIT,
    ),
    (
        expression(r"\b(?:locator|page)\.\w{1,40}: timeout\b|\basync function did not complete\b"),
        C.TEST_TIMEOUT,
    ),
    (expression(r"\bwith signal sig\w{2,6}\b|\breceived signal (?:11|6|4|7)\b"), C.SIGNAL_CRASH),
    (
        expression(
            r"\bspending limit\b|\baccount payments?\b"
            r"|^\W{0,6}(?:error:? )?(?:your )?quota (?:is |has been )?(?:exceeded|exhausted|spent)[.!]"
            r"|\b(?:api|pipeline|compute|build|monthly|bandwidth|usage) (?:quota|minutes|credits?)\b.{0,60}"
            r"\b(?:exceeded|exhausted|used up|spent)|\bused (?:all|up) .{0,30}\b(?:minutes|credits|quota)"
        ),
        C.USAGE_LIMIT,
    ),
    (
        expression(
            r"\bexpected\b.{0,80}\bstatus\b.{0,60}\b(?:got|but|received|was)\b"
            r"|\bstatus(?: code)?\b.{0,40}\bexpected\b|\bexpected (?:http )?[1-5]\d\d\b"
            r"|\bvisual (?:regression|diff|change)|\bscreenshots? (?:differ|do(?:es)? not match)"
            r"|\bexpect\(received\)|\bsufficient color contrast\b"
        ),
        C.TEST_FAILURE,
    ),
    (
        expression(
            r"\b(?:cannot|could not|failed to|unable to) (?:authenticate|log ?in|sign in)\b"
            r"|\bnot authori[sz]ed\b|\baccess ?denied\b|\binsufficient (?:scopes?|permissions?|privileges?)"
            r"|\binvalid .{0,30}\bauthentication\b|\bauthentication (?:information|token)\b"
            r"|\btokens? (?:is |was )?not (?:valid|found|provided|given|set)\b|\bexpired ?token\b"
            r"|\btoken .{0,60}\bis expired\b|\bbad credentials\b|\bunauthenticated\b|\binvalid_grant\b"
            r"|\bno (?:(?:valid|active|git(?:hub|lab)|npm|access|auth\w*|aws|cloud|\w+ editor) ){0,3}"
            r"(?:tokens?|credentials?|password|api key|licen[cs]e)\b(?! header)"
            r"|\bpermission_denied\b|\binvalid (?:client )?secret\b|\bdoes not have permission\b"
            r"|\brefreshing your .{0,30}\bauth|\bsession (?:has |is )?expired\b|\breauthenticate\b"
            r"|\b(?:access|account|subscription|organi[sz]ation|licen[cs]e|workspace)\b.{0,40}"
            r"\b(?:has been|was|is) (?:disabled|suspended|deactivated|revoked|blocked)\b"
            r"|\busername and password required\b|\binteractive login\b|\bmust be logged in\b"
        ),
        C.AUTH,
    ),
    (
        expression(
            r"^(?!.{0,400}(?:https?://|\bdial\b)).{0,500}\bcontext deadline exceeded\b"
            r"|\bdid not become (?:healthy|ready|available|reachable)\b"
            r"|\btimed out waiting for (?:the |an? )?"
            r"(?:container|condition|server|service|port|pod|rollout|deployment|lock|health)"
        ),
        C.TIMEOUT,
    ),
    (
        expression(
            r"^\s?error: (?:unable to (?:write|create|unlink)(?: file)? \S|invalid path ')"
            r"|\bcommand '?\['git', '"
        ),
        C.GIT_ERROR,
    ),
    (
        expression(
            r"\bserver (?:is not|isn't|is) running\b|\bserver (?:did not|didn't) start"
            r"|\b(?:can't|cannot|could not) reach\b|\berr_(?:connection|name_not|internet|timed_out|network)"
            r"|\bconnection (?:was )?los[st]\b|\bconnection loss\b"
            r"|\bmax retries exceeded\b|\bconnection(?:error|pool)\b|\bi/o timeout\b|\bvalid baseurl\b"
        ),
        C.NETWORK,
    ),
    (
        expression(
            r"\bcould not find [\w.-]+:[\w.-]+:[\w.-]*\d|\bunable to find a specification\b"
            r"|\blibrary not loaded\b|\bversion [`'\"]?glibc[\w.]{0,40}['\"]? not found"
            r"|\bdoes not have a provider named\b|\bfailed to query available provider"
            r"|\bcould not get versions? (?:for|of) |\brequires plugin\b|\brequired but not available\b"
            r"|\bfailed to (?:execute|run|spawn|start) [`'\"].{1,100}\bno such file"
            r"|\bnone of .{1,80} (?:is|are) installed\b|\bfatal error: \S{1,100}\.h\w{0,2}: no such file"
            r"|\bcomponent ['\"`].{1,60}['\"`] .{0,80}\bis unavailable\b|\bcould not build wheels\b"
            r"|\bfailed to find the following files:"
            r"|\b(?:could not|cannot) load: \S{1,200}\.(?:dll|so|dylib)\b"
            r"|\b(?:module|plugin|extension|toolchain|interpreter)s? ['\"`][^'\"`]{1,80}['\"`] not found"
            r"|\berr_pnpm_(?:recursive_)?exec_\w{1,30} {1,4}command ['\"`][^'\"`]{1,80}['\"`] not found"
        ),
        C.MISSING_DEPENDENCY,
    ),
    (
        expression(
            r"\bschema (?:validation|error|violation)|\btemplate (?:format|validation) error\b"
            r"|\bcould not resolve placeholder\b"
            r"|\bcould not find (?:a |the )?(?:required )?(?:file|task|target|project)\b"
            r"|\bexecution error at \(|\b(?:initiali[sz]ation|setup|configuration) (?:is )?required\b"
            r"|\S\.(?:conf|cfg|ini|ya?ml|toml|cnf)\b['\"`]?,?:? (?:on |at )?line \d"
            r"|\bexecute of template failed\b|\bincluded file\b|\bmandatory propert|\bmust (?:define"
            r"|provide|specify|supply)\b|\bproblem validating\b|\bdoes not validate\b|\bnon-parseable\b"
            rf"|\b{_NAMED}(?:\(s\))? ['\"`(][^'\"`]{{1,60}}['\"`)] (?:was |is )?not found\b"
            r"|\bunable to find (?:the |your )?(?:project|input|config\w*|\S+\.\w{2,5}) file"
            r"|\bdoesn't exist\b|\bunsupported .{0,30}\boption\b|\bis invalid because\b|\bno such table\b"
            r"|\bcommand ['\"`][^'\"`]{1,60}['\"`] not found\b|\bnetwork [\w.-]{1,80} not found\b"
            r"|\bno .{1,60}\b(?:project|solution) files? (?:was|were) found\b"
            r"|\bflag provided but not defined\b|\bin es module scope\b|\balready been used\b"
            rf"|\bno [\w ]{{1,40}} (?:(?:has|have) been |was |were |is |are )?{_GIVEN}\b"
            r"|\b(?:version|name|field|property|key) (?:is|are) (?:required|missing|invalid)\b"
            r"|\bnot (?:been )?(?:properly )?configured\b|^\s?dpkg-(?:source|deb|buildpackage): error"
        ),
        C.CONFIG_ERROR,
    ),
    (
        expression(
            rf"\b{_CHECKERS}\b.{{0,60}}\b(?:check|fail\w*|errors?|issues?|problems?|violations?)\b"
            r"|\bscala(?:fix|fmt)\w{0,40}|\bconventional commits?\b"
            r"|\bdoc(?:string|umentation| comment) missing\b"
            r"|\b(?:bundle|package|asset|chunk|image|binary) size\b.{0,60}\b(?:exceed\w*|limit|larger|over)\b"
            r"|\bgenerated\b.{0,60}\b(?:out of (?:date|sync)|not up[- ]to[- ]date|stale|outdated)\b"
        ),
        C.LINT,
    ),
    (
        expression(
            r"\brollup ?error\b|\bcould not resolve ['\"`]\.|\bsass ?error\b"
            r"|\bfailed to parse (?:the )?(?:\w+ )?(?:source|file|module)\b"
            r"|\bcompilation ?error\b|\bcannot find ['`]?\w{1,80}['`]? in (?:this )?scope\b"
            r"|\bwhen compiling\b|\boe_runmake failed\b|\.java:\d+: error:"
        ),
        C.COMPILE_ERROR,
    ),
)

ADVICE: tuple[tuple[re.Pattern[str], C], ...] = (
    (
        expression(
            r"\b(?:output|publish|build) directory\b.{1,80}\b(?:not found|does not exist)\b"
            r"|\bplease (?:use|specify|provide|set|pass|configure|enable|add|refer|create|select)\b"
            r"|\bconsider (?:passing|setting|using|adding)\b|\bdid you (?:forget|mean)\b"
            r"|\bmust be (?:less|greater|shorter|longer|smaller|larger|at (?:least|most)|between|one of)\b"
            r"|\bnot valid\b|\bmake sure (?:that )?(?:you|the|your)\b"
        ),
        C.CONFIG_ERROR,
    ),
)
"""Who advises names what to set otherwise; only where no other words tell."""
