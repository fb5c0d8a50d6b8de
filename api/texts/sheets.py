"""What can be wrong with an imported sheet, as a whole and row by row."""

from __future__ import annotations

SHEET_TEXTS: dict[str, tuple[str, str]] = {}
