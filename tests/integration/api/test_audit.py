"""What an auditor asks over HTTP: checkpoints, keys, proofs, and who may ask."""

from __future__ import annotations

import io
import zipfile
from base64 import b64decode
from typing import Any

import psycopg

from domain.access import Role, Scope
from domain.audit.merkle import verify_consistency, verify_inclusion
from domain.audit.notes import open_checkpoint
from domain.audit.one_file import one_file
from tests.support.audits import KEY
from tests.support.evidence import REASON, Audit
from tests.support.problems import problem_of


def hashes_in(document: dict[str, Any]) -> list[bytes]:
    return [b64decode(each) for each in document["hashes"]]


def test_checkpoints_are_listed_and_open_with_the_key_the_auditor_has(signed: Audit) -> None:
    signed.calls("再联系")
    signed.sign()
    listed = signed.he.get("/audit/checkpoints", limit=1).get_json()
    rest = signed.he.get("/audit/checkpoints", limit=1, cursor=listed["next_cursor"]).get_json()

    sizes = [page["items"][0]["size"] for page in (listed, rest)]
    assert sizes == sorted(sizes, reverse=True)
    assert open_checkpoint(listed["items"][0]["note"], [KEY.verifier]).size == sizes[0]
    (key,) = signed.he.get("/audit/keys").get_json()["items"]
    assert key["key"] == str(KEY.verifier)


def test_an_event_is_proved_to_be_in_the_log(signed: Audit) -> None:
    shown = signed.he.get("/audit/proofs/inclusion", position=3).get_json()
    checkpoint = open_checkpoint(shown["proof"].partition("\n\n")[2], [KEY.verifier])

    verify_inclusion(
        2,
        shown["size"],
        bytes.fromhex(shown["leaf"]["hash"]),
        hashes_in(shown),
        checkpoint.root,
    )
    assert shown["proof"].splitlines()[:2] == ["c2sp.org/tlog-proof@v1", "index 2"]


def test_a_longer_log_is_proved_to_begin_with_a_shorter_one(signed: Audit) -> None:
    old = open_checkpoint(
        signed.he.get("/audit/checkpoints").get_json()["items"][0]["note"], [KEY.verifier]
    )
    signed.calls("再联系")
    signed.sign()
    new = open_checkpoint(
        signed.he.get("/audit/checkpoints").get_json()["items"][0]["note"], [KEY.verifier]
    )
    shown = signed.he.get("/audit/proofs/consistency", **{"from": old.size}).get_json()

    assert (shown["from"], shown["to"]) == (old.size, new.size)
    verify_consistency(old.size, new.size, old.root, new.root, hashes_in(shown))


def test_what_cannot_be_proved_is_told(audit: Audit) -> None:
    problem_of(audit.he.get("/audit/proofs/inclusion", position=1), 409, "not-signed-yet")
    problem_of(audit.he.get(f"/customers/{audit.customer_id}/proof"), 409, "not-signed-yet")
    path = f"/customers/{audit.customer_id}/bundles"
    problem_of(audit.he.post(path, REASON), 409, "not-signed-yet")
    audit.sign()
    size = audit.front.read.leaves.size

    beyond = {"from": 1, "to": size + 1}
    problem_of(audit.he.get("/audit/proofs/consistency", **beyond), 409, "not-signed-yet")
    problem_of(audit.he.get("/audit/proofs/inclusion", position=size + 1), 409, "not-signed-yet")
    problem_of(audit.he.get("/audit/proofs/inclusion", position=1, size=2), 404, "not-found")
    backwards = audit.he.get("/audit/proofs/consistency", **{"from": 3, "to": 2})
    assert problem_of(backwards, 422, "invalid")["errors"][0]["parameter"] == "from"


def test_a_log_with_a_hole_is_told_to_be_damaged(signed: Audit, at_work: str) -> None:
    with psycopg.connect(at_work) as connection:
        connection.execute("DELETE FROM eventlog.leaf WHERE position = 2")

    problem_of(signed.he.get("/audit/proofs/inclusion", position=1), 409, "log-damaged")


