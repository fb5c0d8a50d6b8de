"""What every page stands in: who looks at it, its language, and how refusals look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from marshmallow import Schema, ValidationError
from werkzeug.wrappers import Response as WsgiResponse

from api.browsers import POSITION_COOKIE, principal_of_browser
from api.messages import Language
from api.own_writes import wait_for_own_write
from api.pages.files import address_of
from api.pages.tables import labelled
from api.pages.wording import Wording
from api.people_names import People
from api.problems import PROBLEM_CONTENT_TYPE, Problem, field_problems, request_language
from api.security_headers import PAGE_POLICY
from api.service import the_service
from api.sessions import Preferences
from api.shortcuts import keys_of
from domain.access import Grant
from domain.customer import Customer

CARE = ("greetings", "campaigns", "activities", "outbox")
"""The pages of care (关怀), in their order."""

NAVIGATION = {
    "today": "today_page.list_due",
    "roster": "roster_page.list_customers",
    "pool": "pool_page.list_pool",
    "complaints": "complaints_page.list_complaints",
    "care": "greetings_page.list_greetings",
    "workload": "workload_page.show_workload",
    "audit": "audit_page.show_audit",
}
"""The pages that stand in the navigation, each with its first view."""

SECTIONS = (
    {"customer": "roster", "transfer": "roster"}
    | dict.fromkeys(CARE, "care")
    | {"people": "settings"}
)
"""Where in the navigation pages belong that do not stand there themselves."""

frame = Blueprint("frame", __name__)
"""The way to the first page."""


def page_blueprint(name: str) -> Blueprint:
    """Return a blueprint whose pages are for whoever is signed in and may read."""
    blueprint = Blueprint(f"{name}_page", __name__)
    blueprint.before_request(_require_reader)
    return blueprint


def _require_reader() -> WsgiResponse | None:
    service = the_service()
    try:
        principal = principal_of_browser(service)
    except Problem as problem:
        if problem.status != 401:  # noqa: PLR2004 - a token that was good when he signed in
            raise
        principal = None
    if principal is None:
        here = request.full_path.rstrip("?")
        return redirect(url_for("sign_in.ask", next=here if request.method == "GET" else "/"))
    g.principal = principal
    choose_language(g.session.preferences)
    principal.require(Grant.READ)
    wait_for_own_write(service, request.cookies.get(POSITION_COOKIE, ""))
    g.unread = service.read.inbox.unread_count(principal.id) if principal.id else 0
    return None


def choose_language(preferences: Preferences) -> None:
    """Let everything of this request speak the language that somebody prefers."""
    g.language = preferences.language or request_language().value


def the_wording() -> Wording:
    """Return how this request is answered in words."""
    if "wording" not in g:
        service = the_service()
        preferences = g.session.preferences if "session" in g else Preferences()
        calendar = service.read.care.book().calendar
        zone = ZoneInfo(preferences.zone) if preferences.zone else calendar.tz
        g.wording = Wording(request_language(), zone, service.today())
    wording: Wording = g.wording
    return wording


def the_people() -> People:
    """Return the names of colleagues, looked up once per page."""
    if "people" not in g:
        g.people = People(the_service().read.people, request_language())
    people: People = g.people
    return people


def names_of_customers(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what customers are called, company before name; who was erased is not in it."""
    found = the_service().read.log.get_many(list(ids))
    return {
        key: customer.card.get("company") or customer.card.get("name") or ""
        for key, customer in found.items()
        if isinstance(customer, Customer)
    }


def read_query(schema: type[Schema], **defaults: str) -> dict[str, Any]:
    """Return what the address of a page asks for; a 422 Problem for what the API refuses too.

    Empty values are what an empty field of a form sends, and count as left out.
    """
    given = {name: value for name, value in request.args.items() if value}
    try:
        loaded: dict[str, Any] = schema().load(defaults | given)
    except ValidationError as error:
        raise Problem(422, "invalid", errors=field_problems(error.messages, "query")) from error
    return loaded


def show(template: str, status: int = 200, **values: Any) -> Response:
    """Return the page of `template`, or the fragment when its name begins with an underscore."""
    wording = the_wording()
    text = render_template(f"pages/{template}", **_helpers(wording), **values)
    response = Response(text, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    response.headers["Content-Language"] = wording.language.value
    # With no referrer at all a form that is sent would not say where it comes from either.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def address_with(**changes: object) -> str:
    """Return the address of this page with other filters, from its first row on; None drops one."""
    query = {**request.args.to_dict(), **changes, "cursor": changes.get("cursor")}
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def _helpers(wording: Wording) -> dict[str, Any]:
    session = g.get("session")
    principal, moment = g.get("principal"), g.get("moment")
    preferences = session.preferences if session else Preferences()
    keys = keys_of(preferences.own_keys)
    return {
        "t": wording.text,
        "n": wording.count,
        "w": wording.word,
        "wording": wording,
        "name_of": the_people().name,
        "asset": address_of,
        "labelled": labelled,
        "address_with": address_with,
        "navigation": _navigation(),
        "section": _section(),
        "unread": g.get("unread", 0),
        "session": session,
        "principal": principal,
        "may_write": principal is not None and Grant.WRITE in principal.grants and not moment,
        "moment": moment,
        "now": the_service().today(),
        "as_of": request.args.get("as_of") if moment else None,
        "actor": the_people().named,
        "may_administer": principal is not None and Grant.ADMINISTER in principal.grants,
        "preferences": preferences,
        "one_day": timedelta(days=1),
        "shortcuts": keys,
        "k": keys.__getitem__,
    }


def _navigation() -> dict[str, str]:
    principal = g.get("principal")
    may_audit = principal is not None and principal.is_auditor
    return {name: view for name, view in NAVIGATION.items() if name != "audit" or may_audit}


def _section() -> str:
    name = (request.blueprint or "").removesuffix("_page")
    return SECTIONS.get(name, name)


@frame.get("/")
def first_page() -> WsgiResponse:
    """Lead to the day's work."""
    return redirect(url_for("today_page.list_due"))


def as_page(response: Response) -> Response:
    """Return a refusal as a page when a person has asked, as it is when a program has.

    Likewise the answer that a list of the past is being built.
    """
    is_data = request.path.startswith(("/api/", "/intake/", "/assets/"))
    wants_page = request.accept_mimetypes.best_match(["application/json", "text/html"])
    if is_data or wants_page != "text/html":
        return response
    if response.status_code == HTTPStatus.ACCEPTED:
        return _show_building(response)
    if response.mimetype != PROBLEM_CONTENT_TYPE:
        return response
    problem = msgspec.json.decode(response.get_data())
    page = show("problem.html", response.status_code, problem=problem)
    if "Retry-After" in response.headers:
        page.headers["Retry-After"] = response.headers["Retry-After"]
    return page


def _show_building(answer: Response) -> Response:
    """Return the page that tells how far a list of the past is, and asks again by itself."""
    built = msgspec.json.decode(answer.get_data())
    page = show("building.html", answer.status_code, built=built)
    page.headers["Refresh"] = answer.headers["Retry-After"]
    return page


def languages() -> dict[str, str]:
    """Return every language by its tag, named in itself."""
    return {Language.CHINESE.value: "中文", Language.ENGLISH.value: "English"}
