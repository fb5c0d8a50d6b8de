from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from api.public.intake_page import INTAKE
from domain.aftercare_commands import ReceiveMessage
from domain.eventstore.settings import StoreSettings
from domain.ids import new_id
from domain.intake_item import Letter
from domain.priority import ComplaintChannel
from domain.provenance import Provenance
from projections.bootstrap import read_side
from tests.integration.cli.conftest import CommandLine


def a_stranger_writes(line: CommandLine, form_id: str, text: str) -> None:
    letter = Letter(channel=ComplaintChannel.ONLINE, text=text, name="周先生")
    command = ReceiveMessage(form_id=UUID(form_id), key=text, letter=letter)
    with read_side(StoreSettings.from_environment(line.settings)) as read:
        signature = Provenance(
            principal=INTAKE, at=datetime.now(UTC), through="intake", correlation=new_id()
        )
        read.care.execute(command, signature)


def test_a_form_is_opened_and_what_strangers_write_is_dealt_with(customers: CommandLine) -> None:
    form = customers.json("intake", "open", "官网留言", "zhao")
    assert form["page"] == f"/intake/{form['form_id']}"
    assert form["mail_secret"].startswith("whsec_")
    for text in ("颜色偏深", "买我的产品"):
        a_stranger_writes(customers, form["form_id"], text)

    mine, spam = customers.json("intake", "list", by="zhao")
    assert (mine["text"], spam["text"]) == ("颜色偏深", "买我的产品")
    assert customers("intake", "list", by="wang").code == 1
    assigned = customers.json("intake", "assign", mine["item_id"], "李四", "--complaint", by="zhao")
    dropped = customers.json("intake", "drop", spam["item_id"], "--why", "广告", by="zhao")

    assert (assigned["state"], dropped["state"]) == ("assigned", "dropped")
    assert customers.json("intake", "list") == []
    (complaint,) = customers.json("complaint", "list", "--customer", "李四")
    assert complaint["summary"] == "颜色偏深"
    assert "周先生" in customers("intake", "list", "--state", "dropped", language="zh").shown


def test_a_form_is_revoked(customers: CommandLine) -> None:
    form = customers.json("intake", "open", "展会", "zhao")
    customers.json("intake", "revoke", form["form_id"], "--why", "展会结束")
    rows = customers.json("intake", "forms")

    assert [row["revoked_at"] is None for row in rows if row["label"] == "展会"] == [False]
    assert customers("intake", "revoke", form["form_id"]).code == 1
    assert customers("intake", "open", "展会", "wang").told.startswith("Invalid content")
