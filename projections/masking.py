"""What everybody may see of a customer who is not his: enough to recognise him, never the file."""

from __future__ import annotations

CHINA = "+86"

LEADING, TRAILING = 3, 2
"""The digits of a phone number that are shown."""


def masked(text: str) -> str:
    """Return a name that whoever knows it recognises, whatever its length."""
    return f"{text[:1]}**" if text else ""


def masked_phone(number: str) -> str:
    """Return the ends of a phone number, a Chinese one without its country: `138******00`."""
    digits = number.removeprefix(CHINA)
    hidden = len(digits) - LEADING - TRAILING
    return f"{digits[:LEADING]}{'*' * hidden}{digits[-TRAILING:]}" if hidden > 0 else masked(digits)
