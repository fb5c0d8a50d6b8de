"""Valid examples of everything: a test takes one and changes the one thing it is about."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.access import Principal, Role, Scope
from domain.card import Card, CardSource, Classification, Purchase
from domain.channel import Address, Channel
from domain.complaint import Complaint
from domain.contact import Contact, ContactMethod
from domain.contract import Contract, Instalment
from domain.customer import Customer
from domain.identity import IdentityClaim, claims_of_card, contract_claim, login_claim
from domain.intake_form import IntakeForm
from domain.intake_item import IntakeItem, Letter
from domain.plain import from_plain
from domain.policies.book import DEFAULTS, PolicyBook, PolicyKind
from domain.policy import Policy
from domain.priority import ComplaintChannel
from domain.representative import Representative
from domain.task import Task, TaskKind
from tests.support.moments import LI, NOW, QIAN, TODAY, WANG, ZHAO, an_id, signed, the_book

BLINDING_SECRET = bytes(32)


def a_card(**changes: Any) -> Card:
    fields = {"name": "王小明", "company": "远东贸易有限公司", "phones": ("13800138000",)}
    return Card(**{**fields, **changes})


def a_purchase(**changes: Any) -> Purchase:
    fields = {
        "purchased_on": TODAY,
        "product": "地板",
        "quantity": Decimal(20),
        "amount": Decimal("3999.50"),
    }
    return Purchase(**{**fields, **changes})


def a_contact(on: date = TODAY, **changes: Any) -> Contact:
    fields = {"method": ContactMethod.PHONE, "text": "问候"}
    return Contact(contacted_on=on, **{**fields, **changes})


def a_customer(
    moment: datetime = NOW, *, book: PolicyBook | None = None, reference: str = "", **changes: Any
) -> Customer:
    """Return a customer of Li's, registered at `moment`, of grade D because nothing is known.

    `changes` may name what `Customer.register` takes and fields of the classification.
    """
    axes = {name: changes.pop(name) for name in Classification.__slots__ if name in changes}
    fields = {
        "card": a_card(),
        "owner_id": LI.id,
        "source": CardSource.REP_VISIT,
        "id": an_id("customer"),
        **changes,
    }
    claims = claims_of_card(BLINDING_SECRET, fields["card"], reference)
    with signed(moment):
        return Customer.register(
            book or the_book(),
            classification=Classification(**axes),
            claims=claims,
            reference=reference,
            **fields,
        )


def claims_held_by(customer: Customer) -> list[IdentityClaim]:
    """Return the claims of the identities on a customer's card."""
    card = from_plain(Card, customer.card)
    with signed():
        return [
            IdentityClaim.claim(claim, customer.id)
            for claim in claims_of_card(BLINDING_SECRET, card, customer.reference)
        ]


def a_contacted_customer(
    on: date = TODAY, *, contact: Contact | None = None, **changes: Any
) -> Customer:
    """Return a customer registered at noon of `on` and contacted the same day."""
    moment = NOW.replace(year=on.year, month=on.month, day=on.day)
    customer = a_customer(moment, **changes)
    with signed(moment):
        customer.contact(the_book(), contact or a_contact(on))
    return customer


def a_complaint(moment: datetime = NOW, **changes: Any) -> Complaint:
    fields = {
        "id": an_id("complaint"),
        "customer_id": an_id("customer"),
        "owner_id": LI.id,
        "channel": ComplaintChannel.PHONE,
        "summary": "地板开裂",
    }
    with signed(moment):
        return Complaint.file(the_book(), **{**fields, **changes})


def a_task(moment: datetime = NOW, **changes: Any) -> Task:
    """Return an open task for the customer of the examples, opened at `moment`."""
    fields = {
        "id": an_id("task"),
        "customer_id": an_id("customer"),
        "owner_id": LI.id,
        "kind": TaskKind.TODO,
        "summary": "送样品",
        "due_on": TODAY,
    }
    with signed(moment):
        return Task.open(**{**fields, **changes})


def an_instalment(due_on: date = TODAY, amount: str = "1000.00", number: int = 1) -> Instalment:
    return Instalment(number=number, due_on=due_on, amount=Decimal(amount))


def a_contract(moment: datetime = NOW, *parts: Instalment, **changes: Any) -> Contract:
    """Return a contract that Li sees to, of one instalment due today unless `parts` say so."""
    plan = parts or (an_instalment(),)
    fields = {
        "id": an_id("contract"),
        "customer_id": an_id("customer"),
        "number": "HT-2026-018",
        "title": "地板",
        "amount": sum((part.amount for part in plan), Decimal(0)),
        "currency": "CNY",
        "signed_on": moment.date(),
        "responsible_id": LI.id,
        "instalments": plan,
        "claim_id": contract_claim(BLINDING_SECRET, "HT-2026-018").id,
        "today": moment.date(),
    }
    with signed(moment):
        return Contract.sign(**{**fields, **changes})


def a_letter(**changes: Any) -> Letter:
    fields = {"channel": ComplaintChannel.ONLINE, "text": "地板颜色偏深", "phone": "13800138000"}
    return Letter(**{**fields, **changes})


def an_intake_form() -> IntakeForm:
    """Return a form of whose strangers Zhao is told."""
    with signed(by=QIAN):
        return IntakeForm.open("官网留言", ZHAO.id)


def an_intake_item(form_id: UUID, **changes: Any) -> IntakeItem:
    """Return a message from a stranger."""
    letter = a_letter(name="周先生", email="zhou@example.com", **changes)
    with signed(by=Principal.system("intake")):
        return IntakeItem.receive(
            letter, form_id=form_id, manager_id=ZHAO.id, id=an_id("intake item")
        )


def a_representative(principal: Principal = LI, **changes: Any) -> Representative:
    """Return the representative behind a principal of the moments, hired last year."""
    login = {LI.id: "li", WANG.id: "wang", ZHAO.id: "zhao", QIAN.id: "qian"}[principal.id]
    fields = {
        "id": principal.id,
        "login": login,
        "name": login.title(),
        "email": f"{login}@example.com",
        "role": principal.role,
        "scope": Scope.ALL if principal.role is not Role.REP else Scope.OWN,
        "team": "east",
        "manager_id": ZHAO.id if principal.role is Role.REP else None,
        "claim_id": login_claim(BLINDING_SECRET, login).id,
        "joined_on": date(2025, 1, 2),
        **changes,
    }
    with signed(by=QIAN):
        return Representative.join(**fields)


def everybody() -> list[Representative]:
    """Return the four representatives of the moments."""
    return [a_representative(principal) for principal in (LI, WANG, ZHAO, QIAN)]


def a_policy(kind: PolicyKind) -> Policy:
    with signed(by=QIAN):
        return Policy.adopt(kind, DEFAULTS[kind](TODAY))


def an_outsider() -> UUID:
    """Return an id that nothing has."""
    return an_id("nothing")


def a_webhook(url: str = "https://example.com/kezhi", secret: str = "") -> Address:
    """Where somebody has his webhooks sent."""
    return Address(channel=Channel.WEBHOOK, to=url, secret=secret)
