"""Texts as they are compared and found: folded, and cut into the grams that the index holds.

A gram is a small piece of a text as a number: one character, two neighbours, three digits of a
phone, three letters or two initials of a spelling, or the whole of a short text. Those of
addresses are negative, for they are full of words that others are named after. Only a text that
has all grams of a fragment can hold the fragment. So an index of grams finds the candidates for
any fragment, and the texts themselves decide. Two pieces may share a number; that costs a look.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection
from functools import lru_cache
from itertools import pairwise

from domain.card import company_key

_LETTERS = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"[0-9]+")

FINE = 3
"""How many digits of a phone or letters of a spelling make a gram, and so a fragment."""

_BITS = 29
_MASK = (1 << _BITS) - 1
_TRIPLE, _INITIALS, _WHOLE = (kind << _BITS for kind in (1, 2, 3))


def identity(folded: str) -> str:
    """Return what a folded name is compared by as a whole: without the legal form of a company."""
    return company_key(folded)


def spelling(folded: str) -> str:
    """Return a folded text as pinyin or initials are typed, with `v` for `ü`; "" if it is none."""
    typed = folded.replace("ü", "v")
    return typed if _LETTERS.fullmatch(typed) else ""


def digits_of(folded: str) -> list[str]:
    """Return the digits to look for in phones, also without the zeros that are dialled first."""
    if not _DIGITS.fullmatch(folded):
        return []
    return list(dict.fromkeys([folded, folded.lstrip("0")]))


def dialled(folded: str) -> str:
    """Return a whole phone number without the zeros dialled first, "" if it is none."""
    return folded.lstrip("0") if _DIGITS.fullmatch(folded) else ""


def grams(folded: str) -> list[int]:
    """Return the grams that every text holding the folded fragment has as well."""
    codes = [ord(character) for character in folded]
    if len(codes) == 1:
        return codes
    return [(a << 15 ^ b) & _MASK for a, b in pairwise(codes)]


def all_grams(folded: str) -> list[int]:
    """Return the grams of a text in which even single characters are to be found."""
    return [*map(ord, folded), *grams(folded)]


def fine_grams(letters: str) -> list[int]:
    """Return the grams of digits or of a spelling, of which fragments have FINE or more."""
    return [_fine_gram(letters[at : at + FINE]) for at in range(len(letters) - FINE + 1)]


@lru_cache(maxsize=20_000)
def _fine_gram(piece: str) -> int:
    a, b, c = map(ord, piece)
    return _TRIPLE | (a << 16 ^ b << 8 ^ c) & _MASK


def initial_grams(initials: str) -> list[int]:
    """Return the grams of the first letters of syllables, such as `zw` for 张伟."""
    return [_INITIALS | gram for gram in grams(initials)]


def address_grams(folded: str) -> list[int]:
    """Return the grams of an address or of a fragment of one."""
    return [-gram for gram in grams(folded)]


def whole(kind: str, folded: str) -> int:
    """Return the gram of a text that is to be found as a whole, among others of its kind."""
    return _WHOLE | zlib.crc32(f"{kind}:{folded}".encode()) & _MASK


def parts(texts: Collection[str], shortest: int = 2) -> set[str]:
    """Return every part of the texts that has at least `shortest` characters."""
    return {
        text[start:end]
        for text in texts
        for start in range(len(text))
        for end in range(start + shortest, len(text) + 1)
    }
