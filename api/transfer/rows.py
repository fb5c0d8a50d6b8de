"""Turns the texts of a row into the command that it stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from api.messages import CATALOGUE, Phrase
from api.texts.names import NAMES
from api.transfer.cells import (
    parse_date,
    parse_number,
    parse_phones,
    parse_yearly_day,
    split_list,
)
from api.transfer.faults import CellError, Fault
from domain import commands
from domain.card import YEARLY_DAYS, Card, CardSource, Classification, Purchase
from domain.errors import CareError
from domain.grade import Grade

_CARD_TEXTS = ("name", "company", "contact", "email", "wechat", "address", "needs", "notes")
_AXES = ("industry", "district", "region")
_GRADE = re.compile(r"([A-E]) ?[级类]?(?:客户)?")
_TOTALS = frozenset({"合计", "总计", "小计", "共计", "total", "totals", "sum", "subtotal"})
_SOURCES = {
    text: source for source in CardSource for text in (source.value, *NAMES.get(source.value, ()))
}


class Directory(Protocol):
    """Who and what a sheet may name: representatives by login or name, customers by reference."""

    def rep_id(self, text: str) -> UUID | None:
        """Return a representative, None when nobody or more than one is called so."""
        ...

    def customer_ids(self, references: Iterable[str]) -> Mapping[str, UUID]:
        """Return the customers with these references."""
        ...


class RowFaults(Exception):  # noqa: N818 - a row may have several
    """The row stands for no command; `faults` say why."""

    def __init__(self, faults: list[Fault]) -> None:
        """Keep what is wrong."""
        super().__init__(faults)
        self.faults = faults


def customer_command(
    texts: Mapping[str, str], header_of: Callable[[str], str], directory: Directory
) -> commands.RegisterCustomer:
    """Return the registration that a row of customers stands for; RowFaults says why not."""
    cells = _Cells(texts, header_of)
    named = {name: texts[name] for name in _CARD_TEXTS if name in texts}
    named.setdefault("name", named.get("contact") or named.get("company", ""))
    if named["name"].rstrip(":：").casefold() in _TOTALS:
        cells.faults.append(Fault(Phrase("row-totals")))
    phones = cells.read("phones", parse_phones, ())
    days = {name: cells.read(name, parse_yearly_day, "") for name in YEARLY_DAYS}
    grade = cells.read("grade", _grade, None)
    promised_on = cells.read("promised_on", parse_date, None)
    owners = [
        cells.read(field, lambda text: _rep(directory, text), None)
        for field in ("owner", "second_owner")
    ]
    axes = {name: texts[name] for name in _AXES if name in texts}
    tags = split_list(texts.get("tags", ""))
    card = cells.make(Card, **named, phones=phones, **days)
    classification = cells.make(Classification, **axes, tags=tags)
    cells.check()
    return commands.RegisterCustomer(
        card=card,
        classification=classification,
        source=_SOURCES.get(texts.get("source", ""), CardSource.IMPORT),
        owner_id=owners[0],
        second_owner_id=owners[1],
        grade=grade,
        reference=texts.get("reference", ""),
        promised_on=promised_on,
    )


def purchase_command(
    texts: Mapping[str, str],
    header_of: Callable[[str], str],
    customer_ids: Mapping[str, UUID],
) -> commands.RecordPurchase:
    """Return the purchase that a row stands for; RowFaults says why not."""
    cells = _Cells(texts, header_of)
    for field in ("customer", "purchased_on", "amount"):
        if field not in texts:
            cells.faults.append(Fault(Phrase("field-required"), header_of(field)))
    customer_id = cells.read("customer", lambda text: _customer(customer_ids, text), None)
    purchase = cells.make(
        Purchase,
        # Where a cell is at fault something stands in, so that the other faults are found too.
        purchased_on=cells.read("purchased_on", parse_date, date.min),
        product=texts.get("product", ""),
        quantity=cells.read("quantity", parse_number, Decimal(1)),
        amount=cells.read("amount", parse_number, Decimal(0)),
        currency=texts.get("currency", "CNY").upper(),
        order_no=texts.get("order_no", ""),
    )
    cells.check()
    return commands.RecordPurchase(customer_id=customer_id, purchase=purchase)


def refusal_fault(error: CareError, header_of: Callable[[str], str]) -> Fault:
    """Return what the domain refused as a fault of the row."""
    column = error.fields.get("field")
    told = {key: value for key, value in error.fields.items() if key != "customer_id"}
    problem = f"problem-{told.get('problem')}"
    code = problem if problem in CATALOGUE else error.code
    return Fault(Phrase(code, **told), header_of(str(column)) if column else None)


class _Cells:
    """Reads the cells of a row and collects what is wrong with any of them."""

    def __init__(self, texts: Mapping[str, str], header_of: Callable[[str], str]) -> None:
        self.faults: list[Fault] = []
        self._texts = texts
        self._header_of = header_of

    def read(self, field: str, parse: Callable[[str], Any], default: Any) -> Any:
        """Return what `parse` makes of a cell, `default` for a blank or a faulty one."""
        text = self._texts.get(field)
        if not text:
            return default
        try:
            return parse(text)
        except CellError as error:
            self.faults.append(Fault(error.message, self._header_of(field)))
            return default

    def make(self, kind: type[Any], **values: Any) -> Any:
        """Return the `kind` that the cells stand for; None when the domain refuses it."""
        try:
            return kind(**values)
        except CareError as error:
            self.faults.append(refusal_fault(error, self._header_of))
            return None

    def check(self) -> None:
        """Raise RowFaults if any cell was faulty."""
        if self.faults:
            raise RowFaults(self.faults)


@lru_cache(maxsize=64)
def _grade(text: str) -> Grade:
    written = _GRADE.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    if written is None:
        raise CellError("field-not-choice", choices=list(Grade))
    return Grade(written[1])


def _rep(directory: Directory, text: str) -> UUID:
    rep_id = directory.rep_id(text)
    if rep_id is None:
        raise CellError("cell-unknown-rep", value=text)
    return rep_id


def _customer(customer_ids: Mapping[str, UUID], text: str) -> UUID:
    customer_id = customer_ids.get(text)
    if customer_id is None:
        raise CellError("cell-unknown-customer", value=text)
    return customer_id
