"""Makes the copy of everything that is held about a person, for programs and for people."""

from __future__ import annotations

from datetime import datetime
from typing import IO, Any
from uuid import UUID

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from api.messages import Language
from api.people_names import People
from api.sentences import history_sentence
from api.texts.subject import SUBJECT_TEXTS
from api.texts.words import WORDS
from domain.access_record import AccessRecord
from domain.audit.archive import ArchiveWriter
from domain.caring import choices_of
from domain.customer import Customer
from domain.plain import to_plain
from projections.bootstrap import ReadSide
from projections.journal.history import HistoryEntry

KIND = "kezhi-subject"
DATA = "data.json"
PAGES = {Language.CHINESE: "data.zh.html", Language.ENGLISH: "data.en.html"}
AT_ONCE = 1_000

_TEMPLATES = Environment(
    loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


def write_export(read: ReadSide, customer: Customer, at: datetime, target: IO[bytes]) -> None:
    """Write all that is held about `customer` at `at`; that it is taken is recorded before."""
    entries = _entries(read, customer.id)
    archive = ArchiveWriter(target)
    archive.write(DATA, msgspec.json.encode(_data(read, customer, entries, at)))
    for language, name in PAGES.items():
        archive.write(name, _page(read, customer, entries, at, language))
    archive.finish({"kind": KIND, "customer_id": str(customer.id), "made_at": at.isoformat()})


def _entries(read: ReadSide, customer_id: UUID) -> list[HistoryEntry]:
    entries: list[HistoryEntry] = []
    while page := read.history.page(
        customer_id, entries[-1].position if entries else 0, AT_ONCE, newest_first=False
    ):
        entries += page
    return entries


def _data(
    read: ReadSide, customer: Customer, entries: list[HistoryEntry], at: datetime
) -> dict[str, Any]:
    """Return everything as plain values: how he stands, every fact in order, who looked."""
    evidence = read.history.evidence_of(customer.id)
    streams = read.log.recorder.select_streams(evidence.streams)
    stored = [event for stream in streams.values() for event in stream]
    for positions in evidence.activities.values():
        stored += read.log.recorder.select_positions(positions)
    events = read.log.mapper.to_domain_events(stored)
    return {
        "customer_id": customer.id,
        "made_at": at,
        "card": customer.card,
        "reference": customer.reference,
        "classification": customer.classification,
        "care": to_plain(choices_of(customer)),
        "grade": customer.grade,
        "next_contact_on": customer.due.on,
        "owner_id": customer.owner_id,
        "second_owner_id": customer.second_owner_id,
        "events": [{"topic": event.TOPIC, **msgspec.to_builtins(vars(event))} for event in events],
        "seen_by": [
            {"at": entry.recorded_at, "actor": entry.actor, "why": entry.why, **(entry.facts or {})}
            for entry in entries
            if entry.topic == AccessRecord.Recorded.TOPIC
        ],
    }


def _page(
    read: ReadSide,
    customer: Customer,
    entries: list[HistoryEntry],
    at: datetime,
    language: Language,
) -> str:
    side = 0 if language is Language.CHINESE else 1
    zone = read.care.book().calendar.tz
    people = People(read.people, language)
    rows = [
        {
            "at": f"{entry.recorded_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            "actor": people.actor(entry),
            "said": history_sentence(entry, people.name, language),
            "is_look": entry.topic == AccessRecord.Recorded.TOPIC,
        }
        for entry in entries
    ]
    fields = {**customer.card, **customer.classification}
    return _TEMPLATES.get_template("subject.html").render(
        words={name: texts[side] for name, texts in SUBJECT_TEXTS.items()},
        language=language.value,
        customer_id=customer.id,
        made_at=f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        zone=zone.key,
        fields=[
            (WORDS.get(name, (name, name))[side], _said(value))
            for name, value in fields.items()
            if value
        ],
        looks=[row for row in rows if row["is_look"]],
        rows=[row for row in rows if not row["is_look"]],
    )


def _said(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
