"""A person fetches all that is held about him by a link that works once."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from uuid import UUID

import pytest

from domain import commands
from domain.access import Role, Scope
from domain.campaign_commands import InviteGuests
from domain.contact import Contact, ContactMethod
from domain.priority import ComplaintChannel
from tests.support.http import Caller, Front
from tests.support.problems import problem_of


@pytest.fixture
def he(front: Front) -> Caller:
    """He, who audits."""
    return front.caller(front.company.joins("he", role=Role.AUDITOR, scope=Scope.ALL))


@pytest.fixture
def zhang(front: Front) -> UUID:
    """Zhang, a customer of Chen's with a life."""
    company = front.company
    zhang = company.registers(company.chen, "张三", phones=("13800138000",), notes="爱喝茶")
    contact = Contact(contacted_on=company.now.date(), method=ContactMethod.PHONE, text="谈了地板")
    company.does(commands.RecordContact(customer_id=zhang, contact=contact), company.chen)
    filed = commands.FileComplaint(
        customer_id=zhang, channel=ComplaintChannel.PHONE, summary="地板开裂"
    )
    company.does(filed, company.chen)
    company.registers(company.li, "李四", notes="与他无关")
    front.settle()
    return zhang


def link_of(he: Caller, zhang: UUID) -> str:
    made = he.post(f"/customers/{zhang}/subject-links", {"reason": "本人申请 17"})
    assert made.status_code == 201, made.text
    address: str = made.get_json()["address"]
    return address


def test_he_gets_everything_about_himself_nothing_of_others_and_who_looked(
    front: Front, he: Caller, zhang: UUID
) -> None:
    he.get(f"/customers/{zhang}/history")
    address = link_of(he, zhang)
    front.settle()
    anybody = front.app.test_client()
    assert "Download" in anybody.get(address).text

    taken = anybody.post(address)

    files = zipfile.ZipFile(io.BytesIO(taken.data))
    data = json.loads(files.read("data.json"))
    assert data["card"]["name"] == "张三"
    assert [look["access"] for look in data["seen_by"]] == ["history", "subject-link"]
    assert data["seen_by"][1]["why"] == "本人申请 17"
    for name in ("data.json", "data.zh.html", "data.en.html"):
        held = files.read(name).decode()
        assert all(each in held for each in ("13800138000", "爱喝茶", "谈了地板", "地板开裂"))
        assert "与他无关" not in held


def test_he_gets_what_he_did_at_an_activity_and_nothing_of_its_other_guests(
    front: Front, he: Caller, zhang: UUID
) -> None:
    company = front.company
    activity_id = UUID(company.turns_to(zhang)["activity_id"])
    other = company.registers(company.li, "李四五")
    company.does(InviteGuests(activity_id=activity_id, customer_ids=(other,)))
    front.settle()

    taken = front.app.test_client().post(link_of(he, zhang))

    data = json.loads(zipfile.ZipFile(io.BytesIO(taken.data)).read("data.json"))
    assert "activity.guest_invited" in {event["topic"] for event in data["events"]}
    assert str(other) not in json.dumps(data)


def test_a_link_works_once_and_for_a_day(front: Front, he: Caller, zhang: UUID) -> None:
    used, late = link_of(he, zhang), link_of(he, zhang)
    anybody = front.app.test_client()

    assert anybody.post(used).status_code == 200
    assert anybody.post(used).status_code == 410
    front.company.now += timedelta(hours=25)
    assert anybody.get(late).status_code == 410
    assert anybody.post(f"{late[:-1]}A").status_code == 410


def test_only_auditors_and_administrators_give_links_out_and_say_why(
    he: Caller, chen: Caller, zhang: UUID
) -> None:
    path = f"/customers/{zhang}/subject-links"
    problem_of(chen.post(path, {"reason": "x"}), 403, "forbidden")
    problem_of(he.post(path, {}), 422, "invalid")
