"""Aggregates as the API shows them: plain values, in the order of the document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from api.concurrency import version_headers
from api.messages import Language
from api.sentences import due_sentence
from domain.application import Receipt
from domain.calendars.business_time import WorkCalendar
from domain.channel import shortened
from domain.complaint import Complaint
from domain.contract import Contract
from domain.customer import Customer
from domain.grade import urgency
from domain.journal import journal_for
from domain.policy import Policy
from domain.representative import Representative
from domain.task import Task
from projections.people.queries import PersonRow, TokenRow

_CARD_TEXTS = (
    "name",
    "company",
    "contact",
    "email",
    "wechat",
    "address",
    "birthday",
    "company_day",
    "needs",
    "notes",
)
_AXIS_TEXTS = (
    "industry",
    "level",
    "district",
    "region",
    "business_status",
    "ownership_kind",
    "outlet_kind",
    "size",
    "route",
)

_SAID_OF_COMPLAINTS: dict[str, Any] = {
    **dict.fromkeys(("summary", "details", "cause", "solution", "answer", "comment"), ""),
    **dict.fromkeys(("severity", "pressure", "satisfaction")),
}

_SAID_IN_A_ROUND = {
    name: blank
    for name, blank in _SAID_OF_COMPLAINTS.items()
    if name in {"cause", "solution", "answer", "comment", "satisfaction"}
}
"""What a reopened complaint is told anew (R70)."""


def customer(subject: Customer, today: date) -> dict[str, Any]:
    """Return a customer's file; `today` is the company's date, from which urgency follows."""
    card, axes = subject.card, subject.classification
    needed_by = axes.get("needed_by")
    return {
        "id": subject.id,
        "version": subject.version,
        **{name: card.get(name, "") for name in _CARD_TEXTS},
        "phones": card.get("phones") or [],
        "reference": subject.reference,
        "owner_id": subject.owner_id,
        "second_owner_id": subject.second_owner_id,
        "deal_stage": axes.get("deal_stage", "prospect"),
        "importance": axes.get("importance", "ordinary"),
        "demand": axes.get("demand"),
        "needed_by": needed_by,
        "urgency": urgency(date.fromisoformat(needed_by) if needed_by else None, today),
        "expected_on": axes.get("expected_on"),
        **{name: axes.get(name) or "" for name in _AXIS_TEXTS},
        "route_position": axes.get("route_position"),
        "tags": axes.get("tags") or [],
        "verification": subject.verification,
        "registered_on": subject.registered_on,
        **_followed_up(subject),
        "recorded_at": subject.modified_on,
    }


def why(subject: Customer, calendar: WorkCalendar, language: Language) -> dict[str, Any]:
    """Return when a customer is due and why, in words."""
    text = due_sentence(subject.due, subject.grade, calendar, language)
    return {"due": subject.due, "text": text}


def policy(subject: Policy) -> dict[str, Any]:
    """Return a policy in force."""
    return {"kind": subject.kind, "version": subject.version, "content": subject.content}


def contact_receipt(receipt: Receipt) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a contact or regrading has led to, with the new ETag."""
    subject: Customer = receipt.subject
    body = {
        "customer_id": subject.id,
        "version": receipt.version,
        "position": receipt.position,
        **_followed_up(subject),
    }
    return body, replay_headers(receipt)


def replay_headers(receipt: Receipt) -> dict[str, str]:
    """Return the headers of an answer to a write: its ETag, and whether it is a repetition."""
    headers = version_headers(receipt.version)
    if receipt.is_replay:
        headers["Idempotency-Replayed"] = "true"
    return headers


def _followed_up(subject: Customer) -> dict[str, Any]:
    return {
        "grade": subject.grade,
        "journal": journal_for(subject.grade),
        "last_contact_on": subject.last_contact_on,
        "due": subject.due,
        "follow_up_level": subject.follow_up_level,
        "is_flagged": subject.is_flagged,
    }


