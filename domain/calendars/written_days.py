"""Reads the days that return every year as people write them, in Chinese and in English.

What could mean two days is refused, never guessed.
"""

from __future__ import annotations

import re
import unicodedata

from domain.calendars.birthdays import YearlyDay
from domain.errors import InvalidError

_CALENDAR = re.compile(
    r"\(?\s*(?:(?P<lunar>农历|阴历|旧历|夏历|lunar)|公历|阳历|新历|西历|solar|gregorian)\s*\)?\s*:?\s*"
)

_FORMS = (
    # 1990-5-1, 1990/05/01, --05-01, 5-1; 闰, leap or L mark a leap month.
    re.compile(
        r"(?:(?P<year>\d{4})\s?[-/.]\s?|--)?(?P<leap>闰|leap\s?)?(?P<month>\d{1,2})(?P<l>l)?"
        r"\s?[-/.]\s?(?P<day>\d{1,2})",
        re.ASCII,
    ),
    # 1990年5月1日, 5月1号, 一九九〇年五月初一, 闰六月廿三, 腊月三十
    re.compile(
        r"(?:(?P<year>[0-9〇零一二三四五六七八九]{4})\s?年\s?)?(?P<leap>闰)?"
        r"(?P<month>[0-9]{1,2}|[正冬腊一二三四五六七八九十]{1,2})\s?月\s?"
        r"(?P<day>[0-9]{1,2}|[初一二三四五六七八九十廿]{1,3})\s?(?P<end>[日号])?"
    ),
    # 19900501
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})", re.ASCII),
    # May 1, 1990; May 1st
    re.compile(
        r"(?P<month>[a-z]{3,9})\.?\s?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s(?P<year>\d{4}))?",
        re.ASCII,
    ),
    # 1 May 1990; 1st of May
    re.compile(
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\s?(?:of\s)?(?P<month>[a-z]{3,9})\.?,?(?:\s(?P<year>\d{4}))?",
        re.ASCII,
    ),
)

_ENGLISH_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_ONES = "一二三四五六七八九"
_TENS = (("", 0), ("初", 0), ("十", 10), ("二十", 20), ("廿", 20), ("三十", 30))
_COUNTED = {"正": 1, "冬": 11, "腊": 12, "十": 10, "初十": 10, "二十": 20, "廿": 20, "三十": 30} | {
    f"{tens}{one}": number + count for tens, number in _TENS for count, one in enumerate(_ONES, 1)
}
_LUNAR_ONLY = frozenset("闰正冬腊初廿")
_DIGITS = str.maketrans("〇零" + _ONES, "00123456789")


def read_yearly_day(text: str) -> YearlyDay:
    """Return the day in `text`, for example 1990-05-01, 5月1日, 农历八月十五 or lunar:1990-06L-01.

    A day is of the common calendar unless the text says otherwise, with 农历 or by words that only
    the lunar one has (闰, 正月, 腊月, 初一, 廿三). InvalidError says `not-a-yearly-day`,
    `calendar-unclear` (八月十五 alone may be either), `no-such-day` or `out-of-range`.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).removeprefix("'").lower().split())
    marks = [mark["lunar"] is not None for mark in _CALENDAR.finditer(plain)]
    rest = _CALENDAR.sub("", plain).strip()
    for form in _FORMS:
        found = form.fullmatch(rest)
        if found and len(marks) <= 1:
            parts = {name: part for name, part in found.groupdict().items() if part}
            month, day = _number(parts["month"]), _number(parts["day"])
            if month is not None and day is not None:
                return YearlyDay(
                    year=int(parts["year"].translate(_DIGITS)) if "year" in parts else None,
                    month=month,
                    day=day,
                    is_lunar=marks[0] if marks else _is_lunar(rest, parts),
                    is_leap="leap" in parts or "l" in parts,
                )
    raise InvalidError(field="day", problem="not-a-yearly-day", value=text)


def _is_lunar(text: str, parts: dict[str, str]) -> bool:
    """Tell which calendar is meant where no word says it; raise where that is not clear."""
    if "leap" in parts or "l" in parts or not _LUNAR_ONLY.isdisjoint(text):
        return True
    is_counted = any(parts[name] in _COUNTED for name in ("month", "day"))
    if is_counted and "end" not in parts:
        raise InvalidError(field="day", problem="calendar-unclear", value=text)
    return False


def _number(text: str) -> int | None:
    """Return a number as it is written: 5, 五, 初五, 正,廿三, may; None when it is none."""
    if text.isdecimal():
        return int(text)
    months = (number for number, name in enumerate(_ENGLISH_MONTHS, 1) if name.startswith(text))
    return _COUNTED.get(text) or next(months, None)
