"""Why (缘由): what stands and what was decided about a customer, each with its cause in one shape.

Reckoned from his history alone, up to any moment of it: which events, which versions of which
policies and which rules of `docs/rules.md` made it so, and a sentence in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from api.messages import Language, detail
from api.sentences import NameOf, due_sentence, history_sentence
from domain.calendars.business_time import WorkCalendar
from domain.customer import Customer
from domain.grade import GradeBasis
from domain.journal import DueRule
from domain.policies.book import PolicyKind
from projections.journal.history import HistoryEntry, HistoryReader

MOST_ENTRIES = 5_000
"""How many of the events that decide something are looked at, the newest."""


class Decision(StrEnum):
    """What is explained: three things that stand, and what was decided on the way."""

    DUE = "due"
    GRADE = "grade"
    OWNER = "owner"
    ESCALATION = "escalation"
    GREETING = "greeting"
    REFUSAL = "refusal"
    """Something that we might have done and did not: no greeting, no task."""
    POOL_RETURN = "pool_return"
    DEADLINE = "deadline"
    """By when a complaint is to be acknowledged and resolved."""


@dataclass(frozen=True, slots=True)
class EventReference:
    """An event of the log, as the history tells it."""

    position: int
    stream_id: UUID
    version: int
    topic: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PolicyReference:
    """A version of a policy."""

    kind: PolicyKind
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why something stands or was decided.

    `events` made it so, the decisive one last. `policies` are those it was decided under, none
    where a person did. `rules` are numbers of the list of rules. `text` says it in the language of
    the request.
    """

    decision: Decision
    events: list[EventReference]
    policies: list[PolicyReference]
    rules: list[str]
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """The language that somebody reads, and the names of those who acted."""

    language: Language
    name_of: NameOf

    def tell(self, entry: HistoryEntry) -> str:
        """Return what an entry of the history tells, in one sentence."""
        return history_sentence(entry, self.name_of, self.language)


DUE_RULES: Mapping[DueRule, tuple[str, ...]] = {
    DueRule.CADENCE: ("R40", "X1", "X2"),
    DueRule.QUICK_NOTE: ("R44", "X20"),
    DueRule.PROMISE: ("R43", "X9"),
    DueRule.DEFERRAL: ("R43", "X9"),
    DueRule.NEEDED_BY: ("X9",),
    DueRule.EXPECTED_DEAL: ("X5",),
}
GRADE_RULES: Mapping[GradeBasis, tuple[str, ...]] = {
    GradeBasis.KEPT: ("R41",),
    GradeBasis.JUDGED: ("R41",),
    GradeBasis.ASSESSED: ("R34", "R35", "R36", "R37", "R38", "X4", "X5"),
    GradeBasis.QUICK_NOTE: ("R44", "X20"),
}
OWNER_RULES: Mapping[str, tuple[str, ...]] = {
    "customer.created": ("R56",),
    "customer.owner_changed": ("R56",),
    "customer.claimed": ("R60", "X16"),
    "customer.returned_to_pool": ("R60", "X16"),
}
DECIDED: Mapping[str, tuple[Decision, tuple[str, ...]]] = {
    "customer.follow_up_escalated": (Decision.ESCALATION, ("X16",)),
    "complaint.escalated": (Decision.ESCALATION, ("R72b", "X13")),
    "complaint.escalation_stranded": (Decision.ESCALATION, ("R72b", "X13")),
    "greeting.issued": (Decision.GREETING, ("R73", "X18")),
    "greeting.reserved": (Decision.GREETING, ("R73", "X18")),
    "greeting.skipped": (Decision.REFUSAL, ("R73", "X18")),
    "task.skipped": (Decision.REFUSAL, ("R46", "X21")),
    "customer.returned_to_pool": (Decision.POOL_RETURN, ("R60", "X16")),
}
"""What is decided once and stays so, by topic, with its rules."""

DECIDING = (
    *OWNER_RULES, *DECIDED, "customer.contacted", "customer.regraded", "customer.due_moved",
    "customer.pool_warned", "complaint.filed", "complaint.triaged", "complaint.reopened",
    "complaint.resumed", "complaint.deadlines_recomputed",
)  # fmt: skip
"""The topics that decide something, or that later decisions go back to."""

_POLICIES = {
    "grading_version": PolicyKind.GRADING,
    "cadence_version": PolicyKind.CADENCE,
    "calendar_version": PolicyKind.CALENDAR,
    "pool_version": PolicyKind.POOL,
    "sla_version": PolicyKind.SLA,
}


def explanations_of(
    history: HistoryReader,
    customer: Customer,
    calendar: WorkCalendar,
    words: Words,
    until: int | None = None,
) -> list[Explanation]:
    """Return why `customer` stands as he does, and what was decided about him, in log order.

    `customer` is as he was at the position `until`, or as he is. First come his due date, his grade
    and his owner.
    """
    newest_first = history.page(customer.id, limit=MOST_ENTRIES, topics=DECIDING, until=until)
    entries = [entry for entry in reversed(newest_first) if entry.facts is not None]
    standing = [
        _due(entries, customer, calendar, words),
        _grade(entries, customer, words),
        _owner(entries, words),
    ]
    return [each for each in standing if each is not None] + list(_decided(entries, words))


