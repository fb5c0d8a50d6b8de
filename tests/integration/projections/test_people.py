from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

import pytest

from domain import commands, pool_commands, worker_commands
from domain.access import Grant, Role, Scope
from domain.channel import Address, Channel
from domain.ids import new_id
from domain.provenance import signing
from projections.people.projection import PeopleProjection
from projections.people.queries import PeopleQueries
from tests.support.care import Company
from tests.support.examples import a_webhook


@pytest.fixture
def people(company: Company) -> PeopleQueries:
    company.project(PeopleProjection)
    return PeopleQueries(company.database)


def token(company: Company, rep_id: UUID, *grants: Grant, word: str = "t") -> tuple[UUID, str]:
    token_id, digest = new_id(), hashlib.sha256(word.encode()).hexdigest()
    command = commands.IssueToken(
        rep_id=rep_id,
        token_id=token_id,
        token_sha256=digest,
        label="laptop",
        grants=frozenset(grants or {Grant.READ, Grant.WRITE}),
        expires_at=company.now + timedelta(days=30),
    )
    company.does(command, by=rep_id)
    company.project(PeopleProjection)
    return token_id, digest


def test_a_representative_is_found_by_id_and_by_login_in_any_case(
    company: Company, people: PeopleQueries
) -> None:
    chen = people.get(company.chen)

    assert chen is not None
    assert (chen.name, chen.login, chen.role, chen.scope) == ("Chen", "chen", Role.REP, Scope.OWN)
    assert (chen.team, chen.manager_id) == ("east/shanghai", company.zhao)
    assert people.by_login("CHEN") == chen
    assert people.by_login("nobody") is None
    assert people.get(new_id()) is None


def test_who_has_claimed_a_customer_can_still_be_given_a_token(
    company: Company, people: PeopleQueries
) -> None:
    customer_id = company.registers(company.chen, "单田芳")
    company.does(pool_commands.PutIntoPool(customer_id=customer_id), why="太远")
    company.does(pool_commands.ClaimCustomer(customer_id=customer_id, held=0), by=company.wang)
    token_id, digest = token(company, company.wang)

    assert [row.token_id for row in people.tokens_of(company.wang)] == [token_id]
    assert people.holder_of_token(digest) is not None


def test_what_was_chosen_and_granted_later_replaces_what_was(
    company: Company, people: PeopleQueries
) -> None:
    company.does(
        commands.GrantScope(rep_id=company.chen, role=Role.MANAGER, scope=Scope.ALL, team="west")
    )
    company.does(
        commands.ChooseNotifications(
            rep_id=company.chen,
            wants_email=False,
            each_item=True,
            addresses=(
                a_webhook("https://c.example", "whsec_x"),
                Address(channel=Channel.SMS, to="138 0013 8000"),
            ),
        ),
        by=company.chen,
    )
    company.project(PeopleProjection)
    chen = people.get(company.chen)

    assert chen is not None
    assert (chen.role, chen.scope, chen.team, chen.manager_id) == (
        Role.MANAGER,
        Scope.ALL,
        "west",
        None,
    )
    assert (chen.wants_email, chen.each_item, chen.chosen_at) == (False, True, company.now)
    assert chen.addresses == {Channel.WEBHOOK: "https://c.example", Channel.SMS: "+8613800138000"}
    assert people.secret_of(company.chen, Channel.WEBHOOK) == "whsec_x"
    assert people.secret_of(company.chen, Channel.SMS) == ""
    assert chen.version == company.log.get(company.chen).version


def test_a_channel_that_was_disabled_is_gone_and_with_the_webhook_its_calls(
    company: Company, people: PeopleQueries
) -> None:
    company.does(
        commands.ChooseNotifications(
            rep_id=company.chen,
            each_item=True,
            addresses=(
                a_webhook("https://c.example", "whsec_x"),
                Address(channel=Channel.SMS, to="13800138000"),
            ),
        )
    )
    disabling = {"rep_id": company.chen, "channel": Channel.WEBHOOK, "code": "gone"}
    company.does(worker_commands.DisableChannel(**disabling, address="https://c.example"))
    company.project(PeopleProjection)
    chen = people.get(company.chen)

    assert chen is not None
    assert (chen.addresses, chen.each_item) == ({Channel.SMS: "+8613800138000"}, False)
    assert people.secret_of(company.chen, Channel.WEBHOOK) == ""


