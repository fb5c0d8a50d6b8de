"""The evidence bundle of a customer, taken over HTTP and judged by the verifier."""

from __future__ import annotations

import json
import zipfile
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.audit.report import Report, Verdict
from domain.audit.verifier import Memory
from tests.support.evidence import Audit
from tests.support.problems import problem_of


def codes(report: Report) -> set[str]:
    return {code for code, _ in report.findings}


def test_a_bundle_convinces_the_verifier_that_knows_only_the_key(signed: Audit) -> None:
    report = signed.verify(signed.bundle())

    assert report.verdict is Verdict.CLEAN, list(report.lines((1,)))
    remarks = dict(report.remarks)
    assert remarks["checked-bundle"]["customer"] == str(signed.customer_id)
    assert remarks["opened"]["count"] > 2
    assert "unsigned" not in remarks


def test_a_bundle_is_read_in_both_languages(signed: Audit) -> None:
    with zipfile.ZipFile(signed.bundle()) as archive:
        chinese, english = (archive.read(f"history.{x}.html").decode() for x in ("zh", "en"))
        told = json.loads(archive.read("history.json"))

    assert "很满意" in chinese
    assert "很满意" in english
    assert "季度审计" in chinese
    assert "上海地板&lt;b&gt;有限公司&lt;/b&gt;" in chinese
    assert "File opened for" in english
    assert "http" not in chinese.replace("http-equiv", "")
    assert told[0]["topic"] == "customer.created"


def test_a_sealed_bundle_proves_the_same_and_tells_nothing(signed: Audit) -> None:
    path = signed.bundle(sealed=True)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        everything = b"".join(archive.read(name) for name in names).decode()

    assert signed.verify(path).verdict is Verdict.CLEAN
    assert "王小明" not in everything
    assert not {"history.json", "data-keys.json", "history.zh.html"} & names


def test_taking_a_bundle_is_recorded_and_every_time_anew(signed: Audit) -> None:
    signed.bundle()
    signed.bundle()
    assert signed.front.read.watch.wait_for(signed.front.head, timeout=30)
    entries = signed.front.caller(signed.front.company.zhao).get(
        f"/customers/{signed.customer_id}/history", kind="access"
    )

    looks = entries.get_json()["items"]
    assert [(e["actor"], e["why"], e["facts"]["access"]) for e in looks] == [
        (str(signed.auditor_id), "季度审计", "bundle")
    ] * 2


def test_a_bundle_without_a_reason_is_not_made(signed: Audit) -> None:
    before = signed.front.head
    path = f"/customers/{signed.customer_id}/bundles"

    problem_of(signed.he.post(path, {}), 422, "invalid")
    assert signed.front.head == before


def test_a_bundle_continues_what_the_auditor_holds(signed: Audit, tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory")
    signed.verify(signed.bundle(), memory)
    held = signed.front.read.checkpoints.newest()
    assert held is not None
    signed.calls("再联系")
    signed.sign()

    without = signed.verify(signed.bundle("later.zip"), memory)
    assert (without.verdict, codes(without)) == (Verdict.UNTOLD, {"no-consistency"})
    asked = signed.verify(signed.bundle("asked.zip", since=held.size), memory)
    assert asked.verdict is Verdict.CLEAN, list(asked.lines((1,)))


def edited(bundle: Path, member: str, change: Any, *, manifest: bool = True) -> Path:
    """Return a copy of a bundle with one file changed, and the manifest to fit it."""
    copy = bundle.with_name(f"edited-{member.replace('/', '-')}")
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(copy, "w") as new:
        files = {name: old.read(name) for name in old.namelist()}
        files[member] = change(files[member])
        described = json.loads(files["manifest.json"])
        if manifest:
            described["files"].pop(member)
        for name, content in files.items():
            if name != "manifest.json":
                new.writestr(name, content)
        new.writestr("manifest.json", json.dumps(described))
    return copy


def flip_state(content: bytes) -> bytes:
    events = json.loads(content)
    state = bytearray(b64decode(events[1]["state"]))
    state[50] ^= 1
    events[1]["state"] = b64encode(bytes(state)).decode()
    return json.dumps(events).encode()


def drop_an_event(content: bytes) -> bytes:
    return json.dumps(json.loads(content)[1:]).encode()


def drop_a_leaf(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(lines[1:])


def give_the_key_to_somebody_else(content: bytes) -> bytes:
    ((_, key),) = json.loads(content).items()
    return json.dumps({str(uuid4()): key}).encode()


@pytest.mark.parametrize(
    ("member", "change", "found"),
    [
        ("events.json", flip_state, {"event-changed"}),
        ("events.json", drop_an_event, {"withheld"}),
        ("leaves.tsv", drop_a_leaf, {"chain-broken", "no-leaf"}),
        ("leaves.tsv", lambda c: c.replace(b"customer.", b"customer_"), {"leaf-changed"}),
        ("data-keys.json", give_the_key_to_somebody_else, {"key-swapped"}),
    ],
)
def test_a_bundle_that_was_tampered_with_convinces_nobody(
    signed: Audit, member: str, change: Any, found: set[str]
) -> None:
    report = signed.verify(edited(signed.bundle(), member, change))

    assert report.verdict is not Verdict.CLEAN
    assert codes(report) >= found


def test_a_file_that_was_changed_after_the_making_is_named(signed: Audit) -> None:
    path = edited(signed.bundle(), "history.zh.html", lambda c: c + b"<!-- -->", manifest=False)

    assert codes(signed.verify(path)) == {"file-changed"}


def test_a_backdated_event_is_told(signed: Audit) -> None:
    company = signed.front.company
    company.wait(days=1)
    company.registers(company.chen, "前一天")
    signed.sign()
    company.wait(days=1)
    now, company.now = company.now, company.now.replace(year=2025)
    signed.calls("从未发生")
    company.now = now
    signed.sign()
    report = signed.verify(signed.bundle())

    assert codes(report) == {"backdated"}
    assert report.verdict is Verdict.TAMPERED


def test_a_bundle_of_a_guest_is_whole_and_says_that_activities_are_not_in_it(
    signed: Audit,
) -> None:
    signed.front.company.turns_to(signed.customer_id)
    signed.sign()

    bundle, sealed = signed.bundle(), signed.bundle("sealed.zip", sealed=True)

    assert signed.verify(bundle).verdict is Verdict.CLEAN
    with zipfile.ZipFile(bundle) as archive:
        assert "Activities to which the customer was invited (1)" in (
            archive.read("history.en.html").decode()
        )
    report = signed.verify(sealed)
    assert report.verdict is Verdict.CLEAN
    assert "1 activities are not in it" in "".join(report.lines((1,)))
    with zipfile.ZipFile(sealed) as archive:
        ((position,),) = json.loads(archive.read("manifest.json"))["left_out"].values()
    proved = signed.he.get("/audit/proofs/inclusion", position=position).get_json()
    assert proved["leaf"]["topic"] == "activity.guest_invited"
    path = f"/customers/{signed.customer_id}/proof"
    assert list(signed.he.get(path).get_json()["left_out"].values()) == [[position]]
