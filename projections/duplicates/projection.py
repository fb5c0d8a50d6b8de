"""Keeps what identifies customers, cut into grams for finding duplicates and for search (R65)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

from psycopg.sql import SQL, Identifier

from domain.customer import Customer
from domain.eventstore.database import Connection
from projections.duplicates.matching import ADDRESS, FIELD, KINDS, NAMES, PHONE, VARIANT
from projections.duplicates.text import (
    FINE,
    address_grams,
    all_grams,
    fine_grams,
    identity,
    initial_grams,
    whole,
)
from projections.folding import fold
from projections.ownership import OWNERS
from projections.pinyin import Syllables, readings
from projections.read_model import ReadModel, Recorded, Rows
from projections.table import Table, as_array

_CARD = (*NAMES, "address", "phones")
_IDENTITY = {
    "customer_id": "uuid",
    "name": "text",
    "company": "text",
    "contact": "text",
    "address": "text",
    "phones": "text[]",
    "owner_id": "uuid",
    "second_owner_id": "uuid",
    "folded_names": "text",
    "folded_contact": "text",
    "folded_address": "text",
    "spellings": "text",
    "initials": "text",
    "grams": "integer[]",
}


class DuplicatesProjection(ReadModel):
    """One row per customer with what identifies him; `grams` is what an index finds him by.

    `folded_names` holds name and company, `spellings` and `initials` the pinyin of these and of
    the contact. The last contact stands apart: it changes often, the rest seldom.
    """

    name = "duplicates"
    version = 2
    events = (
        Customer.Created,
        Customer.CardCorrected,
        Customer.Contacted,
        *OWNERS,
    )
    personal = frozenset({"card", "after"})
    tables = """
        CREATE TABLE {schema}.identity (
            customer_id uuid PRIMARY KEY,
            name text NOT NULL,
            company text NOT NULL,
            contact text NOT NULL,
            address text NOT NULL,
            phones text[] NOT NULL,
            owner_id uuid,
            second_owner_id uuid,
            folded_names text NOT NULL,
            folded_contact text NOT NULL,
            folded_address text NOT NULL,
            spellings text NOT NULL,
            initials text NOT NULL,
            grams integer[] NOT NULL
        );
        CREATE TABLE {schema}.contacted (
            customer_id uuid PRIMARY KEY,
            last_contact_on date
        ) WITH (fillfactor = 70);
        -- The planner takes many rare grams together for a frequent one and would read the table.
        CREATE FUNCTION {schema}.known_as(wholes integer[], rep_ids uuid[], how_many integer)
            RETURNS SETOF uuid
            LANGUAGE sql STABLE SET enable_seqscan = off SET enable_indexscan = off
            BEGIN ATOMIC
                SELECT customer_id FROM {schema}.identity WHERE grams && wholes
                AND (rep_ids IS NULL OR owner_id = ANY(rep_ids) OR second_owner_id = ANY(rep_ids))
                LIMIT how_many;
            END
    """
    indexes = """
        CREATE INDEX IF NOT EXISTS identity_grams ON {schema}.identity
            USING gin (grams) WITH (gin_pending_list_limit = 512);
        CREATE INDEX IF NOT EXISTS identity_owner ON {schema}.identity (owner_id);
        CREATE INDEX IF NOT EXISTS identity_second_owner
            ON {schema}.identity (second_owner_id) WHERE second_owner_id IS NOT NULL
    """

    def __init__(self, schema: str | None = None) -> None:
        """Write into `schema`, by default the live one."""
        super().__init__(schema)
        self._identities = Table(self.schema, "identity", key=("customer_id",), columns=_IDENTITY)
        self._contacted = Table(
            self.schema,
            "contacted",
            key=("customer_id",),
            columns={"customer_id": "uuid", "last_contact_on": "date"},
            greatest=("last_contact_on",),
        )
        # The cards that a batch corrects, as they stand.
        self._cards = SQL(
            "SELECT customer_id, name, company, contact, address, phones"
            " FROM {}.identity WHERE customer_id = ANY(%b::uuid[])"
        ).format(Identifier(self.schema))

    def apply(self, connection: Connection, batch: Sequence[Recorded]) -> None:
        """Fold the batch per customer and cut every new or corrected card into grams once."""
        identities, contacted = Rows(self._identities), Rows(self._contacted)
        fresh: dict[UUID, dict[str, Any]] = {}
        corrected: dict[UUID, dict[str, Any]] = {}
        for _, event in batch:
            customer_id = event.originator_id
            match event:
                case Customer.Created():
                    fresh[customer_id] = _identifying(event.card)
                    identities.insert(
                        customer_id, owner_id=event.owner_id, second_owner_id=event.second_owner_id
                    )
                    contacted.insert(customer_id)
                case Customer.CardCorrected():
                    known = fresh if customer_id in fresh else corrected
                    known.setdefault(customer_id, {}).update(_identifying(event.after))
                case Customer.Contacted():
                    contacted.update(customer_id, last_contact_on=event.contacted_on)
                case _ if type(event) in OWNERS:
                    identities.update(customer_id, **OWNERS[type(event)](event))
        cards = fresh | self._complete(connection, {k: v for k, v in corrected.items() if v})
        for customer_id, card in cards.items():
            identities.update(customer_id, **indexed(card))
        identities.write(connection)
        contacted.write(connection)

    def _complete(
        self, connection: Connection, corrected: Mapping[UUID, Mapping[str, Any]]
    ) -> dict[UUID, dict[str, Any]]:
        if not corrected:
            return {}
        rows = connection.execute(self._cards, (list(corrected),), prepare=True)
        return {
            customer_id: dict(zip(_CARD, card, strict=True)) | dict(corrected[customer_id])
            for customer_id, *card in rows
        }


def _spoken_grams(variants: Sequence[Syllables]) -> list[int]:
    """Return the grams of the ways one name is read, which differ in the first syllable only."""
    found: list[int] = []
    for number, syllables in enumerate(variants):
        differing = len(syllables[0]) + FINE - 1
        letters, initials = "".join(syllables), "".join([syllable[0] for syllable in syllables])
        found += fine_grams(letters[:differing] if number else letters)
        found += initial_grams(initials[:2] if number else initials)
    return found


def _identifying(card: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (card or {}).items() if name in _CARD}


def indexed(card: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a customer's row that his card makes."""
    names = [card.get(name) or "" for name in NAMES]
    address, phones = card.get("address") or "", card.get("phones") or []
    folded, folded_address = [fold(name) for name in names], fold(address)
    wholes = [identity(text) for text in folded]
    spoken = [readings(text) for text in wholes]
    spellings = [["".join(syllables) for syllables in variants] for variants in spoken]
    initials = [
        list({"".join([syllable[0] for syllable in syllables]): None for syllables in variants})
        for variants in spoken
    ]
    digits = [phone.lstrip("+") for phone in phones]
    numbers = set(address_grams(folded_address))
    for kind, text, *spelled in zip(KINDS, wholes, spellings, initials, strict=True):
        numbers.update([whole(kind, one) for one in {text, *chain(*spelled)} if one])
    numbers.add(whole(ADDRESS, folded_address))
    for text in folded:
        numbers.update(all_grams(text))
    for number in digits:
        numbers.update(fine_grams(number))
        numbers.add(whole(PHONE, number))
    for variants in spoken:
        numbers.update(_spoken_grams(variants))
    return {
        **dict(zip(NAMES, names, strict=True)),
        "address": address,
        "phones": phones,
        "folded_names": FIELD.join(folded[:2]),
        "folded_contact": folded[2],
        "folded_address": folded_address,
        "spellings": FIELD.join([VARIANT.join(variants) for variants in spellings]),
        "initials": FIELD.join([VARIANT.join(variants) for variants in initials]),
        "grams": as_array(numbers),
    }
