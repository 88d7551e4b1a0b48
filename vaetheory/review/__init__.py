"""Review: what a student hands in, line by line: does it hold, and if not, where and why."""

from __future__ import annotations

from vaetheory.review.report import FileReport, LineReport
from vaetheory.review.reviewing import review as check

__all__ = ["FileReport", "LineReport", "check"]
