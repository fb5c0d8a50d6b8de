"""Decides which fields of a customer match what somebody is looking for or about to enter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from uuid import UUID

from projections.duplicates.text import FINE, dialled, digits_of, identity, spelling
from projections.folding import fold

FIELD, VARIANT = "\x1f", "\x1e"
"""What parts the fields of a column of texts, and the ways one field may be read."""

NAMES = ("name", "company", "contact")
KINDS = ("name", "name", "contact")
"""What each of NAMES is known as: name and company are taken for each other, contacts are not."""
ADDRESS, PHONE = "address", "phone"

SHORTEST_PHONE = 5
"""Fewer digits of a phone number say nothing about who it belongs to."""
SHORTEST_ADDRESS = 4
SHORTEST_CONTAINING = 4
"""A shorter name is not taken for one that contains another."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer as the index of grams has found him."""

    customer_id: UUID
    name: str
    company: str
    contact: str
    address: str
    phones: list[str]
    owner_id: UUID | None
    second_owner_id: UUID | None
    last_contact_on: date | None
    folded_names: str
    folded_contact: str
    folded_address: str
    spellings: str
    initials: str

    @property
    def folded(self) -> dict[str, str]:
        """The folded fields by name."""
        name, company = self.folded_names.split(FIELD)
        return {
            "name": name,
            "company": company,
            "contact": self.folded_contact,
            "address": self.folded_address,
        }

    def spelled(self, field: str) -> list[str]:
        """Every way to spell a field in pinyin."""
        return _variants(self.spellings, field)

    def abbreviated(self, field: str) -> list[str]:
        """Every way to spell a field by the first letters of its syllables."""
        return _variants(self.initials, field)


class Fit(IntEnum):
    """How well a text fits a fragment; the smaller the better."""

    WHOLE = 0
    START = 1
    INSIDE = 2
    NONE = 3


def fit(fragment: str, text: str) -> Fit:
    """Return how `fragment` stands in `text`."""
    if not fragment or fragment not in text:
        return Fit.NONE
    if text == fragment:
        return Fit.WHOLE
    return Fit.START if text.startswith(fragment) else Fit.INSIDE


def found(fragment: str, candidate: Candidate) -> tuple[tuple[Fit, int], tuple[str, ...]]:
    """Return how well a candidate fits a search, and the fields that do; NONE and () if none.

    The texts themselves count before phones, phones before pinyin, pinyin before initials.
    """
    fits: list[tuple[Fit, int, str]] = []
    for field, text in candidate.folded.items():
        whole = identity(fragment) == identity(text)
        fits.append((Fit.WHOLE if whole else fit(fragment, text), 0, field))
    for digits in digits_of(fragment):
        if len(digits) >= FINE:
            fits += [(fit(digits, phone.lstrip("+")), 1, "phone") for phone in candidate.phones]
    typed = spelling(fragment)
    for field in NAMES:
        fits += [(fit(typed, text), 2, field) for text in candidate.spelled(field)]
        fits += [(fit(typed, text), 3, field) for text in candidate.abbreviated(field)]
    fits = sorted(one for one in fits if one[0] is not Fit.NONE)
    if not fits:
        return (Fit.NONE, 0), ()
    return fits[0][:2], tuple(dict.fromkeys(field for *_, field in fits))


def entered(**fields: str) -> dict[str, str]:
    """Return the folded fields of a card that somebody is about to enter, without empty ones."""
    folded = {name: fold(text) for name, text in fields.items()}
    for name in NAMES:
        folded[name] = identity(folded[name])
    folded["phone"] = dialled(folded["phone"])
    too_short = (("phone", SHORTEST_PHONE), ("address", SHORTEST_ADDRESS))
    for name, shortest in too_short:
        if len(folded[name]) < shortest:
            folded[name] = ""
    return {name: text for name, text in folded.items() if text}


def matching(card: Mapping[str, str], candidate: Candidate) -> tuple[str, ...]:
    """Return the fields of the folded `card` that the candidate may have too, strongest first.

    A customer's name and his company's are compared with either, for many are entered as the
    other.
    """
    theirs = candidate.folded
    either = (theirs["name"], theirs["company"])
    tests: dict[str, Callable[[str], bool]] = {
        "phone": lambda text: any(text in phone for phone in candidate.phones),
        "company": lambda text: _alike(text, either) or text in _spelled(candidate, "company"),
        "name": lambda text: _alike(text, either) or text in _spelled(candidate, "name", "company"),
        "address": lambda text: _overlap(text, theirs["address"]),
        "contact": lambda text: text in theirs["contact"] or text in _spelled(candidate, "contact"),
    }
    return tuple(name for name, test in tests.items() if name in card and test(card[name]))


def _alike(name: str, texts: Iterable[str]) -> bool:
    wholes = [identity(text) for text in texts if text]
    if len(name) == 1:
        return name in wholes
    is_long = len(name) >= SHORTEST_CONTAINING
    return any(name in whole or (is_long and len(whole) > 1 and whole in name) for whole in wholes)


def _overlap(address: str, theirs: str) -> bool:
    return address in theirs or (len(theirs) >= SHORTEST_ADDRESS and theirs in address)


def _spelled(candidate: Candidate, *fields: str) -> list[str]:
    return [text for field in fields for text in candidate.spelled(field)]


def _variants(column: str, field: str) -> list[str]:
    return column.split(FIELD)[NAMES.index(field)].split(VARIANT)
