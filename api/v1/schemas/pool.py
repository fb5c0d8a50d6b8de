"""The public pool as it goes out: customers whom anybody may claim, and one's own caps."""

from __future__ import annotations

from marshmallow import fields

from api.v1.schemas.base import EnumText, Id, OneOf, Text
from api.v1.schemas.query import CommaList, PageQuery, as_of
from api.v1.schemas.rows import schema_of
from domain.grade import Grade
from domain.pool import Caps
from projections.pool import queries as pool

SORTS = tuple(sign + name for name in pool.ORDERS for sign in ("", "-"))

PoolCaps = schema_of(Caps)


class PoolCustomer(schema_of(pool.PoolRow)):  # type: ignore[misc]  # made from the row
    """A customer whom anybody may claim, as everybody sees him: masked (X19)."""

    former_owner_name = fields.String(required=True)


class PoolQuery(PageQuery):
    """Whom of the pool to list; several values of one parameter are alternatives."""

    as_of = as_of()
    sort = OneOf(
        SORTS,
        load_default="-pooled_at",
        metadata={"description": "What to sort by; with a minus, the other way round."},
    )
    grade = CommaList(EnumText(Grade), len(Grade))
    region = Text(100)
    industry = Text(100)
    former_owner_id = Id()