def explanations_of_complaint(
    history: HistoryReader,
    customer_id: UUID,
    complaint_id: UUID,
    words: Words,
    until: int | None = None,
) -> list[Explanation]:
    """Return why a complaint has the deadlines that it has, and what was decided about it.

    The deadlines come first, with the event that set them last; then its escalations, in log order.
    """
    newest_first = history.page(
        customer_id, limit=MOST_ENTRIES, topics=DECIDING, stream_id=complaint_id, until=until
    )
    entries = [entry for entry in reversed(newest_first) if entry.facts is not None]
    setting = _last(entry for entry in entries if "sla_version" in _facts(entry))
    decided = list(_decided(entries, words))
    if setting is None:
        return decided
    deadline = Explanation(
        decision=Decision.DEADLINE,
        events=[_event(setting)],
        policies=_policies(setting),
        rules=["R69", "X13"],
        text=words.tell(setting),
    )
    return [deadline, *decided]


def _due(
    entries: Sequence[HistoryEntry],
    customer: Customer,
    calendar: WorkCalendar,
    words: Words,
) -> Explanation | None:
    entry = _last(entry for entry in entries if _facts(entry).get("due"))
    if entry is None:
        return None
    due = customer.due
    return Explanation(
        decision=Decision.DUE,
        events=[_event(entry)],
        policies=[
            PolicyReference(PolicyKind.CADENCE, due.cadence_version),
            PolicyReference(PolicyKind.CALENDAR, due.calendar_version),
        ],
        rules=list(DUE_RULES[due.rule]),
        text=due_sentence(due, customer.grade, calendar, words.language),
    )


def _grade(entries: Sequence[HistoryEntry], customer: Customer, words: Words) -> Explanation | None:
    entry = _last(
        entry
        for entry in entries
        if entry.topic == "customer.created"
        or _facts(entry).get("from_grade") != _facts(entry).get("to_grade")
    )
    if entry is None:
        return None
    facts = _facts(entry)
    basis = GradeBasis(facts["grade_basis"])
    values = {**facts, "grade": customer.grade}
    stop = "。" if words.language is Language.CHINESE else ". "
    how = detail(f"why-grade-{basis.value}", words.language, values)
    return Explanation(
        decision=Decision.GRADE,
        events=[_event(entry)],
        policies=[PolicyReference(PolicyKind.GRADING, facts["grading_version"])],
        rules=list(GRADE_RULES[basis]),
        text=words.tell(entry) + stop + how,
    )


def _owner(entries: Sequence[HistoryEntry], words: Words) -> Explanation | None:
    entry = _last(entry for entry in entries if entry.topic in OWNER_RULES)
    if entry is None:
        return None
    policies = [each for each in _policies(entry) if each.kind is PolicyKind.POOL]
    return Explanation(
        decision=Decision.OWNER,
        events=[_event(entry)],
        policies=policies,
        rules=list(OWNER_RULES[entry.topic]),
        text=words.tell(entry),
    )


def _decided(entries: Iterable[HistoryEntry], words: Words) -> Iterable[Explanation]:
    promised: dict[UUID, HistoryEntry] = {}
    warned: HistoryEntry | None = None
    for entry in entries:
        if "sla_version" in _facts(entry):
            promised[entry.stream_id] = entry
        if entry.topic == "customer.pool_warned":
            warned = entry
        if entry.topic not in DECIDED:
            continue
        decision, rules = DECIDED[entry.topic]
        before = promised.get(entry.stream_id)
        if decision is Decision.POOL_RETURN:
            # A manager gives his reason instead; nobody was warned of that.
            before, warned = (warned if _facts(entry).get("clock") else None), None
        causes = [entry] if before is None else [before, entry]
        yield Explanation(
            decision=decision,
            events=[_event(each) for each in causes],
            policies=_policies(entry) or (_policies(before) if before is not None else []),
            rules=list(rules),
            text=words.tell(entry),
        )


def _policies(entry: HistoryEntry) -> list[PolicyReference]:
    facts = _facts(entry)
    found = [PolicyReference(k, facts[name]) for name, k in _POLICIES.items() if name in facts]
    if entry.topic.startswith("greeting.") and "policy_version" in facts:
        found.append(PolicyReference(PolicyKind.GREETINGS, facts["policy_version"]))
    return found


def _event(entry: HistoryEntry) -> EventReference:
    return EventReference(
        entry.position, entry.stream_id, entry.version, entry.topic, entry.recorded_at
    )


def _facts(entry: HistoryEntry) -> Mapping[str, Any]:
    return entry.facts or {}


def _last(entries: Iterable[HistoryEntry]) -> HistoryEntry | None:
    found = None
    for entry in entries:
        found = entry
    return found
