"""Demonstration data: a small company with two months behind it, the same for everybody."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import click

from api.auth import new_token
from api.cli.demo_campaign import DemoCampaign
from api.cli.demo_story import DAYS, PARTS, Story
from api.cli.refusals import RefusedError
from api.cli.session import Session
from domain import commands
from domain.access import GRANTS_BY_ROLE, Principal, Role, Scope
from domain.application import CustomerCare
from domain.bulk import Bulk
from domain.ids import new_id
from domain.policies.book import PolicyKind
from domain.provenance import Provenance
from projections.bootstrap import ReadSide

DEMO_FILE = "demo-logins.json"
TOKEN_LIFE = timedelta(days=365)
SEED = 20260217
MANAGER = "zhaojing"

_PEOPLE = (
    ("wangfang", "王芳", Role.REP, Scope.OWN, "east/shanghai", "zhaojing"),
    ("liqiang", "李强", Role.REP, Scope.OWN, "east/shanghai", "zhaojing"),
    ("chenmin", "陈敏", Role.REP, Scope.OWN, "east/hangzhou", "zhaojing"),
    ("liuyang", "刘洋", Role.REP, Scope.OWN, "east/hangzhou", "zhaojing"),
    ("zhaojing", "赵静", Role.MANAGER, Scope.TEAM, "east", "sunlei"),
    ("sunlei", "孙磊", Role.MANAGER, Scope.ALL, "", ""),
    ("auditor", "审计员", Role.AUDITOR, Scope.ALL, "", ""),
    ("admin", "管理员", Role.ADMINISTRATOR, Scope.ALL, "", ""),
    ("integration", "接口", Role.INTEGRATION, Scope.ALL, "", ""),
)


@click.command("demo")
@click.pass_obj
def demo_command(session: Session) -> None:
    """Load demonstration data.

    Two months of a small company, into an empty store only; prints its logins and tokens.
    """
    with session.opened(settled=False) as read:
        if not is_empty(read):
            raise RefusedError("store-not-empty")
        logins = load_demo(session, read)
    session.show(logins, columns=("role", "login", "token"))


def is_empty(read: ReadSide) -> bool:
    """Tell whether the log holds nothing but the policies that every new store adopts."""
    return read.log.head <= len(PolicyKind)


def load_demo(session: Session, read: ReadSide) -> list[dict[str, str]]:
    """Record two months of a small company's work; return its logins with their tokens."""
    now = datetime.now(UTC)
    reps, manager, logins = _hire(read.care, now - timedelta(days=DAYS + 1), now + TOKEN_LIFE)
    # At once: whoever interrupts what follows can still log in.
    _keep(logins, session.store.data_folder / DEMO_FILE)
    # The same for everybody, and no secret.
    story = Story(read.care.book(), Random(SEED), now, reps)  # noqa: S311
    bulk = Bulk(read.care, lambda: _signature(now))
    with session.progress() as bar:
        task = bar.add_task("Demonstration data", total=DAYS * len(PARTS) * 5 // 7)
        for outcomes in bulk.run(story.parts()):
            story.learn(outcomes)
            bar.advance(task)
    DemoCampaign(read.care, reps, manager, now).tell(story.customers)
    return logins


def _hire(
    care: CustomerCare, joined_at: datetime, tokens_end: datetime
) -> tuple[list[Principal], Principal, list[dict[str, str]]]:
    """Take everybody on, those above first, and give each a token; return reps and manager."""
    ids: dict[str, UUID] = {}
    reps: list[Principal] = []
    logins: list[dict[str, str]] = []
    for login, name, role, scope, team, above in reversed(_PEOPLE):
        joins = commands.AddRepresentative(
            login=login, name=name, email=f"{login}@kezhi.example", role=role, scope=scope,
            team=team, manager_id=ids.get(above),
        )  # fmt: skip
        ids[login] = care.execute(joins, _signature(joined_at)).subject_id
        token, digest = new_token()
        gets = commands.IssueToken(
            rep_id=ids[login], token_id=new_id(), token_sha256=digest, label="demo",
            grants=GRANTS_BY_ROLE[role], expires_at=tokens_end,
        )  # fmt: skip
        care.execute(gets, _signature(joined_at))
        logins.insert(0, {"login": login, "name": name, "role": role.value, "token": token})
        if role is Role.REP:
            reps.insert(0, Principal.representative(ids[login], role=role, scope=scope))
    below = [rep.id for rep in reps if rep.id is not None]
    manager = Principal.representative(
        ids[MANAGER], role=Role.MANAGER, scope=Scope.TEAM, team_ids=below
    )
    return reps, manager, logins


def _signature(at: datetime) -> Provenance:
    return Provenance(
        principal=Principal.system("demo"), at=at, through="demo", correlation=new_id()
    )


def _keep(logins: list[dict[str, str]], path: Path) -> None:
    """Write the logins where `kezhi up` finds them again; only their owner may read them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(logins, file, ensure_ascii=False, indent=2)
