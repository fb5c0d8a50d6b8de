"""Writes as clients do: each command under a key, asked again until it is answered."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain import commands
from domain.access import Principal
from domain.application import CustomerCare, IdempotencyKey
from domain.card import Card
from domain.errors import BusyError, CareError
from domain.eventstore.database import AWAY
from domain.ids import named_id
from domain.priority import ComplaintChannel
from domain.provenance import Provenance
from tests.chaos import marketing
from tests.support.examples import a_webhook

ZONE = ZoneInfo("Asia/Shanghai")
WRITER = Principal.system("writer")
PAUSE = 0.1
BACKDATED = frozenset({"join", "guest", "consent", "birthday"}) | marketing.BACKDATED
"""What was done the day before yesterday, so that something is due at once."""


class Notebook:
    """What was tried and what was answered, on disk before and after each command."""

    def __init__(self, file: Path) -> None:
        self._file = file
        lines = file.read_text().splitlines() if file.exists() else []
        # The last line may have been cut by a kill.
        notes = [json.loads(line) for line in lines if line.endswith("}")]
        self.tried = [note for note in notes if "kind" in note]
        self.answers = {note["answers"]: note for note in notes if "answers" in note}

    def note(self, **what: Any) -> None:
        """Write a line down."""
        with self._file.open("a") as file:
            file.write("\n" + json.dumps(what))
            file.flush()
            os.fsync(file.fileno())
        if "kind" in what:
            self.tried.append(what)
        else:
            self.answers[what["answers"]] = what

    def subjects(self, kind: str) -> list[UUID]:
        """The ids that answered commands of a kind gave."""
        return [
            UUID(self.answers[note["key"]]["subject"])
            for note in self.tried
            if note["kind"] == kind and self.answers.get(note["key"], {}).get("subject")
        ]


def write(care: CustomerCare, file: Path, stop: Event) -> None:
    """Carry on from what the notebook says until `stop` is set."""
    notebook = Notebook(file)
    for note in notebook.tried:
        if note["key"] not in notebook.answers:
            _execute(care, notebook, note, stop)
    while not stop.is_set():
        number = len(notebook.tried)
        for kind, target in _next(notebook, Random(number)):
            note = {"key": f"w-{len(notebook.tried)}", "kind": kind, "target": target}
            note["at"] = datetime.now(UTC).isoformat()
            notebook.note(**note)
            _execute(care, notebook, note, stop)
        stop.wait(PAUSE)


def _next(notebook: Notebook, rng: Random) -> Iterator[tuple[str, str]]:
    """Yield what to do next: a kind of command and the id that it is about."""
    reps, customers = notebook.subjects("join"), notebook.subjects("register")
    complaints = notebook.subjects("file")
    wish = rng.random()
    guests = notebook.subjects("guest")
    if marketing.guests_of(notebook) and rng.random() < 0.25:
        yield from marketing.market(notebook, rng)
    elif reps and wish > 0.8:
        yield "guest", str(rng.choice(reps))
        yield from _guest(notebook, rng)
    elif guests and wish > 0.78:
        yield "refuse", str(rng.choice(guests))
    elif not reps or wish < 0.15:
        yield "join", str(rng.choice(reps)) if len(reps) > 2 else ""
    elif not customers or wish < 0.35:
        yield "register", str(rng.choice(reps))
    elif not complaints or wish < 0.65:
        yield "file", str(rng.choice(customers))
    elif wish < 0.7:
        yield "webhook", str(rng.choice(reps))
    elif wish < 0.76:
        yield rng.choice(["close", "open"]), ""
    else:
        kind = rng.choice(["assign", "acknowledge", "investigate", "resolve", "pause", "resume"])
        yield kind, str(rng.choice(complaints[-6:]))


def _guest(notebook: Notebook, rng: Random) -> Iterator[tuple[str, str]]:
    """Yield what makes a customer somebody to be greeted at once, or somebody who is not."""
    if notebook.subjects("guest"):
        guest = str(notebook.subjects("guest")[-1])
        told = rng.choice([("consent",), ("consent",), ("consent", "refuse"), ()])
        for kind in (*told, "birthday"):
            yield kind, guest


def _execute(care: CustomerCare, notebook: Notebook, note: dict[str, Any], stop: Event) -> None:
    """Ask until there is an answer; a refusal is one."""
    key = note["key"]
    command, at = _command(note, notebook)
    principal = marketing.APPROVER if note["kind"] == "approve" else WRITER
    provenance = Provenance(
        principal=principal, at=at, through="test", correlation=named_id("chaos", key), why="chaos"
    )
    mark = IdempotencyKey(key=key, fingerprint=hashlib.sha256(json.dumps(note).encode()).digest())
    while True:
        try:
            receipt = care.execute(command, provenance, idempotency=mark)
        except AWAY:
            if stop.wait(0.2):
                return
        except BusyError:
            stop.wait(0.05)
        except CareError as error:
            notebook.note(answers=key, refused=type(error).__name__)
            return
        else:
            notebook.note(
                answers=key,
                subject=str(receipt.subject_id),
                version=receipt.version,
                position=receipt.position,
            )
            return


def _command(note: dict[str, Any], notebook: Notebook) -> tuple[commands.Command, datetime]:
    kind, number = note["kind"], note["key"].removeprefix("w-")
    target = UUID(note["target"]) if note["target"] else None
    at = datetime.fromisoformat(note["at"])
    # When who is registered now will be due.
    day = (at.astimezone(ZONE) + timedelta(days=30)).date()
    made: dict[str, Any] = {
        # Taken on the day before yesterday, so that a list is due at once.
        "join": lambda: commands.AddRepresentative(
            login=f"rep{number}",
            name=f"业务{number}",
            email=f"rep{number}@example.com",
            manager_id=target,
        ),
        "register": lambda: commands.RegisterCustomer(
            card=Card(name=f"客户{number}", phones=(f"139{int(number):08}",)), owner_id=target
        ),
        "guest": lambda: commands.RegisterCustomer(
            card=Card(name=f"寿星{number}", email=f"guest{number}@example.com"), owner_id=target
        ),
        "consent": lambda: commands.ChooseCare(
            customer_id=target, choices={"consents": {"email": True}, "wants_greetings": None}
        ),
        "refuse": lambda: commands.ChooseCare(
            customer_id=target, choices={"wants_greetings": False}
        ),
        "birthday": lambda: commands.CorrectCustomer(
            customer_id=target, card={"birthday": f"1990-{at.astimezone(ZONE):%m-%d}"}
        ),
        "file": lambda: commands.FileComplaint(
            customer_id=target, channel=ComplaintChannel.PHONE, summary="货损"
        ),
        "webhook": lambda: commands.ChooseNotifications(
            rep_id=target,
            wants_email=True,
            addresses=(a_webhook(os.environ["CHAOS_WEBHOOK"], "whsec_Y2hhb3M="),),
        ),
        "close": lambda: commands.ChangeWorkdays(closed=(day,)),
        "open": lambda: commands.ChangeWorkdays(opened=(day,)),
        "assign": lambda: commands.AssignComplaint(
            complaint_id=target,
            handler_id=notebook.subjects("join")[int(number) % len(notebook.subjects("join"))],
        ),
        "acknowledge": lambda: commands.AcknowledgeComplaint(complaint_id=target),
        "investigate": lambda: commands.InvestigateComplaint(complaint_id=target, cause="运输"),
        "resolve": lambda: commands.ResolveComplaint(complaint_id=target, solution="换货"),
        "pause": lambda: commands.PauseComplaint(complaint_id=target),
        "resume": lambda: commands.ResumeComplaint(complaint_id=target),
        **marketing.marketing_commands(target, at, int(number), notebook),
    }
    return made[kind](), at - timedelta(days=2) if kind in BACKDATED else at
