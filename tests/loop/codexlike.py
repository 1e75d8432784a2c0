"""A real program that behaves as codex does: events on stdout, a change, or a usage limit that ends."""

import json
from datetime import datetime
from pathlib import Path

from policies.plan import AgentSpec

SCRIPT = """#!/bin/sh
here={here}
case "$*" in *--version*) echo "codex-cli 0.169.0"; exit 0;; esac
cat >/dev/null
echo "$PWD" >> "$here/starts"
echo '{{"type":"thread.started","thread_id":"t-1"}}'
echo '{{"type":"turn.started"}}'
sleep {lasts_s}
if [ -e "$here/limited" ]; then cat "$here/limited"; exit 1; fi
{work}
echo '{{"type":"item.completed","item":{{"id":"item_0","type":"agent_message","text":"done"}}}}'
echo '{{"type":"turn.completed","usage":{{"input_tokens":9,"cached_input_tokens":0,"output_tokens":3}}}}'
"""
CHANGE = 'date +%s%N > "made-$$.txt"'


class CodexLike:
    """The program, how often it was started, and whether its account is at its limit."""

    def __init__(self, folder: Path, *, lasts_s: float = 0.0, work: str = CHANGE) -> None:
        """Make it in *folder*; each start takes *lasts_s* and then does *work*."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.program = folder / "codex"
        self.program.write_text(SCRIPT.format(here=folder, lasts_s=lasts_s, work=work))
        self.program.chmod(0o755)

    @property
    def spec(self) -> AgentSpec:
        """The agent codex, started as this program."""
        return AgentSpec(name="codex", adapter="codex", command=(str(self.program),))

    @property
    def environ(self) -> dict[str, str]:
        """What makes it logged in."""
        return {"CODEX_API_KEY": "k-test-1234567890"}

    def starts(self) -> int:
        """Count its starts, the canary's too."""
        told = self.folder / "starts"
        return len(told.read_text().splitlines()) if told.exists() else 0

    def limit(self, ends: datetime | None) -> None:
        """Let its account be at its limit, which states when it *ends* (None: it does not)."""
        again = (
            f" or try again at {ends:%b} {ends.day}, {ends:%Y} {ends:%-I:%M %p}." if ends else "."
        )
        said = "You've hit your usage limit. Upgrade to Pro" + again
        rows = (
            {"type": "error", "message": said},
            {"type": "turn.failed", "error": {"message": said}},
        )
        (self.folder / "limited").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def recover(self) -> None:
        """The limit is over."""
        (self.folder / "limited").unlink(missing_ok=True)
