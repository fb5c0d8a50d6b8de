"""The page of an intake form (留言页): anybody may write, and learns nothing about anybody.

Rendered on the server, without a script or a cookie. Whoever wrote is told that it was received,
whether he is known or not, and whether what he wrote was kept or was the work of a program.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import structlog
from flask import Response, render_template, request, send_from_directory

from api.blueprints import Blueprint
from api.characters import composed, forbidden_in
from api.hourly_limits import seconds_to_the_next_hour, subscriber
from api.intake_tickets import Ticket, Use
from api.messages import Language
from api.problems import request_language
from api.request_id import request_id
from api.service import Service, the_service
from api.texts.intake import PAGE_WORDS
from domain.access import Principal
from domain.aftercare_commands import ReceiveMessage
from domain.errors import InvalidError
from domain.ids import new_id
from domain.intake_form import IntakeForm
from domain.intake_item import Letter
from domain.priority import ComplaintChannel
from domain.provenance import Provenance
from projections.intents import CAME_IN_THROUGH

PAGE_HOLDS = timedelta(hours=12)
LONGEST_TEXT = 4_000

INTAKE = Principal.system("intake")

POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
"""Content-Security-Policy of the page: our own style sheet, and a form that comes back to us."""

_FIELDS = ("text", "name", "phone", "email")
_HTML = {"schema": {"type": "string"}, "content_type": "text/html"}
_BODY = {
    "requestBody": {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {
                        **{name: {"type": "string"} for name in ("ticket", *_FIELDS)},
                        "complaint": {"type": "string", "enum": ["yes"]},
                        "website": {"type": "string", "description": "Left empty by people."},
                    },
                }
            }
        }
    }
}

_QUERY = {
    "parameters": [
        {
            "in": "query",
            "name": "c",
            "description": "The ticket of a customer's own link.",
            "schema": {"type": "string"},
        },
        {
            "in": "query",
            "name": "lang",
            "description": "Else the language of Accept-Language.",
            "schema": {"type": "string", "enum": ["zh", "en"]},
        },
    ]
}

blueprint = Blueprint("intake_page", "intake_page", description="留言页 Public intake")


@blueprint.get("/intake/<uuid:form_id>", needs=None)
@blueprint.doc(**_QUERY)
@blueprint.alt_response(404, **_HTML)
@blueprint.alt_response(200, success=True, **_HTML)
def show_form(form_id: UUID) -> Response:
    """Show the page on which somebody may write; `c` is a customer's own link."""
    service = the_service()
    if not is_open(service, form_id):
        return _page(404, "unknown")
    link = service.tickets.read(request.args.get("c", ""), Use.LINK, form_id, service.now())
    return _page(200, ticket=_fresh(service, form_id, link))


@blueprint.post("/intake/<uuid:form_id>", needs=None)
@blueprint.doc(**_BODY)
@blueprint.alt_response(429, **_HTML)
@blueprint.alt_response(422, **_HTML)
@blueprint.alt_response(404, **_HTML)
@blueprint.alt_response(202, success=True, **_HTML)
def send_message(form_id: UUID) -> Response:
    """Take in what somebody wrote; the answer does not tell whether we know him."""
    service = the_service()
    typed = {name: _clean(request.form.get(name, "")) for name in _FIELDS}
    # Addresses first, so that nobody can fill the counters with forms that there are not.
    if comes_too_often(service, request.remote_addr):
        return _too_often(service)
    if not is_open(service, form_id):
        return _page(404, "unknown")
    if is_full(service, form_id):
        return _too_often(service)
    if request.form.get("website"):
        structlog.get_logger().info("intake-program", request_id=request_id())
        return _page(202, "accepted")
    now = service.now()
    ticket = service.tickets.read(request.form.get("ticket", ""), Use.PAGE, form_id, now)
    problem = _problem(typed) if ticket else "expired"
    if ticket is None or problem:
        return _page(422, problem, typed=typed, ticket=_fresh(service, form_id, ticket))
    letter = Letter(
        channel=ComplaintChannel.ONLINE,
        is_complaint=request.form.get("complaint") == "yes",
        **typed,
    )
    receive(service, form_id, ticket.key, letter, ticket.customer_id)
    return _page(202, "accepted")


