"""Reads Chinese names aloud (拼音): for searching them by sound and for sorting them.

Works character by character on the dictionaries of pypinyin, whose own functions take 50 times
longer and misread surnames. They are loaded at the first use, because they cost half a second and
60 MB which only a process that projects should spend.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

Syllables = tuple[str, ...]

MAX_READINGS = 6
"""How many readings of one name are kept."""

_LONGEST_PHRASE = 4
_LONGEST_PERSONAL_NAME = 4
_SORTED_LETTERS = 40

_SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "朴": "piao", "解": "xie", "区": "ou", "查": "zha",
    "盖": "ge", "任": "ren", "华": "hua", "翟": "zhai", "覃": "qin", "冼": "xian", "缪": "miao",
    "尉": "wei", "乐": "yue",
}  # fmt: skip
"""How characters with several readings are read when they are a surname."""


def readings(text: str) -> list[Syllables]:
    """Return how `text` may be read, the likeliest first, at most MAX_READINGS.

    The first character, which may be a surname, is given with each of its readings; the others as
    the phrase they stand in has them. Letters and digits are read as themselves; a character that
    no dictionary knows likewise.
    """
    if not text:
        return []
    first, *rest = _spoken(text)
    initials = dict.fromkeys((_likeliest(text, first), *_sounds(text[0])))
    return [(initial, *rest) for initial in initials][:MAX_READINGS]


def sorting_key(text: str) -> str:
    """Return what `text` is sorted by: its likeliest reading, as a telephone book has it."""
    if not text:
        return ""
    first, *rest = _spoken(text)
    spoken = [_likeliest(text, first), *rest]
    return "".join([f"{sound} " if len(sound) > 1 else sound for sound in spoken])[:_SORTED_LETTERS]


def forget() -> None:
    """Drop what is in memory of how texts are spoken; the texts are people's names."""
    _spoken.cache_clear()


def _likeliest(text: str, spoken: str) -> str:
    surname = _SURNAMES.get(text[0])
    if surname is None or len(text) > _LONGEST_PERSONAL_NAME or _phrase_at(text, 0):
        return spoken
    return surname


@lru_cache(maxsize=5_000)
def _spoken(text: str) -> Syllables:
    beginnings = _beginnings()
    spoken: list[str] = []
    while (place := len(spoken)) < len(text):
        phrase = _phrase_at(text, place) if text[place : place + 2] in beginnings else None
        spoken += phrase or _sounds(text[place])[:1]
    return tuple(spoken)


def _phrase_at(text: str, start: int) -> Syllables | None:
    for length in range(min(_LONGEST_PHRASE, len(text) - start), 1, -1):
        phrase = text[start : start + length]
        if phrase in _phrases():
            return _phrase(phrase)
    return None


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(phrase[:2] for phrase in _phrases())


@lru_cache(maxsize=20_000)
def _phrase(phrase: str) -> Syllables:
    return tuple(_plain(sounds[0]) for sounds in _phrases()[phrase])


@lru_cache(maxsize=20_000)
def _sounds(character: str) -> Syllables:
    sounds = _characters().get(ord(character))
    if sounds is None:
        return (character,)
    return _distinct(_plain(sound) for sound in sounds.split(","))


def _distinct(sounds: Iterable[str]) -> Syllables:
    return tuple(dict.fromkeys(sounds))


def _plain(sound: str) -> str:
    """Return a syllable without its tone, with `v` for `ü` as it is typed."""
    decomposed = unicodedata.normalize("NFD", sound).replace("u\u0308", "v")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@cache
def _characters() -> Mapping[int, str]:
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415 - costly, see above

    return PINYIN_DICT


@cache
def _phrases() -> Mapping[str, list[list[str]]]:
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415 - costly, see above

    return PHRASES_DICT
