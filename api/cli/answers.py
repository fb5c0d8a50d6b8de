"""How commands answer: JSON for programs, tables and lines for people."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from api.cli.refusals import sentence
from api.messages import Language, detail
from api.texts.columns import COLUMNS
from api.texts.words import WORDS

PIPED_WIDTH = 400
"""Columns of a table that no terminal limits, so that every row stays one line for `grep`."""


CLOSED = frozenset({"answer", "channel", "reason"})
"""Columns whose values are words of ours, never what somebody typed."""


class Answers:
    """Shows what commands have found out, in one language; moments as the clocks of `zone`."""

    def __init__(self, language: Language, *, as_json: bool) -> None:
        """Answer in JSON or for people."""
        self._language = language
        self._as_json = as_json
        self.zone: tzinfo = UTC
        width = None if sys.stdout.isatty() else PIPED_WIDTH
        self._console = Console(highlight=False, width=width, soft_wrap=False)

    def show(self, answer: Any, *, columns: Sequence[str] = ()) -> None:
        """Show an answer: a list as a table of `columns`, anything else as `name: value` lines."""
        if self._as_json:
            click.echo(msgspec.json.encode(_plain(answer)).decode())
        elif isinstance(answer, list):
            self._table(answer, columns)
        else:
            for name, value in _plain(answer).items():
                click.echo(f"{self._name(name)}: {self.text(value)}")

    def say(self, code: str, **values: object) -> None:
        """Say a sentence of the catalogue, unless a program listens."""
        if not self._as_json:
            click.echo(detail(code, self._language, values))

    def note(self, code: str, **values: object) -> None:
        """Say a sentence beside the answer, on standard error."""
        click.echo(detail(code, self._language, values), err=True)

    def refuse(self, error: Exception) -> None:
        """Say why a command was not carried out."""
        told = sentence(error, self._language)
        click.echo(told, err=True)
        if self._as_json:
            code = getattr(error, "code", "") or type(error).__name__
            fields = {name: str(value) for name, value in getattr(error, "fields", {}).items()}
            self.show({"code": code, "message": told, "fields": fields})

    def text(self, value: Any) -> str:
        """Return a value as people read it."""
        if value is None or value in ("", [], ()):
            return "–"
        if isinstance(value, bool):
            chinese, english = ("是", "yes") if value else ("否", "no")
            return chinese if self._language is Language.CHINESE else english
        if isinstance(value, (list, tuple, frozenset)):
            return ", ".join(map(self.text, value))
        if is_dataclass(value) and not isinstance(value, type):
            value = asdict(value)
        if isinstance(value, Mapping):
            return ", ".join(f"{self._name(k)}={self.text(v)}" for k, v in value.items())
        if isinstance(value, datetime):
            return value.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")
        return str(value)

    def word(self, field: str, value: str) -> str:
        """Return a value of a closed set as people say it."""
        chinese, english = WORDS.get(f"{field}.{value}") or WORDS.get(value) or (value, value)
        return chinese if self._language is Language.CHINESE else english

    def _table(self, rows: Iterable[Any], columns: Sequence[str]) -> None:
        table = Table(*map(self._name, columns), box=None, pad_edge=False)
        for row in map(_plain, rows):
            table.add_row(*(self._cell(column, row.get(column)) for column in columns))
        # Cells hold what people typed, which is no markup.
        self._console.print(table, markup=False)

    def _cell(self, column: str, value: Any) -> str:
        return self.word(column, value) if column in CLOSED and value else self.text(value)

    def _name(self, name: str) -> str:
        # Figures are counted by reason, too.
        known = WORDS.get(name) or COLUMNS.get(name) or WORDS.get(f"reason.{name}")
        chinese, english = known or (name, name.replace("_", " "))
        return chinese if self._language is Language.CHINESE else english


def _plain(answer: Any) -> Any:
    if is_dataclass(answer) and not isinstance(answer, type):
        return asdict(answer)
    if isinstance(answer, list):
        return [_plain(each) for each in answer]
    return answer
