"""Putting a new version of a policy in force (制度, D3)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.commands import AmendPolicy
from domain.errors import ForbiddenError, InvalidError, NotFoundError, NothingChangedError
from domain.grade import Grade
from domain.plain import from_plain, to_plain
from domain.policies.book import CONTENT_TYPES, DEFAULTS, PolicyKind
from domain.policy import Policy
from tests.support.examples import a_policy
from tests.support.moments import QIAN, TODAY, ZHAO
from tests.support.scenario import Outcome, an_event, given

DAYS = {"A": 2, "B": 7, "C": 15, "D": 30, "E": 365}


def amending(kind: PolicyKind, content: dict[str, Any], **how: Any) -> Outcome:
    command = AmendPolicy(kind=kind, content=content)
    return given(a_policy(kind)).when(command, **{"by": QIAN, **how})


def test_a_new_version_is_in_force_and_the_old_one_is_kept() -> None:
    policy = amending(PolicyKind.CADENCE, {"interval_days": DAYS}, why="人手不足").then(
        an_event(Policy.Amended, originator_version=2, why="人手不足")
    )

    assert policy.read().interval(Grade.A) == 2


def test_what_an_amendment_does_not_name_stays_as_it_is() -> None:
    """Moving the lunch break must not lose the holidays."""
    hours = [["09:00", "12:30"], ["13:30", "18:00"]]
    policy = amending(PolicyKind.CALENDAR, {"hours": hours}).then(an_event(Policy.Amended))

    assert policy.read().hours == (("09:00", "12:30"), ("13:30", "18:00"))
    assert policy.read().closed == DEFAULTS[PolicyKind.CALENDAR](TODAY).closed


@pytest.mark.parametrize("kind", PolicyKind)
def test_the_content_in_force_cannot_be_put_in_force_again(kind: PolicyKind) -> None:
    content = to_plain(DEFAULTS[kind](TODAY))

    amending(kind, content).then_refused(NothingChangedError)
    amending(kind, {}).then_refused(NothingChangedError)


@pytest.mark.parametrize("kind", PolicyKind)
def test_every_policy_reads_back_as_it_was_adopted(kind: PolicyKind) -> None:
    policy = a_policy(kind)

    assert policy.read() == DEFAULTS[kind](TODAY)
    assert from_plain(CONTENT_TYPES[kind], policy.content) == policy.read()


@pytest.mark.parametrize(
    ("kind", "content", "field", "problem"),
    [
        (PolicyKind.CADENCE, {"intervals": DAYS}, "intervals", "unknown-field"),
        (PolicyKind.CADENCE, {"interval_days": {**DAYS, "A": "2"}}, "interval_days", "`int`"),
        (PolicyKind.CADENCE, {"interval_days": {**DAYS, "A": 0}}, "content", "1 to 3650 days"),
        (PolicyKind.CADENCE, {"workday_methods": ["phone", "pigeon"]}, "workday_methods[1]", ""),
        (PolicyKind.GRADING, {"within_days": {"A": 30}}, "content", "growing"),
        (PolicyKind.SLA, {"targets": {"P1": {"acknowledge": 1}}}, "targets", "`resolve`"),
        (PolicyKind.SLA, {"matrix": {"awful": {}}}, "matrix", "awful"),
        (PolicyKind.SLA, {"ladder": [{"percent": 75, "level": "0"}]}, "ladder[0].level", "`int`"),
        (PolicyKind.SLA, {"untriaged": "P5"}, "untriaged", "P5"),
        (PolicyKind.QUICK_NOTES, {"notes": [{"key": "1"}]}, "notes[0]", "label_zh"),
        (PolicyKind.CALENDAR, {"zone": "Mars"}, "zone", "unknown-zone"),
        (PolicyKind.CALENDAR, {"hours": [["18:00", "09:00"]]}, "hours", "not-ascending"),
        (PolicyKind.CALENDAR, {"closed": ["2026-02-30"]}, "closed[0]", ""),
        (PolicyKind.CALENDAR, {"weekdays": []}, "weekdays", "required"),
        (PolicyKind.CALENDAR, {"weekdays": [8]}, "weekdays", "not-1-to-7"),
        (PolicyKind.CALENDAR, {"open": ["2026-10-01"]}, "open", "also-closed"),
    ],
)
def test_a_mistake_is_refused_with_its_place(
    kind: PolicyKind, content: dict[str, Any], field: str, problem: str
) -> None:
    outcome = amending(kind, content)

    outcome.then_refused(InvalidError, field=field)
    assert outcome.error is not None
    assert problem in str(outcome.error.fields["problem"])


def test_only_an_administrator_amends() -> None:
    amending(PolicyKind.CADENCE, {"interval_days": DAYS}, by=ZHAO).then_refused(
        ForbiddenError, needs="administer"
    )


def test_a_policy_nobody_adopted_cannot_be_amended() -> None:
    command = AmendPolicy(kind=PolicyKind.CADENCE, content={"interval_days": DAYS})

    given().when(command, by=QIAN).then_refused(NotFoundError, of="policy")
