"""The door for mail (来信邮箱): whoever receives it for us posts it here, signed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from flask import request
from marshmallow import Schema, fields
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from api.blueprints import Blueprint
from api.hourly_limits import seconds_to_the_next_hour
from api.problems import Problem
from api.public.intake_page import is_full, is_open, receive
from api.service import the_service
from api.v1.schemas.base import StrictSchema, Text
from domain.intake_item import LONGEST_TEXT, Letter
from domain.priority import ComplaintChannel

View = TypeVar("View", bound=Callable[..., Any])

MAIL_BYTES = 512 * 1024
"""The largest request with a mail."""

LONGEST_MAIL = 100_000
"""Characters of a mail that are looked at; fewer are kept."""

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")

blueprint = Blueprint("intake_mail", "intake_mail", description="来信邮箱 Mail intake")


class Mail(StrictSchema):
    """A mail as text; its `message_id` is the key under which it is taken in once."""

    message_id = Text(998, required=True, metadata={"example": "<20261128.4711@example.com>"})
    sender = Text(254, required=True, metadata={"description": "The address it came from."})
    name = Text(100)
    subject = Text(500)
    text = Text(LONGEST_MAIL, lines=True, required=True)


class Taken(Schema):
    """That the mail was taken in, now or before."""

    accepted = fields.Boolean(required=True)


def _signed(view: View) -> View:
    """Let a request in that the form's secret has signed; before anything reads its body."""

    @wraps(view)
    def verifying(*args: Any, **kwargs: Any) -> Any:
        request.max_content_length = MAIL_BYTES
        service, form_id = the_service(), kwargs["form_id"]
        headers = {name: request.headers.get(name, "") for name in HEADERS}
        webhook = Webhook(service.tickets.mail_secret(form_id))
        try:
            webhook.verify(request.get_data(cache=True), headers, json_parse=False)
        except (WebhookVerificationError, ValueError):
            raise Problem(401, "unauthenticated") from None
        if not is_open(service, form_id):
            raise Problem(401, "unauthenticated")
        return view(*args, **kwargs)

    return verifying  # type: ignore[return-value]  # the same signature


@blueprint.post("/intake/<uuid:form_id>/mail", needs=None)
@blueprint.shows(202, Taken)
@_signed
@blueprint.arguments(Mail)
def receive_mail(body: dict[str, Any], form_id: UUID) -> tuple[dict[str, Any], dict[str, str]]:
    """Take in a mail that was signed with the form's secret within the last five minutes."""
    service = the_service()
    if is_full(service, form_id):
        wait = {"Retry-After": str(seconds_to_the_next_hour(service.now()))}
        raise Problem(429, "too-many-requests", headers=wait)
    text = f"{body.get('subject', '')}\n{body['text']}".strip()
    letter = Letter(
        channel=ComplaintChannel.EMAIL,
        # What was cut off stands in the mail itself; refused, it would be sent again for ever.
        text=text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…",
        name=body.get("name", ""),
        email=body["sender"],
    )
    customer_id = service.read.intake.writes_from(body["sender"])
    receive(service, form_id, body["message_id"], letter, customer_id)
    return {"accepted": True}, {}