def complaint(subject: Complaint, told: Iterable[Any]) -> dict[str, Any]:
    """Return a complaint as it stands; `told` are its events, which hold what people said."""
    filed, *steps = told
    said = {"channel": filed.channel, **_SAID_OF_COMPLAINTS}
    for event in (filed, *steps):
        if isinstance(event, Complaint.Reopened):
            said |= _SAID_IN_A_ROUND
        said |= {n: v for n, v in vars(event).items() if n in _SAID_OF_COMPLAINTS}
    return {
        "id": subject.id,
        "version": subject.version,
        "customer_id": subject.customer_id,
        "owner_id": subject.owner_id,
        "handler_id": subject.handler_id,
        **said,
        "stage": subject.stage,
        "priority": subject.priority,
        "level": subject.level,
        "round": subject.round,
        "is_paused": subject.is_paused,
        "filed_at": subject.filed_at,
        "acknowledged_at": subject.acknowledged_at,
        "resolved_at": subject.resolved_at,
        "ladder": [
            {name: value for name, value in asdict(climb).items() if name != "key"}
            for climb in sorted(subject.climbs, key=lambda climb: climb.at)
        ],
    }


def task(subject: Task, told: Iterable[Any]) -> dict[str, Any]:
    """Return a task as it stands; `told` are its events, which hold what people said."""
    first, *steps = told
    last = steps[-1] if steps else None
    return {
        "id": subject.id,
        "version": subject.version,
        "customer_id": subject.customer_id,
        "kind": subject.kind,
        "state": subject.state,
        "due_on": subject.due_on,
        "summary": getattr(first, "summary", ""),
        "details": getattr(first, "details", ""),
        "outcome": last.outcome if isinstance(last, Task.Done) else last.why if last else "",
        "cause": first.cause,
        "courtesy": first.courtesy,
    }


def contract(subject: Contract, signed: Any) -> dict[str, Any]:
    """Return a contract as it stands; `signed` is its first event, which names it."""
    return {
        "id": subject.id,
        "version": subject.version,
        "customer_id": subject.customer_id,
        "responsible_id": subject.responsible_id,
        "number": signed.number,
        "title": signed.title,
        "amount": signed.amount,
        "paid": subject.paid,
        "outstanding": subject.outstanding,
        "currency": subject.currency,
        "signed_on": signed.signed_on,
        "state": subject.state,
        "instalments": subject.instalments,
    }


def representative(subject: Representative) -> dict[str, Any]:
    """Return a representative as his stream has him."""
    return {
        "id": subject.id,
        "version": subject.version,
        "login": subject.login,
        "name": subject.name,
        "email": subject.email,
        "role": subject.role,
        "scope": subject.scope,
        "team": subject.team,
        "manager_id": subject.manager_id,
        "has_left": subject.has_left,
    }


def person(row: PersonRow) -> dict[str, Any]:
    """Return a representative as the read model lists him."""
    return {
        "id": row.rep_id,
        "version": row.version,
        "login": row.login,
        "name": row.name,
        "email": row.email,
        "role": row.role,
        "scope": row.scope,
        "team": row.team,
        "manager_id": row.manager_id,
        "has_left": row.left_on is not None,
    }


def notifications(row: PersonRow) -> dict[str, Any]:
    """Return how a representative is reminded."""
    return {
        "wants_email": row.wants_email,
        "each_item": row.each_item,
        "addresses": [
            {"channel": channel.value, "address": shortened(to)}
            for channel, to in row.addresses.items()
        ],
        "chosen_at": row.chosen_at,
    }


def token(row: TokenRow) -> dict[str, Any]:
    """Return what is known of a token; the token itself is not."""
    return {
        "token_id": row.token_id,
        "label": row.label,
        "grants": sorted(row.grants),
        "issued_at": row.issued_at,
        "expires_at": row.expires_at,
        "revoked_at": row.revoked_at,
    }
