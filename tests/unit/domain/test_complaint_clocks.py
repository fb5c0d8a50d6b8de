"""The clocks of a complaint: waiting, going on, reopening and climbing (D9)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access import Principal
from domain.commands import (
    PauseComplaint,
    ReopenComplaint,
    ResumeComplaint,
    TriageComplaint,
)
from domain.complaint import Complaint
from domain.errors import ForbiddenError
from domain.priority import Clock, Pressure, Severity
from domain.worker_commands import EscalateComplaint
from tests.support.examples import a_complaint, a_customer
from tests.support.moments import LI, TODAY, TOMORROW, ZHAO, an_id, at
from tests.support.scenario import Outcome, Scenario, an_event, given
from tests.support.stories import ComplaintStory

ID = an_id("complaint")
TICKER = Principal.system("ticker")
FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)
HOUR = 3600.0


class Running:
    """A complaint of P2 filed Monday at 10: 24 hours to resolve, until Thursday at 10."""

    def __init__(self, complaint: Complaint | None = None) -> None:
        self.scenario: Scenario = given(complaint or a_complaint(), a_customer())

    def pause(self, moment: datetime) -> Outcome:
        return self.scenario.when(PauseComplaint(complaint_id=ID), at=moment, why="等样品")

    def resume(self, moment: datetime) -> Outcome:
        return self.scenario.when(ResumeComplaint(complaint_id=ID), at=moment)

    def reopen(self, moment: datetime) -> Outcome:
        return self.scenario.when(ReopenComplaint(complaint_id=ID), at=moment, why="又开裂了")

    def triage(self, severity: Severity, moment: datetime) -> Outcome:
        command = TriageComplaint(complaint_id=ID, severity=severity, pressure=Pressure.NORMAL)
        return self.scenario.when(command, at=moment)

    def escalate(self, key: UUID, moment: datetime, *to: UUID, by: Any = TICKER) -> Outcome:
        command = EscalateComplaint(complaint_id=ID, key=key, to_ids=to)
        return self.scenario.when(command, at=moment, by=by)

    def key(self, clock: Clock, percent: int) -> UUID:
        climbs = self.scenario.now().climbs
        return next(c.key for c in climbs if (c.clock, c.percent) == (clock, percent))

    def times(self, clock: Clock = Clock.RESOLVE) -> dict[int, datetime]:
        return {c.percent: c.at for c in self.scenario.now().climbs if c.clock is clock}


class TestPauseAndResume:
    def test_the_clock_stands_and_goes_on_from_there(self) -> None:
        """Eight hours gone, paused from Tuesday 10:00 to Friday 14:00: sixteen are left."""
        running = Running()
        running.pause(at(TOMORROW)).then(an_event(Complaint.Paused, used_seconds=8 * HOUR))
        assert running.times() == {}

        running.resume(at(FRIDAY, 14)).then(an_event(Complaint.Resumed, sla_version=1))
        assert running.times() == {
            75: at(MONDAY, 16),
            100: at(date(2026, 12, 1), 14),
            150: at(date(2026, 12, 2), 18),
            200: at(date(2026, 12, 4), 14),
        }

    def test_nights_weekends_and_lunch_cost_nothing(self) -> None:
        running = Running(a_complaint(at(FRIDAY, 17)))
        running.pause(at(MONDAY, 13, 30)).then(
            an_event(Complaint.Paused, used_seconds=(1 + 3 + 0.5) * HOUR)
        )

    def test_several_waits_add_up_to_the_second(self) -> None:
        running = Running()
        running.pause(at(TODAY, 10, 20, 17))
        running.resume(at(TODAY, 11, 0, 3))
        running.pause(at(TODAY, 11, 30, 4)).then(
            an_event(Complaint.Paused, used_seconds=(20 * 60 + 17) + (30 * 60 + 1.0))
        )

    def test_a_wait_outside_working_time_moves_nothing(self) -> None:
        running = Running()
        before = running.times()
        running.pause(at(TODAY, 19))
        running.resume(at(TOMORROW, 8))

        assert running.times() == before

    def test_the_customer_still_waits_for_an_acknowledgement(self) -> None:
        running = Running()
        before = running.times(Clock.ACKNOWLEDGE)
        running.pause(at(TODAY, 10, 5))
        assert running.times(Clock.ACKNOWLEDGE) == before

        running.resume(at(TODAY, 11))
        assert running.times(Clock.ACKNOWLEDGE) == before

    def test_the_reason_stands_in_the_event(self) -> None:
        Running().pause(at(TOMORROW)).then(an_event(Complaint.Paused, why="等样品"))

    @pytest.mark.parametrize("late", [timedelta(), timedelta(minutes=1)])
    def test_a_rung_reached_before_the_wait_is_still_climbed(self, late: timedelta) -> None:
        """The ticker was asleep when 75 percent went by; nor does triaging hush it up."""
        running = Running()
        warned_at = running.times()[75]
        running.pause(warned_at + late)
        assert running.times() == {75: warned_at}

        running.triage(Severity.TRIVIAL, warned_at + timedelta(hours=1))
        assert running.times() == {75: warned_at}
        assert [climb.percent for climb in running.scenario.now().climbs] == [75, 100, 150, 200, 75]

        key = running.key(Clock.RESOLVE, 75)
        running.resume(at(FRIDAY, 14))
        assert running.times()[75] == warned_at
        running.escalate(key, at(FRIDAY, 14), LI.id).then(
            an_event(Complaint.Escalated, due_at=warned_at)
        )

    def test_what_was_judged_during_the_wait_counts_when_it_goes_on(self) -> None:
        """Ten hours gone; under P1 that is more than the eight allowed."""
        running = Running()
        running.pause(at(TOMORROW, 12))
        running.triage(Severity.CRITICAL, at(TOMORROW, 15)).then(
            an_event(Complaint.Triaged, priority="P1")
        )
        assert running.times() == {}

        running.resume(at(FRIDAY, 14))
        assert running.times() == {
            75: at(FRIDAY, 14),
            100: at(FRIDAY, 14),
            150: at(FRIDAY, 16),
            200: at(MONDAY, 11),
        }


class TestTriageAgain:
    def test_a_stricter_priority_may_have_been_missed_already(self) -> None:
        running = Running()
        running.triage(Severity.CRITICAL, at(date(2026, 11, 25), 12))

        assert running.times() == {
            75: at(TODAY, 17),
            100: at(TOMORROW, 10),
            150: at(TOMORROW, 15),
            200: at(date(2026, 11, 25), 10),
        }

    def test_a_milder_one_gives_more_time(self) -> None:
        running = Running()
        running.triage(Severity.TRIVIAL, at(TOMORROW))

        assert running.times()[100] == at(date(2026, 12, 7), 10)

    def test_what_the_waits_took_is_not_counted_again(self) -> None:
        """Two hours gone before the wait; under P1 six are left."""
        running = Running()
        running.pause(at(TODAY, 12))
        running.resume(at(TOMORROW, 9))
        running.triage(Severity.CRITICAL, at(TOMORROW, 9, 30))

        assert running.times()[100] == at(TOMORROW, 16)

    def test_a_rung_that_was_climbed_is_not_climbed_again(self) -> None:
        running = Running()
        key = running.key(Clock.RESOLVE, 75)
        running.escalate(key, running.times()[75], LI.id)
        running.triage(Severity.TRIVIAL, at(date(2026, 11, 25), 14))

        assert set(running.times()) == {100, 150, 200}


class TestReopening:
    def test_a_new_round_has_a_fresh_clock_and_fresh_keys(self) -> None:
        story = ComplaintStory().closed()
        first_keys = {climb.key for climb in a_complaint().climbs}
        running = Running(story.complaint)
        running.reopen(at(TOMORROW, 9)).then(an_event(Complaint.Reopened, round=2, why="又开裂了"))

        assert running.times()[100] == at(date(2026, 11, 26), 18)
        assert running.times(Clock.ACKNOWLEDGE) == {}
        assert not {climb.key for climb in running.scenario.now().climbs} & first_keys

    def test_time_used_in_the_first_round_is_forgotten(self) -> None:
        story = ComplaintStory().closed()
        running = Running(story.complaint)
        running.reopen(at(TOMORROW, 9))

        running.pause(at(TOMORROW, 10)).then(an_event(Complaint.Paused, used_seconds=HOUR))

    def test_a_complaint_may_be_reopened_again_and_again(self) -> None:
        story = ComplaintStory().reopened()
        for step in (lambda c: c.investigate("再查"), lambda c: c.resolve("退款")):
            story.go_on(step)
        running = Running(story.complaint)

        running.reopen(at(TOMORROW)).then(an_event(Complaint.Reopened, round=3))


class TestEscalating:
    def test_a_rung_that_is_reached_is_climbed_and_people_are_told(self) -> None:
        running = Running()
        key, due_at = running.key(Clock.ACKNOWLEDGE, 100), at(TODAY, 12)
        complaint = running.escalate(key, at(TODAY, 12, 1), LI.id, ZHAO.id).then(
            an_event(
                Complaint.Escalated,
                clock="acknowledge",
                percent=100,
                level=1,
                due_at=due_at,
                timestamp=at(TODAY, 12, 1),
                to_ids=[LI.id, ZHAO.id],
                key=key,
            )
        )

        assert complaint.level == 1
        assert key not in {climb.key for climb in complaint.climbs}

    def test_nobody_up_there_is_a_fact_in_itself(self) -> None:
        running = Running()
        key = running.key(Clock.ACKNOWLEDGE, 200)
        complaint = running.escalate(key, at(TODAY, 17)).then(
            an_event(Complaint.EscalationStranded, level=3, percent=200)
        )

        assert complaint.level == 3

    def test_the_same_rung_is_climbed_once_however_often_it_is_asked(self) -> None:
        running = Running()
        key = running.key(Clock.ACKNOWLEDGE, 75)
        running.escalate(key, at(TODAY, 11, 30), LI.id).then(an_event(Complaint.Escalated))

        running.escalate(key, at(TODAY, 11, 31), LI.id).then_nothing()
        running.escalate(key, at(TODAY, 17)).then_nothing()

    def test_a_rung_ahead_is_not_climbed_a_moment_too_early(self) -> None:
        running = Running()
        key, reached = running.key(Clock.ACKNOWLEDGE, 75), at(TODAY, 11, 30)

        running.escalate(key, reached - timedelta(microseconds=1), LI.id).then_nothing()
        running.escalate(key, reached, LI.id).then(an_event(Complaint.Escalated))

    def test_a_clock_that_has_stopped_climbs_no_more(self) -> None:
        before = a_complaint()
        keys = {climb.clock: climb.key for climb in before.climbs if climb.percent == 100}
        story = ComplaintStory().acknowledged()
        running = Running(story.complaint)
        running.escalate(keys[Clock.ACKNOWLEDGE], at(MONDAY), LI.id).then_nothing()

        resolved = Running(ComplaintStory().resolved().complaint)
        resolved.escalate(keys[Clock.RESOLVE], at(MONDAY), LI.id).then_nothing()

    def test_a_key_of_another_round_or_complaint_climbs_nothing(self) -> None:
        Running().escalate(an_id("nothing"), at(MONDAY), LI.id).then_nothing()

        first = a_complaint().climbs[0].key
        Running(ComplaintStory().reopened().complaint).escalate(first, at(MONDAY)).then_nothing()

    def test_a_missed_ladder_is_climbed_rung_by_rung(self) -> None:
        """The service was down over night: each breach is a fact, in order."""
        running = Running()
        for percent, level in ((75, 0), (100, 1), (150, 2), (200, 3)):
            key = running.key(Clock.ACKNOWLEDGE, percent)
            running.escalate(key, at(TOMORROW), LI.id).then(
                an_event(Complaint.Escalated, percent=percent, level=level)
            )

    def test_the_level_never_falls(self) -> None:
        running = Running()
        running.escalate(running.key(Clock.ACKNOWLEDGE, 200), at(MONDAY), LI.id)
        running.escalate(running.key(Clock.ACKNOWLEDGE, 75), at(MONDAY), LI.id)

        assert running.scenario.now().level == 3

    @pytest.mark.parametrize("by", [LI, ZHAO])
    def test_people_do_not_climb_the_ladder_themselves(self, by: Principal) -> None:
        running = Running()
        key = running.key(Clock.ACKNOWLEDGE, 75)

        running.escalate(key, at(MONDAY), by=by).then_refused(ForbiddenError)
