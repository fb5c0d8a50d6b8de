"""Representatives and tokens, for the operator of the machine."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

import click

from api import representations
from api.auth import new_token
from api.cli.past import AS_OF, as_it_was, moment_of
from api.cli.refusals import RefusedError
from api.cli.session import Session
from domain import commands
from domain.access import GRANTS_BY_ROLE, Grant, Role, Scope
from domain.channel import CHOSEN, Address, Channel, shortened
from domain.ids import new_id
from domain.settings import first_line
from domain.sign_in_commands import DisableSecondFactor
from projections.bootstrap import ReadSide
from projections.moments import Asked
from workers.handovers import Done, hand_over, looks_after_anybody, undo


@click.group("rep")
def rep_command() -> None:
    """Take on, list and release representatives (业务员)."""


@rep_command.command("add")
@click.argument("login")
@click.argument("name")
@click.option("--email", default="")
@click.option("--role", type=click.Choice([r.value for r in Role]), default=Role.REP.value)
@click.option("--scope", type=click.Choice([s.value for s in Scope]), default=Scope.OWN.value)
@click.option("--team", default="", help="A path such as east/shanghai.")
@click.option("--manager", metavar="LOGIN", help="The next one up the ladder.")
@click.pass_obj
def add(
    session: Session,
    *,
    login: str,
    name: str,
    email: str,
    role: str,
    scope: str,
    team: str,
    manager: str | None,
) -> None:
    """Take somebody on."""
    with session.opened() as read:
        command = commands.AddRepresentative(
            login=login,
            name=name,
            email=email,
            role=Role(role),
            scope=Scope(scope),
            team=team,
            manager_id=_rep_id(read, manager) if manager else None,
        )
        receipt = read.care.execute(command, session.provenance(session.principal(read)))
    session.show({"rep_id": receipt.subject_id, "login": login})


@rep_command.command("list")
@click.pass_obj
def list_(session: Session) -> None:
    """List who works here."""
    with session.opened() as read:
        rows = read.people.active_reps()
    session.show(rows, columns=("login", "name", "role", "scope", "team", "rep_id"))


@rep_command.command("show")
@click.argument("login")
@AS_OF
@click.pass_obj
def show(session: Session, *, login: str, as_of: Asked | None) -> None:
    """Show who LOGIN is, or was: role, scope, team and manager."""
    with session.opened() as read:
        moment = moment_of(session, read, as_of)
        person = read.people.by_login(login)
        if person is None:
            raise RefusedError("login-unknown", login=login)
        found = as_it_was(read, read.log.get(person.rep_id), moment)
        session.show(representations.representative(found))


@rep_command.command("notifications")
@click.argument("login")
@click.pass_obj
def notifications(session: Session, *, login: str) -> None:
    """Show how LOGIN is reminded besides the inbox; keys and secrets are left out."""
    with session.opened() as read:
        person = session.person(read, login)
    chosen = {channel.value: shortened(to) for channel, to in person.addresses.items()}
    session.show(
        {
            "email": person.email if person.wants_email else "",
            "each_item": person.each_item,
            **chosen,
        }
    )


@rep_command.command("notify")
@click.argument("login")
@click.option("--email/--no-email", "wants_email", default=True, help="By mail, the default.")
@click.option("--each-item", is_flag=True, help="One call of the webhook per due customer.")
@click.option(
    "--to",
    "targets",
    multiple=True,
    metavar="CHANNEL=ADDRESS",
    callback=lambda _, __, words: _by_channel(words),
    help=f"May be repeated; CHANNEL is {', '.join(CHOSEN)}. @FILE takes the first line of a file.",
)
@click.option(
    "--secret-file",
    "secrets",
    multiple=True,
    metavar="CHANNEL=FILE",
    callback=lambda _, __, words: _by_channel(words, are_files=True),
    help="May be repeated: the secret that messages are signed with, in the first line of a file.",
)
@click.pass_obj
def notify(
    session: Session,
    *,
    login: str,
    wants_email: bool,
    each_item: bool,
    targets: dict[Channel, str],
    secrets: dict[Channel, str],
) -> None:
    """Choose how LOGIN is reminded besides the inbox.

    What was chosen before is replaced as a whole.
    """
    addresses = tuple(
        Address(channel=channel, to=to, secret=secrets.get(channel, ""))
        for channel, to in targets.items()
    )
    with session.opened() as read:
        command = commands.ChooseNotifications(
            rep_id=_rep_id(read, login),
            wants_email=wants_email,
            each_item=each_item,
            addresses=addresses,
        )
        session.carry_out(read, command)
    session.show({"login": login, "channels": [address.channel for address in addresses]})


@rep_command.command("leave")
@click.argument("login")
@click.option("--why", default="")
@click.pass_obj
def leave(session: Session, *, login: str, why: str) -> None:
    """Record that somebody left; his tokens are void from now on.

    Refused while he still looks after customers or open complaints (R58): hand them over first.
    """
    with session.opened() as read:
        rep_id = _rep_id(read, login)
        if looks_after_anybody(read, rep_id):
            raise RefusedError("still-looks-after-customers")
        command = commands.RemoveRepresentative(rep_id=rep_id)
        read.care.execute(command, session.provenance(session.principal(read), why=why))
    session.show({"left": login})


@rep_command.command("disable-second-factor")
@click.argument("login")
@click.option("--why", required=True, help="Kept with the event, for example a lost phone.")
@click.pass_obj
def disable_second_factor(session: Session, *, login: str, why: str) -> None:
    """Let LOGIN sign in without a code again (关闭两步验证), because he lost his phone."""
    with session.opened() as read:
        rep_id = _rep_id(read, login)
        session.carry_out(read, DisableSecondFactor(rep_id=rep_id), why=why)
    session.show({"login": login, "second_factor": "off"})


@rep_command.command("handover")
@click.argument("from_login", metavar="FROM")
@click.argument("to_login", metavar="TO")
@click.option("--dry-run", is_flag=True, help="Decide everything, store nothing.")
@click.option("--why", default="")
@click.pass_obj
def handover(session: Session, *, from_login: str, to_login: str, dry_run: bool, why: str) -> None:
    """Give all customers, open complaints and contracts of FROM to TO (替换跟单人)."""
    with session.opened() as read:
        principal = session.principal(read)
        done = hand_over(
            read,
            lambda: session.provenance(principal, why=why),
            from_id=_rep_id(read, from_login),
            to_id=_rep_id(read, to_login),
            dry_run=dry_run,
        )
    session.show(_came_to(done))


@rep_command.command("handovers")
@click.argument("login", required=False)
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.pass_obj
def handovers(session: Session, *, login: str | None, limit: int) -> None:
    """List handovers, or those from or to LOGIN, the newest first.

    What nobody has moved since is counted as left; undo-handover gives that back.
    """
    with session.opened() as read:
        session.principal(read).require(Grant.ADMINISTER)
        rep_id = _rep_id(read, login) if login else None
        rows = read.handovers.page(rep_id=rep_id, limit=limit)
        people = {each: read.people.get(each) for row in rows for each in (row.from_id, row.to_id)}
    names = {rep_id: person.name if person else str(rep_id) for rep_id, person in people.items()}
    session.show(
        [
            {**asdict(row), "from_name": names[row.from_id], "to_name": names[row.to_id]}
            for row in rows
        ],
        columns=(
            "begun_at",
            "from_name",
            "to_name",
            "customers",
            "complaints",
            "contracts",
            "customers_left",
            "handover_id",
            "undoes",
        ),
    )


@rep_command.command("undo-handover")
@click.argument("handover_id", type=click.UUID)
@click.option("--dry-run", is_flag=True, help="Decide everything, store nothing.")
@click.option("--why", default="")
@click.pass_obj
def undo_handover(session: Session, *, handover_id: UUID, dry_run: bool, why: str) -> None:
    """Give back what a handover gave away, except what somebody has moved since (撤销交接)."""
    with session.opened() as read:
        principal = session.principal(read)
        done = undo(
            read,
            lambda: session.provenance(principal, why=why),
            handover_id=handover_id,
            dry_run=dry_run,
        )
    session.show(_came_to(done))


def _came_to(done: Done) -> dict[str, object]:
    if done.handover_id is None:
        return {**asdict(done.counts), "dry_run": True}
    return {
        **asdict(done.counts),
        "position": done.position,
        "handover_id": done.handover_id,
    }


@click.group("token")
def token_command() -> None:
    """Give out, list and revoke bearer tokens."""


@token_command.command("issue")
@click.argument("login")
@click.option("--label", default="cli")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True)
@click.option(
    "--grant",
    "grants",
    multiple=True,
    type=click.Choice([g.value for g in Grant]),
    help="May be repeated; by default everything the role allows.",
)
@click.pass_obj
def issue(session: Session, *, login: str, label: str, days: int, grants: tuple[str, ...]) -> None:
    """Give out a token for LOGIN; it is shown this once."""
    token, digest = new_token()
    expires_at = datetime.now(UTC) + timedelta(days=days)
    with session.opened() as read:
        rep_id = _rep_id(read, login)
        person = read.people.get(rep_id)
        allowed = GRANTS_BY_ROLE[person.role] if person else frozenset[Grant]()
        command = commands.IssueToken(
            rep_id=rep_id,
            token_id=new_id(),
            token_sha256=digest,
            label=label,
            grants=frozenset(map(Grant, grants)) or allowed,
            expires_at=expires_at,
        )
        read.care.execute(command, session.provenance(session.principal(read)))
    session.show({"token": token, "token_id": command.token_id, "expires_at": expires_at})


@token_command.command("list")
@click.argument("login")
@click.pass_obj
def list_tokens(session: Session, login: str) -> None:
    """List the tokens of LOGIN."""
    with session.opened() as read:
        rows = read.people.tokens_of(_rep_id(read, login))
    session.show(rows, columns=("token_id", "label", "issued_at", "expires_at", "revoked_at"))


@token_command.command("revoke")
@click.argument("login")
@click.argument("token_id", type=click.UUID)
@click.pass_obj
def revoke(session: Session, *, login: str, token_id: UUID) -> None:
    """Make a token void."""
    with session.opened() as read:
        command = commands.RevokeToken(rep_id=_rep_id(read, login), token_id=token_id)
        read.care.execute(command, session.provenance(session.principal(read)))
    session.show({"revoked": token_id})


def _by_channel(words: tuple[str, ...], *, are_files: bool = False) -> dict[Channel, str]:
    """Return what was typed as CHANNEL=TEXT or CHANNEL=@FILE; click.BadParameter when not."""
    found = {}
    for word in words:
        name, _, text = word.partition("=")
        if name not in CHOSEN or not text or name in found:
            raise click.BadParameter(f"write each of {', '.join(CHOSEN)} once, as CHANNEL=TEXT")
        try:
            is_file = are_files or text.startswith("@")
            found[Channel(name)] = first_line(text.removeprefix("@")) if is_file else text
        except ValueError as error:
            raise click.BadParameter(f"{name}: {error}") from error
    return found


def _rep_id(read: ReadSide, login: str) -> UUID:
    person = read.people.by_login(login)
    if person is None:
        raise RefusedError("login-unknown", login=login)
    return person.rep_id
