"""The contacts ahead, against what can be made, on the command line (应联系预测)."""

from __future__ import annotations

import click

from api.cli.session import Session
from api.people_names import People
from projections.contacts_ahead import DAYS_AHEAD, LONGEST_AHEAD, foreseen_contacts


@click.command("contacts-ahead")
@click.option("--days", type=click.IntRange(1, LONGEST_AHEAD), default=DAYS_AHEAD,
              show_default=True, help="How far to look ahead.")  # fmt: skip
@click.option("--per-day", type=click.IntRange(1, 1_000),
              help="Contacts that anybody can make on a workday; by default what each made in the"
              " last 60 days, on a day on which he did something.")  # fmt: skip
@click.option("--rep", metavar="LOGIN", help="Only this representative.")
@click.pass_obj
def contacts_ahead_command(
    session: Session, *, days: int, per_day: int | None, rep: str | None
) -> None:
    """Tell how many contacts everybody owes week by week, and can make (应联系预测).

    From the due list and the cadence: whoever is contacted on his date comes back after the
    interval of his grade. Nothing is written.
    """
    with session.opened() as read:
        found = foreseen_contacts(
            read.due_list,
            read.workload,
            read.care.book(),
            session.today(read),
            session.principal(read).visibility,
            days=days,
            per_day=per_day,
            rep_id=session.person(read, rep).rep_id if rep else None,
        )
        if session.as_json:
            session.show(found)
            return
        people = People(read.people, session.language)
        rows = [
            {
                "week": each.week,
                "rep": people.name(each.rep_id),
                "contacts_ahead": each.contacts,
                "can_make": each.capacity,
                "is_overloaded": each.is_overloaded,
            }
            for each in found
        ]
    session.show(rows, columns=("week", "rep", "contacts_ahead", "can_make", "is_overloaded"))
