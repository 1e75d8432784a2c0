"""Words that tell the class of a cause that no format and no signature knows; the first that fits decides."""

from __future__ import annotations

import re

from policies.failure import FailureClass as C

WORDS: tuple[tuple[re.Pattern[str], C], ...] = (
    (
        re.compile(
            r"\b(?:token|credentials?|login) (?:is |are )?required\b|\b403 (?:resource|forbid)"
        ),
        C.AUTH,
    ),
    (
        re.compile(
            r"\bno sandbox is available|\bsandbox\b.{0,40}\b(?:denied|denies|blocked|refused)"
        ),
        C.SANDBOX_PERMISSION,
    ),
    (
        re.compile(r"\bout of memory\b|\bmemory (?:limit|exhausted)|\bcannot allocate"),
        C.OUT_OF_MEMORY,
    ),
    (re.compile(r"\bno space left|\bdisk (?:is )?full|\bquota exceeded for disk"), C.DISK_FULL),
    (
        re.compile(
            r"\bkernel panic|\bsegfault|\bsegmentation fault|\bsig(?:segv|abrt|kill|bus|ill"
            r"|fpe)\b|\bcore dumped"
            r"|\b(?:kernel|worker|executor|child|process)s? (?:has |have )?(?:died\b|exited unexpected)"
            r"|\bpanicked at\b|\b(?:program|process|goroutine)\b.{0,40}\bpanic"
            r"|\bstack overflow\b|\bcrash(?:ed|es)?\b"
        ),
        C.SIGNAL_CRASH,
    ),
    (
        re.compile(
            r"\b(?:unknownhost|noroutetohost|connect(?:timeout)?|sockettimeout|sslhandshake|bind)exception\b"
            r"|\b(?:http|https|status|error|code|returned)\b.{0,24}\b(?:404|500|502|503|504)\b"
            r"|\b(?:502|503|504) "
            r"(?:bad|service|gateway)|\bhttp error\b|\bfailed to query\b"
            r"|\bcould not resolve host|\bunreachable\b"
            r"|\b(?:connect(?:ion)?|socket|dns|proxy|tls|ssl|download(?:ing)?|upload|registry"
            r"|mirror)\b.{0,80}"
            r"\b(?:fail\w*|error|refused|reset|closed|lost|unable|could not|timed out)"
            r"|\b(?:fail|unable|could not|error)\w* .{0,40}\b(?:connect|download|fetch|reach"
            r"|contact)\w*\b"
        ),
        C.NETWORK,
    ),
    (
        re.compile(
            r"\bcredentials?\b|\bunauthori[sz]ed\b|\bapi[ _-]?key\b|\bnot logged in\b"
            r"|\baccess token\b|\b401\b"
            r"|\btoken (?:is )?(?:required|not set|missing|expired|invalid)"
            r"|\bauthenticat\w+ (?:fail|requir|error)"
            r"|\bpermission\b.{0,40}\b(?:push|publish|release)"
            r"|\bcode sign(?:ing)?\b.{0,40}\b(?:identity|certificate)"
        ),
        C.AUTH,
    ),
    (
        re.compile(
            r"\b(?:merge|rebase) conflict|\bconflicts? (?:in|with) (?:the )?(?:base|main"
            r"|master|branch)"
            r"|\bcould not apply\b|\bautomatic merge failed|\bpatch does not apply"
        ),
        C.MERGE_CONFLICT,
    ),
    (
        re.compile(
            r"\bnot installed\b|\b(?:cannot|can't|unable to) (?:find|locate|load"
            r"|open) (?:the )?(?:module|package|library|shared)"
            r"|\bmissing (?:dependenc|package|module|library|header)|\bno (?:module"
            r"|package) named\b|\bplease install\b"
            r"|\bno such package|\bnothing provides\b|\bunmet\b|\bbroken packages\b"
            r"|\bno versions?\b.{0,60}\bmatch"
            r"|\bdepend(?:s|ency|encies|ed)\b.{0,120}\b(?:not|n't|fail\w*|conflict\w*|missing"
            r"|unsatisf\w+|cannot|unable|tree|which)\b"
            r"|\b(?:fail\w*|unable|could not|cannot|missing)\b.{0,60}\bdependenc(?:y|ies)\b"
            r"|\b(?:could not|cannot|can't|unable to|failed to) (?:find|resolve|satisfy"
            r"|locate) .{0,40}"
            r"\b(?:modules?|packages?|library|libraries|plugins?|dependenc\w+|artifacts?"
            r"|imports?|versions?|programs?|executables?)"
            r"|\brequires? .{1,60}\bversions?\b|\bunsatisfiable|\bis needed by\b"
            r"|\bdoesn't match any versions"
            r"|\bresolutionimpossible\b|\bpackages? not found\b|\bcannot find module\b"
            r"|\bcannot open shared object"
            r"|\bmanifest (?:unknown|for)\b|\bnothing provides\b"
            r"|\bfilenotfoundexception: https?://"
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
        re.compile(
            r"\btype ?mismatch|\bmismatched types\b|\bnot assignable to\b"
            r"|\bincompatible types?\b|could not match type"
            r"|\bexpected type\b|\bhas no attribute\b.{0,40}\[|\btype check\w* fail"
        ),
        C.TYPE_ERROR,
    ),
    (
        re.compile(
            r"\blint|\bcode ?style|\b(?:un|re)?format(?:ted|ter|ting)?\b.{0,40}\b(?:run"
            r"|needed|required|wrong"
            r"|incorrect)|not formatted|\bmust be formatted\b|trailing whitespace|spelling|licen[cs]e header"
            r"|\bviolations?\b|\bunused (?:import|var|dep|fun|export|file)"
            r"|\bvulnerabilit|\bcve-\d{4}|\bcoverage\b.{0,60}\b(?:below|threshold"
            r"|does not meet|less than|fail)|\bquality gate\b|\bscore\b.{0,40}\bbelow\b"
            r"|(?:more|larger|longer|greater) than (?:the )?[\w ]{0,20}(?:max(?:imum)?|limit"
            r"|allowed)|\bindent\w*\b.{0,40}\b(?:tabs?|spaces?)"
            r"|\bleaks? found\b|\bsecrets? (?:found|detected)|\bunknown word\b"
            r"|\bdead links?\b|\bbroken (?:links?|anchors?)\b|\bdeprecated (?:api|function|rule)"
        ),
        C.LINT,
    ),
    (
        re.compile(r"\breference to undeclared\b|\btemplat\w{1,8} ?(?:syntax)?error\b"),
        C.CONFIG_ERROR,
    ),
    (
        re.compile(
            r"\bunexpected .{1,20} (?:on|at|in) line \d"
            r"|\bsyntax ?error|\bparse error|\bunexpected (?:token|end of|eof|indent|character"
            r"|identifier|keyword|reserved)|\bindentationerror"
            r"|\bcompil(?:er|ation|e)\b.{0,30}\b(?:error|fail)|\bundefined (?:variable"
            r"|function|reference|identifier|symbol|type|method for)"
            r"|\bundeclared\b|\bunbound (?:value|variable|identifier|module)"
            r"|\bunknown (?:identifier|type name|symbol|tag|directive|shortcode)"
            r"|\bimplicit type\b|\bcannot find symbol|\bunresolved (?:reference|identifier"
            r"|external)|\binvalid syntax|\bis (?:unbound|undefined)\b"
            r"|\bexpected (?:expression|identifier|declaration|`?[;})\]]|an? )"
            r"|\berror: unexpected .{1,30} in\b|\bunexpected symbol\b"
            r"|\bnot (?:declared|defined|in scope)\b|\bno such function"
        ),
        C.COMPILE_ERROR,
    ),
    (
        re.compile(
            r"^\W*(?:fatal|git)\b.{0,20}\b(?:ref|remote|branch|commit|repository|object"
            r"|revision|pathspec|git)|\bgit (?:is|state|tag|push|fetch|clone|diff"
            r"|repository|repo|index|history|ref|commit|checkout|submodule)\b|\b(?:working"
            r"|dirty) (?:tree|copy|state)|\bsubmodules?\b"
            r"|\bprs? (?:\d|mentioned|body|title)|\bcommit [0-9a-f]{7,40}\b"
            r"|\bcorresponding revision\b|\bmerge base\b|\buncommitted\b|\bunstaged\b"
            r"|\blocal (?:modifications|changes)\b|\bdetached head\b|\brebas(?:e|ing)\b|\bnon-fast-forward"
            r"|\b(?:commits?|branch|prs?|pull request|tag)\b.{0,60}\b(?:not|must|missing"
            r"|behind|ahead|diverged|already|requires?|contains?)"
        ),
        C.GIT_ERROR,
    ),
    (
        re.compile(
            r"\bassert|\bregression\b|\bexpected\b.{0,200}\b(?:got|but|actual|received|found"
            r"|to be|to equal)\b|(?:did|does) not (?:equal|match)"
            r"|\btests?\b|\btest_\w|\bspecs?\b|\bbenchmarks?\b|\bsnapshots?\b|\bnot equal\b"
            r"|\bnot ok\b|\bshould (?:be|equal|have)\b|\bcheck\b.{0,80}\bfail"
            r"|\bthresholds?\b.{0,60}\b(?:crossed|exceeded|not met)"
        ),
        C.TEST_FAILURE,
    ),
    (
        re.compile(
            r"timed? ?out\b|\btook too long\b|\bdeadline\b|\bmax(?:imum)? run ?time\b"
            r"|\btime limit\b"
        ),
        C.TIMEOUT,
    ),
    (
        re.compile(
            r"\b(?:hash|check ?sums?|digest|integrity)\b|\bmigrations?\b|\bdepends? on itself\b"
            r"|\b(?:circular|cyclic)\b|\binvalid (?:value|name)\b|\bnot (?:a )?valid\b"
            r"|\brevisions? (?:identified|are)\b"
            r"|\b(?:toml|json)decodeerror\b|\byaml\.\w{1,20}\.\w{1,20}error\b"
            r"|\bconfig(?:uration|s|uring)?\b|\bsettings?\b|\boptions?\b|\bflags?\b|\bnot specified\b"
            r"|\barguments?\b|\bparameters?\b"
            r"|\benv(?:ironment)? var|\bmust be (?:set|one of|a)\b|\bnot set\b|\byaml\b"
            r"|\btoml\b|\bjson\b|\bschema\b|\bmanifest\b"
            r"|\brequired (?:field|key|property|value)|\bunknown (?:key|field|property|target"
            r"|task|script|command|input|file|environment)|\bmissing (?:script|input|command)"
            r"|\bdeprecated\b|\bunsupported\b|\bdoes not exist\b|\balready exists\b"
            r"|\bundeclared input\b|\bno rule\b"
            r"|\b(?:task|target|script|command|job|profile|resource)s? .{1,60}\b(?:not found"
            r"|not defined|never defined)|\bno (?:route\b|such (?:file|target|task|script"
            r"|command|option))"
            r"|\bdon't know how to\b|\bcould not find (?:file|task|target)|\brequires an? \w+ "
        ),
        C.CONFIG_ERROR,
    ),
)
