"""How programs begin to report their own failure, and what stands below such a report."""

from __future__ import annotations

import re

from policies.expressions import expression

_MARKS = r"\s{0,3}(?:[✖✗✘❌⨯✕×⛔🚫🛑⚠■│┃!(]\W{0,4})?(?:\[[^\[\]]{1,40}\] )?(?:(?:Oops|Sorry)[,!.]{0,3} )?"
STRICT = expression(
    rf"^{_MARKS}(?:(?:API|LLM|Agent|Fatal|Internal|Provider|Runtime|Server|Unexpected|Unhandled|Uncaught"
    r"|Model|Network|Connection|Authentication) )?(?:ERROR|FATAL|[Ee]rror|[Ff]atal|[Ee]xception)"
    r"(?: [\w.]{1,40}){0,4} ?(?::|│) ?\S"
    rf"|^{_MARKS}\[(?:ERROR|FATAL|[Ee]rror|[Ff]atal)\]:? \S"
    rf"|^{_MARKS}\w{{0,8}}(?:错误|出错|失败|异常|エラー|오류|Ошибка|Fehler|Erreur|Errore|Erro|Fallo)"
    r"了? ?[:：] ?\S"
    r"|^\{\"(?:type|status|event|level)\": ?\"(?:error|fatal)\""
    rf"|^{_MARKS}(?:The )?[Aa]gent (?:aborted|crashed|failed|stopped|terminated|(?:could not|cannot)"
    r" \w{1,20})\b.{0,40}?(?::| due to) \S"
    rf"|^{_MARKS}(?:Aborted|Aborting|Exiting|Giving up|Stopped|Stopping|[Ss]omething went wrong): \S"
    rf"|^{_MARKS}(?:Conversation|Execution|Run|Session|Stream|Task|Turn) (?:(?:aborted|failed):"
    r"|(?:ended|stopped) with (?:an )?(?:error|exception)\b) ?\S"
    rf"|^{_MARKS}Stopped after \d{{1,4}} (?:\w{{1,20}} )?(?:errors|failures)\b"
    rf"|^{_MARKS}(?:CRITICAL|ERROR|FATAL) {{1,9}}(?:Error|Exception|Failed|Unhandled)\b"
)
"""So only programs begin; what they say may be anything."""
LOOSE = expression(
    rf"^{_MARKS}(?!(?:it|they|this|that|these|which|there|i|we)\b)(?:[\w-]{{1,30}} ){{1,4}}(?:failed|aborted)"
    r"(?::| with (?:http |the )?(?:status|code|error)\b| after \d| due to\b)"
    rf"|^{_MARKS}(?:an? )?(?:\w{{1,20}} )?error (?:has )?(?:occurred|happened)\b"
    rf"|^{_MARKS}something went wrong\b"
    rf"|^{_MARKS}(?:the )?(?:\w{{1,20}} )?(?:api|llm|model|provider|server|service) (?:answered|did not"
    r"|refused|rejected|responded|returned|sent)\b"
    rf"|^{_MARKS}(?:unable|failed|could not|couldn't|cannot|can't)(?: to)? (?:authenticate|call|connect"
    r"|communicate|complete|contact|fetch|generate|get|obtain|reach|refresh|start)\b.{0,60}"
    r"(?:\b(?:agent|api|completion|llm|models?|provider|reply|request|response|server|service|session|token)\b"
    r"|https?://)"
    rf"|^{_MARKS}(?:but )?(?:i|we)(?:'ve)? (?:encountered|hit|got|ran into|received)"
    r" (?:an?|this|the following) (?:\w{1,20} ){0,2}(?:error|issue|problem)\b.{0,60}?: \S"
    rf"|^{_MARKS}(?:your )?(?:access|account|api key|credentials?|credits|login|quota|session|subscription"
    r"|token|trial)\b.{0,40}\b(?:ended|exceeded|exhausted|expired|invalid|missing|revoked|suspended)[.:!]"
    r"|^[✖✗✘❌⨯✕⛔🚫🛑] ?\S",
    re.IGNORECASE,
)
"""So programs begin, and agents that tell of their work: a report only of what a provider answers."""
LISTED = expression(r"^\s{0,8}(?:[-*+>|]|\d{1,2}[.)]|#{1,6}|[✅✓✔☑]) ?\S|^\s{0,3}(?:```|~~~)")
ADVISES = expression(
    r"^\s|^\W{0,4}(?:add|check|details?|docs|for|hint|if|in order|log|make sure|please|run|see|set|tip|to|try"
    r"|use|verify|visit|you|your|https?://\S)\b|^[-*•] ",
    re.IGNORECASE,
)
"""What may stand below a report in its paragraph: else the process went on."""
FOOT = expression(
    r"^\W{0,6}$|^\W{0,4}(?:(?:api|conversation|input|log|output|request|session|thread|total|wall) ){0,2}"
    r"(?:costs?|duration|elapsed|file|id|requests?|session|time|tokens?|turns?|usage)\b[^:]{0,20}: ?\S"
    r"|^\W{0,4}(?:(?:good ?)?bye|exiting)\b.{0,20}$|^\W{0,4}(?:completed|done|finished|took) (?:in )?\d"
    r"|^\W{0,4}(?:hint: )?(?:(?:run .{1,80})?to (?:continue|resume)|resume|for (?:details|help|more)"
    r"|see the log|logs? (?:at|saved|written))\b|^\W{0,4}https?://\S{1,300}$",
    re.IGNORECASE,
)
"""What a program says at every end: of cost, time, session, and where to read more."""
