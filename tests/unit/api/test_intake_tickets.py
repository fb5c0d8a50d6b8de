"""Tickets that only we can make, for one form, one use and some time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from api.intake_tickets import LONGEST, Ticket, TicketOffice, Use

NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
OFFICE = TicketOffice(bytes(32))
FORM, CUSTOMER = uuid4(), uuid4()


def a_ticket(use: Use = Use.PAGE, **changes: object) -> Ticket:
    fields = {"customer_id": CUSTOMER, "expires_at": NOW + timedelta(hours=1), **changes}
    return Ticket.fresh(use, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("customer_id", [CUSTOMER, None])
def test_a_ticket_comes_back_as_it_was(customer_id: object) -> None:
    ticket = a_ticket(customer_id=customer_id)
    sealed = OFFICE.seal(ticket, FORM)

    assert OFFICE.read(sealed, Use.PAGE, FORM, NOW) == ticket
    assert len(sealed) <= LONGEST


def test_no_two_are_alike() -> None:
    assert len({a_ticket().key for _ in range(100)}) == 100


def test_it_holds_until_its_end_and_not_longer() -> None:
    sealed = OFFICE.seal(a_ticket(), FORM)

    assert OFFICE.read(sealed, Use.PAGE, FORM, NOW + timedelta(minutes=59, seconds=59))
    assert OFFICE.read(sealed, Use.PAGE, FORM, NOW + timedelta(hours=1)) is None


def test_it_is_good_for_one_use_of_one_form_of_one_deployment() -> None:
    sealed = OFFICE.seal(a_ticket(), FORM)

    assert OFFICE.read(sealed, Use.LINK, FORM, NOW) is None
    assert OFFICE.read(sealed, Use.PAGE, uuid4(), NOW) is None
    assert TicketOffice(bytes([1]) * 32).read(sealed, Use.PAGE, FORM, NOW) is None


def test_whatever_is_changed_in_it_makes_it_void() -> None:
    sealed = OFFICE.seal(a_ticket(), FORM)
    changed = [
        sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        for place in range(len(sealed) - 1)
    ]

    assert [text for text in changed if OFFICE.read(text, Use.PAGE, FORM, NOW)] == []


@pytest.mark.parametrize("text", ["", "x", "=" * 10, "留言", "A" * 66, "A" * 5000, "\0"])
def test_what_is_no_ticket_is_none(text: str) -> None:
    assert OFFICE.read(text, Use.PAGE, FORM, NOW) is None


def test_each_form_has_a_secret_of_its_own_for_mail() -> None:
    assert OFFICE.mail_secret(FORM) == OFFICE.mail_secret(FORM)
    assert OFFICE.mail_secret(FORM) != OFFICE.mail_secret(uuid4())
    assert OFFICE.mail_secret(FORM).startswith("whsec_")
