"""The workload (工作量): what representatives did, by day or summed up."""

from __future__ import annotations

from api.v1.schemas.base import Id, LocalDate, StrictSchema
from api.v1.schemas.query import as_of
from api.v1.schemas.rows import schema_of
from projections.workload import queries

LONGEST_SPAN = 366
"""The most days that are told at once."""

WorkloadDay = schema_of(queries.WorkloadDay)
WorkloadTotal = schema_of(queries.WorkloadTotal)


class WorkloadQuery(StrictSchema):
    """Which days, both included, and whose; by default this month so far, of all in scope."""

    as_of = as_of()
    first_day = LocalDate()
    last_day = LocalDate()
    rep_id = Id()
