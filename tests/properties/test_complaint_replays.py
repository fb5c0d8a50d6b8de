"""Whatever happens to a complaint: replaying it gives the same complaint (D9)."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from domain.complaint import Complaint, Stage
from domain.policies.book import PolicyKind
from domain.priority import Clock, ComplaintChannel
from tests.support import strategies
from tests.support.examples import a_complaint
from tests.support.moments import LI, WANG, ZHAO
from tests.support.replaying import ReplayMachine

CALENDAR = PolicyKind.CALENDAR
WHY = st.sampled_from(["", "客户要求"])
ESCALATIONS = (Complaint.Escalated, Complaint.EscalationStranded)


class ComplaintMachine(ReplayMachine):
    cached: Complaint

    @initialize()
    def file(self) -> None:
        self.keep(a_complaint(self.moment))

    @rule(minutes=st.integers(0, 3000), microseconds=st.integers(0, 999_999))
    def time_goes_by(self, minutes: int, microseconds: int) -> None:
        self.wait(timedelta(minutes=minutes, microseconds=microseconds))

    @rule(severity=strategies.SEVERITIES, pressure=strategies.PRESSURES)
    def triage(self, severity, pressure) -> None:  # noqa: ANN001 - by strategies
        self.take(lambda complaint: complaint.triage(self.book, severity, pressure))

    @rule(handler_id=st.sampled_from([LI.id, WANG.id]))
    def assign(self, handler_id) -> None:  # noqa: ANN001
        self.take(lambda complaint: complaint.assign(handler_id))

    @rule()
    def acknowledge(self) -> None:
        self.take(lambda complaint: complaint.acknowledge())

    @rule(text=strategies.TEXTS)
    def investigate(self, text: str) -> None:
        self.take(lambda complaint: complaint.investigate(text))

    @rule(text=strategies.TEXTS)
    def resolve(self, text: str) -> None:
        self.take(lambda complaint: complaint.resolve(text))

    @rule(text=strategies.TEXTS)
    def report(self, text: str) -> None:
        self.take(lambda complaint: complaint.report_outcome(ComplaintChannel.EMAIL, text))

    @rule(satisfaction=st.none() | st.integers(0, 6))
    def close(self, satisfaction: int | None) -> None:
        self.take(lambda complaint: complaint.close(satisfaction))

    @rule(why=WHY)
    def reopen(self, why: str) -> None:
        self.take(lambda complaint: complaint.reopen(self.book), why=why)

    @rule(why=WHY)
    def pause(self, why: str) -> None:
        self.take(lambda complaint: complaint.pause(self.book), why=why)

    @rule()
    def resume(self) -> None:
        self.take(lambda complaint: complaint.resume(self.book))

    @rule(to_ids=st.lists(st.sampled_from([LI.id, ZHAO.id]), unique=True))
    def climb_what_is_reached(self, to_ids) -> None:  # noqa: ANN001
        for climb in list(self.cached.climbs):
            is_reached = climb.at <= self.moment
            before = self.cached.version
            self.take(lambda complaint, key=climb.key: complaint.escalate(key, to_ids))

            assert (self.cached.version > before) is is_reached

    @rule(days=st.integers(0, 10))
    def take_a_day_off_and_recompute(self, days: int) -> None:
        self.take_a_day_off(self.today + timedelta(days=days))
        for _ in range(2):
            before = self.cached.version
            self.take(lambda complaint: complaint.recompute_deadlines(self.book, CALENDAR))

        assert self.cached.version == before

    @invariant()
    @precondition(lambda self: self.cached is not None)
    def no_rung_is_climbed_twice_or_announced_again(self) -> None:
        climbed = [event.key for event in self.events() if isinstance(event, ESCALATIONS)]

        assert len(climbed) == len(set(climbed))
        assert self.cached.climbed == set(climbed)
        assert not self.cached.climbed & {climb.key for climb in self.cached.climbs}

    @invariant()
    @precondition(lambda self: self.cached is not None)
    def clocks_run_only_while_somebody_has_to_act(self) -> None:
        complaint = self.cached
        ahead = {climb.clock for climb in complaint.climbs if climb.at > self.moment}

        if complaint.resolved_at is not None:
            assert complaint.climbs == []
        if complaint.acknowledged_at is not None or complaint.stage is Stage.CLOSED:
            assert Clock.ACKNOWLEDGE not in ahead
        if complaint.is_paused:
            assert Clock.RESOLVE not in ahead

    @invariant()
    @precondition(lambda self: self.cached is not None)
    def every_rung_of_a_running_clock_is_ahead_or_climbed(self) -> None:
        """None is ever lost, whatever was triaged, paused and resumed in between."""
        complaint = self.cached
        running = set(Clock)
        if complaint.acknowledged_at is not None:
            running.discard(Clock.ACKNOWLEDGE)
        if complaint.is_paused or complaint.resolved_at is not None:
            running.discard(Clock.RESOLVE)
        steps = {(clock, rung.percent) for clock in running for rung in self.book.sla.ladder}
        ahead = {(climb.clock, climb.percent) for climb in complaint.climbs}
        climbed: set[tuple[Clock, int]] = set()
        for event in self.events():
            if isinstance(event, Complaint.Reopened):
                climbed = {
                    (clock, percent) for clock, percent in climbed if clock is not Clock.RESOLVE
                }
            if isinstance(event, ESCALATIONS):
                climbed.add((Clock(event.clock), event.percent))

        assert steps <= ahead | climbed


ComplaintMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None
)
TestAComplaint = ComplaintMachine.TestCase
