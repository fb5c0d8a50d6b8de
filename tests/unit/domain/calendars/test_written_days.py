from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars.birthdays import YearlyDay
from domain.calendars.lunar import lunar_day
from domain.calendars.written_days import read_yearly_day
from domain.errors import InvalidError


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        # With a year, as people and programs write it.
        ("1990-05-01", "1990-05-01"),
        ("1990-5-1", "1990-05-01"),
        ("1990/5/1", "1990-05-01"),
        ("1990.05.01", "1990-05-01"),
        ("19900501", "1990-05-01"),
        ("1990年5月1日", "1990-05-01"),
        ("1990 年 5 月 1 日", "1990-05-01"),
        ("１９９０－０５－０１", "1990-05-01"),
        ("一九九〇年五月一日", "1990-05-01"),
        ("二零零零年十二月三十一号", "2000-12-31"),
        ("公历1990-05-01", "1990-05-01"),
        ("May 1, 1990", "1990-05-01"),
        ("1 May 1990", "1990-05-01"),
        ("1st of May, 1990", "1990-05-01"),
        ("Sept. 3 1990", "1990-09-03"),
        # Without one.
        ("--05-01", "--05-01"),
        ("05-01", "--05-01"),
        ("5/1", "--05-01"),
        ("5月1日", "--05-01"),
        ("5月1", "--05-01"),
        ("十月二十三日", "--10-23"),
        ("阳历八月十五", "--08-15"),
        ("May 1", "--05-01"),
        ("1st of May", "--05-01"),
        ("Feb 29", "--02-29"),
        # Of the lunar calendar.
        ("lunar:1990-05-01", "lunar:1990-05-01"),
        ("lunar 1990-5-1", "lunar:1990-05-01"),
        ("1990-05-01 (lunar)", "lunar:1990-05-01"),
        ("1990-05-01（农历）", "lunar:1990-05-01"),
        ("农历1990年5月初一", "lunar:1990-05-01"),
        ("农历一九九〇年五月初一", "lunar:1990-05-01"),
        ("农历八月十五", "lunar:--08-15"),
        ("阴历8月15", "lunar:--08-15"),
        ("旧历:8-15", "lunar:--08-15"),
        ("lunar 08-15", "lunar:--08-15"),
        ("五月初一", "lunar:--05-01"),
        ("正月初十", "lunar:--01-10"),
        ("腊月三十", "lunar:--12-30"),
        ("冬月廿三", "lunar:--11-23"),
        ("十一月廿", "lunar:--11-20"),
        # In a leap month.
        ("农历2025年闰六月初一", "lunar:2025-06L-01"),
        ("闰六月廿九", "lunar:--06L-29"),
        ("lunar:leap06-01", "lunar:--06L-01"),
        ("lunar:2025-leap 6-1", "lunar:2025-06L-01"),
        ("lunar:2025-06L-01", "lunar:2025-06L-01"),
        ("lunar:--06L-01", "lunar:--06L-01"),
    ],
)
def test_a_day_is_understood_as_it_was_meant(text: str, plain: str) -> None:
    day = read_yearly_day(text)

    assert str(day) == plain
    assert read_yearly_day(plain) == YearlyDay.from_plain(plain) == day


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        # Either calendar, or either order.
        ("八月十五", "calendar-unclear"),
        ("8月十五", "calendar-unclear"),
        ("1990年八月十五", "calendar-unclear"),
        ("01/05/1990", "not-a-yearly-day"),
        ("90-05-01", "not-a-yearly-day"),
        ("1990-05", "not-a-yearly-day"),
        # Nothing of the kind.
        ("", "not-a-yearly-day"),
        ("属马", "not-a-yearly-day"),
        ("unknown", "not-a-yearly-day"),
        ("农历", "not-a-yearly-day"),
        ("农历公历5-1", "not-a-yearly-day"),
        ("Foo 1", "not-a-yearly-day"),
        ("十十月初一", "not-a-yearly-day"),
        # Days that never were.
        ("1990-02-29", "no-such-day"),
        ("2-30", "no-such-day"),
        ("13-1", "no-such-day"),
        ("0-0", "no-such-day"),
        ("农历2025年腊月三十", "no-such-day"),
        ("农历1990年闰六月初一", "no-such-day"),
        ("闰正月初一", "no-such-day"),
        ("农历八月三十一", "no-such-day"),
        ("公历 1990-闰5-1", "no-such-day"),
        ("0001-01-01", "out-of-range"),
        ("2101-01-01", "out-of-range"),
        ("农历1899年正月初一", "out-of-range"),
    ],
)
def test_what_is_unclear_or_impossible_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_yearly_day(text)

    assert refused.value.fields["problem"] == problem


@given(st.text(max_size=30) | st.text("0123456789-/.年月日号农历闰初正腊十一二廿L ", max_size=14))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    with suppress(InvalidError):
        assert YearlyDay.from_plain(str(read_yearly_day(text))) == read_yearly_day(text)


@given(st.dates(date(1901, 1, 1), date(2100, 12, 31)))
def test_every_lunar_day_that_was_can_be_written_and_read(day: date) -> None:
    lunar = lunar_day(day)
    born = YearlyDay(
        year=lunar.year, month=lunar.month, day=lunar.day, is_lunar=True, is_leap=lunar.is_leap
    )

    assert read_yearly_day(str(born)) == born
