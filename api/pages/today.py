"""Today (今日): the due list as a rep works through it, one key per customer (R44, R45)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response

from api.as_of import book_of, today_of
from api.day_session import day_session
from api.pages.frame import page_blueprint, read_query, show, the_wording
from api.pages.looking_back import look_back
from api.sentences import due_sentence
from api.service import the_principal
from api.v1.due_list import due_page, lists_of
from api.v1.schemas.due_list import DueListQuery
from domain.contact import ContactMethod
from domain.grade import Grade
from domain.journal import next_due
from domain.policies.book import PolicyBook
from projections.due_list.queries import ORDERS

blueprint = page_blueprint("today")

ROWS = "100"
"""How many customers stand on a page unless the address says otherwise."""


@blueprint.get("/today")
def list_due() -> Response:
    """Show whom to contact, in the order of the work."""
    moment = look_back()
    today, book, wording = today_of(moment), book_of(moment), the_wording()
    query = read_query(DueListQuery, limit=ROWS)
    body, _ = due_page(query)
    calendar, language = book.calendar.calendar, wording.language
    items = [
        {
            "row": item,
            "why": due_sentence(item.due, item.grade, calendar, language, wording.day),
            "late": max((today - item.due.on).days, 0),
        }
        for item in body["items"]
    ]
    on = query.get("on") or today
    ids = [item.customer_id for item in body["items"]]
    due_list, tasks = lists_of(moment)
    return show(
        "today.html",
        items=items,
        tasks=tasks.beside(ids, on),
        next_cursor=body.get("next_cursor"),
        query=query,
        on=on,
        orders=ORDERS,
        grades=list(Grade),
        methods=list(ContactMethod),
        counts=due_list.counts(the_principal().visibility, today),
        day=None if moment else day_session(),
        keys=_keys(book, today),
        cadence=_cadence(book, today),
        company_zone=book.calendar.tz.key,
    )


@blueprint.get("/today/session")
def tell_session() -> Response:
    """Return a fragment: the pace of the day and what comes next, as they stand now."""
    return show("_session.html", day=day_session())


def _keys(book: PolicyBook, today: date) -> list[dict[str, Any]]:
    """Return what each key records, and when the customer would be due then, by his grade."""
    wording = the_wording()
    return [
        {
            "key": note.key,
            "label": note.label_zh if wording.is_chinese else note.label_en,
            "text": note.text,
            "method": wording.word("method", note.method),
            "grade": note.grade,
            "next": {
                grade: wording.day(
                    next_due(
                        book,
                        grade=note.grade or grade,
                        counted_from=today,
                        next_method=note.method,
                        interval_days=note.interval_days,
                    ).on
                )
                for grade in Grade
            },
        }
        for note in book.quick_notes.notes
    ]


def _cadence(book: PolicyBook, today: date) -> dict[Grade, dict[str, str]]:
    """Return the next date of each grade, as a day and in words."""
    dates = {grade: next_due(book, grade=grade, counted_from=today).on for grade in Grade}
    return {
        grade: {"on": on.isoformat(), "said": the_wording().day(on)} for grade, on in dates.items()
    }
