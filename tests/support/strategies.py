"""Random but possible input: what a person or program might send."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from domain.card import Card, Classification
from domain.contact import Contact, ContactMethod, ContactPurpose
from domain.grade import DealStage, Demand, Grade, Importance
from domain.priority import Pressure, Severity

NAMES = st.sampled_from(["王小明", "李雷", "Anna Müller", "远东贸易"])
TEXTS = st.sampled_from(["", "问候", "不需要", "emoji 🙂", 'quote " and \\ slash'])
PHONES = st.integers(13_000_000_000, 19_999_999_999).map(str)
GRADES = st.none() | st.sampled_from(Grade)
DEMANDS = st.none() | st.sampled_from(Demand)
METHODS = st.sampled_from(ContactMethod)
SEVERITIES = st.sampled_from(Severity)
PRESSURES = st.sampled_from(Pressure)


def days_around(day: date, before: int = 40, after: int = 200) -> st.SearchStrategy[date]:
    """Return days near `day`."""
    return st.integers(-before, after).map(lambda days: day + timedelta(days=days))


def contacts(today: date) -> st.SearchStrategy[Contact]:
    """Return reports of contacts, some of them impossible on the day `today`."""
    return st.builds(
        Contact,
        contacted_on=days_around(today, before=20, after=1),
        method=METHODS,
        purpose=st.sampled_from(ContactPurpose),
        text=TEXTS,
        feedback=TEXTS,
        grade=GRADES,
        demand=DEMANDS,
        expected_on=st.none() | days_around(today),
        promised_on=st.none() | days_around(today, before=5),
        defer_reason=st.sampled_from(["", "春节后再谈"]),
        next_method=st.none() | METHODS,
    )


def cards() -> st.SearchStrategy[Card]:
    return st.builds(
        Card,
        name=NAMES,
        company=st.sampled_from(["", "远东贸易有限公司"]),
        phones=st.lists(PHONES, max_size=2).map(tuple),
        email=st.sampled_from(["", "a@example.com"]),
        notes=TEXTS,
    )


def axes(today: date) -> dict[str, st.SearchStrategy[Any]]:
    """Return what each axis besides the grade may be changed to."""
    return {
        "deal_stage": st.sampled_from(DealStage),
        "importance": st.sampled_from(Importance),
        "demand": DEMANDS,
        "needed_by": st.none() | days_around(today),
        "expected_on": st.none() | days_around(today),
        "industry": TEXTS,
        "route_position": st.none() | st.integers(0, 9),
        "tags": st.lists(NAMES, max_size=2),
    }


def classifications(today: date) -> st.SearchStrategy[Classification]:
    tags = {"tags": st.lists(NAMES, max_size=2).map(tuple)}
    return st.builds(Classification, **{**axes(today), **tags})
