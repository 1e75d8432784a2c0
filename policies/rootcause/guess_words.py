"""Words that tell the class of a cause that no format and no signature knows; the first that fits decides."""

from __future__ import annotations

import re

from policies.expressions import expression
from policies.failure import FailureClass as C

WORDS: tuple[tuple[re.Pattern[str], C], ...] = (
    (
        expression(
            r"\b(?:token|credentials?|login) (?:is |are )?required\b|\b403 (?:resource|forbid)"
        ),
        C.AUTH,
    ),
    (
        expression(r"\bno sandbox is available|\bsandbox\b.{0,40}\b(?:deni|blocked|refused)"),
        C.SANDBOX_PERMISSION,
    ),
    (
        expression(r"\bout of memory\b|\bmemory (?:limit|exhausted)|\bcannot allocate"),
        C.OUT_OF_MEMORY,
    ),
    (
        expression(
            r"\b429\b|\btoo many requests\b|\brate (?:limit(?:ed)?|exceeded)\b|\bthrottl"
            r"|\brequestlimitexceeded\b"
        ),
        C.RATE_LIMIT,
    ),
    (expression(r"\bno space left|\bdisk (?:is )?full|\bquota exceeded for disk"), C.DISK_FULL),
    (
        expression(
            r"\bkernel panic|\bsegfault|\bsegmentation fault|\bsig(?:segv|abrt|kill|bus|ill|fpe)\b"
            r"|\bcore dumped|\bpanicked at\b|\b(?:program|process|goroutine)\b.{0,40}\bpanic"
            r"|\b(?:kernel|worker|executor|child|process)s? (?:has |have )?(?:died\b|exited unexpected)"
            r"|\bstack overflow\b|\b(?:on|by|with) signal \d|\bcrash(?:ed|es)?\b"
        ),
        C.SIGNAL_CRASH,
    ),
    (
        expression(
            r"\b(?:unknownhost|noroutetohost|connect(?:timeout)?|socket(?:timeout)?|closedchannel|sslhandshake"
            r"|bind)exception\b|\b(?:https?|status|error|code|returned|replied|answered"
            r"|responded)\b.{0,24}\b(?:404|500|502|503|504)\b|\beof\b.{0,20}\b(?:down|up)load"
            r"|\b404 not found\b.{0,10}https?:|\b(?:502|503|504) (?:bad|service|gateway)"
            r"|\b(?:http|network) error\b"
            r"|\bfailed to query\b|\bcould not resolve host|\bunreachable\b|\b(?:connect(?:ion)?|socket|dns"
            r"|proxy|tls|ssl|download(?:ing)?|upload|registry|mirror)\b.{0,80}\b(?:fail\w*|error|refused"
            r"|reset|closed|lost|unable|could not|timed out)|\b(?:fail|unable|could not"
            r"|error)\w* .{0,40}\b(?:connect|download|fetch|reach|contact)\w*\b"
        ),
        C.NETWORK,
    ),
    (
        expression(
            r"\bcredentials?\b|\bunauthori[sz]ed\b|\bapi[ _-]?key\b|\bnot logged in\b|\baccess token\b"
            r"|\b401\b|\btoken (?:is )?(?:required|not set|missing|expired|invalid)"
            r"|\bauthenticat\w+ (?:fail|requir|error)|\bpermission\b.{0,40}\b(?:push|publish|release)"
            r"|\bpermission_denied\b|\baccess denied for user\b|\b403 forbidden\b|\b(?:http"
            r"|status(?: code)?) 403\b|\bcode sign(?:ing)?\b.{0,40}\b(?:identity|certificate)"
        ),
        C.AUTH,
    ),
    (
        expression(
            r"\b(?:merge|rebase) conflict|\bconflicts? (?:in|with) (?:the )?(?:base|main|master|branch)"
            r"|\bhunks? #?\d+ failed\b|\bcould not apply\b|\bautomatic merge failed|\bpatch does not apply"
        ),
        C.MERGE_CONFLICT,
    ),
    (
        expression(
            r"\bnot installed\b|\b(?:cannot|can't|could not|unable to|failed to) (?:find|locate|load"
            r"|open) (?:the )?(?:module|package|library|shared)|\blibrary not loaded\b"
            r"|\bcannot load such file\b|\b(?:execvp?e?|fork/exec)\b.{0,200}\bno such file"
            r"|\bengine\b.{0,40}\bincompatible\b|\b(?:binary|executable|command"
            r"|program|tool)\b.{0,60}\bnot (?:be )?found\b|\bnot (?:be )?found (?:in|on) (?:the "
            r"|your )?\$?path\b|\.(?:hh?|hpp|hxx|so|dylib|dll)\b['\">]?:? (?:no such file"
            r"|(?:file )?not found)|\bpackages? .{1,60} conflicts? with\b"
            r"|\bversion \S{1,40} (?:or \w{1,10} )?is required\b|\bmissing (?:dependenc|package|module"
            r"|library|header)|\bno (?:module|package) named\b|\bplease install\b|\bno such package"
            r"|\bnothing provides\b|\bunmet\b|\bbroken packages\b|\bno versions?\b.{0,60}\bmatch"
            r"|\bdepend(?:s|ency|encies|ed)\b.{0,120}\b(?:not|n't|fail\w*|conflict\w*|missing|unsatisf\w+"
            r"|cannot|unable|tree|which)\b|\b(?:fail\w*|unable|could not|cannot"
            r"|missing)\b.{0,60}\bdependenc(?:y|ies)\b|\b(?:could not|cannot|can't|unable to"
            r"|failed to) (?:find|resolve|satisfy|locate) .{0,40}\b(?:modules?|packages?|library|libraries"
            r"|plugins?|dependenc\w+|artifacts?|imports?|versions?|programs?|executables?|gems?|installations?"
            r"|interpreters?|compilers?|toolchains?|runtimes?)|\brequires? .{1,60}\bversions?\b"
            r"|\bunsatisfiable|\bis needed by\b|\bdoesn't match any versions|\bresolutionimpossible\b"
            r"|\bpackages? not found\b|\bcannot find module\b|\bcannot open shared object"
            r"|\bmanifest (?:unknown|for)\b|\bnothing provides\b|\bfilenotfoundexception: https?://"
            r"|\bresol(?:ve|ution)exception\b|\berrors?\S{0,3} in dependency resolution"
            r"|\bimport\w* .{0,60}\bnot (?:be )?(?:found|resolved)|\bcan't resolve\b"
            r"|\bno matching (?:distribution|package|version)|\b(?:image|package|crate|gem"
            r"|pod)s? .{0,80}\bnot found"
            r"|\bmodule `?[\w.]{1,80}`? is in file '[^']{1,300}' which cannot be read"
            # gcc's driver, dune without a file, the kernel's link script, Java's start of a program
            r"|\bcannot find ['`\"‘][\w.+-]{1,60}['\"’]$|^error: file unavailable:"
            r"|\b[\w.+-]{1,40} \([\w./+-]{1,100}\) is not available$"
            r"|\berror trying to exec '|\bcannot run program .{1,200}(?:error=2\b|no such file)"
        ),
        C.MISSING_DEPENDENCY,
    ),
    (
        expression(
            r"\btype ?mismatch|\bto be (?:an? )?\w{1,60}, not \w|\bmismatched types\b|\bnot assignable to\b"
            r"|\bincompatible types?\b|could not match type|\bexpected type\b|\bhas no attribute\b.{0,40}\["
            r"|\btype check\w* fail"
        ),
        C.TYPE_ERROR,
    ),
    (
        expression(
            r"\blint|\bcode ?style|\b(?:un|re)?format(?:ted|ter|ting)?\b.{0,40}\b(?:run|needed|required"
            r"|wrong|incorrect)|not formatted|\bmust be formatted\b|trailing whitespace|spelling"
            r"|licen[cs]e header|\bviolations?\b|\bunused (?:import|var|dep|fun|export|file)|\bvulnerabilit"
            r"|\bcve-\d{4}|\bcoverage\b(?! run\b).{0,60}\b(?:below|threshold|does not meet|less than|fail)"
            r"|\bquality gate\b|\bscore\b.{0,40}\bbelow\b|\bsize\b.{0,60}\bexceed\w*\b.{0,30}\b(?:limit"
            r"|budget|max)|(?:more|larger|longer|greater) than (?:the )?[\w ]{0,20}(?:max(?:imum)?|limit"
            r"|allowed)|\bindent\w*\b.{0,40}\b(?:tabs?|spaces?)|\bleaks? found\b|\bsecrets? (?:found"
            r"|detected)|\bunknown word\b|\bdead links?\b|\bbroken (?:links?|anchors?)\b"
            r"|\bdeprecated (?:api|function|rule)"
        ),
        C.LINT,
    ),
    (
        expression(
            r"\bis not valid json\b|\b(?:toml|json)decodeerror\b|\byaml\.\w{1,20}\.\w{1,20}error\b|"
            r"\breference to undeclared\b|\btemplat\w{1,8} ?(?:syntax)?error\b"
            r"|\block ?file\b.{0,40}\b(?:needs to be updated|out of (?:date|sync)|not up to date|outdated)"
            r"|\b(?:hash|checksum|digest|integrity|sha-?\d{1,3}|md5)\b.{0,60}\bmismatch"
            r"|\b(?:pars|read|load)\w*\b.{0,60}\.(?:ya?ml|toml|json|ini|cfg|conf)\b"
        ),
        C.CONFIG_ERROR,
    ),
    (
        expression(
            r"\bunexpected .{1,20} (?:on|at|in) line \d|\bsyntax ?error|\bparse error"
            r"|\bunexpected (?:token|end of|eof|indent|character|identifier"
            r"|keyword|reserved)|\bindentationerror|\bcompil(?:er|ation|e)\b.{0,30}\b(?:error|fail)"
            r"|\bundefined (?:variable|function|reference|identifier|symbol|type|method for)|\bundeclared\b"
            r"|\bunbound (?:value|variable|identifier|module)|\bunknown (?:identifier|type name|symbol|tag"
            r"|directive|shortcode)|\bimplicit type\b|\bcannot find symbol|\bunresolved (?:reference"
            r"|identifier|external)|\binvalid syntax|\bis (?:unbound|undefined)\b|\bexpected (?:expression"
            r"|identifier|declaration|`?[;})\]]|an? |['\"`][^\w\s]{1,2}['\"`])"
            r"|\berror: unexpected .{1,30} in\b"
            r"|\bunexpected symbol\b|\bnot (?:declared|defined|in scope)\b|\bno such function"
        ),
        C.COMPILE_ERROR,
    ),
    (
        expression(
            r"^\W*(?:fatal|git)\b.{0,20}\b(?:ref|remote|branch|commit|repository|object|revision|pathspec"
            r"|git)|\bgit (?:is|state|tag|push|fetch|clone|diff|repository|repo|index|history|ref|commit"
            r"|checkout|submodule)\b|\b(?:working|dirty) (?:tree|copy|state)|\bsubmodules?\b|\bprs? (?:\d"
            r"|mentioned|body|title)|\bcommit [0-9a-f]{7,40}\b|\bcorresponding revision\b|\bmerge base\b"
            r"|\buncommitted\b|\bunstaged\b|\blocal (?:modifications|changes)\b|\bdetached head\b"
            r"|\brebas(?:e|ing)\b|\bnon-fast-forward|\b(?:commits?|branch|prs?|pull request"
            r"|tag)\b.{0,60}\b(?:not|must|missing|behind|ahead|diverged|already|requires?|contains?)"
        ),
        C.GIT_ERROR,
    ),
    (
        expression(
            r"\bassert|\bexpect\(|\bregression\b|\bexpected\b.{0,200}\b(?:got|but|actual|received|found"
            r"|to be|to equal)\b|(?:did|does) not (?:equal|match)|\btests?\b|\btest_\w|\bspecs?\b"
            r"|\bbenchmarks?\b|\bsnapshots?\b|\bnot equal\b|\bnot ok\b|\bshould (?:be|equal|have)\b"
            r"|\bcheck\b.{0,80}\bfail|\bthresholds?\b.{0,60}\b(?:crossed|exceeded|not met)"
        ),
        C.TEST_FAILURE,
    ),
    (
        expression(
            r"timed? ?out\b|\btook (?:too long|longer than)\b|\bdeadline\b|\bmax(?:imum)? run ?time\b"
            r"|\btime limit\b"
        ),
        C.TIMEOUT,
    ),
    (
        expression(
            r"\b(?:hash|check ?sums?|digest|integrity)\b|\bmigrations?\b|\bdepends? on itself\b"
            r"|\b(?:circular|cyclic)\b|\brevisions? (?:identified|are)\b|\bconfig(?:uration|s|uring)?\b"
            r"|\bsettings?\b|\boptions?\b|\bflags?\b|\barguments?\b|\bparameters?\b|\bnot (?:a )?valid\b"
            r"|\bnot specified\b|\binvalid (?:value|name|choice)\b|\benv(?:ironment)? var"
            r"|\bmust be (?:set|one of|a)\b|\bnot set\b|\byaml\b|\btoml\b"
            r"|\bjson\b|\bschema\b|\bmanifest\b|\brequired (?:field|key|property|value)|\bunknown (?:key"
            r"|field|property|target|task|script|command|input|file|environment)|\bmissing (?:script|input"
            r"|command)|\bdeprecated\b|\bunsupported\b|\bdoes not exist\b|\balready exists\b"
            r"|\bundeclared input\b|\bno rule\b|\b(?:task|target|script|command|job|profile"
            r"|resource)s? .{1,60}\b(?:not found|not defined|never defined)|\bno (?:route\b|such (?:file"
            r"|target|task|script|command|option|service|profile|environment|key))|\bdon't know how to\b"
            r"|\bcould not find (?:file|task|target)|\b(?:cannot|can't|could not|unable to"
            r"|failed to) (?:open|read|load) (?:the )?(?:\w+ )?file\b|\brequires an? \w+ "
        ),
        C.CONFIG_ERROR,
    ),
)