def test_a_customer_is_proved_without_telling_what_he_said(signed: Audit) -> None:
    answer = signed.he.get(f"/customers/{signed.customer_id}/proof")
    shown = answer.get_json()
    checkpoint = open_checkpoint(shown["checkpoint"]["note"], [KEY.verifier])

    assert "王小明" not in answer.text
    assert shown["streams"][0]["stream"] == str(signed.customer_id)
    assert len(shown["streams"]) > 2
    for stream in shown["streams"]:
        last = stream["leaves"][-1]
        verify_inclusion(
            last["position"] - 1,
            checkpoint.size,
            bytes.fromhex(last["hash"]),
            hashes_in(stream),
            checkpoint.root,
        )


def test_an_auditor_who_reads_a_history_is_recorded_once_a_day(signed: Audit) -> None:
    path, company = f"/customers/{signed.customer_id}/history", signed.front.company
    zhao = signed.front.caller(company.zhao)
    before = signed.front.head
    for _ in range(3):
        assert signed.he.get(path).status_code == 200
    once = signed.front.head
    company.wait(days=1)
    signed.he.get(path)
    again = signed.front.head
    zhao.get(path)

    assert (once, again, signed.front.head) == (before + 1, before + 2, before + 2)


def test_another_data_key_in_the_table_is_noticed_when_it_is_read(
    signed: Audit, at_work: str
) -> None:
    with psycopg.connect(at_work) as connection:
        connection.execute(
            "UPDATE eventlog.subject_key SET wrapped_key = (SELECT wrapped_key FROM"
            " eventlog.subject_key WHERE subject_id <> %(id)s LIMIT 1) WHERE subject_id = %(id)s",
            {"id": signed.customer_id},
        )
    signed.front.read.log.keys.forget(signed.customer_id)

    assert (
        signed.front.caller(signed.front.company.zhao)
        .get(f"/customers/{signed.customer_id}/history")
        .get_json()["items"][-1]["facts"]
        is None
    )


def test_an_event_appended_past_the_service_is_noticed_when_it_is_read(
    signed: Audit, at_work: str
) -> None:
    """Row 15: a valid leaf, and no signature that only the service can make."""
    version = signed.front.read.log.get(signed.customer_id).version + 1
    with psycopg.connect(at_work) as connection:
        connection.execute(
            "SELECT eventlog.append_events(ARRAY[%s]::uuid[], ARRAY[%s]::bigint[],"
            " ARRAY['customer.regraded'], ARRAY[(SELECT state FROM eventlog.event WHERE"
            " originator_id = %s AND originator_version = 1)],"
            " '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')",
            (signed.customer_id, version, signed.customer_id),
        )
    assert signed.front.read.watch.wait_for(signed.front.head, timeout=30)
    signed.sign()

    answer = signed.front.caller(signed.front.company.zhao).get(f"/customers/{signed.customer_id}")
    assert answer.status_code >= 400


def test_the_verifier_can_be_downloaded(signed: Audit) -> None:
    answer = signed.he.get("/audit/verifier")

    assert answer.data == one_file()
    assert zipfile.is_zipfile(io.BytesIO(answer.data))


def test_nobody_else_gets_proofs_or_bundles(signed: Audit) -> None:
    company = signed.front.company
    narrow = company.joins("xu", role=Role.AUDITOR, scope=Scope.TEAM, team="east")
    for rep_id in (company.chen, company.zhao, narrow):
        caller = signed.front.caller(rep_id)
        for path in ("/audit/checkpoints", "/audit/keys", "/audit/verifier"):
            problem_of(caller.get(path), 403, "forbidden")
        problem_of(caller.get(f"/customers/{signed.customer_id}/proof"), 403, "forbidden")
        taken = caller.post(f"/customers/{signed.customer_id}/bundles", REASON)
        problem_of(taken, 403, "forbidden")
