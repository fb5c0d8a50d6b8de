"""The customer card (客户档案卡): what is known about a customer, normalised for comparison."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

import msgspec
import phonenumbers

from domain.calendars.written_days import read_yearly_day
from domain.errors import InvalidError
from domain.grade import DealStage, Demand, Importance, Outlook
from domain.money import require_currency
from domain.plain import from_plain, require_fields, to_plain

DEFAULT_REGION = "CN"
_MOBILE = re.compile(r"(?:\+86)?(1[3-9]\d{9})", re.ASCII)
_EXTENSION = re.compile(r"(?:转|分机|内线)\D{0,2}\d{1,6}$|(?<=\d{7})-\d{1,6}$", re.ASCII)
_LEGAL_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|集团有限公司|有限公司|集团公司|集团|公司"
    r"|co\.?,?ltd\.?|ltd\.?|inc\.?|corp\.?|llc|gmbh|company|limited)$"
)
_NOTHING = ("", (), None)
_NOT_IN_NAMES = re.compile(r"[\s\-_.,·、,。()（）\[\]【】'\"“”‘’&/\\]+")


LONGEST: Mapping[str, int] = {
    **dict.fromkeys(("name", "company", "product"), 200),
    "email": 254,
    "address": 500,
    **dict.fromkeys(("needs", "notes"), 4_000),
    **dict.fromkeys(("birthday", "company_day"), 40),
    **dict.fromkeys(("phones", "tags"), 50),
}
"""How many characters a field may have, by name; 100 where nothing is said.

Every door passes here, so whatever is stored fits into every list and index.
"""

MOST_VALUES = 50
"""How many phones or tags a customer may have."""

LAST_PLACE = 1_000_000
"""The last place on a route."""

YEARLY_DAYS = ("birthday", "company_day")
"""The fields of a card that are days of a year."""


class CardSource(StrEnum):
    """Where the data of a card comes from (R3)."""

    REP_VISIT = "rep_visit"
    CUSTOMER_FORM = "customer_form"
    SURVEY_AGENCY = "survey_agency"
    IMPORT = "import"
    OTHER = "other"


class Verification(StrEnum):
    """How far a card can be trusted: a form filled in by the customer has to be checked (R4)."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What identifies and reaches a customer; all of it is personal and stored encrypted (D12).

    `birthday` and `company_day` (公司周年日) return every year, each in its calendar: they are kept
    as `YearlyDay` writes them. What old events say otherwise is kept as it is, see
    `require_clear_days`.
    """

    name: str
    company: str = ""
    contact: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""
    wechat: str = ""
    address: str = ""
    birthday: str = ""
    company_day: str = ""
    needs: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        """Refuse a card without a name, and phones that are none."""
        if not self.name.strip():
            raise InvalidError(field="name", problem="required")
        _require_lengths(self)
        object.__setattr__(self, "phones", tuple(dict.fromkeys(map(phone_number, self.phones))))
        for name in YEARLY_DAYS:
            with suppress(InvalidError):
                object.__setattr__(self, name, _plain_day(getattr(self, name)))

    def require_clear_days(self, fields: Collection[str] = YEARLY_DAYS) -> None:
        """Raise InvalidError unless those of `fields` that are yearly days are clear.

        That is asked of everything new. A card is made without this rule, because one from before
        the rule may say anything.
        """
        for name in YEARLY_DAYS:
            if name not in fields:
                continue
            try:
                _plain_day(getattr(self, name))
            except InvalidError as error:
                raise InvalidError(**{**error.fields, "field": name}) from error

    def plain(self) -> dict[str, Any]:
        """Return the filled fields as plain values for an event."""
        return _filled(self)


CARD_FIELDS = tuple(f.name for f in fields(Card))


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """Where a customer stands on the axes that are not personal (R16-R26).

    `needed_by` is the date behind the urgency axis (X6), `expected_on` the day a deal is expected,
    which means present demand unless `demand` says otherwise.
    `industry`, `district`, `region`, `level` and `tags` are free values of the company (R22).
    """

    deal_stage: DealStage = DealStage.PROSPECT
    importance: Importance = Importance.ORDINARY
    demand: Demand | None = None
    needed_by: date | None = None
    expected_on: date | None = None
    industry: str = ""
    level: str = ""
    district: str = ""
    region: str = ""
    business_status: str = ""
    ownership_kind: str = ""
    outlet_kind: str = ""
    size: str = ""
    route: str = ""
    route_position: int | None = None
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Take a day a deal is expected on as the present demand it is; refuse what is too long."""
        _require_lengths(self)
        if self.route_position is not None and not 0 <= self.route_position <= LAST_PLACE:
            raise InvalidError(field="route_position", problem="out-of-range")
        if self.outlook is not None:
            object.__setattr__(self, "demand", self.outlook.demand)

    @property
    def outlook(self) -> Outlook | None:
        """What is expected of the customer, None when nothing is known."""
        return Outlook.stated(self.demand, self.expected_on)

    def plain(self) -> dict[str, Any]:
        """Return the filled fields as plain values for an event."""
        return _filled(self)


