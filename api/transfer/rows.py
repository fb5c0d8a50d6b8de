"""Turns the texts of a row into the command that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
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
    card = {name: texts[name] for name in _CARD_TEXTS if name in texts}
    card.setdefault("name", card.get("contact") or card.get("company", ""))
    phones = cells.read("phones", parse_phones, ())
    days = {name: cells.read(name, parse_yearly_day, "") for name in YEARLY_DAYS}
    grade = cells.read("grade", _grade, None)
    promised_on = cells.read("promised_on", parse_date, None)
    owners = [
        cells.read(field, lambda text: _rep(directory, text), None)
        for field in ("owner", "second_owner")
    ]
    tags = split_list(texts.get("tags", ""))
    cells.check()
    try:
        return commands.RegisterCustomer(
            card=Card(**card, phones=phones, **days),
            classification=Classification(
                industry=texts.get("industry", ""),
                district=texts.get("district", ""),
                region=texts.get("region", ""),
                tags=tags,
            ),
            source=_SOURCES.get(texts.get("source", ""), CardSource.IMPORT),
            owner_id=owners[0],
            second_owner_id=owners[1],
            grade=grade,
            reference=texts.get("reference", ""),
            promised_on=promised_on,
        )
    except CareError as error:
        raise RowFaults([refusal_fault(error, header_of)]) from error


def purchase_command(
    texts: Mapping[str, str],
    header_of: Callable[[str], str],
    customer_ids: Mapping[str, UUID],
) -> commands.RecordPurchase:
    """Return the purchase that a row stands for; RowFaults says why not."""
    cells = _Cells(texts, header_of)
    customer_id = cells.read("customer", lambda text: _customer(customer_ids, text), None)
    purchased_on = cells.read("purchased_on", parse_date, None)
    amount = cells.read("amount", parse_number, None)
    quantity = cells.read("quantity", parse_number, Decimal(1))
    for field, value in (
        ("customer", customer_id), ("purchased_on", purchased_on), ("amount", amount)
    ):  # fmt: skip
        if value is None and field not in texts:
            cells.faults.append(Fault(Phrase("field-required"), header_of(field)))
    cells.check()
    assert customer_id is not None and purchased_on is not None and amount is not None  # noqa: S101, PT018 - checked above
    try:
        purchase = Purchase(
            purchased_on=purchased_on,
            product=texts.get("product", ""),
            quantity=quantity,
            amount=amount,
            currency=texts.get("currency", "CNY").upper(),
            order_no=texts.get("order_no", ""),
        )
    except CareError as error:
        raise RowFaults([refusal_fault(error, header_of)]) from error
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

    def check(self) -> None:
        """Raise RowFaults if any cell was faulty."""
        if self.faults:
            raise RowFaults(self.faults)


def _grade(text: str) -> Grade:
    letter = text.strip().upper().removesuffix("级").strip()
    if letter not in Grade.__members__:
        raise CellError("field-not-choice", choices=list(Grade))
    return Grade[letter]


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
