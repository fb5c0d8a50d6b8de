"""What may be told about a failure."""

from __future__ import annotations

import traceback


def told(error: Exception) -> str:
    """Return what happened and where, without the message: that may hold personal data."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
