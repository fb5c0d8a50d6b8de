"""Reads the dates, numbers and phones that people type into sheets.

Each function takes the text of a cell and raises CellError with a sentence for the person who has
to mend it. What is not clear is refused, never guessed. Full-width digits and the apostrophe with
which Excel marks text are understood.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import date
from decimal import Decimal

from api.transfer.faults import CellError
from api.transfer.xlsx_sheet import excel_moment
from domain.calendars.written_days import read_yearly_day
from domain.errors import InvalidError

EARLIEST_YEAR = 1900
LATEST_YEAR = 2200
FIRST_SERIAL = 10_000
LAST_SERIAL = 73_415

_TIME = r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DATE = re.compile(rf"(\d{{4}})[-/.年] ?(\d{{1,2}})[-/.月] ?(\d{{1,2}})日?{_TIME}", re.ASCII)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_UNORDERED_DATE = re.compile(rf"\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{2}}|\d{{4}}){_TIME}", re.ASCII)
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,9})?", re.ASCII)
_CURRENCY = re.compile(r"^(?:RMB|CNY|USD|¥|\$|€)|(?:RMB|CNY|USD|元|圆)$", re.IGNORECASE)
_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+", re.ASCII)
_SEPARATORS = re.compile(r"[;,、/|\n]+")


def parse_date(text: str) -> date:
    """Return the day in `text`: 2026-11-22, 2026/11/22, 20261122, 2026年11月22日, or 46348.

    The last is the serial number that Excel leaves where a date lost its format (10000 to 73415,
    that is 1927 to 2100). A time of day behind the date is dropped.
    """
    plain = _folded(text)
    written = _DATE.fullmatch(plain) or _COMPACT_DATE.fullmatch(plain)
    if written:
        return _day(text, *map(int, written.groups()))
    if _SERIAL.fullmatch(plain) and FIRST_SERIAL <= float(plain) <= LAST_SERIAL:
        return excel_moment(float(plain)).date()
    if _UNORDERED_DATE.fullmatch(plain):
        raise CellError("cell-date-ambiguous", value=text)
    raise CellError("cell-not-date", value=text)


def parse_yearly_day(text: str) -> str:
    """Return a birthday or the like in its plain form: as people write it, or as Excel left it."""
    try:
        return str(read_yearly_day(_folded(text)))
    except InvalidError as error:
        problem = error.fields["problem"]
        if problem != "not-a-yearly-day":
            raise CellError(f"problem-{problem}", value=text) from error
    with suppress(CellError):
        return parse_date(text).isoformat()
    raise CellError("problem-not-a-yearly-day", value=text)


def parse_number(text: str) -> Decimal:
    """Return the exact number in `text`, without currency signs and thousands separators.

    Brackets mean a negative amount, as in accounting.
    """
    plain = _folded(text).replace(" ", "")
    sign = 1
    if plain.startswith("(") and plain.endswith(")"):
        sign, plain = -1, plain[1:-1]
    plain = _CURRENCY.sub("", plain)
    if not _NUMBER.fullmatch(plain):
        raise CellError("cell-not-number", value=text)
    return sign * Decimal(plain.replace(",", ""))


def parse_phones(text: str) -> tuple[str, ...]:
    """Return the phone numbers in `text` as written, separated by any of `; , 、 / |` or lines.

    Whether they are numbers that can be dialled is for the domain to say; a number that Excel has
    rounded to `1.38E+10` is refused here, because its digits are gone.
    """
    phones = split_list(_folded(text))
    for phone in phones:
        if _ROUNDED.fullmatch(phone):
            raise CellError("cell-phone-rounded", value=phone)
    return tuple(phone.removesuffix(".0") for phone in phones)


def split_list(text: str) -> tuple[str, ...]:
    """Return the entries of a list in one cell, each once, in their order."""
    entries = _SEPARATORS.split(text.replace("；", ";").replace("，", ","))
    return tuple(dict.fromkeys(entry.strip() for entry in entries if entry.strip()))


def _folded(text: str) -> str:
    """Return `text` with full-width characters made plain, without blanks and apostrophe."""
    return unicodedata.normalize("NFKC", text).strip().removeprefix("'").strip()


def _day(text: str, year: int, month: int, day: int) -> date:
    if EARLIEST_YEAR <= year <= LATEST_YEAR:
        try:
            return date(year, month, day)
        except ValueError:
            pass
    raise CellError("cell-not-date", value=text)
