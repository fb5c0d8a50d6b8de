"""Which characters text may hold: one rule for bodies, queries and cells.

It is at least as strict as every column and every screen behind it: PostgreSQL cannot store NUL,
UTF-8 cannot carry surrogates, and direction overrides make a name read as another one.
"""

from __future__ import annotations

import re
import unicodedata

_NON_CHARACTERS = "".join(
    f"{chr(plane + 0xFFFE)}-{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)

FORBIDDEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f"  # C0 controls except tab and line feed, and DEL
    "\u202a-\u202e\u2066-\u2069"  # direction overrides and isolates
    "\ud800-\udfff"  # surrogates, which stand for nothing alone
    f"\ufdd0-\ufdef{_NON_CHARACTERS}"  # code points that are never characters
    "]"
)


def forbidden_in(text: str) -> str | None:
    """Return the first forbidden character of `text` as `U+0000`, or None."""
    found = FORBIDDEN.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def composed(text: str) -> str:
    """Return `text` in Unicode form NFC, so that equal names compare equal."""
    return unicodedata.normalize("NFC", text)
