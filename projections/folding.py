"""Folds texts for comparison: what people type alike is alike."""

from __future__ import annotations

import re
import unicodedata

_NOT_COMPARED = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return `text` without case, width, spaces and punctuation: letters and digits only."""
    return _NOT_COMPARED.sub("", unicodedata.normalize("NFKC", text).casefold())
