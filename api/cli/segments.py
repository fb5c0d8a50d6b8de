"""The options that say which customers are meant (客户群)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from api.cli.care import DAY, GRADES
from api.cli.session import Session
from domain.grade import DealStage, Demand, Importance
from domain.plain import from_plain, to_plain
from domain.segment import Segment
from projections.bootstrap import ReadSide

Command = TypeVar("Command", bound=Callable[..., Any])

_NAMES = ("grades", "deal_stage", "importance", "demand", "industry", "district", "region", "tag",
          "last_contact_before", "bought_product", "bought_since")  # fmt: skip


def segment_options(command: Command) -> Command:
    """Give a command the options of a segment; without any it is everybody in scope."""
    options = (
        click.option("--grade", "grades", multiple=True, type=GRADES, help="May be repeated."),
        click.option("--owner", metavar="LOGIN", help="Only whom this representative looks after."),
        click.option("--deal-stage", type=click.Choice([each.value for each in DealStage])),
        click.option("--importance", type=click.Choice([each.value for each in Importance])),
        click.option("--demand", type=click.Choice([each.value for each in Demand])),
        click.option("--industry"),
        click.option("--district"),
        click.option("--region"),
        click.option("--tag"),
        click.option("--last-contact-before", type=DAY, help="Not contacted since then."),
        click.option("--bought", "bought_product", metavar="PRODUCT", help="Who bought this."),
        click.option("--bought-since", type=DAY, help="Only purchases from this day on."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def segment_of(session: Session, read: ReadSide, typed: dict[str, Any]) -> Segment:
    """Return the segment that the options say, taking them out of `typed`."""
    plain = {name: typed.pop(name) for name in _NAMES}
    for name in ("last_contact_before", "bought_since"):
        plain[name] = plain[name].date() if plain[name] else None
    owner = typed.pop("owner")
    plain["owner_id"] = session.person(read, owner).rep_id if owner else None
    return from_plain(Segment, to_plain(plain))
