"""Campaigns on the command line: plan, look, approve, and see what came of it (R73, R76)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import click

from api.audiences import audience_of, forecast, not_set_up
from api.cli.care import DAY
from api.cli.finding import find_customer
from api.cli.segments import segment_of, segment_options
from api.cli.session import Session
from domain import campaign_commands as commands
from domain.campaign import Campaign, CampaignPlan, CampaignWords
from domain.campaign_message import CampaignAnswer
from domain.care_choices import TextLanguage
from domain.caring import choices_of
from domain.commands import Command
from domain.errors import NotFoundError
from domain.segment import Segment
from projections.bootstrap import ReadSide
from projections.campaigns.queries import After
from workers.customer_words import campaign_words_for

_ID = click.argument("campaign_id", type=click.UUID)
_WHY = click.option("--why", default="", help="The reason, kept with the event.")
_LIMIT = click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True)
WITHIN = click.option(
    "--within", type=click.IntRange(0, 3_650), default=30, show_default=True,
    help="Days within which a purchase counts.",
)  # fmt: skip


@click.group("campaign")
def campaign_command() -> None:
    """Tell customers something new, each once (营销活动)."""


@campaign_command.command("plan")
@click.argument("title")
@click.option("--zh", "chinese", required=True, nargs=2, metavar="SUBJECT BODY")
@click.option("--en", "english", required=True, nargs=2, metavar="SUBJECT BODY")
@click.option("--first", required=True, type=DAY, help="The first day it goes out.")
@click.option("--last", required=True, type=DAY, help="The last day it goes out.")
@click.option("--activity", "activity_id", type=click.UUID, help="What the words invite to.")
@segment_options
@click.pass_obj
def plan(
    session: Session,
    /,
    *,
    title: str,
    chinese: tuple[str, str],
    english: tuple[str, str],
    **typed: Any,
) -> None:
    """Plan one.

    The words may name {{name}}, {{company}} and {{owner}}, and of the activity that they invite to
    {{activity}}, {{on}} and {{place}}.
    """
    said = {TextLanguage.CHINESE: chinese, TextLanguage.ENGLISH: english}
    words = tuple(
        CampaignWords(language=language, subject=subject, body=body)
        for language, (subject, body) in said.items()
    )
    with session.opened() as read:
        segment = segment_of(session, read, typed)
        planned = CampaignPlan(
            title=title,
            words=words,
            starts_on=typed["first"].date(),
            ends_on=typed["last"].date(),
            segment=segment,
            activity_id=typed["activity_id"],
        )
        receipt = session.carry_out(read, commands.PlanCampaign(plan=planned))
    session.show(_standing(receipt.subject))


@campaign_command.command("amend")
@_ID
@click.option("--title")
@click.option("--zh", "chinese", nargs=2, metavar="SUBJECT BODY")
@click.option("--en", "english", nargs=2, metavar="SUBJECT BODY")
@click.option("--first", type=DAY, help="The first day it goes out.")
@click.option("--last", type=DAY, help="The last day it goes out.")
@click.option("--activity", "activity_id", type=click.UUID, help="What the words invite to.")
@click.option("--everybody", is_flag=True, help="To everybody in scope, without criteria.")
@segment_options
@click.pass_obj
def amend(session: Session, /, *, campaign_id: UUID, everybody: bool, **typed: Any) -> None:
    """Change a plan that is not approved yet; what is not named stays.

    Criteria replace all those that were there before.
    """
    said = {TextLanguage.CHINESE: typed["chinese"], TextLanguage.ENGLISH: typed["english"]}
    with session.opened() as read:
        campaign, segment = _campaign(read, campaign_id), segment_of(session, read, typed)
        named = {
            "title": typed["title"],
            "starts_on": typed["first"] and typed["first"].date(),
            "ends_on": typed["last"] and typed["last"].date(),
            "activity_id": typed["activity_id"],
            "segment": segment if everybody or segment != Segment() else None,
        }
        changes = {name: value for name, value in named.items() if value is not None}
        changes["words"] = [
            replace(each, subject=said[each.language][0], body=said[each.language][1])
            if said[each.language]
            else each
            for each in campaign.plan.words
        ]
        command = commands.AmendCampaign(campaign_id=campaign_id, changes=changes)
        receipt = read.care.execute(
            command,
            session.provenance(session.principal(read)),
            expected_version=campaign.version,
        )
    session.show(_standing(receipt.subject))


@campaign_command.command("list")
@_LIMIT
@click.pass_obj
def list_(session: Session, *, limit: int) -> None:
    """List campaigns, the newest first."""
    with session.opened() as read:
        rows = read.campaigns.page(limit=limit)
    session.show(rows, columns=("title", "state", "starts_on", "ends_on", "audience_count",
                                "campaign_id"))  # fmt: skip


@campaign_command.command("audience")
@_ID
@click.pass_obj
def audience(session: Session, *, campaign_id: UUID) -> None:
    """Say whom it would go to if it were approved now, and who would not be told."""
    with session.opened() as read:
        segment = _campaign(read, campaign_id).plan.segment
        found = forecast(read, audience_of(read, segment, session.principal(read).visibility))
    session.show(found)
    _warn(session, found.not_set_up)


@campaign_command.command("preview")
@_ID
@click.argument("customer")
@click.option("--in", "language", type=click.Choice([each.value for each in TextLanguage]))
@click.pass_obj
def preview(session: Session, *, campaign_id: UUID, customer: str, language: str | None) -> None:
    """Show the words that CUSTOMER would read."""
    with session.opened() as read:
        planned = _campaign(read, campaign_id).plan
        found = find_customer(read, session.principal(read), customer)
        activity = read.log.get(planned.activity_id) if planned.activity_id else None
        words = campaign_words_for(
            found,
            planned.words_in(TextLanguage(language or choices_of(found).language)),
            activity.plan if activity else None,
            owner=read.people.get(found.owner_id) if found.owner_id else None,
            zone=read.care.book().calendar.tz,
        )
    session.show({"subject": words.subject, "body": words.body})


@campaign_command.command("approve")
@_ID
@_WHY
@click.pass_obj
def approve(session: Session, *, campaign_id: UUID, why: str) -> None:
    """Let it go out; for managers, and not for whoever wrote it."""
    with session.opened() as read:
        campaign, principal = _campaign(read, campaign_id), session.principal(read)
        whom = audience_of(read, campaign.plan.segment, principal.visibility)
        command = commands.ApproveCampaign(campaign_id=campaign_id, customer_ids=whom)
        receipt = read.care.execute(
            command, session.provenance(principal, why=why), expected_version=campaign.version
        )
        _warn(session, not_set_up(read, "campaign"))
    session.show(_standing(receipt.subject))


@campaign_command.command("pause")
@_ID
@_WHY
@click.pass_obj
def pause(session: Session, *, campaign_id: UUID, why: str) -> None:
    """Send nothing more for the time being."""
    _change(session, campaign_id, lambda i: commands.PauseCampaign(campaign_id=i), why)


@campaign_command.command("resume")
@_ID
@_WHY
@click.pass_obj
def resume(session: Session, *, campaign_id: UUID, why: str) -> None:
    """Let it go on; for managers."""
    _change(session, campaign_id, lambda i: commands.ResumeCampaign(campaign_id=i), why)


@campaign_command.command("cancel")
@_ID
@click.option("--why", required=True, help="The reason, kept with the event.")
@click.pass_obj
def cancel(session: Session, *, campaign_id: UUID, why: str) -> None:
    """Call it off; who was not told yet never is."""
    _change(session, campaign_id, lambda i: commands.CancelCampaign(campaign_id=i), why)


@campaign_command.command("answer")
@_ID
@click.argument("customer")
@click.argument("answer", type=click.Choice([each.value for each in CampaignAnswer]))
@click.option("--note", default="", help="What he said.")
@click.pass_obj
def answer(session: Session, *, campaign_id: UUID, customer: str, answer: str, note: str) -> None:
    """Record what CUSTOMER said; who is interested becomes a task of his owner."""
    with session.opened() as read:
        found = find_customer(read, session.principal(read), customer)
        command = commands.RecordAnswer(
            campaign_id=campaign_id,
            customer_id=found.id,
            answer=CampaignAnswer(answer),
            note=note,
        )
        session.carry_out(read, command)
    session.show({"campaign_id": campaign_id, "customer_id": found.id, "answer": answer})


@campaign_command.command("results")
@_ID
@WITHIN
@click.option("--each", is_flag=True, help="One line for each customer instead of counts.")
@_LIMIT
@click.pass_obj
def results(session: Session, *, campaign_id: UUID, within: int, each: bool, limit: int) -> None:
    """Count whom it reached, who answered and who bought."""
    with session.opened() as read:
        _campaign(read, campaign_id)
        visibility, counting = session.principal(read).visibility, counting_within(read, within)
        if not each:
            session.show(read.campaigns.results(campaign_id, visibility, counting))
            return
        rows = read.campaigns.messages(campaign_id, visibility, counting, limit=limit)
    session.show(rows, columns=("name", "company", "state", "reason", "answer", "bought_on",
                                "customer_id"))  # fmt: skip


def counting_within(read: ReadSide, days: int) -> After:
    """Return which purchases count."""
    return After(days=days, zone=read.care.book().calendar.zone)


def _campaign(read: ReadSide, campaign_id: UUID) -> Campaign:
    campaign = read.log.get(campaign_id)
    if not isinstance(campaign, Campaign):
        raise NotFoundError(of="campaign", id=str(campaign_id))
    return campaign


def _warn(session: Session, channels: Sequence[str]) -> None:
    """Say it beside the answer when nothing gets out by channels that are meant to be used."""
    if channels:
        words = (session.answers.word("channel", each) for each in channels)
        session.answers.note("channels-not-set-up", channels=", ".join(words))


def _change(
    session: Session, campaign_id: UUID, build: Callable[[UUID], Command], why: str
) -> None:
    with session.opened() as read:
        receipt = session.carry_out(read, build(campaign_id), why=why)
    session.show(_standing(receipt.subject))


def _standing(campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign_id": campaign.id,
        "version": campaign.version,
        "state": campaign.state,
        "title": campaign.plan.title,
        "audience_count": campaign.audience_count,
    }
