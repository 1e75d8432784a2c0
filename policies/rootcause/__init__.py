"""The root cause of a failure, from its log: which lines state it, its class, and how sure that is."""

from __future__ import annotations

from policies.rootcause.diagnosis import Diagnosis, diagnose
from policies.rootcause.excerpt import shape
from policies.rootcause.finding import Finding
from policies.rootcause.hints import Hints

__all__ = ["Diagnosis", "Finding", "Hints", "diagnose", "shape"]
