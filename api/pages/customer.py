"""The customer (客户): the file card and, on further tabs, his histories (R9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Response

from api import representations
from api.as_of import as_it_was, book_of, today_of
from api.own_writes import WAIT_SECONDS
from api.pages.frame import page_blueprint, read_query, show, the_people, the_wording
from api.pages.looking_back import look_back, steps_of
from api.pages.roster import colleagues
from api.pool_standing import pool_standing
from api.sentences import due_sentence, history_sentence
from api.service import the_principal, the_service
from api.v1.customers import visible_customer
from api.v1.differences import customer_changes
from api.v1.history import record_look, told
from api.v1.schemas.inbox import HistoryQuery
from domain.access import EVERYTHING
from domain.card import CardSource
from domain.contact import ContactMethod
from domain.customer import Customer
from domain.grade import DealStage, Demand, Grade, Importance
from domain.priority import ComplaintChannel, Pressure, Severity
from domain.task import TaskState
from projections.complaints.queries import ComplaintFilters
from projections.contracts.queries import ContractFilters
from projections.journal.history import HistoryEntry
from projections.moments import Moment
from projections.tasks.queries import TaskFilters

blueprint = page_blueprint("customer")

MOST = 200
CHANGES = 20

CHOICES: Mapping[str, Any] = {
    "deal_stage": list(DealStage),
    "importance": list(Importance),
    "demand": list(Demand),
    "source": list(CardSource),
    "grade": list(Grade),
    "method": list(ContactMethod),
    "channel": list(ComplaintChannel),
    "severity": list(Severity),
    "pressure": list(Pressure),
}
"""What can be chosen in the forms, by the name of the field."""

TEXT_FIELDS = ("name", "company", "contact", "phones", "email", "wechat", "address", "birthday",
               "company_day", "needs", "notes")  # fmt: skip
AXIS_FIELDS = ("deal_stage", "importance", "demand", "needed_by", "expected_on", "industry",
               "level", "district", "region", "route", "route_position", "tags")  # fmt: skip


def _process(customer: Customer) -> dict[str, Any]:
    """Return the timeline, whatever happened to the customer and around him."""
    record_look(customer.id)
    query = read_query(HistoryQuery)
    body, _ = told(query, customer.id)
    return {
        "entries": [in_words(entry) for entry in body["items"]],
        "next_cursor": body.get("next_cursor"),
    }


def _purchases(customer: Customer) -> dict[str, Any]:
    read = the_service().read
    return {
        "purchases": read.purchases.page(customer.id, limit=MOST),
        "totals": read.purchases.totals(customer.id),
    }


def _complaints(customer: Customer) -> dict[str, Any]:
    filters = ComplaintFilters(customer_id=customer.id)
    found = the_service().read.complaints.page(EVERYTHING, filters, sort="-filed", limit=MOST)
    return {"complaints": found}


def _tasks(customer: Customer) -> dict[str, Any]:
    tasks = the_service().read.tasks
    by_state = {
        state: tasks.page(EVERYTHING, TaskFilters(customer_id=customer.id, state=state), limit=MOST)
        for state in (TaskState.OPEN, TaskState.DONE)
    }
    return {"tasks": by_state}


def _contracts(customer: Customer) -> dict[str, Any]:
    filters = ContractFilters(customer_id=customer.id)
    return {"contracts": the_service().read.contracts.page(EVERYTHING, filters, limit=MOST)}


def _greetings(customer: Customer) -> dict[str, Any]:
    """Return what was said on holidays and birthdays, newest first."""
    record_look(customer.id)
    history = the_service().read.history
    entries = history.page(customer.id, limit=MOST, kind="greeting")
    return {"entries": [in_words(entry) for entry in entries]}


TABS: Mapping[str, Callable[[Customer], dict[str, Any]]] = {
    "process": _process,
    "purchases": _purchases,
    "complaints": _complaints,
    "tasks": _tasks,
    "contracts": _contracts,
    "greetings": _greetings,
}
"""The histories of a customer, each with what its tab shows; another kind is another line."""


@blueprint.get("/customers/<uuid:customer_id>")
@blueprint.get("/customers/<uuid:customer_id>/<any({}):tab>".format(", ".join(TABS)))
def show_customer(customer_id: UUID, tab: str = "process") -> Response:
    """Show the card, why the customer is due when he is, and one of his histories."""
    moment, subject = look_back(), visible_customer(customer_id)
    customer = as_it_was(subject, moment, "customer")
    # What was said of the other tabs stands in the process too, as far as it was said by then.
    tab = "process" if moment else tab
    read, wording, book = the_service().read, the_wording(), book_of(moment)
    language, calendar = wording.language, book.calendar.calendar
    return show(
        "customer.html",
        customer=representations.customer(customer, today_of(moment)),
        why=due_sentence(customer.due, customer.grade, calendar, language, wording.day),
        standing=pool_standing(read, customer, book, moment, language, say_day=wording.day),
        steps=steps_of(customer_id, moment),
        changes=_changes(subject, moment) if moment else [],
        tab=tab,
        tabs=list(TABS),
        choices=CHOICES,
        texts=TEXT_FIELDS,
        axes=AXIS_FIELDS,
        keys=book.quick_notes.notes,
        colleagues=colleagues(),
        **TABS[tab](customer),
    )


def _changes(customer: Customer, since: Moment) -> list[tuple[str, Any, Any]]:
    """Return what people read of the file that is another now: field, value then, value now."""
    changes = customer_changes(customer, since)
    shown = [*TEXT_FIELDS, *AXIS_FIELDS, "grade", "owner_id", "second_owner_id", "last_contact_on",
             "due", "verification"]  # fmt: skip
    return [(name, changes[name].before, changes[name].after) for name in shown if name in changes]


@blueprint.get("/customers/new")
def ask() -> Response:
    """Ask for a new customer's card; who he might be already is told while somebody types."""
    return show("new_customer.html", choices=CHOICES)


@blueprint.get("/customers/<uuid:customer_id>/card")
def print_card(customer_id: UUID) -> Response:
    """Show the file card (客户档案卡) as it is printed: everything on file, on one sheet."""
    customer = visible_customer(customer_id)
    record_look(customer_id)
    service = the_service()
    return show(
        "card.html",
        customer=representations.customer(customer, service.today()),
        texts=TEXT_FIELDS,
        axes=AXIS_FIELDS,
        purchases=service.read.purchases.page(customer_id, limit=10),
        entries=[
            in_words(entry)
            for entry in service.read.history.page(customer_id, limit=10, kind="customer")
        ],
        by=the_people().name(the_principal().id),
    )


@blueprint.get("/customers/<uuid:customer_id>/changes/<int:since>")
def tell_changes(customer_id: UUID, since: int) -> Response:
    """Return a fragment: who changed what of a customer since a version, newest first."""
    customer = visible_customer(customer_id)
    record_look(customer_id)
    read = the_service().read
    # The change that got in between may be younger than the lists.
    read.watch.wait_for(read.log.head, WAIT_SECONDS)
    entries = read.history.page(customer_id, limit=CHANGES, stream_id=customer_id)
    newer = [in_words(entry) for entry in entries if entry.version > since]
    return show("_changes.html", entries=newer, version=customer.version)


def in_words(entry: HistoryEntry) -> dict[str, Any]:
    """Return an entry with what happened in words, and who did it."""
    people, wording = the_people(), the_wording()
    return {
        "entry": entry,
        "text": history_sentence(entry, people.name, wording.language, wording.day),
        "by": people.actor(entry),
    }
