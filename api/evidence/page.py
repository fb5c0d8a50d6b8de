"""The history of a customer as a page to read and to print, for people who trust their eyes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.evidence.order import Order
from api.evidence.proof import CustomerProof
from api.messages import Language
from api.people_names import People
from api.sentences import history_sentence
from api.texts.evidence import EVIDENCE_TEXTS
from projections.bootstrap import ReadSide
from projections.journal.history import HistoryEntry

_TEMPLATES = Environment(
    loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def history_page(
    read: ReadSide,
    order: Order,
    proof: CustomerProof,
    entries: list[HistoryEntry],
    language: Language,
) -> str:
    """Return the page, whole in one file, with the times of the company's zone."""
    side = 0 if language is Language.CHINESE else 1
    zone = read.care.book().calendar.tz
    people = People(read.people, language)
    customer = read.log.get(order.customer_id)
    rows = [
        {
            "position": entry.position,
            "at": f"{entry.recorded_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            "actor": people.actor(entry),
            "said": history_sentence(entry, people.name, language),
        }
        for entry in entries
    ]
    return _TEMPLATES.get_template("evidence.html").render(
        words={name: texts[side] for name, texts in EVIDENCE_TEXTS.items()},
        language=language.value,
        title=customer.card.get("company") or customer.card.get("name") or str(order.customer_id),
        customer_id=order.customer_id,
        rows=rows,
        checkpoint=proof.checkpoint,
        signed_at=_at(proof.checkpoint.signed_at, zone),
        made_at=_at(order.made_at, zone),
        made_by=_who(order.made_by, people),
        why=order.why,
        activities=len(proof.left_out),
        zone=zone.key,
    )


def _at(moment: Any, zone: Any) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}" if moment else "–"


def _who(actor: str, people: People) -> str:
    try:
        return people.name(UUID(actor))
    except ValueError:
        return actor
