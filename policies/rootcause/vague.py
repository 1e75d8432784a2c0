"""Words that say that something went wrong, and leave the what or the why to the lines next to them."""

from __future__ import annotations

from policies.expressions import expression

LOOKED_AT_CHARS = 240

_MARK = expression(
    r"^\W{0,6}(?:\d[\d:.,-]{3,20}\W{1,3})?(?:(?:error|fatal|err!?|failure|severe|critical"
    r"|e)\b\W{0,4}){0,2}"
)
_SPECIFIC = expression(r"[`'\"/\\=<>\d]|\w[:.]\w|: \S|::|\(\w")
_UNDONE = expression(
    r"^(?:[\w -]{0,40}\b)?(?:failed|unable|could not|couldn't|cannot|was not able"
    r"|errors? (?:while|when|in|during)|problems? (?:while|during))"
    r"(?: to)? (?:build|building|install|installing|deploy|update|updating|restore|set ?up"
    r"|start|starting|complete"
    r"|load|loading|execute|executing|compile|compiling|process|processing|generate"
    r"|generating|create|creating"
    r"|configure|configuring|initiali[sz]e|prepare|preparing|proceed|continue|run|running"
    r"|finish|apply|render|upload|publish"
    r"|import|perform|launch|resolve all|analy[sz]e|link|linking|bundle|migrate|test|testing"
    r"|import|exec)\b(?P<rest>.{0,160})$"
)
_ENDS = expression(
    r"\b(?:failed|errored|aborted|crashed|unsuccessful)(?: (?:after|in"
    r"|with) [\w .]{1,20})?\W{0,4}(?:\((?:[\d.,]{1,8} ?m?s(?:ec)?\.?|exception)\))?\W{0,3}$|\bfailed!"
)
_REASON = expression(r": \S.{8}|\bbecause\b|\bdue to\b|\bsince\b| - \S.{8}|\bwith error\b")
_OPENS = expression(r"^\s*(?i:Traceback \(|(?:Stack ?trace|Backtrace|Call stack|Output):?$)")
WORDS_OF_LITTLE = 4
"""So few words without a name, a number or a quote say nothing."""


def opens_block(text: str) -> bool:
    """Say whether *text* only announces a stack or output: it goes on with no sentence above it."""
    return _OPENS.match(text) is not None


def only_ends(lowered: str) -> bool:
    """Say whether the *lowered* line names a thing and that it failed, without a reason."""
    text = _MARK.sub("", lowered.strip()[:LOOKED_AT_CHARS])
    ends = _ENDS.search(text)
    return ends is not None and not _REASON.search(text[: ends.start()])


def is_vague(lowered: str) -> bool:
    """Say whether the *lowered* line only names what did not succeed, or nothing: its neighbours say why."""
    text = _MARK.sub("", lowered.strip()[:LOOKED_AT_CHARS])
    if len(text.split()) <= WORDS_OF_LITTLE and not _SPECIFIC.search(text):
        return True
    undone = _UNDONE.match(text)
    return not _REASON.search(undone["rest"]) if undone else only_ends(lowered)
