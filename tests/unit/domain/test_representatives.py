"""Representatives (业务员): joining, scope, notifications, tokens, leaving (R56, R57)."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from domain.access import GRANTS_BY_ROLE, Grant, Principal, Role, Scope, Visibility
from domain.channel import Address, Channel
from domain.commands import (
    AddRepresentative,
    ChooseNotifications,
    Command,
    GrantScope,
    IssueToken,
    ReadInboxItems,
    RemoveRepresentative,
    RevokeToken,
)
from domain.errors import (
    ForbiddenError,
    InvalidError,
    LoginTakenError,
    NotFoundError,
    NothingChangedError,
    ReasonRequiredError,
    RepresentativeLeftError,
    SecondFactorRequiredError,
)
from domain.identity import IdentityClaim
from domain.representative import Representative
from domain.sign_in_commands import DisableSecondFactor, EnableSecondFactor
from domain.worker_commands import DisableChannel
from tests.support.examples import a_webhook, everybody
from tests.support.golden import load, samples
from tests.support.moments import LI, NOW, QIAN, TODAY, WANG, ZHAO, an_id
from tests.support.scenario import Outcome, Scenario, an_event, given

SAMPLES = samples()
JOINED = an_event(Representative.Joined)
CLAIMED = an_event(IdentityClaim.Claimed)


def an_office() -> Scenario:
    return given(*everybody())


class TestJoining:
    def test_somebody_joins_and_holds_his_login(self) -> None:
        command = AddRepresentative(login=" Sun ", name=" 孙 ", team="east", manager_id=ZHAO.id)
        sun = (
            an_office()
            .when(command, by=QIAN)
            .then(
                an_event(
                    Representative.Joined, login="Sun", name="孙", role="rep", joined_on=TODAY
                ),
                an_event(IdentityClaim.Claimed, kind="login"),
            )
        )

        assert (sun.scope, sun.manager_id, sun.has_left) == (Scope.OWN, ZHAO.id, False)

    @pytest.mark.parametrize("login", ["sun", "SUN", " sun", "ｓｕｎ"])
    def test_a_login_is_taken_however_it_is_written(self, login: str) -> None:
        office = an_office()
        office.when(AddRepresentative(login="sun", name="孙"), by=QIAN).then(JOINED, CLAIMED)

        office.when(AddRepresentative(login=login, name="孙二"), by=QIAN).then_refused(
            LoginTakenError, login=login
        )

    @pytest.mark.parametrize(("names", "field"), [((" ", "孙"), "login"), (("sun", ""), "name")])
    def test_login_and_name_are_needed(self, names: tuple[str, str], field: str) -> None:
        command = AddRepresentative(login=names[0], name=names[1])

        an_office().when(command, by=QIAN).then_refused(InvalidError, field=field)

    def test_the_manager_works_here(self) -> None:
        command = AddRepresentative(login="sun", name="孙", manager_id=an_id("nobody"))

        an_office().when(command, by=QIAN).then_refused(
            InvalidError, field="manager_id", problem="unknown-representative"
        )


def granting(principal: Principal, **changes: Any) -> GrantScope:
    now = {"role": Role.REP, "scope": Scope.OWN, "team": "east", "manager_id": ZHAO.id}
    return GrantScope(rep_id=principal.id, **{**now, **changes})


class TestScope:
    def test_a_representative_becomes_a_manager(self) -> None:
        li = (
            an_office()
            .when(granting(LI, role=Role.MANAGER, scope=Scope.TEAM, team="east/shanghai"), by=QIAN)
            .then(an_event(Representative.ScopeGranted, role="manager", scope="team"))
        )

        assert (li.role, li.scope, li.team) == (Role.MANAGER, Scope.TEAM, "east/shanghai")

    def test_the_same_scope_again_changes_nothing(self) -> None:
        an_office().when(granting(LI), by=QIAN).then_refused(NothingChangedError, of="scope")

    @pytest.mark.parametrize("manager", [ZHAO, LI])
    def test_nobody_is_managed_by_himself_or_by_one_below(self, manager: Principal) -> None:
        """A complaint would climb round and round."""
        command = granting(ZHAO, role=Role.MANAGER, scope=Scope.ALL, manager_id=manager.id)

        an_office().when(command, by=QIAN).then_refused(
            InvalidError, field="manager_id", problem="nobody-is-his-own-manager"
        )

    def test_the_new_manager_works_here(self) -> None:
        office = an_office()
        office.when(RemoveRepresentative(rep_id=WANG.id), by=QIAN)

        office.when(granting(LI, manager_id=WANG.id), by=QIAN).then_refused(
            RepresentativeLeftError, rep_id=str(WANG.id)
        )

    def test_under_a_manager_who_left_other_things_can_still_change(self) -> None:
        office = an_office()
        office.when(RemoveRepresentative(rep_id=ZHAO.id), by=QIAN)

        office.when(granting(LI, team="west"), by=QIAN).then(
            an_event(Representative.ScopeGranted, team="west", manager_id=ZHAO.id)
        )


class TestNotifications:
    def test_a_representative_chooses_his_own(self) -> None:
        command = ChooseNotifications(
            rep_id=LI.id,
            each_item=True,
            addresses=(a_webhook("https://example.com/x", "s"), a_phone("138-0013-8000")),
        )
        li = (
            an_office()
            .when(command, by=LI)
            .then(
                an_event(
                    Representative.NotificationsChosen,
                    each_item=True,
                    wants_email=True,
                    addresses={"webhook": "https://example.com/x", "sms": "+8613800138000"},
                    secrets={"webhook": "s"},
                )
            )
        )

        assert li.addresses == {
            Channel.WEBHOOK: "https://example.com/x",
            Channel.SMS: "+8613800138000",
        }

    def test_a_call_for_each_item_needs_an_address(self) -> None:
        command = ChooseNotifications(rep_id=LI.id, each_item=True)

        an_office().when(command, by=LI).then_refused(
            InvalidError, field="addresses", problem="each-item-needs-a-webhook"
        )

    def test_a_channel_has_one_address(self) -> None:
        twice = (a_phone("13800138000"), a_phone("13900139000"))

        an_office().when(ChooseNotifications(rep_id=LI.id, addresses=twice), by=LI).then_refused(
            InvalidError, field="addresses", problem="one-per-channel"
        )

    def test_an_address_that_takes_nothing_any_more_is_given_up(self) -> None:
        office = an_office()
        office.when(choosing(a_webhook("https://old.example"), a_phone("13800138000")), by=LI)
        li = office.when(disabling("https://old.example"), by=QIAN).then(
            an_event(Representative.ChannelDisabled, channel="webhook", code="gone")
        )

        assert li.addresses == {Channel.SMS: "+8613800138000"}

    def test_an_address_that_was_changed_meanwhile_stays(self) -> None:
        office = an_office()
        office.when(choosing(a_webhook("https://new.example")), by=LI)

        office.when(disabling("https://old.example"), by=QIAN).then_refused(
            NothingChangedError, of="notifications"
        )
        office.when(choosing(), by=LI)
        office.when(disabling(""), by=QIAN).then_refused(NothingChangedError, of="notifications")

    def test_a_webhook_chosen_before_there_were_other_channels_is_one_of_them(self) -> None:
        event = load(SAMPLES["representative.notifications_chosen.v1.json"])

        assert event.reached_at == {Channel.WEBHOOK: "https://example.com/hook"}
        assert event.signed_with == {Channel.WEBHOOK: "whsec_c2VjcmV0"}


def a_phone(number: str) -> Address:
    return Address(channel=Channel.SMS, to=number)


def choosing(*addresses: Address) -> ChooseNotifications:
    return ChooseNotifications(rep_id=LI.id, addresses=addresses)


def disabling(address: str) -> DisableChannel:
    return DisableChannel(rep_id=LI.id, channel=Channel.WEBHOOK, address=address, code="gone")


def issuing(principal: Principal, *grants: Grant, days: int = 30) -> IssueToken:
    return IssueToken(
        rep_id=principal.id,
        token_id=an_id("token"),
        token_sha256="0" * 64,
        label="laptop",
        grants=frozenset(grants or {Grant.READ}),
        expires_at=NOW + timedelta(days=days),
    )


class TestTokens:
    def test_a_token_is_given_out_and_made_void(self) -> None:
        office = an_office()
        revoke = RevokeToken(rep_id=LI.id, token_id=an_id("token"))

        office.when(issuing(LI, Grant.WRITE, Grant.READ), by=LI).then(
            an_event(Representative.TokenIssued, grants=["read", "write"], label="laptop")
        )
        office.when(revoke, by=LI).then(an_event(Representative.TokenRevoked))
        office.when(revoke, by=LI).then_refused(NotFoundError, of="token")

    @pytest.mark.parametrize("role", Role)
    @pytest.mark.parametrize("grant", Grant)
    def test_a_token_never_allows_more_than_the_role(self, role: Role, grant: Grant) -> None:
        office = an_office()
        if role is not Role.REP:
            office.when(granting(LI, role=role), by=QIAN)
        outcome = office.when(issuing(LI, grant), by=QIAN)

        if grant in GRANTS_BY_ROLE[role]:
            outcome.then(an_event(Representative.TokenIssued, grants=[grant.value]))
        else:
            outcome.then_refused(ForbiddenError, needs=grant.value, role=role.value)

    @pytest.mark.parametrize("days", [0, -1])
    def test_a_token_is_not_void_from_the_start(self, days: int) -> None:
        an_office().when(issuing(LI, days=days), by=LI).then_refused(
            InvalidError, field="expires_at", problem="in-the-past"
        )


FACTOR = EnableSecondFactor(rep_id=LI.id, factor_id=an_id("factor"))
NO_FACTOR = DisableSecondFactor(rep_id=LI.id)


class TestSecondFactor:
    def test_it_is_switched_on_and_off_by_whose_it_is(self) -> None:
        office = an_office()
        office.when(FACTOR, by=LI).then(
            an_event(Representative.SecondFactorEnabled, factor_id=an_id("factor"))
        )
        office.when(FACTOR, by=LI).then_refused(NothingChangedError, of="second-factor")
        li = office.when(NO_FACTOR, by=LI).then(an_event(Representative.SecondFactorDisabled))

        assert li.second_factor_id is None
        office.when(NO_FACTOR, by=LI).then_refused(NothingChangedError, of="second-factor")

    def test_whose_it_is_gives_himself_no_token_without_a_code_of_it(self) -> None:
        office, asks = an_office(), issuing(LI)
        office.when(FACTOR, by=LI)

        for factor_id in (None, an_id("lost phone")):
            without = replace(asks, factor_id=factor_id)
            office.when(without, by=LI).then_refused(SecondFactorRequiredError)
        with_code = replace(asks, factor_id=FACTOR.factor_id)
        office.when(with_code, by=LI).then(an_event(Representative.TokenIssued))

    @pytest.mark.parametrize("principal", [WANG, ZHAO, QIAN])
    def test_nobody_switches_it_on_for_another(self, principal: Principal) -> None:
        an_office().when(FACTOR, by=principal).then_refused(ForbiddenError, needs="own sign-in")

    def test_a_token_that_only_reads_locks_nobody_out(self) -> None:
        reading = replace(LI, grants=frozenset({Grant.READ}))

        an_office().when(FACTOR, by=reading).then_refused(ForbiddenError, needs="write")

    @pytest.mark.parametrize("principal", [ZHAO, QIAN])
    def test_those_above_switch_it_off_for_whoever_lost_his_phone_and_say_why(
        self, principal: Principal
    ) -> None:
        office = an_office()
        office.when(FACTOR, by=LI)

        office.when(NO_FACTOR, by=principal).then_refused(ReasonRequiredError, field="reason")
        office.when(NO_FACTOR, by=principal, why="手机遗失").then(
            an_event(Representative.SecondFactorDisabled, why="手机遗失")
        )

    def test_others_switch_nothing_off(self) -> None:
        office = an_office()
        office.when(FACTOR, by=LI)
        elsewhere = replace(ZHAO, visibility=Visibility(frozenset({ZHAO.id})))

        reading = replace(ZHAO, grants=frozenset({Grant.READ}))
        for principal in (WANG, elsewhere, reading):
            office.when(NO_FACTOR, by=principal, why="x").then_refused(
                ForbiddenError, needs="scope over him"
            )

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.REP])
    def test_a_manager_opens_the_door_of_no_other_manager_auditor_or_administrator(
        self, role: Role
    ) -> None:
        office = an_office()
        office.when(FACTOR, by=LI)
        office.when(granting(LI, role=role), by=QIAN)

        office.when(NO_FACTOR, by=ZHAO, why="x").then_refused(
            ForbiddenError, needs="scope over him"
        )
        office.when(NO_FACTOR, by=QIAN, why="x").then(
            an_event(Representative.SecondFactorDisabled, why="x")
        )


@pytest.mark.parametrize(
    "command",
    [
        ChooseNotifications(rep_id=LI.id),
        issuing(LI),
        RevokeToken(rep_id=LI.id, token_id=an_id("token")),
    ],
    ids=lambda command: type(command).__name__,
)
def test_each_looks_after_himself_and_an_administrator_after_all(command: Command) -> None:
    office = an_office()
    if isinstance(command, RevokeToken):
        office.when(issuing(LI), by=LI)

    office.when(command, by=ZHAO).then_refused(ForbiddenError, needs="administer")
    assert office.when(command, by=QIAN).events


def test_only_oneself_reads_ones_inbox() -> None:
    command = ReadInboxItems(rep_id=LI.id, item_ids=(an_id("item"),))

    an_office().when(command, by=QIAN).then_refused(ForbiddenError, needs="own inbox")
    an_office().when(command, by=LI).then(an_event(Representative.InboxRead, item_id=an_id("item")))


class TestLeaving:
    def test_who_leaves_loses_every_token(self) -> None:
        office = an_office()
        office.when(issuing(LI), by=LI)
        li = office.when(RemoveRepresentative(rep_id=LI.id), by=QIAN).then(
            an_event(Representative.Left, left_on=TODAY)
        )

        assert (li.has_left, li.token_ids) == (True, frozenset())

    @pytest.mark.parametrize(
        "command",
        [
            RemoveRepresentative(rep_id=LI.id),
            granting(LI, team="west"),
            ChooseNotifications(rep_id=LI.id),
            issuing(LI),
        ],
        ids=lambda command: type(command).__name__,
    )
    def test_nothing_new_is_given_to_who_left(self, command: Command) -> None:
        office = an_office()
        office.when(RemoveRepresentative(rep_id=LI.id), by=QIAN)

        office.when(command, by=QIAN).then_refused(RepresentativeLeftError, rep_id=str(LI.id))

    def test_his_login_stays_his(self) -> None:
        office = an_office()
        added = office.when(AddRepresentative(login="sun", name="孙"), by=QIAN).then(
            JOINED, CLAIMED
        )
        office.when(RemoveRepresentative(rep_id=added.id), by=QIAN)

        again = AddRepresentative(login="sun", name="孙")
        office.when(again, by=QIAN).then_refused(LoginTakenError)


def test_a_token_is_kept_as_a_digest_only() -> None:
    names = {field.name for field in fields(Representative.TokenIssued)}

    assert "token_sha256" in names
    assert "token" not in names


def test_who_is_not_there_cannot_be_changed() -> None:
    command: Outcome = an_office().when(RemoveRepresentative(rep_id=an_id("nobody")), by=QIAN)

    command.then_refused(NotFoundError, of="representative", id=str(an_id("nobody")))
