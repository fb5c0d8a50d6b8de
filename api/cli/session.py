"""What every command shares: settings, the store, who acts, and how answers are shown."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from typing import Any

import click
import msgspec
import psycopg
import redis
from eventsourcing import persistence
from rich.console import Console
from rich.table import Table

from api.messages import CATALOGUE, Language, say
from domain.access import Principal
from domain.errors import CareError
from domain.eventstore.keys import KeyFileError
from domain.eventstore.server_account import EngineError
from domain.eventstore.settings import StoreSettings
from domain.ids import new_id
from domain.provenance import Provenance
from domain.settings import Environment, SettingsError
from projections.bootstrap import ReadSide, install, read_side

LANGUAGES = {"zh": Language.CHINESE, "en": Language.ENGLISH}

REFUSED = 1
MISUSED = 2
AWAY = 3

_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    persistence.OperationalError,
    redis.ConnectionError,
)
_UNUSABLE = (SettingsError, KeyFileError, EngineError)


class Session:
    """One run of the command: reads the environment once, opens the store when it is needed."""

    def __init__(
        self,
        variables: MutableMapping[str, str],
        *,
        as_json: bool = False,
        login: str | None = None,
        language: str | None = None,
    ) -> None:
        """Keep what was typed; nothing is opened yet."""
        self.variables = variables
        self.environment = Environment(variables)
        self.as_json = as_json
        self.login = login
        spoken = variables.get("LC_ALL") or variables.get("LANG") or ""
        self.language = LANGUAGES[language or ("zh" if spoken.startswith("zh") else "en")]
        self.console = Console(highlight=False)

    @property
    def store(self) -> StoreSettings:
        """The settings of the event store."""
        return StoreSettings.from_environment(self.environment)

    @contextmanager
    def opened(self, name: str = "kezhi-cli") -> Iterator[ReadSide]:
        """Open the store, prepared for use, and close it in the end."""
        install(self.store, self.provenance(Principal.system("install"), through="install"))
        with read_side(self.store, name=name) as read:
            yield read

    def principal(self, read: ReadSide) -> Principal:
        """Return who acts: the operator of the machine, or the representative of --as."""
        if self.login is None:
            return Principal.system("operator")
        person = read.people.by_login(self.login)
        if person is None or person.left_on is not None:
            msg = f"nobody with the login {self.login!r} works here"
            raise click.UsageError(msg)
        team = read.people.team_members(person.team)
        return Principal.representative(
            person.rep_id, role=person.role, scope=person.scope, team_ids=team
        )

    def provenance(
        self, principal: Principal, *, why: str = "", through: str = "cli"
    ) -> Provenance:
        """Return the signature for something done now."""
        return Provenance(
            principal=principal, at=datetime.now(UTC), through=through, correlation=new_id(),
            why=why,
        )  # fmt: skip

    def show(self, answer: Any, *, columns: Iterable[str] = ()) -> None:
        """Show an answer: JSON when asked for, else a table of `columns` or `name: value` lines."""
        if self.as_json:
            click.echo(msgspec.json.encode(_plain(answer)).decode())
        elif isinstance(answer, list):
            self._show_table(answer, list(columns))
        else:
            for name, value in _plain(answer).items():
                self.console.print(f"{name}: {_text(value)}", markup=False)

    def _show_table(self, rows: list[Any], columns: list[str]) -> None:
        table = Table(*columns, box=None, pad_edge=False)
        for row in map(_plain, rows):
            table.add_row(*(_text(row.get(column)) for column in columns))
        self.console.print(table)

    @staticmethod
    def explain(error: Exception, session: Session | None) -> int | None:
        """Tell a person what went wrong; return the exit code, None for a failure of ours."""
        language = session.language if session else Language.ENGLISH
        if isinstance(error, CareError):
            code = error.code if error.code in CATALOGUE else "refused"
            click.echo(say(code, language, error.fields), err=True)
            if session and session.as_json:
                shown = {"code": error.code, "fields": {k: str(v) for k, v in error.fields.items()}}
                click.echo(msgspec.json.encode(shown).decode())
            return REFUSED
        if isinstance(error, _UNUSABLE):
            click.echo(str(error), err=True)
            return MISUSED
        if isinstance(error, _AWAY):
            click.echo(say("unavailable", language), err=True)
            click.echo(type(error).__qualname__, err=True)
            return AWAY
        return None

    @property
    def shows_progress(self) -> bool:
        """Whether a person watches, so that a progress bar makes sense."""
        return sys.stderr.isatty() and not self.as_json


def _plain(answer: Any) -> Any:
    if is_dataclass(answer) and not isinstance(answer, type):
        return asdict(answer)
    if isinstance(answer, list):
        return [_plain(each) for each in answer]
    return answer


def _text(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{k}={_text(v)}" for k, v in value.items())
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return str(value)
