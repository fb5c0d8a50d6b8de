"""What a page says in the language of whoever looks at it: texts, words, days and instants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

import phonenumbers
from phonenumbers import PhoneNumberFormat

from api.messages import Language
from api.texts.pages import PAGE_TEXTS
from api.texts.words import WORDS

_WEEKDAYS = (tuple("一二三四五六日"), ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MINUTE, _HOUR = 60, 3600
# As the library writes them, at a tenth of the time.
_MOBILE = re.compile(r"\+86(1[3-9]\d)(\d{4})(\d{4})", re.ASCII)
CHINA = 86
"""The country code of phone numbers that are shown without it."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Says things in `language`; instants in `zone`, days seen from `today`."""

    language: Language
    zone: tzinfo
    today: date

    @property
    def is_chinese(self) -> bool:
        """Whether it speaks Chinese."""
        return self.language is Language.CHINESE

    def text(self, code: str, **values: object) -> str:
        """Return the text of `code`; KeyError for one that nobody has worded."""
        return self._side(PAGE_TEXTS[code]).format_map(values)

    def count(self, code: str, n: int, **values: object) -> str:
        """Return the text of `code` about `n` things; English has another one for a single one."""
        single = f"{code}-one"
        return self.text(single if n == 1 and single in PAGE_TEXTS else code, n=n, **values)

    def word(self, place: str, value: Any = None) -> str:
        """Return the word for a field, or for a value of it; a value that has none as it is."""
        if value is None:
            return self._side(WORDS[place])
        known = WORDS.get(f"{place}.{value}") or WORDS.get(str(value))
        return self._side(known) if known else str(value)

    def day(self, day: date | None) -> str:
        """Return a day with its weekday, the year only if it is another than this."""
        if day is None:
            return "–"
        weekday = _WEEKDAYS[0 if self.is_chinese else 1][day.weekday()]
        return (
            f"{self.short_day(day)} 周{weekday}"
            if self.is_chinese
            else f"{weekday} {self.short_day(day)}"
        )

    def short_day(self, day: date) -> str:
        """Return a day, the year only if it is another than this."""
        is_other = day.year != self.today.year
        if self.is_chinese:
            return f"{f'{day.year}年' if is_other else ''}{day.month}月{day.day}日"
        return f"{day.day} {_MONTHS[day.month - 1]}{f' {day.year}' if is_other else ''}"

    def moment(self, at: datetime | None) -> str:
        """Return an instant as day and time of the reader's zone."""
        if at is None:
            return "–"
        return f"{self.day(at.astimezone(self.zone).date())} {self.time(at)}"

    def time(self, at: datetime) -> str:
        """Return the time of an instant in the reader's zone."""
        return f"{at.astimezone(self.zone):%H:%M}"

    def since(self, day: date | None) -> str:
        """Return how long ago a day was, or how far ahead it is."""
        if day is None:
            return self.text("never")
        days = (day - self.today).days
        if abs(days) <= 1:
            return self.text(("yesterday", "today", "tomorrow")[days + 1])
        return self.count("days-ahead" if days > 0 else "days-ago", abs(days))

    def duration(self, seconds: float) -> str:
        """Return a stretch of time in hours and minutes, rounded down to the minute."""
        hours, rest = divmod(int(abs(seconds)), _HOUR)
        minutes = rest // _MINUTE
        if hours and minutes:
            return self.text("hours-minutes", hours=hours, minutes=minutes)
        return self.text("hours", hours=hours) if hours else self.text("minutes", minutes=minutes)

    @staticmethod
    def phone(number: str) -> str:
        """Return a number as people read it aloud: Chinese ones without the country code."""
        if mobile := _MOBILE.fullmatch(number):
            return " ".join(mobile.groups())
        try:
            parsed = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            return number
        is_ours = parsed.country_code == CHINA
        style = PhoneNumberFormat.NATIONAL if is_ours else PhoneNumberFormat.INTERNATIONAL
        return phonenumbers.format_number(parsed, style)

    def _side(self, pair: tuple[str, str]) -> str:
        return pair[0 if self.is_chinese else 1]
