"""What every command shares: settings, the store, who acts, and when it is up to date."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from typing import Any

from rich.console import Console
from rich.progress import Progress

from api import all_settings
from api.cli.answers import Answers
from api.cli.refusals import RefusedError
from api.cli.settling import knows_everybody, settle
from api.messages import Language
from domain.access import Principal, Scope
from domain.application import Receipt
from domain.commands import Command
from domain.eventstore.embedded import EmbeddedPostgres
from domain.eventstore.settings import StoreSettings
from domain.ids import new_id
from domain.provenance import Provenance
from domain.settings import Environment
from projections.bootstrap import ReadSide, install, read_side
from projections.people.queries import PersonRow
from projections.queries import read_from

LANGUAGES = {"zh": Language.CHINESE, "en": Language.ENGLISH}

LISTS_WITHIN = 5.0
"""Seconds a command waits for the projector to show what was written before."""


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
        self.answers = Answers(self.language, as_json=as_json)

    def refuse_unknown_settings(self) -> None:
        """Raise SettingsError for a variable of ours that nobody knows."""
        all_settings.refuse_unknown(self.environment)

    @property
    def store(self) -> StoreSettings:
        """The settings of the event store."""
        return StoreSettings.from_environment(self.environment)

    @contextmanager
    def opened(self, name: str = "kezhi-cli", *, settled: bool = True) -> Iterator[ReadSide]:
        """Open the store, prepared for use and with its lists up to date, and close it in the end.

        Without `settled` the lists are left as they are, and may not even be there.
        """
        with ExitStack() as stack:
            if self.store.is_embedded:
                # Kept from here on, so that an embedded server is not started twice.
                stack.enter_context(EmbeddedPostgres(self.store.data_folder / "postgres"))
            install(self.store, self.provenance(Principal.system("install"), through="install"))
            read = stack.enter_context(read_side(self.store, name=name))
            self.answers.zone = read.care.book().calendar.tz
            if settled:
                self.settle(read)
            read_from.set(set())
            yield read
            if stale := read.parked.stale() & read_from.get():
                self.answers.note("lists-stale", lists=", ".join(sorted(stale)))

    def settle_people(self, read: ReadSide) -> None:
        """Bring the lists up to date if that of the people lacks anything."""
        if not knows_everybody(read):
            self.settle(read)

    def principal(self, read: ReadSide) -> Principal:
        """Return who acts: the operator of the machine, or the representative of --as."""
        if self.login is None:
            return Principal.system("operator")
        person = self.person(read, self.login)
        team = read.people.team_members(person.team) if person.scope is Scope.TEAM else ()
        return Principal.representative(
            person.rep_id, role=person.role, scope=person.scope, team_ids=team
        )

    @staticmethod
    def person(read: ReadSide, login: str) -> PersonRow:
        """Return who works here under `login`."""
        person = read.people.by_login(login)
        if person is None or person.left_on is not None:
            raise RefusedError("login-unknown", login=login)
        return person

    def provenance(
        self, principal: Principal, *, why: str = "", through: str = "cli"
    ) -> Provenance:
        """Return the signature for something done now."""
        return Provenance(
            principal=principal, at=datetime.now(UTC), through=through, correlation=new_id(),
            why=why,
        )  # fmt: skip

    def carry_out(self, read: ReadSide, command: Command, *, why: str = "") -> Receipt:
        """Carry `command` out for whoever acts."""
        return read.care.execute(command, self.provenance(self.principal(read), why=why))

    def today(self, read: ReadSide) -> date:
        """Return the company's calendar date now."""
        return read.care.book().today(datetime.now(UTC))

    def show(self, answer: Any, *, columns: Iterable[str] = ()) -> None:
        """Show an answer: JSON when asked for, else a table of `columns` or `name: value` lines."""
        self.answers.show(answer, columns=list(columns))

    def settle(self, read: ReadSide) -> None:
        """Wait for the projector to catch up, or be the projector when none is at work."""
        behind = settle(read, within=LISTS_WITHIN)
        if behind:
            self.answers.note("lists-behind", events=behind)

    def progress(self) -> Progress:
        """Return a progress bar on standard error, seen only where a person watches."""
        is_watched = sys.stderr.isatty() and not self.as_json
        return Progress(console=Console(stderr=True), disable=not is_watched, transient=True)
