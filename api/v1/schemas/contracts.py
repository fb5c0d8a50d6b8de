"""Contracts, payments and receivables as they come in and go out (R13, R67)."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.v1.schemas.base import DecimalText, EnumText, Id, ListOf, LocalDate, StrictSchema, Text
from api.v1.schemas.customers import REASON
from api.v1.schemas.query import PageQuery, QueryFlag
from api.v1.schemas.rows import schema_of
from domain.contract import LONGEST_NUMBER, LONGEST_TITLE, MOST_INSTALMENTS, ContractState
from projections.contracts import queries as contracts

HIGHEST = 10**12


class NewInstalment(StrictSchema):
    """A part of the amount and the day it is due."""

    due_on = LocalDate(required=True)
    amount = DecimalText(required=True)


class NewContract(StrictSchema):
    """A contract (合同) under a number that no other has; the instalments add up to the amount.

    Without `responsible_id` the customer's owner sees to the payments.
    """

    customer_id = Id(required=True)
    number = Text(LONGEST_NUMBER, required=True, metadata={"example": "HT-2026-018"})
    title = Text(LONGEST_TITLE)
    amount = DecimalText(required=True, metadata={"example": "3000.00"})
    currency = Text(3, load_default="CNY")
    signed_on = LocalDate(required=True)
    responsible_id = Id()
    instalments = ListOf(fields.Nested(NewInstalment), MOST_INSTALMENTS, minimum=1, required=True)
    reason = Text(500, metadata=REASON)


class NewPayment(StrictSchema):
    """Money that came in (收款); the earliest instalments are settled first.

    A negative amount takes a payment back and needs a reason. Without `received_on` it was today.
    """

    amount = DecimalText(-HIGHEST, required=True)
    received_on = LocalDate()
    note = Text(500, metadata={"description": "For example the number of the bank's slip."})
    reason = Text(500, metadata=REASON)


class NewResponsible(StrictSchema):
    """Who sees to the payments from now on (催款责任人)."""

    responsible_id = Id(required=True)
    reason = Text(500, metadata=REASON)


class ContractClosing(StrictSchema):
    """The end of a contract; what is still owed is written off, which needs a reason."""

    reason = Text(500, metadata=REASON)


class Instalment(Schema):
    """A part of the amount; `paid` of it has come in."""

    number = fields.Integer(required=True)
    due_on = fields.Date(required=True)
    amount = DecimalText(required=True)
    paid = DecimalText(required=True)


class Contract(Schema):
    """A contract as it stands; `version` is the ETag of the next step."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    customer_id = fields.UUID(required=True)
    responsible_id = fields.UUID(required=True)
    number = fields.String(required=True)
    title = fields.String(required=True)
    amount = DecimalText(required=True)
    paid = DecimalText(required=True)
    outstanding = DecimalText(required=True)
    currency = fields.String(required=True)
    signed_on = fields.Date(required=True)
    state = EnumText(ContractState, required=True)
    instalments = fields.List(fields.Nested(Instalment), required=True)


ContractRow = schema_of(contracts.ContractRow)
ReceivableRow = schema_of(contracts.ReceivableRow)
ReceivableTotal = schema_of(contracts.ReceivableTotal)


class ContractQuery(PageQuery):
    """Which contracts to list, the newest first."""

    state = EnumText(ContractState)
    customer_id = Id()
    responsible_id = Id()
    number = Text(LONGEST_NUMBER, metadata={"description": "The whole number, in any case."})


class TotalsQuery(StrictSchema):
    """Which instalments to sum up."""

    due_before = LocalDate()
    overdue = QueryFlag(
        load_default=False, metadata={"description": "Only what was due before today."}
    )
    customer_id = Id()
    responsible_id = Id()


class ReceivablesQuery(TotalsQuery, PageQuery):
    """Which instalments to list, the longest due first."""
