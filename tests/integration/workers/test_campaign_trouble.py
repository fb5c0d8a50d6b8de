"""Whatever goes wrong and whatever people do: nobody is told twice, or against his will."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

import pytest

from domain import campaign_commands, commands
from domain.access import EVERYTHING
from domain.campaign import CampaignState
from domain.campaign_message import CampaignMessage
from domain.delivery import Delivery
from domain.policies.book import PolicyKind
from projections.campaigns.projection import CampaignsProjection
from projections.campaigns.queries import After
from tests.integration.channels.post_office import CUT, PostOffice, opened
from tests.support.campaigns import a_campaign_plan
from tests.support.care import Company
from tests.support.shift import CaughtHints, Shift

CUSTOMERS, STEPS = 8, 30
NEVER = ({"wants_offers": False}, {"wants_greetings": False}, {"consents": {"email": False}})


class Trouble:
    """A campaign at work while hints get lost and doubled, mail fails, and people change things."""

    def __init__(self, company: Company, shift: Shift, post: PostOffice, random: Random) -> None:
        self.company, self.shift, self.post, self.random = company, shift, post, random
        company.does(commands.AmendPolicy(kind=PolicyKind.GREETINGS, content={"spread_minutes": 5}))
        self.hints = CaughtHints()
        shift.project()
        self.people = [self._somebody(number) for number in range(CUSTOMERS)]
        self.had_when_he_refused: dict[UUID, int] = {}
        today = company.now.date()
        plan = a_campaign_plan(starts_on=today, ends_on=today)
        self.campaign = company.does(
            campaign_commands.PlanCampaign(plan=plan), company.chen
        ).subject_id
        approves = campaign_commands.ApproveCampaign(
            campaign_id=self.campaign, customer_ids=tuple(self.people)
        )
        company.does(approves, company.zhao)

    def step(self) -> None:
        """Let one thing happen."""
        steps: list[Callable[[], None]] = [
            self.shift.project, self._tick, self._tick, self._heed, self._heed, self._hear_twice,
            self.hints.sent.clear, self._refuse, self._hold_or_go_on, self._break_or_mend,
            self._break_or_mend,
            lambda: self.company.wait(minutes=self.random.choice((1, 6, 30))),
        ]  # fmt: skip
        self.random.choice(steps)()

    def end(self) -> None:
        """Let everything come to rest, the next day at the latest."""
        self.post.answers.clear()
        if self.company.log.get(self.campaign).state is CampaignState.PAUSED:
            resumes = campaign_commands.ResumeCampaign(campaign_id=self.campaign)
            self.company.does(resumes, self.company.zhao)
        for _ in range(6):
            self.shift.works()
            self.company.wait(hours=5)

    def mails_to(self, customer_id: UUID) -> int:
        """How many letters reached the post office for a customer."""
        address = self.company.log.get(customer_id).card["email"]
        return sum(address in letter.rcpt_tos for letter in self.post.mail)

    def _somebody(self, number: int) -> UUID:
        company = self.company
        whom = company.registers(company.chen, f"王{number}", email=f"w{number}@example.com")
        yes = commands.ChooseCare(customer_id=whom, choices={"consents": {"email": True}})
        company.does(yes, why="form")
        return whom

    def _tick(self) -> None:
        for job in (self.shift.stage.campaigning, self.shift.stage.delivering):
            self.shift.tick(self.hints, job=job)

    def _heed(self) -> None:
        self.random.shuffle(self.hints.sent)
        self.hints.heeded()

    def _hear_twice(self) -> None:
        self.hints.sent *= 2

    def _refuse(self) -> None:
        whom = self.random.choice(self.people)
        if whom not in self.had_when_he_refused:
            chosen = self.random.choice(NEVER)
            self.company.does(commands.ChooseCare(customer_id=whom, choices=chosen), why="phone")
            self.had_when_he_refused[whom] = self.mails_to(whom)

    def _hold_or_go_on(self) -> None:
        is_paused = self.company.log.get(self.campaign).state is CampaignState.PAUSED
        command: commands.Command = (
            campaign_commands.ResumeCampaign(campaign_id=self.campaign)
            if is_paused
            else campaign_commands.PauseCampaign(campaign_id=self.campaign)
        )
        self.company.does(command, self.company.zhao)

    def _break_or_mend(self) -> None:
        self.post.answers.clear()
        if self.random.random() < 0.5:
            self.post.answers |= self.random.choice(({"DATA": CUT}, {"MAIL": "451 later"}))


@pytest.mark.parametrize(("seed", "at_first"), [(2, {"DATA": CUT}), (77, {})])
def test_each_is_told_once_at_most_and_never_after_he_refused(
    begin: Callable[..., Shift], company: Company, seed: int, at_first: dict[str, str]
) -> None:
    with opened() as post:
        post.answers |= at_first
        shift = begin(mail_port=post.port)
        trouble = Trouble(company, shift, post, Random(seed))
        for _ in range(STEPS):
            trouble.step()
        trouble.end()

        mails = {whom: trouble.mails_to(whom) for whom in trouble.people}
    decided: list[Any] = shift.events(CampaignMessage.Decided)
    ended = Counter(each.intent_id for each in shift.events(Delivery.Ended))
    assert max(mails.values()) == 1
    for whom, had in trouble.had_when_he_refused.items():
        assert mails[whom] == had
    assert sorted(each.customer_id for each in decided) == sorted(trouble.people)
    issued = {each.originator_id for each in decided if isinstance(each, CampaignMessage.Issued)}
    assert {key: count for key, count in ended.items() if key in issued} == dict.fromkeys(issued, 1)
    shift.project()
    month = After(days=30, zone="Asia/Shanghai")
    counted = shift.read.campaigns.results(trouble.campaign, EVERYTHING, month)
    ends = (counted.reached, counted.failed, counted.unknown, counted.skipped)
    assert (sum(ends), counted.owed, counted.issued) == (CUSTOMERS, 0, 0)
    rows = shift.read.campaigns.messages(trouble.campaign, EVERYTHING, month)
    company.rebuild(CampaignsProjection)
    assert shift.read.campaigns.messages(trouble.campaign, EVERYTHING, month) == rows
