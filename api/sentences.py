"""Structured facts as sentences for people; nothing of this is ever stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.messages import Language, detail
from api.texts.history import COURTESY, DAMAGED, ERASED, HISTORY_TEXTS, UNTOLD, WHY
from api.texts.words import WORDS
from domain.calendars.business_time import WorkCalendar
from domain.calendars.festivals import FESTIVALS
from domain.grade import Grade
from domain.journal import PROMISED, Due
from domain.plain import from_plain
from domain.task import Courtesy
from projections.journal.history import HistoryEntry

NameOf = Callable[[UUID | None], str]
SayDay = Callable[[date], str]
"""How a reader says a day; without one it is said as `2026-03-05`."""

_FACT = re.compile(r"\{(\w+)\}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EMPTY: tuple[object, ...] = (None, "", [], {})
_CODED = frozenset(
    {
        "access",
        "answer",
        "changed",
        "channel",
        "clock",
        "flagged",
        "deal_stage",
        "demand",
        "from_verification",
        "ground",
        "importance",
        "kind",
        "method",
        "policy",
        "pressure",
        "reason",
        "severity",
        "source",
        "to_verification",
    }
)
"""The facts whose values are ours; everything else is told as it was typed."""
_DAYS = frozenset(
    {"due_before", "due_on", "expected_on", "needed_by", "on", "purchased_on", "received_on",
     "returns_on", "signed_on", "since"}
)  # fmt: skip
_AMOUNTS = frozenset({"amount", "written_off"})


def due_sentence(
    due: Due,
    grade: Grade,
    calendar: WorkCalendar,
    language: Language,
    say_day: SayDay = date.isoformat,
) -> str:
    """Return why a customer is due on that day (D8), and whether the day may still move."""
    facts = {"grade": grade, **{name: getattr(due, name) for name in Due.__slots__}}
    values = days_said(facts, say_day)
    sentences = [detail(f"due-{due.rule.value}", language, values)]
    if due.moved_from is not None:
        sentences.append(detail("due-moved", language, values))
    if due.rule not in PROMISED and calendar.is_provisional(due.on):
        sentences.append(detail("due-provisional", language, {"year": due.on.year}))
    return ("" if language is Language.CHINESE else " ").join(sentences)


def courtesy_sentence(courtesy: Courtesy, language: Language) -> str:
    """Return why a gift or a visit is due: the occasion, its day, the grade that asks for it."""
    side = 0 if language is Language.CHINESE else 1
    occasion = occasion_name(courtesy.occasion, language)
    values = {"occasion": occasion, "on": courtesy.on, "grade": courtesy.grade}
    return COURTESY[side].format_map(values)


def occasion_name(occasion: str, language: Language) -> str:
    """Return the name of an occasion such as `birthday` or `festival:mid_autumn`."""
    kind, _, festival = occasion.partition(":")
    side = 0 if language is Language.CHINESE else 1
    if festival:
        return (FESTIVALS[festival].zh, FESTIVALS[festival].en)[side]
    return WORDS[f"occasion.{kind}"][side]


def days_said(facts: Mapping[str, Any], say_day: SayDay) -> dict[str, Any]:
    """Return facts with every day in words; instants stay."""
    return {name: say_day(value) if type(value) is date else value for name, value in facts.items()}


def history_sentence(
    entry: HistoryEntry,
    name_of: NameOf,
    language: Language,
    say_day: SayDay = date.isoformat,
) -> str:
    """Return what happened, in one sentence; `name_of` tells who a representative is."""
    side = 0 if language is Language.CHINESE else 1
    if entry.facts is None:
        return DAMAGED[side]
    words = _Words(language, name_of, say_day)
    facts = words.of({**_made_up(entry.facts), **entry.facts, "topic": entry.topic})
    if entry.facts.get("courtesy"):
        courtesy = from_plain(Courtesy, entry.facts["courtesy"])
        facts["courtesy"] = courtesy_sentence(courtesy, language)
    told = _fill(HISTORY_TEXTS.get(entry.topic, UNTOLD)[side], facts)
    told += WHY[side].format(why=entry.why) if entry.why else ""
    return told + (ERASED[side] if entry.is_erased else "")


def _fill(template: str, facts: Mapping[str, str]) -> str:
    pieces = template.split("|")
    return "".join(
        piece.format_map(facts)
        for piece in pieces
        if all(facts.get(name) for name in _FACT.findall(piece))
    )


def _made_up(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that sentences want and events do not hold as such."""
    card = facts.get("card") or {}
    before, after = facts.get("from_grade"), facts.get("to_grade")
    return {
        "title": card.get("company") or card.get("name"),
        "due_on": _day_of(facts.get("due")),
        "due_before": _day_of(facts.get("before")),
        "regraded": f"{before} → {after}" if before != after else None,
        "recipients": facts.get("to_ids"),
        "flagged": "flagged" if facts.get("is_flagged") else None,
    }


def _day_of(due: Any) -> Any:
    return due.get("on") if isinstance(due, Mapping) else None


class _Words:
    """Says plain values in one language."""

    def __init__(self, language: Language, name_of: NameOf, say_day: SayDay) -> None:
        self._side = 0 if language is Language.CHINESE else 1
        self._separator = "、" if language is Language.CHINESE else ", "
        self._name_of = name_of
        self._say_day = say_day

    def of(self, facts: Mapping[str, Any]) -> dict[str, str]:
        return {name: self._word(name, value) for name, value in facts.items()}

    def _word(self, name: str, value: Any) -> str:
        if value in _EMPTY:
            return ""
        if name == "recipients":
            return self._separator.join(self._name_of(UUID(each)) for each in value)
        if name.endswith(("owner_id", "handler_id", "rep_id", "recipient_id", "responsible_id")):
            return self._name_of(UUID(value))
        if isinstance(value, Mapping):
            return self._separator.join(
                f"{self._named(name, key)} {self._word(key, each) or '–'}"
                for key, each in value.items()
            )
        if isinstance(value, list):
            return self._separator.join(self._word(name, each) for each in value)
        return self._single(name, str(value))

    def _single(self, name: str, value: str) -> str:
        if name in _DAYS and _DAY.fullmatch(value):
            return self._say_day(date.fromisoformat(value))
        if name in _AMOUNTS:
            return f"{Decimal(value):,.2f}"
        return self._named(name, value) if name in _CODED else value

    def _named(self, place: str, word: str) -> str:
        named = WORDS.get(f"{place}.{word}") or WORDS.get(word)
        return named[self._side] if named else word
