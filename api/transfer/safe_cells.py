"""Text that a spreadsheet shows and never runs (OWASP ASVS 1.2.10), and the way back.

Excel and its kin take a cell that starts with `=`, `+`, `-`, `@` and a few others for a formula,
also after blanks, quotes and in full-width form; an apostrophe in front keeps it text. Phone
numbers with their `+` get one too.
"""

from __future__ import annotations

import re

ERROR_HEADERS = (("错误", "错误代码"), ("error", "error code"))
"""The last two columns of an error file, which are dropped when it is fed again."""

_RUNNABLE = re.compile(
    r"[\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060\u3000\ufeff'\"]*[=+\-@|%＝＋－＠]"
    r"|'*[\t\r\n]"
)


_KEPT_AS_TEXT = re.compile(r'\s*="(.*)"\s*', re.DOTALL)


def cell(value: object) -> str | int | float:
    """Return `value` as it may stand in a CSV file; numbers stay numbers, None is blank."""
    if value is None:
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    text = str(value).replace("\0", "")
    return f"'{text}" if _RUNNABLE.match(text) else text


def uncell(text: str) -> str:
    """Return the text from which `cell` made `text`."""
    return text[1:] if text.startswith("'") and _RUNNABLE.match(text[1:]) else text


def shown(text: str) -> str:
    """Return what Excel shows of `="13800138000"`, as shops write numbers to keep every digit."""
    kept = _KEPT_AS_TEXT.fullmatch(text)
    return kept[1].replace('""', '"') if kept else text
