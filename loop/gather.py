"""Collects what a prompt may show of a repository: documents, candidates, markers, checks, rules."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from loop.git import Git
from loop.sources import markers, read_head, tracked_files
from policies.material import (
    DOCS_LIMIT,
    DOCS_LIMIT_BYTES,
    README_LIMIT_BYTES,
    Document,
    Material,
    base_check,
    bounded_lines,
    incident_lines,
    open_candidates,
)
from policies.plan import RepoPlan
from policies.records import IncidentRecord
from policies.text import clip, one_line, safe

TRACKER_LIMIT_BYTES = 1024 * 1024
"""More of a tracker is not read."""


def gather(
    workspace: Path,
    plan: RepoPlan,
    tracker: bytes | None,
    base_checks: Sequence[Mapping[str, Any]],
    *,
    rules: Sequence[str] = (),
    incidents: Sequence[IncidentRecord] = (),
) -> Material:
    """Give the material of one cycle's prompt, bounded and in a stable order.

    *tracker* is the tracker's bytes (None: there is none), *base_checks* a row a check as in
    CycleRecord.checks (`argv` and `lines` are used when given), *rules* the ledger's prevention
    rules, *incidents* the open ones. Raises GitError when git cannot list the tracked files.
    """
    paths = tracked_files(Git(workspace, plan.timeouts.git_s))
    own = frozenset({plan.ledger_file, plan.tracker_file})
    listed = (tracker or b"")[:TRACKER_LIMIT_BYTES].decode("utf-8", "replace")
    return Material(
        documents=_documents(workspace, [path for path in paths if path not in own]),
        candidates=open_candidates(listed),
        markers=markers(workspace, paths, own),
        checks=tuple(base_check(row, _command(row, plan)) for row in base_checks),
        rules=bounded_lines(rules),
        incidents=incident_lines(incidents),
    )


def _documents(workspace: Path, paths: Sequence[str]) -> tuple[Document, ...]:
    readmes = sorted(
        (p for p in paths if "/" not in p and p.lower().startswith("readme")),
        key=lambda path: (not path.lower().endswith(".md"), path),
    )[:1]
    docs = [p for p in paths if _is_document(p)][:DOCS_LIMIT]
    limits = [(p, README_LIMIT_BYTES) for p in readmes] + [(p, DOCS_LIMIT_BYTES) for p in docs]
    return tuple(
        Document(one_line(path, 200), clip(safe(text), limit))
        for path, limit in limits
        if (text := read_head(workspace, path, 4 * limit))
    )


def _is_document(path: str) -> bool:
    folder, _, name = path.lower().rpartition("/")
    if not name.endswith((".md", ".rst", ".txt", ".adoc")):
        return False
    return folder in {"doc", "docs"} or (
        not folder and name.startswith(("contributing", "hacking"))
    )


def _command(row: Mapping[str, Any], plan: RepoPlan) -> str:
    planned = next((check.argv for check in plan.checks or () if check.name == row["name"]), ())
    return shlex.join(str(word) for word in row.get("argv") or planned)
