"""The one-time link by which a person fetches what is held about him (查阅个人信息).

The link opens a page with a button, because programs that look at mail open every link in it; only
the button uses it up. What it brings is made at that moment and stored nowhere.
"""

from __future__ import annotations

import io
from uuid import UUID

from flask import Response, render_template

from api.blueprints import Blueprint
from api.intake_tickets import NIL, Ticket, Use
from api.messages import Language
from api.problems import request_language
from api.request_id import request_id
from api.service import the_service
from api.subject.export import write_export
from api.texts.subject import SUBJECT_TEXTS
from domain.access import Principal
from domain.access_record import AccessKind
from domain.commands import RecordAccess
from domain.customer import Customer
from domain.provenance import Provenance

POLICY = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
PERSON = Principal.system("subject")

_HTML = {"schema": {"type": "string"}, "content_type": "text/html"}
_ZIP = {"schema": {"type": "string", "format": "binary"}, "content_type": "application/zip"}

blueprint = Blueprint("subject_page", "subject_page", description="查阅个人信息 Subject access")


@blueprint.get("/subject/<ticket>", needs=None)
@blueprint.alt_response(410, **_HTML)
@blueprint.alt_response(200, success=True, **_HTML)
def show_subject_link(ticket: str) -> Response:
    """Show the button that uses the link up."""
    is_open = _customer_of(_read(ticket)) is not None
    return _page(is_open=is_open)


@blueprint.post("/subject/<ticket>", needs=None)
@blueprint.alt_response(410, **_HTML)
@blueprint.alt_response(200, success=True, **_ZIP)
def take_subject_export(ticket: str) -> Response:
    """Hand everything out that is held about the person, once."""
    service, read_ticket = the_service(), _read(ticket)
    customer = _customer_of(read_ticket)
    if customer is None or read_ticket is None:
        return _page(is_open=False)
    command = RecordAccess(customer_id=customer.id, access=AccessKind.SUBJECT, once=read_ticket.key)
    provenance = Provenance(
        principal=PERSON, at=service.now(), through="page", correlation=UUID(request_id())
    )
    if not service.read.care.execute(command, provenance).position:
        return _page(is_open=False)
    made = io.BytesIO()
    write_export(service.read, customer, service.now(), made)
    headers = {
        "Content-Disposition": f'attachment; filename="kezhi-{customer.id}.zip"',
        "Cache-Control": "no-store",
    }
    return Response(made.getvalue(), content_type="application/zip", headers=headers)


def _read(ticket: str) -> Ticket | None:
    service = the_service()
    return service.tickets.read(ticket, Use.SUBJECT, NIL, service.now())


def _customer_of(ticket: Ticket | None) -> Customer | None:
    """Return whose link it is; None for one that is no link, or of somebody who was erased."""
    if ticket is None or ticket.customer_id is None:
        return None
    customer = the_service().read.log.get(ticket.customer_id)
    known = isinstance(customer, Customer) and customer.erased_on is None
    return customer if known else None


def _page(*, is_open: bool) -> Response:
    language = request_language()
    side = 0 if language is Language.CHINESE else 1
    words = {name: texts[side] for name, texts in SUBJECT_TEXTS.items()}
    shown = render_template(
        "subject_link.html", language=language.value, words=words, is_open=is_open
    )
    response = Response(shown, 200 if is_open else 410, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
