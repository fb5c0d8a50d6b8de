"""Complaints and customers that have come some way: each story goes on from the one before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from domain.complaint import Complaint, Stage
from domain.priority import ComplaintChannel, Pressure, Severity
from tests.support.examples import a_complaint
from tests.support.moments import LI, NOW, WANG, signed, the_book

STEP = timedelta(minutes=5)
"""How long each step of a story takes."""


class ComplaintStory:
    """A complaint and the moment its story has reached."""

    def __init__(self, moment: datetime = NOW, **changes: Any) -> None:
        self.moment = moment
        self.complaint = a_complaint(moment, **changes)

    def go_on(self, step: Callable[[Complaint], Any], why: str = "") -> ComplaintStory:
        """Take one step, five minutes later."""
        self.moment += STEP
        with signed(self.moment, LI, why):
            step(self.complaint)
        return self

    def triaged(self) -> ComplaintStory:
        return self.go_on(lambda c: c.triage(the_book(), Severity.MAJOR, Pressure.NORMAL))

    def assigned(self) -> ComplaintStory:
        return self.triaged().go_on(lambda c: c.assign(WANG.id))

    def acknowledged(self) -> ComplaintStory:
        return self.assigned().go_on(lambda c: c.acknowledge())

    def investigated(self) -> ComplaintStory:
        return self.acknowledged().go_on(lambda c: c.investigate("批次受潮"))

    def resolved(self) -> ComplaintStory:
        return self.investigated().go_on(lambda c: c.resolve("更换三箱"))

    def reported(self) -> ComplaintStory:
        return self.resolved().go_on(lambda c: c.report_outcome(ComplaintChannel.PHONE, "满意"))

    def closed(self) -> ComplaintStory:
        return self.reported().go_on(lambda c: c.close(5))

    def reopened(self) -> ComplaintStory:
        return self.closed().go_on(lambda c: c.reopen(the_book()), why="又开裂了")

    def paused(self) -> ComplaintStory:
        return self.go_on(lambda c: c.pause(the_book()), why="等客户寄回样品")


def a_complaint_at(stage: Stage, moment: datetime = NOW, *, is_paused: bool = False) -> Complaint:
    """Return a complaint that has come to `stage`; it was filed at `moment`."""
    story = ComplaintStory(moment)
    if stage is not Stage.FILED:
        getattr(story, stage.value)()
    return (story.paused() if is_paused else story).complaint
