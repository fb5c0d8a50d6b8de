"""Asks who a customer about to be entered might be already, and finds customers by fragments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Composable, Placeholder

from domain.access import EVERYTHING, Visibility
from domain.eventstore.database import Database
from projections.duplicates.matching import Candidate, Fit, entered, found, matching
from projections.duplicates.text import (
    FINE,
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

CANDIDATES = 200
"""How many customers are looked at for one way of matching; of more, some stay unseen."""

MAX_FRAGMENT = 40
"""How many characters of a fragment count."""

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
        for candidate in self._candidates(list(_alike(card)), EVERYTHING):
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
        for candidate in self._candidates(list(_held(fragment)), visibility):
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

    def _candidates(self, ways: Sequence[_Way], visibility: Visibility) -> Iterator[Candidate]:
        """Yield the customers in scope who match in one of these ways, CANDIDATES of each."""
        in_scope, arguments = visible(visibility)
        selects = []
        for number, way in enumerate(ways):
            conditions = [*way.conditions(number), *in_scope]
            arguments |= way.arguments(number)
            # Who has the grams; the texts decide where a fragment is wanted.
            selects.append(
                self._sql(
                    "(SELECT customer_id FROM {schema}.identity WHERE {conditions}"
                    " LIMIT %(candidates)s)",
                    conditions=SQL(" AND ").join(conditions),
                )
            )
        # Each candidate once, with the last contact.
        query = self._sql(
            "SELECT customer_id, name, company, contact, address, phones, owner_id,"
            " second_owner_id, last_contact_on, texts, spellings, initials"
            " FROM ({candidates}) AS candidate"
            " JOIN {schema}.identity USING (customer_id)"
            " JOIN {schema}.contacted USING (customer_id)",
            candidates=SQL(" UNION ").join(selects),
        )
        for row in self._rows(query, **arguments, candidates=CANDIDATES):
            yield Candidate(*row)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to match: all of `needles`, each a column and a fragment of it, or any of `wholes`.

    `grams` are those of the needles, or of the wholes.
    """

    grams: list[int]
    needles: tuple[tuple[LiteralString, str], ...] = ()

    def conditions(self, number: int) -> list[Composable]:
        operator = SQL("@>" if self.needles else "&&")
        wanted = Placeholder(f"grams_{number}")
        held = [
            # Not LIKE: nothing in a fragment is a wildcard.
            SQL("strpos({}, {}) > 0").format(SQL(column), Placeholder(f"needle_{number}_{place}"))
            for place, (column, _) in enumerate(self.needles)
        ]
        return [SQL("grams {} {}::integer[]").format(operator, wanted), *held]

    def arguments(self, number: int) -> dict[str, Any]:
        needles = {f"needle_{number}_{n}": text for n, (_, text) in enumerate(self.needles)}
        return {f"grams_{number}": self.grams, **needles}


_TEXTS: LiteralString = "texts"
_SPELLINGS: LiteralString = "spellings"
_INITIALS: LiteralString = "initials"
_PHONES: LiteralString = "array_to_string(phones, ' ')"


def _held(fragment: str) -> Iterator[_Way]:
    """Yield the ways in which a customer may hold the fragment of a search."""
    typed = spelling(fragment)
    yield _Way([whole(text) for text in {fragment, identity(fragment), typed or fragment}])
    yield _Way(grams(fragment), ((_TEXTS, fragment),))
    for digits in digits_of(fragment):
        if len(digits) >= FINE:
            yield _Way(fine_grams(digits), ((_PHONES, digits),))
    if len(typed) >= FINE:
        yield _Way(fine_grams(typed), ((_SPELLINGS, typed),))
    if len(typed) > 1:
        yield _Way(initial_grams(typed), ((_INITIALS, typed),))


def _alike(card: dict[str, str]) -> Iterator[_Way]:
    """Yield the ways in which a customer may be like a folded card.

    Names that are parts of the one entered are found as wholes.
    """
    names = {card[name][:MAX_FRAGMENT] for name in ("name", "company") if name in card}
    wholes = {*parts([name for name in names if len(name) > FINE]), *card.values()}
    if "phone" in card:
        wholes.add(f"86{card['phone']}")
    yield _Way([whole(text) for text in wholes])
    fragments = [_fragment(name, text) for name, text in card.items() if len(text) > 1]
    # First who has all of it: one field alone may be shared by more than are looked at.
    yield from (_together(fragments), *fragments) if len(fragments) > 1 else fragments


def _fragment(name: str, text: str) -> _Way:
    if name == "phone":
        return _Way(fine_grams(text), ((_PHONES, text),))
    return _Way(grams(text[:MAX_FRAGMENT]), ((_TEXTS, text[:MAX_FRAGMENT]),))


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