def test_people_are_listed_by_name_page_by_page_without_those_who_left(
    company: Company, people: PeopleQueries
) -> None:
    company.does(commands.RemoveRepresentative(rep_id=company.li))
    company.project(PeopleProjection)
    first = people.page(limit=2)
    rest = people.page(after=(first[-1].name, first[-1].rep_id), limit=2)

    assert [person.name for person in first + rest] == ["Chen", "Wang", "Zhao"]
    assert [person.name for person in people.page(with_left=True)] == ["Chen", "Li", "Wang", "Zhao"]
    assert {person.rep_id for person in people.active_reps()} == {
        company.chen,
        company.wang,
        company.zhao,
    }


def test_a_token_names_its_holder_until_it_is_revoked(
    company: Company, people: PeopleQueries
) -> None:
    token_id, digest = token(company, company.chen, Grant.READ)
    holder = people.holder_of_token(digest)

    assert holder is not None
    assert (holder.rep_id, holder.name, holder.token_id) == (company.chen, "Chen", token_id)
    assert holder.grants == {Grant.READ}
    assert holder.expires_at == company.now + timedelta(days=30)
    assert people.holder_of_token("0" * 64) is None

    company.does(commands.RevokeToken(rep_id=company.chen, token_id=token_id), by=company.chen)
    company.project(PeopleProjection)

    assert people.holder_of_token(digest) is None
    assert [row.revoked_at for row in people.tokens_of(company.chen)] == [company.now]


def test_a_token_of_somebody_who_left_is_void(company: Company, people: PeopleQueries) -> None:
    _, digest = token(company, company.chen)
    company.does(commands.RemoveRepresentative(rep_id=company.chen))
    company.project(PeopleProjection)

    assert people.holder_of_token(digest) is None


def test_a_token_gives_no_more_than_the_role_that_its_holder_has_now(
    company: Company, people: PeopleQueries
) -> None:
    _, digest = token(company, company.chen, Grant.READ, Grant.WRITE)
    company.does(commands.GrantScope(rep_id=company.chen, role=Role.AUDITOR, scope=Scope.ALL))
    company.project(PeopleProjection)
    holder = people.holder_of_token(digest)

    assert holder is not None
    assert holder.grants == {Grant.READ}


def test_a_team_is_everybody_in_it_and_below_it(company: Company, people: PeopleQueries) -> None:
    company.joins("sun", team="eastern")
    company.joins("zhou")
    company.does(commands.RemoveRepresentative(rep_id=company.wang))
    company.project(PeopleProjection)

    assert people.team_members("east") == {company.zhao, company.chen, company.li, company.wang}
    assert people.team_members("east/shanghai") == {company.chen, company.li, company.wang}
    assert people.team_members("") == frozenset()
    assert people.team_members("e%") == frozenset()


def test_the_reporting_line_goes_up_past_whoever_left(
    company: Company, people: PeopleQueries
) -> None:
    top = company.joins("qian", role=Role.MANAGER)
    company.does(
        commands.GrantScope(
            rep_id=company.zhao, role=Role.MANAGER, scope=Scope.TEAM, team="east", manager_id=top
        )
    )
    company.project(PeopleProjection)

    assert people.managers_above(company.chen) == [company.zhao, top]
    assert people.managers_above(top) == []

    company.does(commands.RemoveRepresentative(rep_id=company.zhao))
    company.project(PeopleProjection)

    assert people.managers_above(company.chen) == [top]


def test_two_who_were_put_above_each_other_at_once_do_not_hang_anybody(
    company: Company, people: PeopleQueries
) -> None:
    with signing(company.signature()):
        zhao = company.log.get(company.zhao)
        zhao.grant_scope(Role.MANAGER, Scope.TEAM, "east", company.chen)
        company.log.append(zhao.collect_events())
    company.project(PeopleProjection)

    assert people.managers_above(company.chen) == [company.zhao]
    assert people.managers_above(company.zhao) == [company.chen]
    assert people.managers_above(company.li) == [company.zhao, company.chen]


def test_an_anew_built_table_equals_the_one_that_followed(
    company: Company, people: PeopleQueries
) -> None:
    token(company, company.li)
    followed = (people.page(), people.tokens_of(company.li))
    company.rebuild(PeopleProjection)

    assert (people.page(), people.tokens_of(company.li)) == followed