CLASSIFICATION_FIELDS = tuple(f.name for f in fields(Classification))


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One line of trade history (R7): what was bought, when, how many, for how much.

    `amount` is in `currency` (ISO 4217), counts for the whole line and is negative for a refund.
    `order_no` is the company's own number, if there is one. InvalidError when one makes no sense.
    """

    purchased_on: date
    product: str
    quantity: Decimal
    amount: Decimal
    currency: str = "CNY"
    order_no: str = ""

    def __post_init__(self) -> None:
        """Refuse a line without a product and figures that cannot be counted."""
        if not self.product.strip():
            raise InvalidError(field="product", problem="required")
        _require_lengths(self)
        if not (self.quantity.is_finite() and self.quantity > 0):
            raise InvalidError(field="quantity", problem="out-of-range")
        if not self.amount.is_finite():
            raise InvalidError(field="amount", problem="out-of-range")
        require_currency(self.currency)

    def plain(self) -> dict[str, Any]:
        """Return all fields as plain values for an event."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


R = TypeVar("R", Card, Classification)
T = TypeVar("T")


def _require_lengths(record: Card | Classification | Purchase) -> None:
    for name in record.__slots__:
        value = getattr(record, name)
        if not value or not isinstance(value, (str, tuple)):
            continue
        if isinstance(value, str):
            longest = len(value)
        elif len(value) > MOST_VALUES:
            raise InvalidError(field=name, problem="too-many", limit=MOST_VALUES)
        else:
            longest = max(map(len, value))
        limit = LONGEST.get(name, 100)
        if longest > limit:
            raise InvalidError(field=name, problem="too-long", limit=limit)


def _filled(record: Card | Classification) -> dict[str, Any]:
    plain = msgspec.to_builtins(record)
    return {n: list(v) if type(v) is tuple else v for n, v in plain.items() if v not in _NOTHING}


def phone_number(text: str) -> str:
    """Return a phone number in E.164 form, `+8613800138000`; InvalidError when it is none.

    A number without a country code is taken as Chinese. Full-width digits, spaces and dashes are
    understood. An extension is dropped, for it does not tell customers apart.
    """
    plain = _EXTENSION.sub("", unicodedata.normalize("NFKC", text).strip())
    if mobile := _MOBILE.fullmatch(re.sub(r"[\s\-()]", "", plain)):
        # Most numbers are these, and the general parser takes 50 times longer.
        return f"+86{mobile[1]}"
    try:
        number = phonenumbers.parse(plain, DEFAULT_REGION)
    except phonenumbers.NumberParseException as error:
        raise InvalidError(field="phones", problem="not-a-phone-number", value=text) from error
    if not phonenumbers.is_possible_number(number):
        raise InvalidError(field="phones", problem="not-a-phone-number", value=text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _plain_day(text: str) -> str:
    return str(read_yearly_day(text)) if text else ""


def company_key(name: str) -> str:
    """Return a company name as it is compared: without case, width, punctuation and legal form."""
    folded = _NOT_IN_NAMES.sub("", unicodedata.normalize("NFKC", name).casefold())
    return _LEGAL_FORMS.sub("", folded) or folded


def corrected(record: R, changes: Mapping[str, Any]) -> R:
    """Return `record` with `changes`; None clears a field.

    InvalidError names a field that there is not, or whose value does not fit.
    """
    require_fields(type(record), changes)
    wanted = {**to_plain(record), **to_plain(changes)}
    return from_plain(type(record), {n: value for n, value in wanted.items() if value is not None})


def differences(old: T, new: T) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the plain values of all fields that differ, before and after; an empty one is kept."""
    before, after = to_plain(old), to_plain(new)
    names = [name for name, value in after.items() if value != before[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}
