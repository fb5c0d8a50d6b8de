"""The policies and the work calendar (制度、工作日历), for the operator of the machine."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import click

from api.cli.past import AS_OF, as_it_was, moment_of
from api.cli.session import Session
from api.messages import Language
from domain import commands
from domain.calendars.almanac import CalendarDay, days_between
from domain.errors import InvalidError
from domain.policies.book import PolicyKind
from domain.policies.calendar import FIRST_HOLIDAYS, LAST_HOLIDAYS, REACH_YEARS, CalendarPolicy
from projections.moments import Asked

_WHY = click.option("--why", default="", help="The reason, which is recorded.")
_YEAR = click.IntRange(FIRST_HOLIDAYS, LAST_HOLIDAYS)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("policy")
def policy_command() -> None:
    """See and amend what the company decided once for all (制度)."""


@policy_command.command("list")
@click.pass_obj
def list_(session: Session) -> None:
    """List the policies in force."""
    with session.opened() as read:
        rows = list(read.policies.current().values())
    session.show(rows, columns=("kind", "version", "adopted_at", "adopted_by", "why"))


@policy_command.command("show")
@click.argument("kind", type=click.Choice([kind.value for kind in PolicyKind]))
@AS_OF
@click.pass_obj
def show(session: Session, *, kind: str, as_of: Asked | None) -> None:
    """Show what a policy says, or said."""
    with session.opened() as read:
        moment = moment_of(session, read, as_of)
        if moment is None:
            version = read.policies.current()[PolicyKind(kind)]
        else:
            versions = read.policies.versions(PolicyKind(kind))
            policy = as_it_was(read, read.log.get(PolicyKind(kind).stream_id), moment)
            version = next(each for each in versions if each.version == policy.version)
    if session.as_json:
        session.show(version)
    else:
        session.show({"version": version.version, **version.content})


@policy_command.command("amend")
@click.argument("kind", type=click.Choice([kind.value for kind in PolicyKind]))
@click.argument("content")
@click.option("--recompute/--keep", default=None, help="Whether open deadlines and dates follow.")
@_WHY
@click.pass_obj
def amend(session: Session, *, kind: str, content: str, recompute: bool | None, why: str) -> None:
    """Put a new version in force.

    CONTENT is JSON of what is to be different, such as '{"workday_methods": ["visit"]}'. What was
    decided stays; open deadlines and due dates follow a change of the calendar, those of the others
    only with --recompute.
    """
    command = commands.AmendPolicy(
        kind=PolicyKind(kind), content=content_of(content), recompute=recompute
    )
    with session.opened() as read:
        receipt = session.carry_out(read, command, why=why)
    session.show({"kind": kind, "version": receipt.version})


@policy_command.command("days")
@click.argument("year", type=_YEAR, required=False)
@click.option("--all", "is_whole", is_flag=True, help="Every day, not only those to be known of.")
@click.pass_obj
def days(session: Session, *, year: int | None, is_whole: bool) -> None:
    """List the holidays, make-up days and festivals of a YEAR, by default this one."""
    with session.opened() as read:
        year = year or session.today(read).year
        policy = read.care.book().calendar
    told = days_between(policy.calendar, date(year, 1, 1), date(year, 12, 31))
    shown = [
        _row(day, session.language)
        for day in told
        if is_whole or day.festivals or day.is_workday != (day.on.isoweekday() in policy.weekdays)
    ]
    session.show(shown, columns=("on", "weekday", "is_workday", "festivals", "lunar_day"))
    if policy.calendar.is_provisional(date(year, 1, 1)):
        session.answers.note("holidays-provisional", year=year)


@policy_command.command("import-holidays")
@click.argument("first", type=_YEAR, required=False)
@click.argument("last", type=_YEAR, required=False)
@_WHY
@click.pass_obj
def import_holidays(session: Session, *, first: int | None, last: int | None, why: str) -> None:
    """Take the holidays and make-up days (调休) of the years FIRST to LAST into the calendar.

    One year when LAST is not given; without any, all years of the next ten that are not announced
    yet. What was said of days of these years goes; open deadlines follow.
    """
    with session.opened() as read:
        before = read.care.book(is_fresh=True).calendar
        today = session.today(read)
        if first is None:
            first, last = _first_unknown(before, today.year), today.year + REACH_YEARS
        command = commands.ImportHolidays(first_year=first, last_year=last or first)
        receipt = session.carry_out(read, command, why=why)
    _tell(session, before, receipt.subject.read(), receipt.version)


@policy_command.command("set-days")
@click.argument("days", nargs=-1, required=True, type=_DAY, metavar="DAY...")
@click.option("--off", "kind", flag_value="closed", help="Nobody works.")
@click.option("--work", "kind", flag_value="opened", help="A make-up day is worked.")
@click.option("--usual", "kind", flag_value="usual", help="Again as the week has it.")
@_WHY
@click.pass_obj
def set_days(session: Session, *, days: tuple[datetime, ...], kind: str | None, why: str) -> None:
    """Say of single days, as 2027-02-06, that they are off or worked; open deadlines follow."""
    if kind is None:
        raise click.UsageError("Say --off, --work or --usual.")
    named = tuple(day.date() for day in days)
    with session.opened() as read:
        before = read.care.book(is_fresh=True).calendar
        receipt = session.carry_out(read, commands.ChangeWorkdays(**{kind: named}), why=why)
    _tell(session, before, receipt.subject.read(), receipt.version)


def content_of(typed: str) -> dict[str, Any]:
    """Return what was typed as the content of a policy; BadParameter when it is no JSON object."""
    try:
        content = json.loads(typed)
    except ValueError as error:
        raise click.BadParameter(f"This is no JSON: {error}", param_hint="CONTENT") from error
    if not isinstance(content, dict):
        raise click.BadParameter("This is no JSON object.", param_hint="CONTENT")
    return content


def _first_unknown(calendar: CalendarPolicy, year: int) -> int:
    """Return the first year from `year` on whose holidays are not announced, or not known."""
    while not calendar.calendar.is_provisional(date(year, 1, 1)):
        year += 1
        if year > LAST_HOLIDAYS:
            raise InvalidError(field="years", problem="out-of-range")
    return year


def _tell(session: Session, before: CalendarPolicy, after: CalendarPolicy, version: int) -> None:
    changed = sorted(after.days_that_differ(before) or ())
    session.show(
        {
            "version": version,
            "now_off": [day for day in changed if not after.calendar.is_workday(day)],
            "now_worked": [day for day in changed if after.calendar.is_workday(day)],
            "provisional_years": after.provisional_years,
        }
    )


def _row(day: CalendarDay, language: Language) -> dict[str, Any]:
    is_chinese = language is Language.CHINESE
    return {
        "on": day.on,
        "weekday": day.on.isoweekday(),
        "is_workday": day.is_workday,
        "is_provisional": day.is_provisional,
        "lunar_day": day.lunar.removeprefix("lunar:"),
        "festivals": [each.zh if is_chinese else each.en for each in day.festivals],
    }
