"""What differs between two moments (前后对比): of a customer by field, of a list by row."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from api import representations
from api.as_of import (
    as_it_was,
    as_they_stood,
    asked_moment,
    may_take_time,
    required_moment,
    today_of,
)
from api.blueprints import Blueprint
from api.service import the_principal, the_service
from api.v1.customers import visible_customer
from api.v1.lists import listed
from api.v1.schemas import differences as schemas
from api.v1.schemas.rows import page_of
from domain.access import EVERYTHING, Grant
from domain.customer import Customer
from domain.errors import ForbiddenError
from projections.difference import (
    ALWAYS_DIFFERENT,
    LISTS,
    Change,
    Side,
    changes_between,
    differences,
)
from projections.moments import Moment
from projections.queries import Queries

blueprint = Blueprint("differences", "differences", description="前后对比 Differences")

Answer = tuple[Any, dict[str, str]]

_LIST = "<any({}):compared>".format(", ".join(LISTS))


@blueprint.get("/customers/<uuid:customer_id>/difference", needs=Grant.READ)
@blueprint.shows(200, schemas.Differences)
@blueprint.arguments(schemas.TwoMoments, location="query")
def compare_customer(query: dict[str, Any], customer_id: UUID) -> Answer:
    """Return what differs in a customer's file between two moments, field by field."""
    subject = visible_customer(customer_id)
    since, until = required_moment(query, "since"), asked_moment(query, "until")
    changes = customer_changes(subject, since, until)
    return {"changes": {name: asdict(change) for name, change in changes.items()}}, {}


def customer_changes(
    subject: Customer, since: Moment, until: Moment | None = None
) -> dict[str, Change]:
    """Return what differs in the file of `subject` between two moments; None is now."""
    before, after = (
        representations.customer(as_it_was(subject, moment, "customer"), today_of(moment))
        for moment in (since, until)
    )
    names = [name for name in after if name not in ALWAYS_DIFFERENT]
    return changes_between(before, after, names)


@blueprint.get(f"/differences/{_LIST}", needs=Grant.READ)
@may_take_time(blueprint)
@blueprint.shows(200, page_of(schemas.DifferentRow))
@blueprint.arguments(schemas.DifferencesQuery, location="query")
def compare_list(query: dict[str, Any], compared: str) -> Answer:
    """Return who came on a list, who went and what changed between two moments.

    For those who may see every customer.
    """
    if the_principal().visibility != EVERYTHING:
        raise ForbiddenError(needs="scope all", role=the_principal().role.value)
    chosen, database = LISTS[compared], the_service().read.database
    live = Queries(database, chosen.kind.name)
    since, until = required_moment(query, "since"), asked_moment(query, "until")
    (earlier,) = as_they_stood(since, (chosen.kind, live))
    (later,) = as_they_stood(until, (chosen.kind, live))
    return listed(
        query,
        tuple[UUID],
        lambda last, limit: differences(
            database,
            chosen,
            Side(earlier.schema, today_of(since)),
            Side(later.schema, today_of(until)),
            after=last[0] if last else None,
            limit=limit,
        ),
        lambda row: (row.id,),
    )