@blueprint.get("/intake/style.css", needs=None)
@blueprint.alt_response(200, schema={"type": "string"}, content_type="text/css", success=True)
def style() -> Response:
    """Return the style sheet of the page."""
    folder = Path(__file__).parents[1] / "static" / "intake"
    return send_from_directory(folder, "style.css", max_age=86_400)


def receive(
    service: Service, form_id: UUID, key: str, letter: Letter, customer_id: UUID | None = None
) -> None:
    """Take a message in, once under its key."""
    command = ReceiveMessage(form_id=form_id, key=key, letter=letter, customer_id=customer_id)
    provenance = Provenance(
        principal=INTAKE, at=service.now(), through=CAME_IN_THROUGH, correlation=new_id()
    )
    service.read.care.execute(command, provenance)


def is_open(service: Service, form_id: UUID) -> bool:
    """Tell whether a form takes messages."""
    form = service.read.log.get(form_id)
    return isinstance(form, IntakeForm) and form.is_open


def comes_too_often(service: Service, address: str | None) -> bool:
    """Count a message from an address; tell whether it has sent too many within the hour."""
    key, most = f"address/{subscriber(address)}", service.intake_limits.per_address
    return service.hourly.is_exceeded(key, most, service.now())


def is_full(service: Service, form_id: UUID) -> bool:
    """Count a message for a form; tell whether it has had too many within the hour."""
    most = service.intake_limits.per_form
    return service.hourly.is_exceeded(f"form/{form_id}", most, service.now())


def _too_often(service: Service) -> Response:
    response = _page(429, "often")
    response.headers["Retry-After"] = str(seconds_to_the_next_hour(service.now()))
    return response


def _problem(typed: Mapping[str, Any]) -> str:
    """Return what is wrong with what was typed, nothing if all is well."""
    if not typed["text"].strip():
        return "blank"
    if any(forbidden_in(text) for text in typed.values()):
        return "character"
    try:
        Letter(channel=ComplaintChannel.ONLINE, **typed)
    except InvalidError:
        return "long"
    return "long" if len(typed["text"]) > LONGEST_TEXT else ""


def _fresh(service: Service, form_id: UUID, known: Ticket | None) -> tuple[str, bool]:
    """Return a ticket for the page, and whether it has to ask who writes."""
    customer_id = known.customer_id if known else None
    ticket = Ticket.fresh(Use.PAGE, customer_id, service.now() + PAGE_HOLDS)
    return service.tickets.seal(ticket, form_id), customer_id is None


def _page(
    status: int,
    notice: str = "",
    *,
    typed: Mapping[str, str] | None = None,
    ticket: tuple[str, bool] | None = None,
) -> Response:
    language = _language()
    side = 0 if language is Language.CHINESE else 1
    words = {name: pair[side] for name, pair in PAGE_WORDS.items()}
    sealed, asks_who = ticket or ("", False)
    other = "en" if language is Language.CHINESE else "zh"
    query = {**request.args.to_dict(), "lang": other}
    text = render_template(
        "intake.html",
        language=language,
        words=SimpleNamespace(**words),
        notice=words[notice] if notice else "",
        is_done=status < 400,  # noqa: PLR2004 - refusals begin there
        ticket=sealed,
        asks_who=asks_who,
        typed={"complaint": request.form.get("complaint"), **(typed or dict.fromkeys(_FIELDS, ""))},
        other_query=urlencode(query),
    )
    response = Response(text, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Content-Language"] = language.value
    response.vary.add("Accept-Language")
    return response


def _language() -> Language:
    chosen = {"zh": Language.CHINESE, "en": Language.ENGLISH}.get(request.args.get("lang", ""))
    return chosen or request_language()


def _clean(text: str) -> str:
    return composed(text.replace("\r\n", "\n").replace("\r", "\n"))
