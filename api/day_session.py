"""How a rep's day goes (今日进度): what is done and left, how fast, and what comes next.

Figures that could flatter are left out rather than guessed: a pace over a few minutes says nothing.
Whether everything was done on a past day cannot be told from the lists, which hold what is due now;
so working days in a row are counted on which there was a contact.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from api.service import the_principal, the_service
from domain.calendars.business_time import WorkCalendar
from projections.workload.queries import Stretch

SHORTEST = timedelta(minutes=10)
"""Over less than this no pace is told."""

LONGEST_STREAK = 250
"""So many days with contacts are looked at: about a year of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySession:
    """The day of whoever asks, so far.

    `done` are his contacts of today; `left` who is due among those he sees, `overdue` some of them.
    `per_hour` is his pace from `since`, when he recorded the first one, to the last one, with all
    pauses; None over too short a time. `streak` are the working days in a row, up to today, on
    which he made a contact; today counts once he has. `next_due` become due after today, up to the
    next working day, `next_on`.
    """

    on: date
    done: int
    left: int
    overdue: int
    per_hour: int | None
    since: datetime | None
    streak: int
    next_on: date
    next_due: int


def day_session() -> DaySession:
    """Return how the day of whoever asks goes."""
    service, principal = the_service(), the_principal()
    read, rep_id, today = service.read, principal.id, service.today()
    calendar = read.care.book().calendar.calendar
    next_on = calendar.next_workday(today + timedelta(days=1))
    counts, later = (read.due_list.counts(principal.visibility, on) for on in (today, next_on))
    left = counts.due + counts.overdue
    done, stretch, days = 0, None, []
    if rep_id is not None:
        works = read.workload.days(principal.visibility, today, today, rep_id)
        done = sum(each.work.calls + each.work.visits + each.work.other_contacts for each in works)
        stretch = read.workload.stretch(rep_id, today)
        days = read.workload.contact_days(rep_id, today, LONGEST_STREAK)
    per_hour = pace(stretch)
    return DaySession(
        on=today,
        done=done,
        left=left,
        overdue=counts.overdue,
        per_hour=per_hour,
        since=stretch.first_at if stretch and per_hour is not None else None,
        streak=streak(days, today, calendar),
        next_on=next_on,
        next_due=later.due + later.overdue - left,
    )


def pace(stretch: Stretch | None) -> int | None:
    """Return how many contacts an hour followed the first one, None over too short a time."""
    if stretch is None or stretch.last_at - stretch.first_at < SHORTEST:
        return None
    return round((stretch.contacts - 1) * timedelta(hours=1) / (stretch.last_at - stretch.first_at))


def streak(days: Collection[date], today: date, calendar: WorkCalendar) -> int:
    """Return on how many working days in a row, up to `today`, there was a contact.

    Days off neither count nor end it, and `today` ends nothing before it is over.
    """
    if not days:
        return 0
    count, day, first = 0, today, min(days)
    while day >= first:
        if day in days:
            count += calendar.is_workday(day)
        elif calendar.is_workday(day) and day != today:
            break
        day -= timedelta(days=1)
    return count
