"""The roster (花名册): which customers to list, in which order, with which columns."""

from __future__ import annotations

from dataclasses import fields as fields_of

from api.transfer.exporting import SheetFormat
from api.v1.schemas.base import EnumText, Id, LocalDate, OneOf, StrictSchema, Text
from api.v1.schemas.query import CommaList, PageQuery, QueryFlag, as_of
from api.v1.schemas.rows import schema_of
from domain.card import CardSource, Verification
from domain.grade import DealStage, Demand, Grade, Importance
from projections.roster import queries as roster

ALWAYS = ("customer_id", "version")
"""What every row shows, whatever `fields` asks for: which customer, and his If-Match."""

INTERNAL = ("name_order", "company_order")

COLUMNS = tuple(
    each.name for each in fields_of(roster.RosterRow) if each.name not in (*ALWAYS, *INTERNAL)
)

SORTS = tuple(sign + name for name in roster.ORDERS for sign in ("", "-"))
RosterRow = schema_of(roster.RosterRow, without=INTERNAL, always=ALWAYS)


class RosterSelection(StrictSchema):
    """Which customers, in which order; several values of one parameter are alternatives."""

    sort = OneOf(
        SORTS,
        load_default="due_on",
        metadata={"description": "What to sort by; with a minus, the other way round."},
    )
    columns = CommaList(
        OneOf(COLUMNS),
        len(COLUMNS),
        data_key="fields",
        metadata={"description": "Which fields to show besides customer_id and version."},
    )
    grade = CommaList(EnumText(Grade), len(Grade))
    owner_id = Id()
    deal_stage = EnumText(DealStage)
    importance = EnumText(Importance)
    demand = EnumText(Demand)
    industry = Text(100)
    district = Text(100)
    region = Text(100)
    tag = Text(50)
    source = EnumText(CardSource)
    verification = EnumText(Verification)
    due_before = LocalDate()
    due_after = LocalDate()
    last_contact_before = LocalDate()
    last_contact_after = LocalDate()
    registered_before = LocalDate()
    registered_after = LocalDate()
    flagged = QueryFlag(
        metadata={"description": "Those whose follow-up stayed undone to the top of the ladder."}
    )


class RosterQuery(PageQuery, RosterSelection):
    """Which customers to list; several values of one parameter are alternatives."""

    as_of = as_of()


class ExportRequest(StrictSchema):
    """Why customers are taken out of the house, and as what kind of file."""

    reason = Text(500, required=True, metadata={"description": "Kept with every customer in it."})
    format = EnumText(SheetFormat, load_default=SheetFormat.XLSX)
