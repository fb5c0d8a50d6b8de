"""Asks who a customer about to be entered might be already, and finds customers by fragments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composable, Composed, Placeholder

from domain.access import EVERYTHING, Visibility
from domain.eventstore.database import Database
from projections.duplicates.matching import (
    ADDRESS,
    KINDS,
    PHONE,
    SHORTEST_CONTAINING,
    Candidate,
    Fit,
    entered,
    found,
    matching,
)
from projections.duplicates.text import (
    FINE,
    address_grams,
    digits_of,
    fine_grams,
    grams,
    identity,
    initial_grams,
    parts,
    spelling,
    whole,
)
from projections.folding import fold
from projections.listing import visible
from projections.queries import Queries

CANDIDATES = 100
"""How many customers are looked at for one way of matching; of more, some stay unseen."""

MAX_FRAGMENT = 40
"""How many characters of a fragment count."""

MAX_PARTED = 12
"""How many characters of a name are cut into the names it may contain."""

_STRENGTH = ("phone", "company", "name", "address")
"""What tells customers apart, the strongest first; many contacts have the same name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateHit:
    """A customer who may be the same as the one about to be entered.

    From the whole company: who may not see `owner_id`'s customers is shown a masked hit (X19).
    `matched` names the fields that are alike, the strongest first.
    """

    customer_id: UUID
    name: str
    company: str
    owner_id: UUID | None
    second_owner_id: UUID | None
    last_contact_on: date | None
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A customer whom a search has found; `matched` names the fields, the best fit first."""

    customer_id: UUID
    name: str
    company: str
    contact: str
    phones: tuple[str, ...]
    owner_id: UUID | None
    second_owner_id: UUID | None
    last_contact_on: date | None
    matched: tuple[str, ...]


class DuplicateQueries(Queries):
    """Reads the index of names, companies, phones, contacts and addresses."""

    def __init__(self, database: Database, schema: str = "duplicates") -> None:
        """Read from `schema` of `database`."""
        super().__init__(database, schema)

    def check(
        self,
        *,
        name: str = "",
        company: str = "",
        phone: str = "",
        contact: str = "",
        address: str = "",
        limit: int = 10,
    ) -> list[DuplicateHit]:
        """Return who might be the customer with this card, the most alike first (查重, R65, R66).

        Names are alike if one holds the other, whatever their legal form; phones from five digits
        on. Fields may be left out, so it can be asked while somebody types.
        """
        card = entered(name=name, company=company, phone=phone, contact=contact, address=address)
        if not card:
            return []
        hits = []
        for candidate in self._candidates(_known(card), list(_alike(card)), EVERYTHING):
            matched = matching(card, candidate)
            if matched:
                hits.append((candidate, matched))
        hits.sort(key=lambda hit: _closeness(*hit))
        return [
            DuplicateHit(
                customer_id=candidate.customer_id,
                name=candidate.name,
                company=candidate.company,
                owner_id=candidate.owner_id,
                second_owner_id=candidate.second_owner_id,
                last_contact_on=candidate.last_contact_on,
                matched=matched,
            )
            for candidate, matched in hits[:limit]
        ]

    def search(self, text: str, visibility: Visibility, limit: int = 20) -> list[SearchHit]:
        """Return customers in scope who hold `text`, the best fit first (搜索).

        Finds any fragment of name, company, contact and address, digits of a phone, and pinyin or
        initials of the names. Of a fragment that very many share, CANDIDATES are looked at.
        """
        fragment = fold(text)[:MAX_FRAGMENT]
        if not fragment:
            return []
        hits = []
        for candidate in self._candidates(_sought(fragment), list(_held(fragment)), visibility):
            fit, matched = found(fragment, candidate)
            if fit[0] is not Fit.NONE:
                hits.append((fit, candidate, matched))
        hits.sort(key=lambda hit: (hit[0], hit[1].name, hit[1].customer_id))
        return [
            SearchHit(
                customer_id=candidate.customer_id,
                name=candidate.name,
                company=candidate.company,
                contact=candidate.contact,
                phones=tuple(candidate.phones),
                owner_id=candidate.owner_id,
                second_owner_id=candidate.second_owner_id,
                last_contact_on=candidate.last_contact_on,
                matched=matched,
            )
            for _, candidate, matched in hits[:limit]
        ]

    def _candidates(
        self, wholes: Sequence[int], ways: Sequence[_Way], visibility: Visibility
    ) -> Iterator[Candidate]:
        """Yield the customers in scope known by one of `wholes` or in one of `ways`.

        Of each, CANDIDATES at most.
        """
        in_scope, arguments = visible(visibility)
        arguments = {"rep_ids": None, "wholes": wholes, "candidates": CANDIDATES, **arguments}
        for number, way in enumerate(ways):
            arguments |= way.arguments(number)
        shape = (bool(in_scope), *(way.columns for way in ways))
        query = self._once(shape, lambda: self._union(ways, in_scope))
        for row in self._rows_planned_anew(query, **arguments):
            yield Candidate(*row)

    def _union(self, ways: Sequence[_Way], in_scope: Sequence[Composable]) -> Composed:
        # Who is known by one of the texts as a whole. The function keeps to the limit by itself;
        # the planner has to be told, or it expects a thousand and reads the whole table for them.
        selects = [
            self._sql(
                "(SELECT customer_id FROM {schema}.known_as("
                "%(wholes)s::integer[], %(rep_ids)s::uuid[], %(candidates)s) AS k (customer_id)"
                " LIMIT %(candidates)s)"
            )
        ]
        for number, way in enumerate(ways):
            # Who has all the grams of a fragment, and the fragment itself.
            selects.append(
                self._sql(
                    "(SELECT customer_id FROM {schema}.identity WHERE {conditions}"
                    " LIMIT %(candidates)s)",
                    conditions=SQL(" AND ").join([*way.conditions(number), *in_scope]),
                )
            )
        # Each candidate once, with the last contact.
        return self._sql(
            "SELECT customer_id, name, company, contact, address, phones, owner_id,"
            " second_owner_id, last_contact_on, folded_names, folded_contact, folded_address,"
            " spellings, initials FROM ({candidates}) AS candidate"
            " JOIN {schema}.identity USING (customer_id)"
            " JOIN {schema}.contacted USING (customer_id)",
            candidates=SQL(" UNION ").join(selects),
        )


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to match: all of `grams` and of `needles`, each a column and a fragment of it."""

    grams: list[int]
    needles: tuple[tuple[LiteralString, str], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in which fragments are looked for."""
        return tuple(column for column, _ in self.needles)

    def conditions(self, number: int) -> list[Composable]:
        held = [
            # Not LIKE: nothing in a fragment is a wildcard.
            SQL("strpos({}, {}) > 0").format(SQL(column), Placeholder(f"needle_{number}_{place}"))
            for place, (column, _) in enumerate(self.needles)
        ]
        return [SQL("grams @> {}::integer[]").format(Placeholder(f"grams_{number}")), *held]

    def arguments(self, number: int) -> dict[str, Any]:
        needles = {f"needle_{number}_{n}": text for n, (_, text) in enumerate(self.needles)}
        return {f"grams_{number}": self.grams, **needles}


_NAMES: LiteralString = "folded_names"
_CONTACT: LiteralString = "folded_contact"
_NAMES_AND_CONTACT: LiteralString = "folded_names || chr(31) || folded_contact"
_ADDRESS: LiteralString = "folded_address"
_PHONES: LiteralString = "array_to_string(phones, ' ')"
_SPELLINGS: LiteralString = "spellings"
_INITIALS: LiteralString = "initials"


def _sought(fragment: str) -> list[int]:
    """Return what a customer may be known as who is searched for by `fragment`."""
    texts = {fragment, identity(fragment), spelling(fragment) or fragment}
    known = [whole(kind, text) for kind in {*KINDS, ADDRESS} for text in texts]
    return [*known, *(whole(PHONE, digits) for digits in digits_of(fragment))]


def _held(fragment: str) -> Iterator[_Way]:
    """Yield the ways in which a customer may hold the fragment of a search."""
    yield _Way(grams(fragment), ((_NAMES_AND_CONTACT, fragment),))
    yield _Way(address_grams(fragment), ((_ADDRESS, fragment),))
    for digits in digits_of(fragment):
        if len(digits) >= FINE:
            yield _Way(fine_grams(digits), ((_PHONES, digits),))
    typed = spelling(fragment)
    if len(typed) >= FINE:
        yield _Way(fine_grams(typed), ((_SPELLINGS, typed),))
    if len(typed) > 1:
        yield _Way(initial_grams(typed), ((_INITIALS, typed),))


def _known(card: Mapping[str, str]) -> list[int]:
    """Return what a customer like a folded card may be known as: its fields and parts of names."""
    names = [card[name] for name in ("name", "company") if name in card]
    parted = [name[:MAX_PARTED] for name in names if len(name) >= SHORTEST_CONTAINING]
    known = [whole(KINDS[0], text) for text in {*names, *parts(parted)}]
    known += [whole(kind, card[kind]) for kind in ("contact", ADDRESS) if kind in card]
    phones = [card["phone"], f"86{card['phone']}"] if "phone" in card else []
    return known + [whole(PHONE, phone) for phone in phones]


def _alike(card: Mapping[str, str]) -> Iterator[_Way]:
    """Yield the ways in which a customer may hold the fields of a folded card."""
    fragments = [_fragment(name, text) for name, text in card.items() if len(text) > 1]
    # First who has all of it: one field alone may be shared by more than are looked at.
    yield from (_together(fragments), *fragments) if len(fragments) > 1 else fragments


def _fragment(field: str, text: str) -> _Way:
    fragment = text[:MAX_FRAGMENT]
    match field:
        case "phone":
            return _Way(fine_grams(fragment), ((_PHONES, fragment),))
        case "address":
            return _Way(address_grams(fragment), ((_ADDRESS, fragment),))
        case "contact":
            return _Way(grams(fragment), ((_CONTACT, fragment),))
    return _Way(grams(fragment), ((_NAMES, fragment),))


def _together(ways: Iterable[_Way]) -> _Way:
    every = list(ways)
    return _Way(
        [gram for way in every for gram in way.grams],
        tuple(needle for way in every for needle in way.needles),
    )


def _closeness(candidate: Candidate, matched: tuple[str, ...]) -> tuple[Any, ...]:
    """Return what hits are sorted by: the strongest match first, then the latest contact."""
    weak = [name not in matched for name in _STRENGTH]
    seen = candidate.last_contact_on
    return *weak, -(seen.toordinal() if seen else 0), candidate.customer_id
