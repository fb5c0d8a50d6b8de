"""The outbox (发件箱): how messages ended, those to settle, and all that was set aside (D7)."""

from __future__ import annotations

from flask import Response

from api.pages.frame import names_of_customers, page_blueprint, read_query, show
from api.service import the_principal, the_service
from api.v1.backlog import backlog_page
from api.v1.schemas.backlog import MessagesQuery
from domain.access import Grant
from workers.backlog import MessageState, ObligationState, OwedRow

blueprint = page_blueprint("outbox")

STATES = (MessageState.UNKNOWN, MessageState.FAILED, MessageState.QUARANTINED, MessageState.OPEN,
          MessageState.SKIPPED, MessageState.SENT)  # fmt: skip
"""The states in the order in which somebody has to do something about them."""

CAN_BE_DROPPED = ("import", "trial")
"""What nobody owes to a customer."""


@blueprint.get("/care/outbox")
def list_messages() -> Response:
    """Show the messages of the last 30 days that stand so; for administrators.

    Above those that were set aside stands whatever else was.
    """
    the_principal().require(Grant.ADMINISTER)
    query = read_query(MessagesQuery, state=MessageState.UNKNOWN)
    body, _ = backlog_page(query)
    is_first = query["state"] == MessageState.QUARANTINED and "cursor" not in query
    aside = _set_aside() if is_first else []
    wanted = [row.customer_id for row in (*aside, *body["items"]) if row.customer_id]
    return show(
        "outbox.html",
        rows=body["items"],
        aside=aside,
        can_be_dropped=CAN_BE_DROPPED,
        names=names_of_customers(wanted),
        next_cursor=body.get("next_cursor"),
        state=query["state"],
        states=STATES,
    )


def _set_aside() -> list[OwedRow]:
    service = the_service()
    return service.backlog.obligations(ObligationState.QUARANTINED, service.now())
