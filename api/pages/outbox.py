"""The outbox (发件箱): how messages ended, and those of unknown end to settle (D7)."""

from __future__ import annotations

from flask import Response

from api.pages.frame import names_of_customers, page_blueprint, read_query, show
from api.service import the_principal
from api.v1.backlog import backlog_page
from api.v1.schemas.backlog import MessagesQuery
from domain.access import Grant
from workers.backlog import MessageState

blueprint = page_blueprint("outbox")

STATES = (MessageState.UNKNOWN, MessageState.FAILED, MessageState.QUARANTINED, MessageState.OPEN,
          MessageState.SKIPPED, MessageState.SENT)  # fmt: skip
"""The states in the order in which somebody has to do something about them."""


@blueprint.get("/care/outbox")
def list_messages() -> Response:
    """Show the messages of the last 30 days that stand so; for administrators."""
    the_principal().require(Grant.ADMINISTER)
    query = read_query(MessagesQuery, state=MessageState.UNKNOWN)
    body, _ = backlog_page(query)
    wanted = [row.customer_id for row in body["items"] if row.customer_id]
    return show(
        "outbox.html",
        rows=body["items"],
        names=names_of_customers(wanted),
        next_cursor=body.get("next_cursor"),
        state=query["state"],
        states=STATES,
    )
